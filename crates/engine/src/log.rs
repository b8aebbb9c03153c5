//! The log of a session: one entry for each commit, chained by hashes, so that a missing, changed
//! or half-written commit shows. Must not know where the log is kept.
//!
//! `hash` = SHA-256 over the entry's fields in their order here, each preceded by its length as
//! 64-bit big endian, the previous entry's hash last. The first entry's predecessor is 32 zeros.

use std::fmt;
use std::str::FromStr;

use game::{Actor, SessionId, Timestamp, Version};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::RawJson;

/// A SHA-256. On the wire and in the log: 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Stands before the first entry.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// What a log entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The session was made; `command` holds its options.
    Created,
    /// A command was carried out.
    Command,
    /// The session was deleted; the state is the one before.
    Deleted,
}

impl EntryKind {
    /// The name in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Command => "command",
            Self::Deleted => "deleted",
        }
    }
}

/// One commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogEntry {
    /// The session.
    pub session: SessionId,
    /// The version that this commit made.
    pub version: Version,
    /// When it was decided, by the server's clock; the `now` that the rules saw.
    pub at: Timestamp,
    /// What it records.
    pub kind: EntryKind,
    /// Who asked for it.
    pub actor: Actor,
    /// The command as the game understood it.
    pub command: RawJson,
    /// What happened, in order.
    pub events: Vec<RawJson>,
    /// SHA-256 of the state's JSON.
    pub state_hash: Hash,
    /// [`LogEntry::hash`] of the entry before.
    pub previous: Hash,
}

impl LogEntry {
    /// The link of the chain that this entry is.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut digest = Sha256::new();
        let mut field = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        field(&self.session.get().to_be_bytes());
        field(&self.version.0.to_be_bytes());
        field(&self.at.0.to_be_bytes());
        field(self.kind.as_str().as_bytes());
        field(self.actor.to_string().as_bytes());
        field(self.command.get().as_bytes());
        field(&(self.events.len() as u64).to_be_bytes());
        for event in &self.events {
            field(event.get().as_bytes());
        }
        field(&self.state_hash.0);
        field(&self.previous.0);
        Hash(digest.finalize().into())
    }
}

/// The log does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A version is missing, or stands twice.
    #[error("version {expected} should come next, and {found} does")]
    Version {
        /// The next version of an unbroken log.
        expected: Version,
        /// What stands there.
        found: Version,
    },
    /// An entry does not name the one before it.
    #[error("entry {0} does not follow from the one before")]
    Link(Version),
}

/// Walks a log from its first entry; answers with the last version and its hash.
pub fn verify_chain<'a>(
    entries: impl IntoIterator<Item = &'a LogEntry>,
) -> Result<(Version, Hash), BrokenChain> {
    let (mut version, mut head) = (Version::NONE, Hash::ZERO);
    for entry in entries {
        if entry.version != version.next() {
            return Err(BrokenChain::Version { expected: version.next(), found: entry.version });
        }
        if entry.previous != head {
            return Err(BrokenChain::Link(entry.version));
        }
        (version, head) = (entry.version, entry.hash());
    }
    Ok((version, head))
}
