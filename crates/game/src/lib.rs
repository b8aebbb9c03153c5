//! What a game is: the [`Game`] trait, typed ids, actors and viewers, refusals, and the recorded
//! source of randomness. Must not know sockets, storage, clocks or JSON envelopes.
//!
//! Rules are plain functions: state, actor and command go in; a [`Commit`] or a [`Refusal`] comes
//! out. `docs/first-game.md` walks through a whole game.
//!
//! The feature `testkit` adds `testkit`, for the tests of games. It is for `dev-dependencies` only.

// A toy game of the tests is shared with other crates' tests, and calls this crate by its name.
#[cfg(test)]
extern crate self as game;

mod ids;
mod memo;
mod name;
mod random;
mod refusal;
mod rules;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
mod turn_clock;

pub use ids::{BadId, GameName, SeatId, SessionId, Timestamp, UserId, Version};
pub use memo::Memo;
pub use name::{BadName, Name};
pub use random::{Draws, Seed, SeedCommitment};
pub use refusal::{Refusal, RefusalKind};
pub use rules::{Actor, Announcement, Commit, Ctx, Deadline, Game, NoEvent, Row, Status, Viewer};
pub use turn_clock::{TurnClock, TurnClockView, TurnTime, TurnTimeKind};
