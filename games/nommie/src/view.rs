//! What a viewer sees: the envelope of the snapshot contract. Must not know how a table changes.
//!
//! Everything in [`Snapshot`] is the same for everyone. What only one seat may know stands beside it:
//! its hand and its legal moves, also the list of *playable* cards, which tells of a hand.

use std::sync::Arc;

use game::{Name, TurnClock, TurnClockView, UserId, Viewer};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::round::Played;
use crate::{Card, PerSeat, Phase, Round, Seat, Table, Trump, dealer, hand_size};

/// The snapshot of one viewer; whoever sends it adds `lock_version`.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    /// A [`Snapshot`], the same for everyone, and so spelled once.
    pub snapshot: Arc<RawValue>,
    /// Cards that the viewer still holds, sorted; null without a seat and before round 1.
    pub viewer_hand: Option<Vec<Card>>,
    /// For the seat whose turn it is: what it may do.
    pub viewer_legal: Option<Legal>,
    /// In bidding, for who has a seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bid_constraints: Option<BidConstraints>,
}

/// The legal moves.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Legal {
    Bids(Vec<u8>),
    Trumps(Vec<Trump>),
    Cards(Vec<Card>),
}

/// What else binds the viewer's bid.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct BidConstraints {
    /// 0 is out: the seat bid it in each of the three rounds before.
    pub zero_bid_locked: bool,
}

/// What everyone sees.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Snapshot {
    pub game: Header,
    pub phase: PhaseView,
    /// If the table has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_clock: Option<TurnClockView>,
}

/// Seats and score.
#[derive(Debug, Clone, Serialize)]
pub struct Header {
    pub name: Name,
    /// 0 before the start.
    pub round_no: u8,
    pub dealer: u8,
    pub seating: PerSeat<SeatView>,
    pub scores_total: PerSeat<u32>,
    pub host_seat: u8,
    /// Once the game is over: seats with the highest total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winners: Option<Vec<u8>>,
}

/// A seat.
#[derive(Debug, Clone, Serialize)]
pub struct SeatView {
    pub seat: u8,
    pub user_id: Option<UserId>,
    pub display_name: Option<Name>,
    pub is_ai: bool,
    pub is_ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ai_profile: Option<ProfileView>,
    /// Who may take the seat back from the bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_user_id: Option<UserId>,
}

/// How a bot plays.
#[derive(Debug, Clone, Serialize)]
pub struct ProfileView {
    pub name: &'static str,
    pub version: &'static str,
}

/// Where the game is. `Complete` of the contract is never sent: nothing happens between the score of
/// a round and the next deal.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "phase", content = "data")]
pub enum PhaseView {
    Init,
    Bidding {
        round: RoundView,
        to_act: u8,
        bids: PerSeat<Option<u8>>,
        min_bid: u8,
        max_bid: u8,
        last_trick: Option<PerSeat<Played>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_round: Option<PreviousRound>,
    },
    TrumpSelect {
        round: RoundView,
        to_act: u8,
        allowed_trumps: [Trump; 5],
        last_trick: Option<PerSeat<Played>>,
    },
    Trick {
        round: RoundView,
        /// From 1.
        trick_no: u8,
        leader: u8,
        current_trick: Vec<Played>,
        to_act: u8,
        last_trick: Option<PerSeat<Played>>,
    },
    Scoring {
        round: RoundView,
        round_scores: PerSeat<u32>,
        last_trick: Option<PerSeat<Played>>,
    },
    GameOver,
}

/// The round that is played.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RoundView {
    pub hand_size: u8,
    /// Leads the first trick.
    pub leader: u8,
    pub bid_winner: Option<u8>,
    pub trump: Option<Trump>,
    pub tricks_won: PerSeat<u8>,
    pub bids: PerSeat<Option<u8>>,
}

/// What the round before brought.
#[derive(Debug, Clone, Serialize)]
pub struct PreviousRound {
    pub round_no: u8,
    pub hand_size: u8,
    pub tricks_won: PerSeat<u8>,
    pub bids: PerSeat<u8>,
}

/// A round that is over, for the history table.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryRound {
    pub round_no: u8,
    pub hand_size: u8,
    pub dealer: u8,
    pub bids: PerSeat<u8>,
    pub trump: Trump,
    /// Who chose it.
    pub trump_by: u8,
    pub tricks_won: PerSeat<u8>,
    pub round_scores: PerSeat<u32>,
    /// What each seat had after it.
    pub scores_total: PerSeat<u32>,
}

/// The rounds that are over, oldest first. The same for everyone.
#[must_use]
pub fn history(table: &Table) -> Vec<HistoryRound> {
    let mut totals = [0; crate::SEATS];
    let rounds = table.history.iter().map(|round| {
        for (total, score) in totals.iter_mut().zip(round.scores) {
            *total += score;
        }
        HistoryRound {
            round_no: round.no,
            hand_size: hand_size(round.no),
            dealer: dealer(round.no),
            bids: round.bids,
            trump: round.trump,
            trump_by: round.trump_by,
            tricks_won: round.tricks_won,
            round_scores: round.scores,
            scores_total: totals,
        }
    });
    rounds.collect()
}

pub(crate) fn envelope(table: &Table, viewer: Viewer) -> Envelope {
    let seat = viewer.seat().map(|seat| seat.0).filter(|seat| usize::from(*seat) < crate::SEATS);
    let hand = |seat: u8| Some(table.round.as_ref()?.hands[usize::from(seat)].clone());
    let bidding = table.phase == Phase::Bidding;
    Envelope {
        snapshot: table.public.get(|| public(table)).clone(),
        viewer_hand: seat.and_then(hand),
        viewer_legal: seat.and_then(|seat| legal(table, seat)),
        bid_constraints: seat
            .filter(|_| bidding)
            .map(|seat| BidConstraints { zero_bid_locked: table.zero_locked(seat) }),
    }
}

fn public(table: &Table) -> Arc<RawValue> {
    let snapshot = Snapshot {
        game: header(table),
        phase: phase(table),
        turn_clock: table.clock.as_ref().map(TurnClock::view),
    };
    to_raw_value(&snapshot).expect("a snapshot can be written as JSON").into()
}

fn legal(table: &Table, seat: u8) -> Option<Legal> {
    if table.to_act() != Some(seat) {
        return None;
    }
    match table.phase {
        Phase::Bidding => Some(Legal::Bids(table.bid_rules(seat).legal())),
        Phase::TrumpSelect => Some(Legal::Trumps(Trump::ALL.to_vec())),
        Phase::Trick => Some(Legal::Cards(table.round().playable())),
        Phase::Lobby | Phase::Abandoned | Phase::Scoring | Phase::GameOver => None,
    }
}

fn header(table: &Table) -> Header {
    Header {
        name: table.name.clone(),
        round_no: table.round.as_ref().map_or(0, |round| round.no),
        dealer: table.dealer(),
        seating: std::array::from_fn(|seat| seat_view(seat as u8, &table.seats[seat])),
        scores_total: table.scores_total,
        host_seat: table.host.0,
        winners: (table.phase == Phase::GameOver).then(|| table.winners()),
    }
}

fn seat_view(number: u8, seat: &Seat) -> SeatView {
    SeatView {
        seat: number,
        user_id: seat.person().map(|person| person.user.clone()),
        display_name: seat.name().cloned(),
        is_ai: seat.is_bot(),
        is_ready: seat.ready,
        ai_profile: seat
            .profile()
            .map(|profile| ProfileView { name: profile.name(), version: profile.version() }),
        original_user_id: seat.original().map(|person| person.user.clone()),
    }
}

fn phase(table: &Table) -> PhaseView {
    let last_trick = table.last_trick;
    match (table.phase, &table.round) {
        (Phase::GameOver, _) => PhaseView::GameOver,
        (Phase::Bidding, Some(round)) => PhaseView::Bidding {
            round: round_view(round),
            to_act: round.bidder().unwrap_or_default(),
            bids: round.bids,
            min_bid: 0,
            max_bid: round.hand_size(),
            last_trick,
            previous_round: table.history.last().map(|round| PreviousRound {
                round_no: round.no,
                hand_size: hand_size(round.no),
                tricks_won: round.tricks_won,
                bids: round.bids,
            }),
        },
        (Phase::TrumpSelect, Some(round)) => PhaseView::TrumpSelect {
            round: round_view(round),
            to_act: round.bid_winner().unwrap_or_default(),
            allowed_trumps: Trump::ALL,
            last_trick,
        },
        (Phase::Trick, Some(round)) => PhaseView::Trick {
            round: round_view(round),
            trick_no: round.trick_no(),
            leader: round.leader,
            current_trick: round.trick.clone(),
            to_act: round.player(),
            last_trick,
        },
        (Phase::Scoring, Some(round)) => PhaseView::Scoring {
            round: round_view(round),
            round_scores: round.scores(),
            last_trick,
        },
        _ => PhaseView::Init,
    }
}

fn round_view(round: &Round) -> RoundView {
    RoundView {
        hand_size: round.hand_size(),
        leader: round.first(),
        bid_winner: round.bid_winner(),
        trump: round.trump,
        tricks_won: round.tricks_won,
        bids: round.bids,
    }
}
