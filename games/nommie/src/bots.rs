//! What bots do. A bot knows what a person in its seat would know: its own hand and what lies open.
//! Must not know the hands of others.

use game::Draws;
use serde::{Deserialize, Serialize};

use crate::cards::{Suit, playable, winner};
use crate::{BidRules, Card, Trump};

/// How a bot plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Any legal move, each as likely as the others.
    Random,
    /// Bids what it can likely win, wins as cheaply as it can.
    #[default]
    Heuristic,
}

impl Profile {
    /// As it stands in views.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Heuristic => "heuristic",
        }
    }

    /// Of the way it plays: grows when that changes.
    #[must_use]
    pub const fn version(self) -> &'static str {
        "1"
    }

    pub(crate) fn bid(self, hand: &[Card], rules: BidRules, random: &mut Draws) -> u8 {
        let legal = rules.legal();
        match self {
            Self::Random => *random.pick(&legal).expect("a legal bid always exists"),
            Self::Heuristic => {
                let wanted = likely_tricks(hand, best_trump(hand));
                let nearest = legal.into_iter().min_by_key(|bid| bid.abs_diff(wanted));
                nearest.expect("a legal bid always exists")
            }
        }
    }

    pub(crate) fn trump(self, hand: &[Card], random: &mut Draws) -> Trump {
        match self {
            Self::Random => *random.pick(&Trump::ALL).expect("there are five"),
            Self::Heuristic => best_trump(hand),
        }
    }

    pub(crate) fn card(
        self,
        hand: &[Card],
        trick: &[Card],
        trump: Trump,
        random: &mut Draws,
    ) -> Card {
        let legal = playable(hand, trick.first().map(|card| card.suit()));
        match self {
            Self::Random => *random.pick(&legal).expect("a hand that is to play has a card"),
            Self::Heuristic => {
                let cost = |card: &Card| (Some(card.suit()) == trump.suit(), card.rank());
                let wins = |card: &&Card| {
                    let with: Vec<Card> = trick.iter().chain([*card]).copied().collect();
                    winner(&with, trump) == trick.len()
                };
                let cheapest =
                    |cards: &mut dyn Iterator<Item = &Card>| cards.min_by_key(|c| cost(c)).copied();
                let chosen = if trick.is_empty() {
                    // Whatever is led wins so far; only the highest is likely to stay.
                    legal.iter().max_by_key(|card| (card.rank(), !cost(card).0)).copied()
                } else {
                    cheapest(&mut legal.iter().filter(wins)).or_else(|| cheapest(&mut legal.iter()))
                };
                chosen.expect("a hand that is to play has a card")
            }
        }
    }
}

fn length(hand: &[Card], suit: Suit) -> usize {
    hand.iter().filter(|card| card.suit() == suit).count()
}

/// The suit in which the hand is longest and highest; no trumps for an even and high hand.
fn best_trump(hand: &[Card]) -> Trump {
    let high = |card: &&Card| card.rank() >= 9;
    let worth = |suit: Suit| {
        let ranks: usize =
            hand.iter().filter(|c| c.suit() == suit).map(|c| usize::from(c.rank())).sum();
        (length(hand, suit), ranks)
    };
    let best = Suit::ALL.into_iter().max_by_key(|suit| worth(*suit)).expect("there are four");
    let even = hand.len() >= 8 && Suit::ALL.into_iter().all(|suit| length(hand, suit) <= 4);
    if even && hand.iter().filter(high).count() * 2 > hand.len() {
        return Trump::NoTrumps;
    }
    Trump::of(best)
}

/// High cards that are not too short or too long to stand, and what is left of trumps when the
/// others have none.
fn likely_tricks(hand: &[Card], trump: Trump) -> u8 {
    let (mut tricks, mut halves) = (0, 0);
    for suit in Suit::ALL {
        let cards = length(hand, suit);
        let trumps = trump.suit() == Some(suit);
        let (ace, king, queen) = (12, 11, 10);
        let holds = |rank| hand.iter().any(|card| card.suit() == suit && card.rank() == rank);
        tricks += u8::from(holds(ace));
        halves += 2 * u8::from(holds(king) && cards >= 2 && (holds(ace) || trumps))
            + u8::from(holds(king) && cards >= 2 && !holds(ace) && !trumps)
            + u8::from(holds(queen) && cards >= 3);
        if trumps {
            tricks += (cards as u8).saturating_sub(4);
        }
    }
    (tricks + halves / 2).min(hand.len() as u8)
}
