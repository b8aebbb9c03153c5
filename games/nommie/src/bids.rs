//! How many cards, and which bids. Must not know cards.

use crate::{PerSeat, ROUNDS, SEATS, left_of};

/// Cards in a hand of this round: 13 down to 2, four rounds of 2, and up to 13 again.
///
/// # Panics
/// If there is no such round.
#[must_use]
pub fn hand_size(round: u8) -> u8 {
    match round {
        1..=11 => 14 - round,
        12..=15 => 2,
        16..=ROUNDS => round - 13,
        _ => panic!("rounds are 1 to {ROUNDS}"),
    }
}

/// What binds the next bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidRules {
    /// Cards in a hand.
    pub hand_size: u8,
    /// Sum of the three other bids, when this is the fourth: all four may not sum to the hand size.
    pub others: Option<u8>,
    /// The seat bid 0 in each of the three rounds before.
    pub zero_locked: bool,
}

impl BidRules {
    /// The value that the last bidder may not bid.
    #[must_use]
    pub fn barred(&self) -> Option<u8> {
        self.hand_size.checked_sub(self.others?)
    }

    /// May it be bid?
    #[must_use]
    pub fn allows(&self, bid: u8) -> bool {
        bid <= self.hand_size && self.barred() != Some(bid) && !(bid == 0 && self.zero_locked)
    }

    /// All that may be bid, lowest first; never empty, since hands have at least two cards and at
    /// most two values are out.
    #[must_use]
    pub fn legal(&self) -> Vec<u8> {
        (0..=self.hand_size).filter(|bid| self.allows(*bid)).collect()
    }
}

/// Who has won the bidding: the highest bid, and of equal ones the earliest. `first` bid first.
///
/// # Panics
/// If a bid is missing.
#[must_use]
pub(crate) fn bid_winner(bids: &PerSeat<Option<u8>>, first: u8) -> u8 {
    let mut best = first;
    let mut seat = first;
    for _ in 1..SEATS {
        seat = left_of(seat);
        let bid = |seat: u8| bids[usize::from(seat)].expect("everyone has bid");
        if bid(seat) > bid(best) {
            best = seat;
        }
    }
    best
}
