//! What happened at a table, and what each viewer is told of it. Must not know why it happened.

use game::Viewer;
use serde::{Deserialize, Serialize};

use crate::{Card, PerSeat, Trump};

/// What happened. Holds hands: sent only as an [`EventView`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A round begins.
    Dealt {
        /// From 1.
        round_no: u8,
        /// What each seat was dealt.
        hands: PerSeat<Vec<Card>>,
    },
    /// Something that everyone sees.
    #[serde(untagged)]
    Public(EventView),
}

/// What a viewer is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventView {
    /// A round begins.
    Dealt {
        /// From 1.
        round_no: u8,
        /// The viewer's own cards, for who has a seat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hand: Option<Vec<Card>>,
    },
    /// A seat has bid.
    Bid {
        /// Which.
        seat: u8,
        /// Tricks.
        bid: u8,
        /// Its time was up, and a bot bid for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        timed_out: bool,
    },
    /// The winner of the bidding has chosen trumps.
    Trump {
        /// Which seat.
        seat: u8,
        /// What it chose.
        trump: Trump,
        /// Its time was up, and a bot chose for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        timed_out: bool,
    },
    /// A seat has played a card.
    Card {
        /// Which.
        seat: u8,
        /// The card.
        card: Card,
        /// Its time was up, and a bot played for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        timed_out: bool,
    },
    /// A seat has won a trick.
    Trick {
        /// Which.
        seat: u8,
        /// The cards, in the order in which they were played.
        cards: PerSeat<(u8, Card)>,
    },
    /// A round is over.
    Round {
        /// From 1.
        round_no: u8,
        /// What each seat got for it.
        round_scores: PerSeat<u32>,
        /// What each seat has in all.
        scores_total: PerSeat<u32>,
    },
    /// The game is over.
    GameOver {
        /// Seats with the highest total.
        winners: Vec<u8>,
    },
}

impl Event {
    pub(crate) fn for_viewer(&self, viewer: Viewer) -> EventView {
        match self {
            Self::Dealt { round_no, hands } => EventView::Dealt {
                round_no: *round_no,
                hand: viewer.seat().and_then(|seat| hands.get(usize::from(seat.0)).cloned()),
            },
            Self::Public(view) => view.clone(),
        }
    }
}
