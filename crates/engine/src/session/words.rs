//! What passes in and out of a session: inputs, effects, outcomes. Must not know how a session
//! decides.

use game::{Actor, Refusal, SessionId, Timestamp, Version};

use crate::{Answered, AnyEvent, CommitRecord, Fingerprint, Hash, Key, Keyed, RawJson, Stored};

/// Tells the caller of a command from all others; made by whoever runs the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Somebody wants something done.
#[derive(Debug, Clone)]
pub struct Command {
    /// Comes back with the answer.
    pub ticket: Ticket,
    /// Who wants it.
    pub actor: Actor,
    /// What, in the words of the game; `None` deletes the session.
    pub body: Option<RawJson>,
    /// Refuse when the session has moved on from this version.
    pub expected: Option<Version>,
    /// Idempotency key, as the caller chose it.
    pub key: Option<String>,
}

/// What a session can be told. Of each commit it must be told one of [`Input::Committed`] and
/// [`Input::NotCommitted`], in the order of the commits.
#[derive(Debug)]
pub enum Input {
    /// A command.
    Command(Command),
    /// The time for which the session asked by [`Effect::Wake`] has come.
    Clock,
    /// The store has the commit with this head.
    Committed(Hash),
    /// The store does not have the commit with this head.
    NotCommitted(Hash, Undone),
    /// What the store has now.
    Reloaded(Box<Stored>),
    /// Somebody says that the store has this version.
    Moved(Version),
}

/// Why a commit did not come about.
#[derive(Debug, Clone)]
pub enum Undone {
    /// The session in the store is not the one that the commit follows.
    Conflict,
    /// The key was used before, with this outcome.
    Duplicate(Box<Keyed>),
    /// The store does not answer; nobody knows whether it has the commit.
    Unavailable(String),
}

/// What is to be done, in this order.
#[derive(Debug)]
pub enum Effect {
    /// Give this to the store; commits must reach it in the order of their effects.
    Commit(Box<CommitRecord>),
    /// Answer the caller.
    Answer(Ticket, Outcome),
    /// There is a newer confirmed version; these events led to it.
    Publish(Vec<Event>),
    /// The session was deleted: nothing comes after this.
    Deleted,
    /// Give [`Input::Clock`] at this time, or never; replaces what was said before.
    Wake(Option<Timestamp>),
    /// Load the session from the store and give [`Input::Reloaded`].
    Reload,
    /// A game asked for a deadline and refused it: a defect of its rules, for the log.
    DeadlineRefused(Refusal),
}

/// What a caller is answered.
pub type Outcome = Result<Answered, Refused>;

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The game says no.
    #[error(transparent)]
    Game(#[from] Refusal),
    /// The session has moved on.
    #[error("the session is at version {actual}, not {expected}")]
    Stale {
        /// What the caller had named.
        expected: Version,
        /// What the session has.
        actual: Version,
    },
    /// The key belongs to another command.
    #[error("this idempotency key belongs to another command")]
    KeyReused,
    /// The session has ended.
    #[error("the session has ended")]
    Ended,
    /// The session was deleted.
    #[error("the session was deleted")]
    Deleted,
    /// The state would be too large.
    #[error("the state would have {bytes} bytes, over its limit of {limit}")]
    TooLarge {
        /// What it would have.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// Too many commits wait for the store.
    #[error("too many commands wait for the store")]
    Busy,
}

/// Something that happened in a session.
#[derive(Debug, Clone)]
pub struct Event {
    /// The version of the commit that it came with.
    pub version: Version,
    /// Its place among the events of that commit.
    pub index: u32,
    /// When.
    pub at: Timestamp,
    pub(super) event: AnyEvent,
}

/// A stored session cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("session {session}: the stored state cannot be read: {why}")]
pub struct LoadError {
    pub(super) session: SessionId,
    pub(super) why: serde_json::Error,
}

impl Command {
    pub(super) fn keyed(&self) -> Option<(Key, Fingerprint)> {
        let key = Key::new(&self.actor, self.key.as_deref()?);
        let text = self.body.as_ref().map_or("", |body| body.get());
        Some((key, Fingerprint(Hash::of(text.as_bytes()))))
    }
}
