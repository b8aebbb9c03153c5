//! [`Table`]: seats, rounds and the score. Must not know who may ask for what.

use std::sync::Arc;

use game::{Draws, Memo, Name, SeatId, Timestamp, TurnClock, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::event::{Event, EventView};
use crate::round::Played;
use crate::seats::seats_where;
use crate::{BidRules, Card, PerSeat, ROUNDS, Round, SEATS, Seat, Trump, dealer};

/// Where a game is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// People take seats.
    Lobby,
    /// Everyone left the lobby.
    Abandoned,
    /// A seat is to bid.
    Bidding,
    /// The highest bidder is to choose trumps.
    TrumpSelect,
    /// A seat is to play a card.
    Trick,
    /// A round is over; the next one comes by itself.
    Scoring,
    /// All 26 rounds are over.
    GameOver,
}

/// What is kept of a round that is over. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundRecord {
    pub(crate) no: u8,
    pub(crate) bids: PerSeat<u8>,
    pub(crate) trump: Trump,
    pub(crate) trump_by: u8,
    pub(crate) tricks_won: PerSeat<u8>,
    pub(crate) scores: PerSeat<u32>,
}

/// A table with all its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub(crate) name: Name,
    pub(crate) bot_pace_ms: u32,
    pub(crate) host: SeatId,
    pub(crate) seats: PerSeat<Seat>,
    pub(crate) phase: Phase,
    pub(crate) round: Option<Round>,
    pub(crate) last_trick: Option<PerSeat<Played>>,
    pub(crate) scores_total: PerSeat<u32>,
    pub(crate) history: Vec<RoundRecord>,
    pub(crate) clock: Option<TurnClock>,
    /// When a bot moves, or the next round is dealt.
    pub(crate) next_at: Option<Timestamp>,
    /// The part of the view that is the same for everyone.
    #[serde(skip)]
    pub(crate) public: Memo<Arc<RawValue>>,
}

/// A move of the seat whose turn it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    Bid(u8),
    Trump(Trump),
    Card(Card),
}

impl Table {
    /// The round that is played.
    ///
    /// # Panics
    /// In the lobby.
    pub(crate) fn round(&self) -> &Round {
        self.round.as_ref().expect("play has begun")
    }

    fn round_mut(&mut self) -> &mut Round {
        self.round.as_mut().expect("play has begun")
    }

    pub(crate) fn seat(&self, seat: u8) -> &Seat {
        &self.seats[usize::from(seat)]
    }

    pub(crate) fn seat_mut(&mut self, seat: u8) -> &mut Seat {
        &mut self.seats[usize::from(seat)]
    }

    /// The seat that this user holds.
    pub(crate) fn seat_of(&self, user: &UserId) -> Option<u8> {
        seats_where(&self.seats, |seat| seat.person().is_some_and(|p| p.user == *user)).next()
    }

    /// The seat whose turn it is.
    pub(crate) fn to_act(&self) -> Option<u8> {
        match self.phase {
            Phase::Bidding => self.round().bidder(),
            Phase::TrumpSelect => self.round().bid_winner(),
            Phase::Trick => Some(self.round().player()),
            Phase::Lobby | Phase::Abandoned | Phase::Scoring | Phase::GameOver => None,
        }
    }

    /// Is a round being played?
    pub(crate) fn in_play(&self) -> bool {
        self.to_act().is_some() || self.phase == Phase::Scoring
    }

    pub(crate) fn paused(&self) -> bool {
        self.clock.as_ref().is_some_and(TurnClock::is_paused)
    }

    /// What binds the bid of the seat whose turn it is to bid.
    pub(crate) fn bid_rules(&self, seat: u8) -> BidRules {
        let round = self.round();
        BidRules {
            hand_size: round.hand_size(),
            others: round.others(),
            zero_locked: self.zero_locked(seat),
        }
    }

    /// Has the seat bid 0 in each of the three rounds before?
    pub(crate) fn zero_locked(&self, seat: u8) -> bool {
        let before = self.history.iter().rev().take(3);
        before.filter(|round| round.bids[usize::from(seat)] == 0).count() == 3
    }

    /// Deals round `no`.
    pub(crate) fn deal(&mut self, no: u8, random: &mut Draws, events: &mut Vec<Event>) {
        let round = Round::deal(no, random);
        events.push(Event::Dealt { round_no: no, hands: round.hands.clone() });
        self.round = Some(round);
        self.phase = Phase::Bidding;
    }

    /// The seat whose turn it is makes a legal move.
    pub(crate) fn advance(&mut self, made: Move, timed_out: bool, events: &mut Vec<Event>) {
        let seat = self.to_act().expect("somebody's turn");
        match made {
            Move::Bid(bid) => {
                self.round_mut().bids[usize::from(seat)] = Some(bid);
                events.push(Event::Public(EventView::Bid { seat, bid, timed_out }));
                if self.round().bidder().is_none() {
                    self.phase = Phase::TrumpSelect;
                }
            }
            Move::Trump(trump) => {
                self.round_mut().trump = Some(trump);
                events.push(Event::Public(EventView::Trump { seat, trump, timed_out }));
                self.phase = Phase::Trick;
            }
            Move::Card(card) => {
                let trick = self.round_mut().play(card);
                events.push(Event::Public(EventView::Card { seat, card, timed_out }));
                if let Some((cards, seat)) = trick {
                    self.last_trick = Some(cards);
                    events.push(Event::Public(EventView::Trick { seat, cards }));
                    if self.round().is_over() {
                        self.score(events);
                    }
                }
            }
        }
    }

    fn score(&mut self, events: &mut Vec<Event>) {
        let round = self.round();
        let (no, scores) = (round.no, round.scores());
        let record = RoundRecord {
            no,
            bids: round.bids.map(|bid| bid.expect("everyone has bid")),
            trump: round.trump.expect("chosen before the first card"),
            trump_by: round.bid_winner().expect("everyone has bid"),
            tricks_won: round.tricks_won,
            scores,
        };
        self.history.push(record);
        for (total, score) in self.scores_total.iter_mut().zip(scores) {
            *total += score;
        }
        events.push(Event::Public(EventView::Round {
            round_no: no,
            round_scores: scores,
            scores_total: self.scores_total,
        }));
        self.phase = Phase::Scoring;
    }

    /// After a round: the next one, or the end.
    pub(crate) fn next_round(&mut self, random: &mut Draws, events: &mut Vec<Event>) {
        let no = self.round().no;
        if no < ROUNDS {
            return self.deal(no + 1, random, events);
        }
        self.phase = Phase::GameOver;
        events.push(Event::Public(EventView::GameOver { winners: self.winners() }));
    }

    /// Seats with the highest total.
    pub(crate) fn winners(&self) -> Vec<u8> {
        let best = self.scores_total.iter().max();
        (0u8..).zip(&self.scores_total).filter(|(_, s)| Some(*s) == best).map(|(n, _)| n).collect()
    }

    /// The dealer of the round that is played; before the first, who will deal it.
    pub(crate) fn dealer(&self) -> u8 {
        dealer(self.round.as_ref().map_or(1, |round| round.no))
    }

    /// Whose turn it is now has all of their time, and a bot all of its pace.
    pub(crate) fn start_turn(&mut self, now: Timestamp) {
        let pace = u64::from(self.bot_pace_ms);
        let seat = self.to_act();
        self.next_at = match seat {
            Some(seat) => self.seat(seat).is_bot().then(|| now.plus(pace)),
            // People want to read the score.
            None => (self.phase == Phase::Scoring).then(|| now.plus(pace * SCORE_PACES)),
        };
        let person = seat.filter(|seat| !self.seat(*seat).is_bot());
        if let Some(clock) = &mut self.clock {
            clock.end(now);
            if let Some(seat) = person {
                clock.begin(seat, now);
            }
        }
    }
}

/// The score of a round stands for so many paces of a bot.
const SCORE_PACES: u64 = 5;

/// Nobody sits anywhere.
pub(crate) fn empty_seats() -> PerSeat<Seat> {
    [(); SEATS].map(|()| Seat::default())
}
