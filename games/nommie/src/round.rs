//! One round: bids, trump, tricks. Must not know who sits where, nor what other rounds brought.

use game::Draws;
use serde::{Deserialize, Serialize};

use crate::bids::bid_winner;
use crate::cards::{self, Suit};
use crate::{Card, PerSeat, SEATS, Trump, dealer, deck, hand_size, left_of};

/// A card and the seat that played it.
pub(crate) type Played = (u8, Card);

/// One round. Holds the hands: never sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub(crate) no: u8,
    /// What each seat still holds, sorted.
    pub(crate) hands: PerSeat<Vec<Card>>,
    pub(crate) bids: PerSeat<Option<u8>>,
    pub(crate) trump: Option<Trump>,
    /// Leads the trick that is played.
    pub(crate) leader: u8,
    pub(crate) trick: Vec<Played>,
    pub(crate) tricks_won: PerSeat<u8>,
}

impl Round {
    /// Shuffles and deals. The cards that are left stay unused.
    #[must_use]
    pub fn deal(no: u8, random: &mut Draws) -> Self {
        let mut cards = deck();
        random.shuffle(&mut cards);
        let mut hands = cards.chunks(usize::from(hand_size(no))).map(|hand| {
            let mut hand = hand.to_vec();
            hand.sort_unstable();
            hand
        });
        Self {
            no,
            hands: std::array::from_fn(|_| hands.next().expect("13 cards for each of four")),
            bids: [None; SEATS],
            trump: None,
            leader: left_of(dealer(no)),
            trick: Vec::new(),
            tricks_won: [0; SEATS],
        }
    }

    /// Cards that each seat was dealt.
    #[must_use]
    pub fn hand_size(&self) -> u8 {
        hand_size(self.no)
    }

    /// The seat that bids first and leads the first trick.
    pub(crate) fn first(&self) -> u8 {
        left_of(dealer(self.no))
    }

    /// The seat that bids next; `None` once all have.
    pub(crate) fn bidder(&self) -> Option<u8> {
        let made = self.bids.iter().flatten().count() as u8;
        (usize::from(made) < SEATS).then(|| (self.first() + made) % SEATS as u8)
    }

    /// The winner of the bidding, once all have bid.
    pub(crate) fn bid_winner(&self) -> Option<u8> {
        self.bidder().is_none().then(|| bid_winner(&self.bids, self.first()))
    }

    /// The sum of the three other bids, if the next bid is the last.
    pub(crate) fn others(&self) -> Option<u8> {
        let made: Vec<u8> = self.bids.iter().flatten().copied().collect();
        (made.len() + 1 == SEATS).then(|| made.iter().sum())
    }

    /// The seat that plays next.
    pub(crate) fn player(&self) -> u8 {
        (self.leader + self.trick.len() as u8) % SEATS as u8
    }

    /// The suit that must be followed.
    pub(crate) fn led(&self) -> Option<Suit> {
        self.trick.first().map(|(_, card)| card.suit())
    }

    /// What the seat whose turn it is may play.
    pub(crate) fn playable(&self) -> Vec<Card> {
        cards::playable(&self.hands[usize::from(self.player())], self.led())
    }

    /// From 1.
    pub(crate) fn trick_no(&self) -> u8 {
        self.tricks_won.iter().sum::<u8>() + 1
    }

    /// The seat to the left plays the card, which it holds; answers with the trick and its winner if
    /// that was the fourth card.
    pub(crate) fn play(&mut self, card: Card) -> Option<(PerSeat<Played>, u8)> {
        let seat = self.player();
        self.hands[usize::from(seat)].retain(|held| *held != card);
        self.trick.push((seat, card));
        let trick: PerSeat<Played> = self.trick.clone().try_into().ok()?;
        let trump = self.trump.expect("chosen before the first card");
        let winner = trick[cards::winner(&trick.map(|(_, card)| card), trump)].0;
        self.tricks_won[usize::from(winner)] += 1;
        self.leader = winner;
        self.trick.clear();
        Some((trick, winner))
    }

    /// Are all tricks played?
    pub(crate) fn is_over(&self) -> bool {
        self.tricks_won.iter().sum::<u8>() == self.hand_size()
    }

    /// One point a trick, ten more for as many as were bid.
    pub(crate) fn scores(&self) -> PerSeat<u32> {
        std::array::from_fn(|seat| {
            let tricks = self.tricks_won[seat];
            u32::from(tricks) + if self.bids[seat] == Some(tricks) { 10 } else { 0 }
        })
    }
}
