//! The slot machine: three independent reels and two paytables. Must not know wallets.

use game::Draws;
use serde::{Deserialize, Serialize};

/// A symbol of a reel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Symbol {
    #[serde(rename = "🍒")]
    Cherry,
    #[serde(rename = "🍋")]
    Lemon,
    #[serde(rename = "🍊")]
    Orange,
    #[serde(rename = "🍇")]
    Grapes,
    #[serde(rename = "💎")]
    Diamond,
    #[serde(rename = "7️⃣")]
    Seven,
}

impl Symbol {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 6] =
        [Self::Cherry, Self::Lemon, Self::Orange, Self::Grapes, Self::Diamond, Self::Seven];

    /// How many of the [`STOPS`] of a reel show it.
    #[must_use]
    pub const fn weight(self) -> u64 {
        match self {
            Self::Cherry => 30,
            Self::Lemon => 25,
            Self::Orange => 20,
            Self::Grapes => 15,
            Self::Diamond => 8,
            Self::Seven => 2,
        }
    }
}

/// Stops of a reel, all as likely as each other.
pub const STOPS: u64 = 100;

/// What a bet can be multiplied by at most.
pub const MOST_TIMES: u64 = 777;

/// What the three reels show.
pub type Reels = [Symbol; 3];

/// What the machine pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paytable {
    /// The machine of old: 65.7 % come back.
    Classic,
    /// 95.1 % come back.
    #[default]
    Fair,
}

impl Paytable {
    /// What a token brings in halves of a token: a pair pays one and a half on the classic machine.
    #[must_use]
    pub const fn halves(self, reels: Reels) -> u64 {
        match (self, reels) {
            (Self::Classic, [a, b, c]) if same(a, b) && same(b, c) => 2 * classic(a),
            (Self::Fair, [a, b, c]) if same(a, b) && same(b, c) => 2 * fair(a),
            (Self::Classic, [a, b, c]) if same(a, b) || same(b, c) => 3,
            (Self::Fair, [a, b, c]) if same(a, b) || same(b, c) => 4,
            _ => 0,
        }
    }
}

const fn same(one: Symbol, other: Symbol) -> bool {
    one as u8 == other as u8
}

const fn classic(symbol: Symbol) -> u64 {
    match symbol {
        Symbol::Cherry => 2,
        Symbol::Lemon => 3,
        Symbol::Orange => 4,
        Symbol::Grapes => 5,
        Symbol::Diamond => 10,
        Symbol::Seven => 50,
    }
}

/// Chosen so that 95 % come back whatever the bet: whole multiples, so that nothing is lost to
/// rounding.
const fn fair(symbol: Symbol) -> u64 {
    match symbol {
        Symbol::Cherry => 4,
        Symbol::Lemon => 5,
        Symbol::Orange => 6,
        Symbol::Grapes => 10,
        Symbol::Diamond => 15,
        Symbol::Seven => 777,
    }
}

/// Turns the reels: one draw each.
#[must_use]
pub fn spin(draws: &mut Draws) -> Reels {
    [reel(draws), reel(draws), reel(draws)]
}

fn reel(draws: &mut Draws) -> Symbol {
    let mut stop = draws.below(STOPS);
    for symbol in Symbol::ALL {
        if stop < symbol.weight() {
            return symbol;
        }
        stop -= symbol.weight();
    }
    unreachable!("the weights sum to the number of stops")
}

/// Tokens that a bet wins, the stake included; parts of a token are the house's.
#[must_use]
pub fn win(paytable: Paytable, reels: Reels, bet: u64) -> u64 {
    // A bet has at most 53 bits, and the largest multiple 11: together 64.
    bet * paytable.halves(reels) / 2
}

/// Three sevens.
#[must_use]
pub fn is_jackpot(reels: Reels) -> bool {
    reels == [Symbol::Seven; 3]
}
