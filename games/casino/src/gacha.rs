//! Gacha: pulls of items by rarity, with a pity counter. Must not know wallets.

use game::Draws;
use serde::{Deserialize, Serialize};

/// How rare an item is, the rarest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Rarity {
    Common,
    Rare,
    Epic,
    Legendary,
}

impl Rarity {
    /// All of them, the rarest last.
    pub const ALL: [Self; 4] = [Self::Common, Self::Rare, Self::Epic, Self::Legendary];

    /// How many of [`TICKETS`] bring it, without pity.
    #[must_use]
    pub const fn weight(self) -> u64 {
        match self {
            Self::Legendary => 2,
            Self::Epic => 25,
            Self::Rare => 150,
            Self::Common => TICKETS - 2 - 25 - 150,
        }
    }

    const fn items(self) -> &'static [&'static str] {
        match self {
            Self::Common => &["Wooden die", "Paper crown", "Tin whistle", "Glass marble", "Cork"],
            Self::Rare => &["Silver thimble", "Ivory domino", "Lucky horseshoe"],
            Self::Epic => &["Golden dice", "Velvet top hat"],
            Self::Legendary => &["Crown of the house"],
        }
    }
}

/// Tickets, all as likely as each other.
pub const TICKETS: u64 = 1_000;

/// The pull that is Epic at least, when none since the last Epic was.
pub const PITY: u8 = 90;

/// Tokens for one pull, and for ten.
pub const PRICE_OF_ONE: u64 = 50;
/// Ten for the price of nine.
pub const PRICE_OF_TEN: u64 = 450;

/// What a pull brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// How rare it is.
    pub rarity: Rarity,
}

/// What so many pulls cost; `None` for a number that is not sold.
#[must_use]
pub const fn price(pulls: u64) -> Option<u64> {
    match pulls {
        1 => Some(PRICE_OF_ONE),
        10 => Some(PRICE_OF_TEN),
        _ => None,
    }
}

/// One pull: a draw for the rarity, one for the item. `pity` counts the pulls since the last one
/// that was Epic or better.
#[must_use]
pub fn pull(draws: &mut Draws, pity: &mut u8) -> Item {
    let drawn = rarity(draws);
    let rarity = if *pity + 1 >= PITY { drawn.max(Rarity::Epic) } else { drawn };
    *pity = if rarity >= Rarity::Epic { 0 } else { *pity + 1 };
    let name = *draws.pick(rarity.items()).expect("there are items of each rarity");
    Item { name: name.to_owned(), rarity }
}

fn rarity(draws: &mut Draws) -> Rarity {
    let mut ticket = draws.below(TICKETS);
    for rarity in Rarity::ALL {
        if ticket < rarity.weight() {
            return rarity;
        }
        ticket -= rarity.weight();
    }
    unreachable!("the weights sum to the number of tickets")
}
