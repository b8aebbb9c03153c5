//! Rebuilds a session from its log and checks every hash on the way. Must not know where the log
//! comes from.

use game::{Ctx, Draws, Refusal, Seed, Version};

use crate::{AnyGame, AnyState, EntryKind, Hash, LogEntry};

/// The log does not lead to the state that it names.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log's entries do not follow from each other.
    #[error(transparent)]
    Chain(#[from] crate::BrokenChain),
    /// The log has no first entry.
    #[error("the log is empty")]
    Empty,
    /// The rules refuse today what they allowed then.
    #[error("version {0}: the rules refuse the logged command: {1}")]
    Refused(Version, Refusal),
    /// The rules make something else of it today.
    #[error("version {0}: the rules make another state or other events of the logged command")]
    Differs(Version),
}

/// Plays `log` from its first entry on; answers with the state after the last one.
pub fn replay(game: &dyn AnyGame, seed: &Seed, log: &[LogEntry]) -> Result<AnyState, ReplayError> {
    crate::verify_chain(log)?;
    let mut state: Option<AnyState> = None;
    for entry in log {
        let mut ctx = Ctx {
            session: entry.session,
            now: entry.at,
            random: Draws::new(seed, entry.session, entry.version),
        };
        let refused = |refusal| ReplayError::Refused(entry.version, refusal);
        let commit = match (entry.kind, &state) {
            (EntryKind::Created, None) => {
                game.create(&entry.command, &entry.actor, &mut ctx).map_err(refused)?
            }
            (EntryKind::Command, Some(before)) => {
                game.apply(before, &entry.actor, &entry.command, &mut ctx).map_err(refused)?
            }
            (EntryKind::Deleted, Some(before)) => {
                if Hash::of(&game.write_state(before)) != entry.state_hash {
                    return Err(ReplayError::Differs(entry.version));
                }
                continue;
            }
            _ => return Err(ReplayError::Differs(entry.version)),
        };
        let same_events = commit.events.len() == entry.events.len()
            && commit.events.iter().zip(&entry.events).all(|((_, a), b)| a.get() == b.get());
        if Hash::of(&commit.state_json) != entry.state_hash || !same_events {
            return Err(ReplayError::Differs(entry.version));
        }
        state = Some(commit.state);
    }
    state.ok_or(ReplayError::Empty)
}
