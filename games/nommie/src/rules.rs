//! [`Nommie`]: who may ask what of a table, and when. Must not know how a round is kept (that is
//! `table` and `round`).

mod lobby;

use game::{
    Actor, Commit, Ctx, Deadline, Game, GameName, Memo, Name, Refusal, SeatId, Status, TurnClock,
    UserId, Viewer,
};
use serde_json::{Value, json};

use lobby::{
    add_bot, bot_at, host, host_in_lobby, in_lobby, join, leave, member, people, person, rejoin,
    went_on,
};

use crate::command::{BOT_PACE, SLOWEST_BOT};
use crate::table::{Move, empty_seats};
use crate::{
    Card, Command, Envelope, Event, EventView, Options, Phase, Profile, SEATS, Seat, Sitter, Table,
    view,
};

/// Nomination whist for four.
#[derive(Debug, Clone, Copy)]
pub struct Nommie;

type Decision<T> = Result<T, Refusal>;

impl Game for Nommie {
    const NAME: GameName = "nommie";
    type Options = Options;
    type State = Table;
    type Command = Command;
    type Event = Event;
    type View = Envelope;
    type EventView = EventView;

    fn create(options: Options, creator: &Actor, _: &mut Ctx) -> Decision<Commit<Table, Event>> {
        let user = creator.user().ok_or_else(|| Refusal::forbidden("only people play"))?;
        let bot_pace_ms = options.bot_pace_ms.unwrap_or(BOT_PACE);
        if bot_pace_ms > SLOWEST_BOT {
            let why = format!("`bot_pace_ms` is 0 to {SLOWEST_BOT}");
            return Err(Refusal::malformed(why));
        }
        let mut table = Table {
            name: options.name.unwrap_or_else(|| Name::new("Nommie").expect("a plain word")),
            bot_pace_ms,
            host: SeatId(0),
            seats: empty_seats(),
            phase: Phase::Lobby,
            round: None,
            last_trick: None,
            scores_total: [0; SEATS],
            history: Vec::new(),
            clock: options.turn_clock.map(|time| TurnClock::new(time, SEATS)),
            next_at: None,
            public: Memo::default(),
        };
        table.seat_mut(0).sitter = person(user, options.player);
        Ok(Commit::new(table))
    }

    fn apply(
        state: &Table,
        actor: &Actor,
        command: Command,
        ctx: &mut Ctx,
    ) -> Decision<Commit<Table, Event>> {
        let mut table = state.clone();
        let mut events = Vec::new();
        match actor {
            Actor::User(user) => by_person(&mut table, user, command, ctx, &mut events)?,
            Actor::Clock => by_clock(&mut table, &command, ctx, &mut events)?,
            Actor::System => by_server(&mut table, &command)?,
            Actor::Service(_) => return Err(Refusal::forbidden("only people play")),
        }
        Ok(Commit { state: table, events, reply: Value::Null })
    }

    fn view(state: &Table, viewer: Viewer) -> Envelope {
        view::envelope(state, viewer)
    }

    fn event_for(event: &Event, viewer: Viewer) -> Option<EventView> {
        Some(event.for_viewer(viewer))
    }

    fn title(state: &Table) -> String {
        state.name.to_string()
    }

    fn summary(state: &Table) -> Value {
        let seat = |seat: &Seat| match &seat.sitter {
            Sitter::Nobody => Value::Null,
            taken => json!({
                "display_name": seat.name(),
                "is_ai": matches!(taken, Sitter::Bot { .. }),
            }),
        };
        json!({
            "seats": state.seats.iter().map(seat).collect::<Vec<_>>(),
            "free": state.seats.iter().filter(|seat| seat.is_free()).count(),
            "round_no": state.round.as_ref().map_or(0, |round| round.no),
            "turn_clock": state.clock.is_some(),
        })
    }

    fn members(state: &Table) -> Vec<UserId> {
        let people = state.seats.iter().filter_map(|seat| seat.person().or(seat.original()));
        people.map(|person| person.user.clone()).collect()
    }

    fn to_act(state: &Table) -> Vec<UserId> {
        let person = state.to_act().and_then(|seat| state.seat(seat).person());
        person.map(|person| person.user.clone()).into_iter().collect()
    }

    fn seat_presence(state: &Table, seat: SeatId, here: bool) -> Option<Command> {
        let clock = state.clock.as_ref().filter(|_| state.in_play())?;
        clock.heeds(seat.0, here).then_some(Command::Presence { seat, here })
    }

    fn seat_of(state: &Table, user: &UserId) -> Option<SeatId> {
        state.seat_of(user).map(SeatId)
    }

    fn status(state: &Table) -> Status {
        match state.phase {
            Phase::Lobby => Status::Open,
            Phase::Bidding | Phase::TrumpSelect | Phase::Trick | Phase::Scoring => Status::Running,
            Phase::Abandoned | Phase::GameOver => Status::Ended,
        }
    }

    fn may_delete(state: &Table, actor: &Actor, _: Option<&UserId>) -> bool {
        match actor {
            Actor::System => true,
            Actor::User(user) => state.seat_of(user) == Some(state.host.0),
            Actor::Service(_) | Actor::Clock => false,
        }
    }

    fn legal(state: &Table, seat: SeatId) -> Vec<Command> {
        if state.to_act() != Some(seat.0) || state.paused() {
            return Vec::new();
        }
        match state.phase {
            Phase::Bidding => {
                let bids = state.bid_rules(seat.0).legal().into_iter();
                bids.map(|bid| Command::Bid { bid: i64::from(bid) }).collect()
            }
            Phase::TrumpSelect => {
                crate::Trump::ALL.into_iter().map(|trump| Command::Trump { trump }).collect()
            }
            Phase::Trick => {
                let cards = state.round().playable().into_iter();
                cards.map(|card| Command::Play { card: card.to_string() }).collect()
            }
            Phase::Lobby | Phase::Abandoned | Phase::Scoring | Phase::GameOver => Vec::new(),
        }
    }

    fn deadline(state: &Table) -> Option<Deadline<Command>> {
        if state.paused() {
            return None;
        }
        if let Some(at) = state.next_at {
            let scoring = state.phase == Phase::Scoring;
            let command = if scoring { Command::NextRound } else { Command::BotMove };
            return Some(Deadline { at, command });
        }
        let at = state.clock.as_ref()?.deadline()?;
        Some(Deadline { at, command: Command::TimeOut })
    }
}

fn by_person(
    table: &mut Table,
    user: &UserId,
    command: Command,
    ctx: &mut Ctx,
    events: &mut Vec<Event>,
) -> Decision<()> {
    let now = ctx.now;
    match command {
        Command::Join { player } => join(table, user, player),
        Command::Rejoin { player } => rejoin(table, user, player, now),
        Command::Leave => leave(table, user, now),
        Command::Ready { is_ready } => {
            let seat = member(table, user)?;
            in_lobby(table)?;
            table.seat_mut(seat).ready = is_ready;
            start_when_ready(table, ctx, events);
            Ok(())
        }
        Command::AddBot { seat, profile } => {
            host_in_lobby(table, user)?;
            add_bot(table, seat, profile.unwrap_or_default())?;
            start_when_ready(table, ctx, events);
            Ok(())
        }
        Command::UpdateBot { seat, profile: new } => {
            host_in_lobby(table, user)?;
            let seat = bot_at(table, seat)?;
            if let Sitter::Bot { profile, .. } = &mut table.seat_mut(seat).sitter {
                *profile = new;
            }
            Ok(())
        }
        Command::RemoveBot { seat } => {
            host_in_lobby(table, user)?;
            let seat = bot_at(table, seat)?;
            *table.seat_mut(seat) = Seat::default();
            Ok(())
        }
        Command::RemovePlayer { seat } => {
            host_in_lobby(table, user)?;
            let taken = table.seats.get(usize::from(seat.0)).and_then(Seat::person).is_some();
            if !taken || seat == table.host {
                return Err(Refusal::conflict("NOT_A_PLAYER", "no other person sits there"));
            }
            *table.seat_mut(seat.0) = Seat::default();
            Ok(())
        }
        Command::Rename { name } => {
            host(table, user)?;
            table.name = name;
            Ok(())
        }
        Command::Bid { .. } | Command::Trump { .. } | Command::Play { .. } => {
            let seat = member(table, user)?;
            let made = legal_move(table, seat, &command)?;
            table.advance(made, false, events);
            table.start_turn(now);
            Ok(())
        }
        Command::Pause { pause } => {
            let seat = member(table, user)?;
            if !table.in_play() {
                return Err(mismatch("there is no turn to stop the clock for"));
            }
            let voters = people(table);
            let was = table.paused();
            let Some(clock) = &mut table.clock else {
                return Err(Refusal::conflict("NO_TURN_CLOCK", "this table has no turn clock"));
            };
            clock.ask_pause(seat, pause, &voters, now);
            went_on(table, was, now);
            Ok(())
        }
        Command::Presence { .. } | Command::NextRound | Command::BotMove | Command::TimeOut => {
            Err(Refusal::forbidden("only the server says so"))
        }
    }
}

fn by_clock(
    table: &mut Table,
    command: &Command,
    ctx: &mut Ctx,
    events: &mut Vec<Event>,
) -> Decision<()> {
    match (command, table.to_act()) {
        (Command::NextRound, None) if table.phase == Phase::Scoring => {
            table.next_round(&mut ctx.random, events);
        }
        (Command::BotMove | Command::TimeOut, Some(seat)) => {
            let profile = table.seat(seat).profile();
            let timed_out = profile.is_none();
            if timed_out != (*command == Command::TimeOut) {
                return Err(mismatch("the seat has changed hands"));
            }
            let made = bot_move(table, seat, profile.unwrap_or_default(), ctx);
            table.advance(made, timed_out, events);
        }
        _ => return Err(mismatch("nothing is due")),
    }
    table.start_turn(ctx.now);
    Ok(())
}

fn by_server(table: &mut Table, command: &Command) -> Decision<()> {
    match (command, &mut table.clock) {
        (Command::Presence { seat, here }, Some(clock)) if usize::from(seat.0) < SEATS => {
            clock.presence(seat.0, *here);
            Ok(())
        }
        _ => Err(Refusal::forbidden("only people and the clock move")),
    }
}

fn start_when_ready(table: &mut Table, ctx: &mut Ctx, events: &mut Vec<Event>) {
    if table.seats.iter().all(|seat| !seat.is_free() && seat.ready) {
        table.deal(1, &mut ctx.random, events);
        table.start_turn(ctx.now);
    }
}

/// The phase, the turn and the rules, in this order.
fn legal_move(table: &Table, seat: u8, command: &Command) -> Decision<Move> {
    let right_phase = match command {
        Command::Bid { .. } => table.phase == Phase::Bidding,
        Command::Trump { .. } => table.phase == Phase::TrumpSelect,
        _ => table.phase == Phase::Trick,
    };
    if !right_phase {
        return Err(mismatch("that is not asked for now"));
    }
    if table.to_act() != Some(seat) {
        return Err(Refusal::rule("OUT_OF_TURN", "it is another's turn"));
    }
    if table.paused() {
        return Err(Refusal::rule("PAUSED", "the game is paused: somebody must end that first"));
    }
    match command {
        Command::Bid { bid } => legal_bid(table, seat, *bid).map(Move::Bid),
        Command::Trump { trump } => Ok(Move::Trump(*trump)),
        Command::Play { card } => legal_card(table, seat, card).map(Move::Card),
        _ => Err(mismatch("that is no move")),
    }
}

fn legal_bid(table: &Table, seat: u8, bid: i64) -> Decision<u8> {
    let rules = table.bid_rules(seat);
    let small = u8::try_from(bid).ok();
    if let Some(bid) = small.filter(|bid| rules.allows(*bid)) {
        return Ok(bid);
    }
    let why = if small.is_none_or(|bid| bid > rules.hand_size) {
        format!("a bid is 0 to {}", rules.hand_size)
    } else if small == rules.barred() {
        format!("the four bids may not sum to {}", rules.hand_size)
    } else {
        "this seat has bid 0 three rounds in a row".to_owned()
    };
    Err(Refusal::rule("INVALID_BID", why))
}

fn legal_card(table: &Table, seat: u8, token: &str) -> Decision<Card> {
    let card: Card = token
        .parse()
        .map_err(|bad: crate::BadCard| Refusal::rule("PARSE_CARD", bad.to_string()))?;
    let round = table.round();
    if !round.hands[usize::from(seat)].contains(&card) {
        return Err(Refusal::rule("CARD_NOT_IN_HAND", "you do not hold that card"));
    }
    if !round.playable().contains(&card) {
        return Err(Refusal::rule("MUST_FOLLOW_SUIT", "follow the suit that was led"));
    }
    Ok(card)
}

fn bot_move(table: &Table, seat: u8, profile: Profile, ctx: &mut Ctx) -> Move {
    let round = table.round();
    let hand = &round.hands[usize::from(seat)];
    match (table.phase, round.trump) {
        (Phase::Trick, Some(trump)) => {
            let trick: Vec<Card> = round.trick.iter().map(|(_, card)| *card).collect();
            Move::Card(profile.card(hand, &trick, trump, &mut ctx.random))
        }
        (Phase::TrumpSelect, _) => Move::Trump(profile.trump(hand, &mut ctx.random)),
        _ => Move::Bid(profile.bid(hand, table.bid_rules(seat), &mut ctx.random)),
    }
}

/// A move that the phase does not ask for.
fn mismatch(why: &'static str) -> Refusal {
    Refusal::rule("PHASE_MISMATCH", why)
}
