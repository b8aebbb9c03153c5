//! What can be asked of a board, and what a board is made from: shapes only. Must not know who may
//! ask, nor what then happens.

use game::{Name, UserId};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Catalogue, DrinkId, InviteCode, PlayerId, TeamId};

/// What a new board is made from.
#[derive(Debug, Clone, Deserialize)]
pub struct Options {
    /// What the board is called.
    pub title: Name,
    /// Its first teams.
    pub teams: Option<Vec<NewTeam>>,
    /// The drinks as they are now. The server sets it, whatever the caller says; without it
    /// (rules played on their own) the board starts with [`Catalogue::seed`].
    pub catalogue: Option<Catalogue>,
}

/// A team that a new board starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTeam {
    /// What the team is called.
    pub name: Name,
}

/// What may be asked of a board.
///
/// The reply is the team or the player the command was about ([`crate::TeamView`],
/// [`crate::PlayerView`]), `{code}` for an invitation, otherwise `null`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Another title.
    SetTitle {
        /// What the board is called from now on.
        title: Name,
    },
    /// One more team.
    AddTeam {
        /// What it is called.
        name: Name,
    },
    /// Another name for a team.
    RenameTeam {
        /// Which team.
        team_id: TeamId,
        /// What it is called from now on.
        name: Name,
    },
    /// Ends a team; its players stay, without a team.
    RemoveTeam {
        /// Which team.
        team_id: TeamId,
    },
    /// One more player.
    AddPlayer {
        /// What they are called.
        name: Name,
        /// Their team, when they are in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team_id: Option<TeamId>,
    },
    /// Changes a player.
    EditPlayer(PlayerEdit),
    /// Takes a player and what they have had off the board.
    RemovePlayer {
        /// Which player.
        player_id: PlayerId,
    },
    /// Adds to what a player has had of one drink.
    AddDrink {
        /// Which player.
        player_id: PlayerId,
        /// Which drink.
        drink_id: DrinkId,
        /// How many more; fewer when negative, but a tally never falls below 0.
        #[serde(default = "one")]
        amount: i64,
    },
    /// Lets a user change the board. The owner's.
    Grant {
        /// Who becomes an editor.
        user_id: UserId,
    },
    /// Takes that back. The owner's.
    Revoke {
        /// Who is an editor no more.
        user_id: UserId,
    },
    /// Makes a code with which others become editors; an older code ends. The owner's.
    Invite,
    /// Becomes an editor.
    Join {
        /// The code that the owner has made.
        code: InviteCode,
    },
    /// A newer catalogue. The server's.
    Catalogue(Catalogue),
}

/// Changes a player: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerEdit {
    /// Which player.
    pub player_id: PlayerId,
    /// What they are called from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Their team from now on; `Some(None)` (on the wire `null`) takes them out of their team.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Option<TeamId>>,
    /// **Sets** how many of each listed drink they have had; 0 takes the drink off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drinks: Option<Vec<DrinkAmount>>,
}

/// How many of one drink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrinkAmount {
    /// Which drink.
    pub drink_id: DrinkId,
    /// How many, from 0 to [`crate::limits::TALLY`].
    pub amount: i64,
}

const fn one() -> i64 {
    1
}

/// Tells `null` (clear it) from an absent key (leave it), which serde takes for one.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<TeamId>>, D::Error> {
    Option::deserialize(from).map(Some)
}
