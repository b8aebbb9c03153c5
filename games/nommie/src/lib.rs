//! Nommie (nomination whist): four seats, hidden hands, 26 rounds of bids, trumps and tricks. Must not
//! know any crate but `game`.
//!
//! Each round every seat bids how many tricks it will take; the highest bid names trumps; whoever
//! takes exactly what they bid scores ten more. A seat is held by a person or by a bot. The rules of
//! one round stand in `round`, `bids` and `cards`, without seats or people; `table` has the seats, the
//! rounds and the score; `rules` says who may do what, and when.

mod bids;
mod bots;
mod cards;
mod command;
mod event;
mod round;
mod rules;
mod seats;
mod table;
mod view;

pub use bids::{BidRules, hand_size};
pub use bots::Profile;
pub use cards::{BadCard, Card, Suit, Trump, deck, playable, winner};
pub use command::{Command, Options};
pub use event::{Event, EventView};
pub use round::Round;
pub use rules::Nommie;
pub use seats::{Seat, Sitter};
pub use table::{Phase, RoundRecord, Table};
pub use view::{Envelope, RoundView, Snapshot, history};

/// Seats of a table.
pub const SEATS: usize = 4;

/// Rounds of a game.
pub const ROUNDS: u8 = 26;

/// One value for each seat.
pub type PerSeat<T> = [T; SEATS];

/// The seat to the left: the next in turn.
#[must_use]
pub const fn left_of(seat: u8) -> u8 {
    (seat + 1) % SEATS as u8
}

/// The dealer of a round, counted from 1.
#[must_use]
pub const fn dealer(round: u8) -> u8 {
    (round - 1) % SEATS as u8
}
