//! Cards, and what of them may be played and wins. Must not know who holds them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// In the order in which hands are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Suit {
    Clubs,
    Diamonds,
    Hearts,
    Spades,
}

impl Suit {
    /// All four, in order.
    pub const ALL: [Self; 4] = [Self::Clubs, Self::Diamonds, Self::Hearts, Self::Spades];

    const fn letter(self) -> char {
        match self {
            Self::Clubs => 'C',
            Self::Diamonds => 'D',
            Self::Hearts => 'H',
            Self::Spades => 'S',
        }
    }
}

/// Letters of the ranks, lowest first. Ace is high.
const RANKS: &str = "23456789TJQKA";

/// One of 52 cards. The order is that of a sorted hand: by suit, then by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Card {
    suit: Suit,
    /// Place in [`RANKS`].
    rank: u8,
}

/// The text was no card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCard;

impl fmt::Display for BadCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a card is a rank of {RANKS} and a suit of CDHS, such as TD")
    }
}

impl Card {
    /// Its suit.
    #[must_use]
    pub const fn suit(self) -> Suit {
        self.suit
    }

    /// How high it is within its suit: 0 (two) to 12 (ace).
    #[must_use]
    pub const fn rank(self) -> u8 {
        self.rank
    }

    const fn letters(self) -> [u8; 2] {
        [RANKS.as_bytes()[self.rank as usize], self.suit.letter() as u8]
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(&self.letters()))
    }
}

fn text(letters: &[u8; 2]) -> &str {
    std::str::from_utf8(letters).expect("letters of ranks and suits are ASCII")
}

impl FromStr for Card {
    type Err = BadCard;

    fn from_str(text: &str) -> Result<Self, BadCard> {
        let mut letters = text.chars();
        let (Some(rank), Some(suit), None) = (letters.next(), letters.next(), letters.next())
        else {
            return Err(BadCard);
        };
        let suit = Suit::ALL.into_iter().find(|s| s.letter() == suit).ok_or(BadCard)?;
        let rank = RANKS.find(rank).ok_or(BadCard)?;
        Ok(Self { suit, rank: rank as u8 })
    }
}

impl Serialize for Card {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text(&self.letters()))
    }
}

impl<'de> Deserialize<'de> for Card {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// What wins over the suit that was led.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Trump {
    Clubs,
    Diamonds,
    Hearts,
    Spades,
    NoTrumps,
}

impl Trump {
    /// All five, as the winner of the bidding may choose them.
    pub const ALL: [Self; 5] =
        [Self::Clubs, Self::Diamonds, Self::Hearts, Self::Spades, Self::NoTrumps];

    /// The suit, if there is one.
    #[must_use]
    pub const fn suit(self) -> Option<Suit> {
        match self {
            Self::Clubs => Some(Suit::Clubs),
            Self::Diamonds => Some(Suit::Diamonds),
            Self::Hearts => Some(Suit::Hearts),
            Self::Spades => Some(Suit::Spades),
            Self::NoTrumps => None,
        }
    }

    /// The trump of this suit.
    #[must_use]
    pub const fn of(suit: Suit) -> Self {
        match suit {
            Suit::Clubs => Self::Clubs,
            Suit::Diamonds => Self::Diamonds,
            Suit::Hearts => Self::Hearts,
            Suit::Spades => Self::Spades,
        }
    }
}

/// All 52, sorted.
#[must_use]
pub fn deck() -> Vec<Card> {
    let of = |suit| (0..RANKS.len() as u8).map(move |rank| Card { suit, rank });
    Suit::ALL.into_iter().flat_map(of).collect()
}

/// The cards of `hand` that may be played: those of the suit that was led, if there are any.
#[must_use]
pub fn playable(hand: &[Card], led: Option<Suit>) -> Vec<Card> {
    let follows = |card: &&Card| Some(card.suit) == led;
    if hand.iter().any(|card| follows(&card)) {
        hand.iter().filter(follows).copied().collect()
    } else {
        hand.to_vec()
    }
}

/// The place in `trick` of the card that wins it, as it stands. Panics without a card.
#[must_use]
pub fn winner(trick: &[Card], trump: Trump) -> usize {
    let led = trick[0].suit;
    let strength = |card: &Card| {
        let class = if trump.suit() == Some(card.suit) { 2 } else { u8::from(card.suit == led) };
        (class, card.rank)
    };
    let best = (0..trick.len()).max_by_key(|at| strength(&trick[*at]));
    best.expect("a trick has at least the card that was led")
}
