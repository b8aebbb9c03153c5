//! One session as a state machine: [`Session::handle`] takes an input and says what is to be done.
//! Must not know an async runtime, a clock, SQL, or any one game.
//!
//! Time comes in with every input; what must be stored, answered or told comes out as an
//! [`Effect`]. A commit counts only after the store has said so: until then it is *pending*, and
//! nobody hears of it.

mod any_game;
mod diff;
pub mod limits;
mod log;
mod record;
mod replay;
mod session;
mod views;

pub use any_game::{AnyCommit, AnyEvent, AnyGame, AnyState, RawJson, ToldEvent, erase};
pub use log::{BrokenChain, EntryKind, Hash, LogEntry, verify_chain};
pub use record::{Answered, CommitRecord, Created, Fingerprint, Key, Keyed, Stored};
pub use replay::{Difference, Replay, ReplayError, replay};
pub use session::{
    Command, Effect, Event, Input, LoadError, NewSession, Outcome, Refused, Session, Ticket,
    Undone, create,
};
pub use views::Patch;
