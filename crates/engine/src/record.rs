//! What passes between a session and the store: the record of a commit, and a session as it is
//! loaded. Must not know how a store keeps them.

use std::sync::Arc;

use game::{Actor, Seed, SessionId, Status, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};

use crate::{Hash, LogEntry, RawJson};

/// An idempotency key with the actor it belongs to: what one user chose never meets another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of this actor.
    #[must_use]
    pub fn new(actor: &Actor, key: &str) -> Self {
        Self(format!("{actor}/{key}"))
    }

    /// A key as it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells a repeated command from another one under the same key: SHA-256 of its JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub Hash);

/// What a carried-out command answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The version that it made.
    pub version: Version,
    /// The game's reply.
    pub reply: RawJson,
}

/// A keyed command that was carried out, with its answer.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// The key.
    pub key: Key,
    /// Which command it was.
    pub fingerprint: Fingerprint,
    /// What it answered.
    pub answer: Answered,
}

/// What is stored once, with the first commit of a session.
#[derive(Debug, Clone)]
pub struct Created {
    /// Name of the game.
    pub game: String,
    /// Who made it, when a user did.
    pub owner: Option<UserId>,
    /// The secret that its draws come from.
    pub seed: Seed,
    /// When it was made.
    pub at: Timestamp,
}

/// One commit, whole: the store keeps all of it or nothing.
#[derive(Debug, Clone)]
pub struct CommitRecord {
    /// The version that the session must have in the store: [`Version::NONE`] for a new one. The
    /// session's head must be `entry.previous` as well: with commits in flight one behind the
    /// other, the number alone could match the commit of another node.
    pub expected: Version,
    /// What is appended to the log.
    pub entry: LogEntry,
    /// `entry.hash()`: the session's head from now on.
    pub head: Hash,
    /// The state as JSON.
    pub state: Arc<[u8]>,
    /// For lists.
    pub status: Status,
    /// For lists.
    pub title: String,
    /// For lists: a JSON object, when the game has one.
    pub summary: Option<RawJson>,
    /// In whose own lists the session stands from now on; `None` when that stays as it is stored.
    /// Sorted, each once. Those who are named again stay as they are.
    pub members: Option<Vec<UserId>>,
    /// Whose turn it is from now on, in the same way. Who is named again has had the turn since the
    /// commit that named them first.
    pub to_act: Option<Vec<UserId>>,
    /// When the session wants to be woken.
    pub due_at: Option<Timestamp>,
    /// The key that it came with, and the answer to keep under it.
    pub keyed: Option<Keyed>,
    /// Present in the first commit alone.
    pub created: Option<Created>,
    /// The session is gone for its users from now on; its log stays.
    pub deleted: bool,
}

impl CommitRecord {
    /// A first commit as the session that it makes; `None` of a later commit.
    #[must_use]
    pub fn as_stored(&self) -> Option<Stored> {
        let created = self.created.clone()?;
        Some(Stored {
            session: self.entry.session,
            created,
            version: self.entry.version,
            head: self.head,
            state: self.state.clone(),
            deleted: self.deleted,
            keyed: self.keyed.iter().cloned().collect(),
            recent: vec![self.entry.clone()],
        })
    }
}

/// A session as it is loaded.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The session.
    pub session: SessionId,
    /// What was stored with the first commit.
    pub created: Created,
    /// Commits so far.
    pub version: Version,
    /// Hash of the last log entry.
    pub head: Hash,
    /// The state as JSON.
    pub state: Arc<[u8]>,
    /// It was deleted.
    pub deleted: bool,
    /// The newest keyed commands, oldest first; at most [`crate::limits::RECENT_ANSWERS`].
    pub keyed: Vec<Keyed>,
    /// The newest log entries, oldest first; as many as the store likes, for their events.
    pub recent: Vec<LogEntry>,
}
