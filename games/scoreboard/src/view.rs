//! What everyone sees of a board. Must not know who may change it, nor the invite code.
//!
//! The four keys `id`, `title`, `players` and `teams` and everything in them are a contract with
//! clients that exist: keys may be added, never changed.

use game::{Name, SessionId, UserId, Version};
use serde::{Deserialize, Serialize};

use crate::{DrinkId, PlayerId, TeamId};

/// The whole board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardView {
    /// The session's id.
    pub id: SessionId,
    /// What the board is called.
    pub title: Name,
    /// Its players, in the order of their coming.
    pub players: Vec<PlayerView>,
    /// Its teams, in the order of their making.
    pub teams: Vec<TeamView>,
    /// Who made it; `null` for the server itself.
    pub owner: Option<UserId>,
    /// Who else may change it, sorted.
    pub editors: Vec<UserId>,
}

/// A player and what they have had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerView {
    /// Unique within the board.
    pub id: PlayerId,
    /// What the player is called.
    pub name: Name,
    /// Their team, when they are in one.
    pub team_id: Option<TeamId>,
    /// What they have had, oldest drink of the catalogue first; every amount is at least 1.
    pub drinks: Vec<TallyView>,
}

/// How many of one drink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyView {
    /// The drink.
    pub drink_id: DrinkId,
    /// What it is called now, or was last.
    pub drink_name: Name,
    /// How many, at least 1.
    pub amount: u32,
}

/// A team and who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// Unique within the board.
    pub id: TeamId,
    /// What the team is called.
    pub name: Name,
    /// Its players, in the order of their coming.
    pub player_ids: Vec<PlayerId>,
}

impl PlayerView {
    /// A player's score: the sum of what they have had.
    #[must_use]
    pub fn score(&self) -> u64 {
        self.drinks.iter().map(|tally| u64::from(tally.amount)).sum()
    }
}

impl BoardView {
    /// A team's score: the sum of its players'. `None` asks for those without a team.
    #[must_use]
    pub fn team_score(&self, team: Option<&TeamId>) -> u64 {
        let members = self.players.iter().filter(|player| player.team_id.as_ref() == team);
        members.map(PlayerView::score).sum()
    }
}

/// The board as the REST face shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canonical {
    /// The session's id.
    pub id: SessionId,
    /// What the board is called.
    pub title: Name,
    /// Who made it; `null` for the server itself.
    pub owner: Option<UserId>,
    /// As in [`BoardView`].
    pub players: Vec<PlayerView>,
    /// As in [`BoardView`].
    pub teams: Vec<TeamView>,
    /// The session's version that this shows.
    pub lock_version: Version,
}

/// The canonical state: what a [`BoardView`] shows, and at which version.
#[must_use]
pub fn canonical(view: BoardView, lock_version: Version) -> Canonical {
    let BoardView { id, title, players, teams, owner, editors: _ } = view;
    Canonical { id, title, owner, players, teams, lock_version }
}
