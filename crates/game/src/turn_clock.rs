//! [`TurnClock`]: how long a turn may take, for any game with turns. Must not know a clock of the
//! machine, nor what happens when the time is up.
//!
//! It is a part of a game's state, and so as durable as that. The game says when a turn begins and
//! ends, returns [`TurnClock::deadline`] from [`crate::Game::deadline`] with a command of its own
//! choice, and shows [`TurnClock::view`]. The engine gives that command once.
//!
//! ```
//! use game::{Timestamp, TurnClock, TurnTime};
//!
//! let rules: TurnTime = serde_json::from_str(r#"{"kind":"fixed","seconds":30}"#)?;
//! let mut clock = TurnClock::new(rules, 2);
//! clock.begin(0, Timestamp(1_000));
//! assert_eq!(clock.deadline(), Some(Timestamp(31_000)));
//! clock.end(Timestamp(5_000));
//! assert_eq!(clock.deadline(), None);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Timestamp;

/// Longest time of any kind: a day, in seconds.
const LONGEST: u32 = 24 * 60 * 60;

/// How long turns may take: an option of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnTime {
    /// How the time of a turn is counted.
    pub kind: TurnTimeKind,
    /// `fixed`: each turn. `increment`: what a seat has at the start, for all its turns.
    pub seconds: u32,
    /// `increment`: added to what the seat has left after each of its turns.
    pub increment: u32,
    /// A seat whose last connection drops gets so much more, once a turn.
    pub grace_seconds: u32,
}

/// How the time of a turn is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnTimeKind {
    /// Each turn has the same time.
    Fixed,
    /// Each seat has a stock of time, and gets some back after each turn.
    Increment,
}

impl<'de> Deserialize<'de> for TurnTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            kind: TurnTimeKind,
            seconds: u32,
            #[serde(default)]
            increment: u32,
            #[serde(default)]
            grace_seconds: u32,
        }
        let Raw { kind, seconds, increment, grace_seconds } = Raw::deserialize(from)?;
        if !(1..=LONGEST).contains(&seconds) || increment > LONGEST || grace_seconds > LONGEST {
            return Err(de::Error::custom(format!(
                "`seconds` is 1 to {LONGEST}, `increment` and `grace_seconds` at most {LONGEST}"
            )));
        }
        if kind == TurnTimeKind::Fixed && increment > 0 {
            return Err(de::Error::custom("a fixed time has no `increment`"));
        }
        Ok(Self { kind, seconds, increment, grace_seconds })
    }
}

/// The clock of a session's turns. See the top of this file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnClock {
    time: TurnTime,
    /// `increment`: what each seat has left, in milliseconds, as of the end of its last turn.
    left: Vec<u64>,
    running: Option<Turn>,
    /// What the turn that was running has left.
    paused: Option<u64>,
    /// Seats that ask for a pause, or have it.
    asked: BTreeSet<u8>,
    away: BTreeSet<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    seat: u8,
    until: Timestamp,
    /// Milliseconds of grace that are part of `until`.
    grace: u64,
}

/// What everyone may see of a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnClockView {
    /// The rules.
    #[serde(flatten)]
    pub time: TurnTime,
    /// Whose time runs.
    pub seat: Option<u8>,
    /// When it is up, by the server's clock: milliseconds since 1970. Null while it is paused.
    pub deadline: Option<Timestamp>,
    /// `increment`: what each seat had left at the end of its last turn, in milliseconds.
    pub left_ms: Vec<u64>,
    /// Stopped by agreement: so many milliseconds are left then.
    pub paused_ms: Option<u64>,
    /// Seats that ask for a pause, or to keep it.
    pub pause_asked: Vec<u8>,
    /// Seats whose last connection has dropped.
    pub away: Vec<u8>,
}

impl TurnClock {
    /// A clock at rest.
    #[must_use]
    pub fn new(time: TurnTime, seats: usize) -> Self {
        let left = match time.kind {
            TurnTimeKind::Fixed => Vec::new(),
            TurnTimeKind::Increment => vec![u64::from(time.seconds) * 1000; seats],
        };
        let nobody = BTreeSet::new();
        Self { time, left, running: None, paused: None, asked: nobody.clone(), away: nobody }
    }

    /// The turn of `seat` begins.
    pub fn begin(&mut self, seat: u8, now: Timestamp) {
        let millis = match self.time.kind {
            TurnTimeKind::Fixed => u64::from(self.time.seconds) * 1000,
            TurnTimeKind::Increment => self.left[usize::from(seat)],
        };
        self.running = Some(Turn { seat, until: now.plus(millis), grace: 0 });
        self.paused = self.paused.map(|_| millis);
        if self.away.contains(&seat) {
            self.give_grace(seat);
        }
    }

    /// The turn that runs is over.
    pub fn end(&mut self, now: Timestamp) {
        let Some(turn) = self.running.take() else { return };
        if self.time.kind == TurnTimeKind::Increment {
            let left = self.paused.unwrap_or_else(|| turn.until.0.saturating_sub(now.0));
            // Grace is not for keeping.
            let own = left.saturating_sub(turn.grace);
            self.left[usize::from(turn.seat)] = own + u64::from(self.time.increment) * 1000;
        }
        self.paused = self.paused.map(|_| 0);
    }

    /// When the time of the turn that runs is up.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        let turn = self.running.as_ref()?;
        self.paused.is_none().then_some(turn.until)
    }

    /// Is it stopped by agreement?
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Would [`TurnClock::presence`] change anything?
    #[must_use]
    pub fn heeds(&self, seat: u8, here: bool) -> bool {
        self.time.grace_seconds > 0 && self.away.contains(&seat) == here
    }

    /// The last connection of `seat` has dropped, or the first is back.
    pub fn presence(&mut self, seat: u8, here: bool) {
        if here {
            self.away.remove(&seat);
        } else {
            self.away.insert(seat);
            self.give_grace(seat);
        }
    }

    fn give_grace(&mut self, seat: u8) {
        let millis = u64::from(self.time.grace_seconds) * 1000;
        if let Some(turn) = self.running.as_mut().filter(|turn| turn.seat == seat)
            && turn.grace == 0
        {
            turn.grace = millis;
            turn.until = turn.until.plus(millis);
            self.paused = self.paused.map(|left| left + millis);
        }
    }

    /// A seat asks for a pause, or takes that back. It begins once all of `voters` ask for it, and
    /// ends when one of them no longer does.
    pub fn ask_pause(&mut self, seat: u8, pause: bool, voters: &[u8], now: Timestamp) {
        if pause {
            self.asked.insert(seat);
        } else {
            self.asked.remove(&seat);
        }
        self.count(voters, now);
    }

    /// Other seats vote from now on.
    pub fn count(&mut self, voters: &[u8], now: Timestamp) {
        self.asked.retain(|seat| voters.contains(seat));
        let agreed = !voters.is_empty() && voters.iter().all(|seat| self.asked.contains(seat));
        match (self.paused, &mut self.running) {
            (None, turn) if agreed => {
                let left = turn.as_ref().map_or(0, |turn| turn.until.0.saturating_sub(now.0));
                self.paused = Some(left);
            }
            (Some(left), turn) if !agreed => {
                if let Some(turn) = turn {
                    turn.until = now.plus(left);
                }
                self.paused = None;
                self.asked.clear();
            }
            _ => {}
        }
    }

    /// What everyone may see.
    #[must_use]
    pub fn view(&self) -> TurnClockView {
        TurnClockView {
            time: self.time.clone(),
            seat: self.running.as_ref().map(|turn| turn.seat),
            deadline: self.deadline(),
            left_ms: self.left.clone(),
            paused_ms: self.paused,
            pause_asked: self.asked.iter().copied().collect(),
            away: self.away.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(rules: &str) -> TurnClock {
        TurnClock::new(serde_json::from_str(rules).unwrap(), 3)
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp(millis)
    }

    #[test]
    fn a_fixed_time_is_the_same_each_turn() {
        let mut clock = clock(r#"{"kind":"fixed","seconds":10}"#);
        for (seat, start) in [(0, 0), (1, 9_999), (0, 12_000)] {
            clock.begin(seat, at(start));
            assert_eq!(clock.deadline(), Some(at(start + 10_000)));
            assert_eq!(clock.view().seat, Some(seat));
            clock.end(at(start + 500));
            assert_eq!(clock.deadline(), None);
        }
        assert!(clock.view().left_ms.is_empty());
    }

    #[test]
    fn a_stock_of_time_shrinks_and_gets_its_increment() {
        let mut clock = clock(r#"{"kind":"increment","seconds":60,"increment":2}"#);
        clock.begin(1, at(0));
        clock.end(at(10_000));
        assert_eq!(clock.view().left_ms, [60_000, 52_000, 60_000]);
        clock.begin(1, at(20_000));
        assert_eq!(clock.deadline(), Some(at(72_000)));
        clock.end(at(80_000));
        assert_eq!(clock.view().left_ms, [60_000, 2_000, 60_000], "too late: only the increment");
    }

    #[test]
    fn grace_is_given_once_a_turn_and_not_kept() {
        let rules = r#"{"kind":"increment","seconds":60,"increment":0,"grace_seconds":30}"#;
        let mut clock = clock(rules);
        clock.begin(0, at(0));
        assert!(clock.heeds(0, false) && !clock.heeds(0, true));
        for here in [false, true, false] {
            clock.presence(0, here);
        }
        assert_eq!(clock.deadline(), Some(at(90_000)));
        assert_eq!(clock.view().away, [0]);
        clock.end(at(10_000));
        assert_eq!(clock.view().left_ms[0], 50_000);
        clock.begin(0, at(20_000));
        assert_eq!(clock.deadline(), Some(at(100_000)), "still away as the turn begins");
        clock.presence(1, false);
        assert_eq!(clock.deadline(), Some(at(100_000)), "not the turn of that seat");
    }

    #[test]
    fn a_clock_without_grace_does_not_ask_who_is_here() {
        assert!(!clock(r#"{"kind":"fixed","seconds":10}"#).heeds(0, false));
    }

    #[test]
    fn a_pause_needs_all_and_ends_with_one() {
        let mut clock = clock(r#"{"kind":"fixed","seconds":10}"#);
        clock.begin(0, at(0));
        clock.ask_pause(0, true, &[0, 2], at(1_000));
        assert_eq!((clock.is_paused(), clock.view().pause_asked), (false, vec![0]));
        clock.ask_pause(2, true, &[0, 2], at(4_000));
        assert_eq!((clock.deadline(), clock.view().paused_ms), (None, Some(6_000)));
        clock.ask_pause(0, false, &[0, 2], at(100_000));
        assert_eq!(clock.deadline(), Some(at(106_000)));
        assert!(clock.view().pause_asked.is_empty());
    }

    #[test]
    fn one_that_goes_no_longer_stands_against_a_pause() {
        let mut clock = clock(r#"{"kind":"fixed","seconds":10}"#);
        clock.begin(0, at(0));
        clock.ask_pause(0, true, &[0, 2], at(1_000));
        clock.count(&[0], at(2_000));
        assert!(clock.is_paused());
        clock.count(&[], at(3_000));
        assert!(!clock.is_paused(), "with nobody left to end it");
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        for rules in [
            r#"{"kind":"fixed","seconds":0}"#,
            r#"{"kind":"fixed","seconds":86401}"#,
            r#"{"kind":"fixed","seconds":5,"increment":1}"#,
            r#"{"kind":"fixed","seconds":5,"extra":1}"#,
            r#"{"kind":"chess","seconds":5}"#,
        ] {
            assert!(serde_json::from_str::<TurnTime>(rules).is_err(), "{rules}");
        }
        let clock = clock(r#"{"kind":"increment","seconds":5,"increment":1,"grace_seconds":9}"#);
        let stored = serde_json::to_string(&clock).unwrap();
        assert_eq!(serde_json::from_str::<TurnClock>(&stored).unwrap(), clock);
    }
}
