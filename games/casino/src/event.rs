//! What happened to a wallet. All of it is its owner's to know. Must not know why it happened.

use game::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::verify::Revealed;

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A play, for its user and for monitors.
    Play(Play),
    /// The balance has changed by a play.
    Balance {
        /// By how much.
        delta: i64,
        /// To what.
        balance: u64,
    },
    /// Tokens were given.
    Reward {
        /// How many.
        delta: i64,
        /// What the wallet holds now.
        balance: u64,
    },
    /// The server seed was revealed.
    Rotated {
        /// What was secret until now.
        revealed: Revealed,
        /// The commitment that counts from now on.
        commitment: String,
        /// That of the seed which comes after it.
        next_commitment: String,
        /// The player's own from now on.
        client_seed: String,
    },
}

/// A play.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Play {
    /// `slot`, `rps`, `gacha` or `crash`.
    pub game_type: String,
    /// Whose.
    pub user: UserId,
    /// Tokens at stake.
    pub bet: u64,
    /// What came of it, in the words of the game.
    pub result: Value,
}
