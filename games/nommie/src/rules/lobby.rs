//! Who may take, leave and give seats, and when. Must not know how a round is played.

use game::{Game, Name, Refusal, RefusalKind, SeatId, Timestamp, UserId};

use super::Nommie;
use crate::seats::{Person, bot_name, seats_where};
use crate::{Phase, Profile, Seat, Sitter, Table};

type Decision<T> = Result<T, Refusal>;

pub(super) fn person(user: &UserId, name: Option<Name>) -> Sitter {
    let name = name.unwrap_or_else(|| Name::new("Player").expect("a plain word"));
    Sitter::Person(Person { user: user.clone(), name })
}

pub(super) fn join(table: &mut Table, user: &UserId, name: Option<Name>) -> Decision<()> {
    if Nommie::members(table).contains(user) {
        return Err(Refusal::conflict("ALREADY_JOINED", "you are at this table already"));
    }
    in_lobby(table)?;
    let free = seats_where(&table.seats, Seat::is_free).next();
    let Some(seat) = free else {
        return Err(Refusal::conflict("GAME_FULL", "all four seats are taken"));
    };
    *table.seat_mut(seat) = Seat { sitter: person(user, name), ready: false };
    Ok(())
}

pub(super) fn rejoin(
    table: &mut Table,
    user: &UserId,
    name: Option<Name>,
    now: Timestamp,
) -> Decision<()> {
    if table.seat_of(user).is_some() {
        return Err(Refusal::conflict("ALREADY_JOINED", "you have your seat"));
    }
    let original = |seat: &Seat| seat.original().is_some_and(|person| person.user == *user);
    let seat = seats_where(&table.seats, original).next();
    let seat = seat.ok_or_else(not_a_member)?;
    if !table.in_play() {
        return Err(mismatch_now("the game is over"));
    }
    let before = table.seat(seat).original().map(|person| person.name.clone());
    if table.seat(table.host.0).person().is_none() {
        table.host = SeatId(seat);
    }
    table.seat_mut(seat).sitter = person(user, name.or(before));
    changed_hands(table, seat, now);
    Ok(())
}

pub(super) fn leave(table: &mut Table, user: &UserId, now: Timestamp) -> Decision<()> {
    let seat = member(table, user)?;
    if table.phase == Phase::Lobby {
        *table.seat_mut(seat) = Seat::default();
    } else if table.in_play() {
        let name = bot_name(&table.seats);
        let standing_in_for = table.seat(seat).person().cloned();
        let sitter = Sitter::Bot { name, profile: Profile::default(), standing_in_for };
        *table.seat_mut(seat) = Seat { sitter, ready: true };
    } else {
        return Err(mismatch_now("the game is over"));
    }
    let mut others = people(table).into_iter();
    if table.host.0 == seat {
        match others.next() {
            Some(next) => table.host = SeatId(next),
            None if table.phase == Phase::Lobby => table.phase = Phase::Abandoned,
            // Bots play on; the one who comes back is the host again.
            None => {}
        }
    }
    if table.in_play() {
        changed_hands(table, seat, now);
    }
    Ok(())
}

/// Another one holds this seat now.
pub(super) fn changed_hands(table: &mut Table, seat: u8, now: Timestamp) {
    let was = table.paused();
    let voters = people(table);
    if let Some(clock) = &mut table.clock {
        clock.presence(seat, true);
        clock.count(&voters, now);
    }
    if table.to_act() == Some(seat) {
        table.start_turn(now);
    } else {
        went_on(table, was, now);
    }
}

/// If a pause has just ended, what bots had due is due a pace from now.
pub(super) fn went_on(table: &mut Table, was_paused: bool, now: Timestamp) {
    if was_paused && !table.paused() && table.next_at.is_some() {
        table.start_turn(now);
    }
}

pub(super) fn add_bot(table: &mut Table, seat: Option<SeatId>, profile: Profile) -> Decision<()> {
    let free = seats_where(&table.seats, Seat::is_free).map(SeatId);
    let free: Vec<SeatId> = free.collect();
    let Some(first) = free.first() else {
        return Err(Refusal::conflict("GAME_FULL", "all four seats are taken"));
    };
    let seat = seat.unwrap_or(*first);
    if !free.contains(&seat) {
        return Err(Refusal::conflict("SEAT_TAKEN", "that seat is not free"));
    }
    let name = bot_name(&table.seats);
    let sitter = Sitter::Bot { name, profile, standing_in_for: None };
    *table.seat_mut(seat.0) = Seat { sitter, ready: true };
    Ok(())
}

/// The bot that is named, or the last one.
pub(super) fn bot_at(table: &Table, seat: Option<SeatId>) -> Decision<u8> {
    let mut bots = seats_where(&table.seats, Seat::is_bot);
    let found = match seat {
        Some(seat) => bots.find(|bot| *bot == seat.0),
        None => bots.next_back(),
    };
    found.ok_or_else(|| Refusal::conflict("NOT_A_BOT", "no bot sits there"))
}

/// Seats that people hold.
pub(super) fn people(table: &Table) -> Vec<u8> {
    seats_where(&table.seats, |seat| seat.person().is_some()).collect()
}

pub(super) fn member(table: &Table, user: &UserId) -> Decision<u8> {
    table.seat_of(user).ok_or_else(not_a_member)
}

pub(super) fn not_a_member() -> Refusal {
    Refusal::new(RefusalKind::Forbidden, "NOT_A_MEMBER", "you have no seat at this table")
}

pub(super) fn host(table: &Table, user: &UserId) -> Decision<()> {
    if member(table, user)? == table.host.0 {
        return Ok(());
    }
    Err(Refusal::forbidden("only the host may do that"))
}

pub(super) fn host_in_lobby(table: &Table, user: &UserId) -> Decision<()> {
    host(table, user)?;
    in_lobby(table)
}

pub(super) fn in_lobby(table: &Table) -> Decision<()> {
    match table.phase {
        Phase::Lobby => Ok(()),
        _ => Err(mismatch_now("the game has begun")),
    }
}

/// Something about seats that cannot be done any more.
pub(super) fn mismatch_now(why: &'static str) -> Refusal {
    Refusal::conflict("PHASE_MISMATCH", why)
}
