//! One ring of buckets for everything that happens to sockets at a time: pings, silence,
//! deadlines. A socket has one visit ahead, in ticks; a visit that was moved forward leaves its old
//! entry behind, which nobody honours. Must not know what a visit is for.

use std::time::{Duration, Instant};

/// Entries of the ring: more than a visit can be ahead.
const BUCKETS: usize = 32;
/// Ticks of a heartbeat, unless it is slow.
const TICKS_PER_HEARTBEAT: u32 = 20;
/// The farthest that a visit can be ahead. What is farther finds nothing to do then and enters
/// the next visit.
const HORIZON: u32 = TICKS_PER_HEARTBEAT + 1;
const SHORTEST_TICK: Duration = Duration::from_millis(1);
/// So that a deadline is at most so late, however slow the heartbeat.
const LONGEST_TICK: Duration = Duration::from_secs(1);

/// The ring and its clock.
pub(super) struct Wheel {
    start: Instant,
    tick: Duration,
    /// The last tick whose visits were paid.
    done: u32,
    buckets: [Vec<u32>; BUCKETS],
    entries: usize,
}

impl Wheel {
    pub(super) fn new(heartbeat: Duration, start: Instant) -> Self {
        let tick = (heartbeat / TICKS_PER_HEARTBEAT).clamp(SHORTEST_TICK, LONGEST_TICK);
        Self { start, tick, done: 0, buckets: std::array::from_fn(|_| Vec::new()), entries: 0 }
    }

    /// The tick that a moment is in.
    pub(super) fn tick_of(&self, moment: Instant) -> u32 {
        let since = moment.saturating_duration_since(self.start);
        u32::try_from(since.as_nanos() / self.tick.as_nanos()).unwrap_or(u32::MAX)
    }

    /// The first tick at which a moment is over.
    pub(super) fn tick_after(&self, moment: Instant) -> u32 {
        self.tick_of(moment).saturating_add(1)
    }

    /// Ticks as a duration.
    pub(super) fn duration(&self, ticks: u32) -> Duration {
        self.tick * ticks
    }

    /// A duration in ticks, rounded up: nothing happens early.
    pub(super) fn ticks(&self, duration: Duration) -> u32 {
        u32::try_from(duration.as_nanos().div_ceil(self.tick.as_nanos())).unwrap_or(u32::MAX)
    }

    /// Enters a visit; gives the tick at which it will be, which may be sooner than `tick` (a visit
    /// that finds nothing to do enters the next one) and is never one that is over.
    pub(super) fn enter(&mut self, slot: u32, tick: u32) -> u32 {
        let tick = tick.clamp(self.done + 1, self.done + HORIZON);
        self.buckets[tick as usize % BUCKETS].push(slot);
        self.entries += 1;
        tick
    }

    /// The next tick that is over and unpaid, with its entries.
    pub(super) fn due(&mut self, now: Instant) -> Option<(u32, Vec<u32>)> {
        let last = self.tick_of(now);
        if self.entries == 0 {
            self.done = self.done.max(last);
        }
        if self.done >= last {
            return None;
        }
        self.done += 1;
        let bucket = std::mem::take(&mut self.buckets[self.done as usize % BUCKETS]);
        self.entries -= bucket.len();
        Some((self.done, bucket))
    }

    /// Time until the next tick; `None` while no visit is entered.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        (self.entries > 0).then(|| {
            let next = self.start + self.tick * (self.done + 1);
            next.saturating_duration_since(now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_come_at_their_tick_and_none_is_lost() {
        let start = Instant::now();
        let mut wheel = Wheel::new(Duration::from_secs(20), start);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(wheel.wait(start), None);
        assert!(wheel.due(at(100)).is_none());
        assert_eq!(wheel.enter(1, 103), 103);
        assert_eq!(wheel.enter(2, 5), 101, "what is over comes next");
        assert_eq!(wheel.enter(3, 500), 121, "what is far comes sooner");
        assert_eq!(wheel.wait(at(100)), Some(Duration::from_secs(1)));
        assert_eq!(wheel.due(at(100)), None);
        let mut seen = Vec::new();
        while let Some((tick, slots)) = wheel.due(at(160)) {
            seen.extend(slots.into_iter().map(|slot| (tick, slot)));
        }
        assert_eq!(seen, [(101, 2), (103, 1), (121, 3)]);
        assert_eq!(wheel.ticks(Duration::from_millis(1001)), 2);
    }
}
