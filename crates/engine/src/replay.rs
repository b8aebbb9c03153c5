//! Plays a log anew, entry by entry, and checks every hash on the way. Must not know where the log
//! comes from.

use game::{Ctx, Draws, Refusal, Seed, SessionId, Version};

use crate::{AnyGame, AnyState, BrokenChain, EntryKind, Hash, LogEntry, Stored};

/// The log does not lead to the state that it names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The log's entries do not follow from each other.
    #[error(transparent)]
    Chain(#[from] BrokenChain),
    /// The log has no first entry.
    #[error("the log is empty")]
    Empty,
    /// The rules refuse today what they allowed then.
    #[error("version {0}: the rules refuse the logged command: {1}")]
    Refused(Version, Refusal),
    /// What is logged is not what comes of it.
    #[error("version {0}: {1}")]
    Differs(Version, Difference),
    /// The log ends somewhere else than its session.
    #[error("the session is at version {session}, and its log ends at version {log}")]
    End {
        /// Where the session is.
        session: Version,
        /// The last version of the log.
        log: Version,
    },
}

/// In what an entry differs from what the rules make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// It is of another session.
    #[error("the entry is one of another session")]
    Session,
    /// Nothing of this kind can stand there.
    #[error("an entry of this kind cannot stand here")]
    Kind,
    /// The state has another hash.
    #[error("the rules make another state of the logged command than the log names")]
    State,
    /// Other events, or events in another order.
    #[error("the rules make other events of the logged command than the log holds")]
    Events,
    /// The session's head is not the hash of its last entry: that entry was changed.
    #[error("the entry is not the one that the session rests on")]
    Head,
    /// The stored state is not the one that the log leads to.
    #[error("the stored state is not the one that the log leads to")]
    StoredState,
}

impl ReplayError {
    /// The version at which the log breaks: the first that cannot be trusted.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::Chain(BrokenChain::Version { expected, .. }) => *expected,
            Self::Chain(BrokenChain::Link(at)) | Self::Refused(at, _) | Self::Differs(at, _) => *at,
            Self::Empty => Version::NONE.next(),
            Self::End { session, log } => (*session).min(*log).next(),
        }
    }
}

/// Where a replay stands: before the first entry, or after one. Holds one state, whatever the length
/// of the log; a clone is a point to go on from later.
#[derive(Debug, Clone)]
pub struct Replay {
    session: SessionId,
    seed: Seed,
    version: Version,
    head: Hash,
    state: Option<Point>,
    deleted: bool,
}

#[derive(Debug, Clone)]
struct Point {
    state: AnyState,
    hash: Hash,
    bytes: usize,
}

impl Replay {
    /// Before the first entry of this session's log.
    #[must_use]
    pub const fn new(session: SessionId, seed: Seed) -> Self {
        let (version, head) = (Version::NONE, Hash::ZERO);
        Self { session, seed, version, head, state: None, deleted: false }
    }

    /// Plays the next entry by the rules of `game`, the same for all of a log. What does not follow
    /// from the entries before is refused, and the replay stays where it was.
    ///
    /// A changed entry shows here, or at the entry behind it; a change that leaves state and events
    /// of the last entry alone shows at [`Replay::check_end`].
    pub fn step(&mut self, game: &dyn AnyGame, entry: &LogEntry) -> Result<(), ReplayError> {
        let at = self.version.next();
        if entry.version != at {
            return Err(BrokenChain::Version { expected: at, found: entry.version }.into());
        }
        if entry.previous != self.head {
            return Err(BrokenChain::Link(at).into());
        }
        if entry.session != self.session {
            return Err(ReplayError::Differs(at, Difference::Session));
        }
        let point = self.play(game, entry)?;
        if point.hash != entry.state_hash {
            return Err(ReplayError::Differs(at, Difference::State));
        }
        self.state = Some(point);
        self.deleted = entry.kind == EntryKind::Deleted;
        (self.version, self.head) = (at, entry.hash());
        Ok(())
    }

    fn play(&self, game: &dyn AnyGame, entry: &LogEntry) -> Result<Point, ReplayError> {
        let mut ctx = Ctx {
            session: self.session,
            now: entry.at,
            random: Draws::new(&self.seed, self.session, entry.version),
        };
        let (actor, command) = (&entry.actor, &entry.command);
        let outcome = match (entry.kind, &self.state) {
            (EntryKind::Created, None) => game.create(command, actor, &mut ctx),
            (EntryKind::Command, Some(before)) if !self.deleted => {
                game.apply(&before.state, actor, command, &mut ctx)
            }
            (EntryKind::Deleted, Some(before)) if !self.deleted && entry.events.is_empty() => {
                return Ok(before.clone());
            }
            _ => return Err(ReplayError::Differs(entry.version, Difference::Kind)),
        };
        let commit = outcome.map_err(|refusal| ReplayError::Refused(entry.version, refusal))?;
        let same_events = commit.events.len() == entry.events.len()
            && commit.events.iter().zip(&entry.events).all(|((_, a), b)| a.get() == b.get());
        if !same_events {
            return Err(ReplayError::Differs(entry.version, Difference::Events));
        }
        let (hash, bytes) = (Hash::of(&commit.state_json), commit.state_json.len());
        Ok(Point { state: commit.state, hash, bytes })
    }

    /// Is this the end of the session's log? Its version, its head and its state say so.
    pub fn check_end(&self, stored: &Stored) -> Result<(), ReplayError> {
        if self.version != stored.version {
            return Err(ReplayError::End { session: stored.version, log: self.version });
        }
        let Some(point) = &self.state else { return Err(ReplayError::Empty) };
        if self.head != stored.head {
            return Err(ReplayError::Differs(self.version, Difference::Head));
        }
        if point.hash != Hash::of(&stored.state) {
            return Err(ReplayError::Differs(self.version, Difference::StoredState));
        }
        Ok(())
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The version of the last entry that was played.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The hash of that entry.
    #[must_use]
    pub const fn head(&self) -> Hash {
        self.head
    }

    /// The state after it; `None` before the first.
    #[must_use]
    pub fn state(&self) -> Option<&AnyState> {
        self.state.as_ref().map(|point| &point.state)
    }

    /// Bytes of that state as JSON.
    #[must_use]
    pub fn state_bytes(&self) -> usize {
        self.state.as_ref().map_or(0, |point| point.bytes)
    }

    /// Was the session deleted by then?
    #[must_use]
    pub const fn deleted(&self) -> bool {
        self.deleted
    }
}

/// Plays `log` from its first entry on; answers with the state after the last one.
pub fn replay(game: &dyn AnyGame, seed: &Seed, log: &[LogEntry]) -> Result<AnyState, ReplayError> {
    let first = log.first().ok_or(ReplayError::Empty)?;
    let mut replay = Replay::new(first.session, seed.clone());
    for entry in log {
        replay.step(game, entry)?;
    }
    replay.state().cloned().ok_or(ReplayError::Empty)
}
