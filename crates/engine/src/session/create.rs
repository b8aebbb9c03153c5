//! Decides the first commit of a session. Must not know the commits that follow.

use game::{Actor, Ctx, Draws, Seed, SessionId, Timestamp, Version};
use serde_json::value::RawValue;

use super::Refused;
use super::facts::{Users, summary};
use crate::limits::Limits;
use crate::{AnyCommit, AnyGame, CommitRecord, Created, EntryKind, Hash, LogEntry};

/// What a first commit is made from.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Who makes it.
    pub creator: &'a Actor,
    /// In the words of the game.
    pub options: &'a RawValue,
    /// Fresh from a secure source.
    pub seed: Seed,
}

/// Decides the first commit of a session. Once the store has it, [`CommitRecord::as_stored`] loads.
pub fn create(
    game: &dyn AnyGame,
    new: NewSession<'_>,
    now: Timestamp,
    limits: Limits,
) -> Result<CommitRecord, Refused> {
    let mut ctx =
        Ctx { session: new.id, now, random: Draws::new(&new.seed, new.id, Version::NONE.next()) };
    let commit = game.create(new.options, new.creator, &mut ctx)?;
    check_size(&commit, limits)?;
    let entry = LogEntry {
        session: new.id,
        version: Version::NONE.next(),
        at: now,
        kind: EntryKind::Created,
        actor: new.creator.clone(),
        command: commit.command.clone(),
        events: commit.events.iter().map(|(_, json)| json.clone()).collect(),
        state_hash: Hash::of(&commit.state_json),
        previous: Hash::ZERO,
    };
    let owner = match new.creator {
        Actor::User(id) | Actor::Service(id) => Some(id.clone()),
        Actor::System | Actor::Clock => None,
    };
    let listed = Users::of(game, &commit.state).changed(&Users::default(), true);
    Ok(CommitRecord {
        expected: Version::NONE,
        head: entry.hash(),
        entry,
        state: commit.state_json,
        status: game.status(&commit.state),
        title: game.title(&commit.state),
        summary: summary(game, &commit.state),
        members: listed.members,
        to_act: listed.to_act,
        due_at: game.deadline(&commit.state).map(|(at, _)| at),
        keyed: None,
        created: Some(Created { game: game.name().to_owned(), owner, seed: new.seed, at: now }),
        deleted: false,
    })
}

pub(super) fn check_size(commit: &AnyCommit, limits: Limits) -> Result<(), Refused> {
    let (bytes, limit) = (commit.state_json.len(), limits.state_bytes);
    if bytes > limit { Err(Refused::TooLarge { bytes, limit }) } else { Ok(()) }
}
