//! Rock, paper, scissors against a house that draws uniformly. Must not know wallets.

use game::Draws;
use serde::{Deserialize, Serialize};

/// What a bet can be multiplied by at most.
pub const MOST_TIMES: u64 = 2;

/// What a hand shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Choice {
    Rock,
    Paper,
    Scissors,
}

impl Choice {
    /// Each is beaten by the next one.
    pub const ALL: [Self; 3] = [Self::Rock, Self::Paper, Self::Scissors];

    /// What it is called in a command.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "rock" => Some(Self::Rock),
            "paper" => Some(Self::Paper),
            "scissors" => Some(Self::Scissors),
            _ => None,
        }
    }
}

/// How it ends for the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Win,
    Lose,
    Draw,
}

/// The house's hand: one draw.
#[must_use]
pub fn house(draws: &mut Draws) -> Choice {
    *draws.pick(&Choice::ALL).expect("there are three")
}

/// Who beats whom.
#[must_use]
pub const fn outcome(player: Choice, house: Choice) -> Outcome {
    match (player as u8 + 3 - house as u8) % 3 {
        0 => Outcome::Draw,
        1 => Outcome::Win,
        _ => Outcome::Lose,
    }
}

/// Tokens that a bet wins, the stake included.
#[must_use]
pub const fn win(outcome: Outcome, bet: u64) -> u64 {
    match outcome {
        Outcome::Win => 2 * bet,
        Outcome::Draw => bet,
        Outcome::Lose => 0,
    }
}
