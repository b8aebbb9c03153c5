//! Shapes of Nommie's bodies, for the OpenAPI document. Must not know who makes them.

#![allow(dead_code, reason = "shapes for the document: `utoipa` reads their fields, no code does")]

use serde_json::Value;
use utoipa::ToSchema;

/// A new game of Nommie.
#[derive(ToSchema)]
#[schema(example = json!({"name": "Friday", "bot_pace_ms": 600,
    "turn_clock": {"kind": "fixed", "seconds": 30, "grace_seconds": 20}}))]
pub(super) struct NewGame {
    /// 1 to 255 characters; default `Nommie`.
    name: Option<String>,
    /// Milliseconds before each move of a bot, 0 to 60,000; default 600.
    bot_pace_ms: Option<u32>,
    /// Limits the time of turns; default: no limit.
    turn_clock: Option<TurnTime>,
}

/// How long turns may take.
#[derive(ToSchema)]
pub(super) struct TurnTime {
    /// `fixed`: each turn has `seconds`. `increment`: each seat has `seconds` for all its turns, and
    /// gets `increment` back after each.
    kind: String,
    /// Seconds, 1 to 86,400.
    seconds: u32,
    /// Seconds; default 0.
    increment: Option<u32>,
    /// Seconds more, once a turn, for who loses their connection; default 0.
    grace_seconds: Option<u32>,
}

/// A game that was made.
#[derive(ToSchema)]
#[schema(example = json!({"game": {"id": 4711, "name": "Friday", "state": "lobby",
    "lock_version": 1, "host_seat": 0}}))]
pub(super) struct GameMade {
    /// `id`, `name`, `state`, `lock_version`, `host_seat`.
    game: Value,
}

/// What one viewer sees of a game: the body of a `GET`, and `data` on the socket.
#[derive(ToSchema)]
pub(super) struct TableSnapshot {
    /// The same for everyone: `game` (seats, scores), `phase` (`phase`, `data`), `turn_clock`.
    snapshot: Value,
    /// Cards that the viewer still holds, sorted; `null` without a seat and before round 1.
    viewer_hand: Option<Vec<String>>,
    /// For the seat whose turn it is: `{bids}`, `{trumps}` or `{cards}`, exactly what is legal.
    viewer_legal: Option<Value>,
    /// In bidding, for who holds a seat: `{zero_bid_locked}`.
    bid_constraints: Option<Value>,
    /// The version that this shows.
    lock_version: u64,
}

/// The rounds that are over.
#[derive(ToSchema)]
pub(super) struct GameHistory {
    /// Each with `round_no`, `hand_size`, `dealer`, `bids`, `trump`, `trump_by`, `tricks_won`,
    /// `round_scores`, `scores_total`.
    rounds: Vec<Value>,
    /// The version that this shows.
    lock_version: u64,
}

/// Games that wait for whoever asks.
#[derive(ToSchema)]
#[schema(example = json!({"games": [4711, 815]}))]
pub(super) struct WaitingGames {
    /// Ids, the longest wait first.
    games: Vec<u64>,
}

/// Ready, or not yet.
#[derive(ToSchema)]
#[schema(example = json!({"is_ready": true, "lock_version": 3}))]
pub(super) struct Ready {
    /// Ready, or not yet.
    is_ready: bool,
    /// The version that it rests on; refused (409) when the game has moved on.
    lock_version: u64,
}

/// A bid.
#[derive(ToSchema)]
#[schema(example = json!({"bid": 3, "lock_version": 7}))]
pub(super) struct Bid {
    /// Tricks, 0 to the hand size.
    bid: i64,
    /// The version that it rests on; refused (409) when the game has moved on.
    lock_version: u64,
}

/// A choice of trumps.
#[derive(ToSchema)]
#[schema(example = json!({"trump": "HEARTS", "lock_version": 11}))]
pub(super) struct ChosenTrump {
    /// `CLUBS`, `DIAMONDS`, `HEARTS`, `SPADES` or `NO_TRUMPS`.
    trump: String,
    /// The version that it rests on; refused (409) when the game has moved on.
    lock_version: u64,
}

/// A card.
#[derive(ToSchema)]
#[schema(example = json!({"card": "TD", "lock_version": 12}))]
pub(super) struct PlayedCard {
    /// A rank of `23456789TJQKA` and a suit of `CDHS`.
    card: String,
    /// The version that it rests on; refused (409) when the game has moved on.
    lock_version: u64,
}

/// A bot's seat and profile.
#[derive(ToSchema)]
#[schema(example = json!({"seat": 2, "profile": "heuristic"}))]
pub(super) struct BotSeat {
    /// 0 to 3.
    seat: Option<u8>,
    /// `heuristic` or `random`.
    profile: Option<String>,
}

/// A seat.
#[derive(ToSchema)]
#[schema(example = json!({"seat": 2}))]
pub(super) struct SeatNumber {
    /// 0 to 3.
    seat: u8,
}

/// Stop the turn clock, or go on.
#[derive(ToSchema)]
#[schema(example = json!({"pause": true}))]
pub(super) struct Pause {
    /// Stop, or go on.
    pause: bool,
}

/// The version that a request rests on.
#[derive(ToSchema)]
#[schema(example = json!({"lock_version": 7}))]
pub(super) struct OnVersion {
    /// Refused (409) when the game has moved on.
    lock_version: u64,
}
