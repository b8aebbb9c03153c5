//! How long each leg of a command takes, for monitors, who want the last second and not the sum of
//! all time. Must not know what a leg is made of.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use hub::LATENCY_BOUNDS_MICROS;

/// The legs of a command before its fan-out, which the hub counts.
#[derive(Debug, Default)]
pub struct Legs<T> {
    /// From the beginning of the request, or of the work on the message of a socket, to the command
    /// in the hands of its session.
    pub decode: T,
    /// The rules, and what they made written down.
    pub rules: T,
    /// From there until it is durable.
    pub commit: T,
}

/// Counts by [`LATENCY_BOUNDS_MICROS`], and of what is above.
#[derive(Debug, Default)]
pub(super) struct Leg([AtomicU64; LATENCY_BOUNDS_MICROS.len() + 1]);

impl Leg {
    pub(super) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS_MICROS.partition_point(|&bound| bound < micros);
        self.0[bucket].fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> Counts {
        Counts(self.0.iter().map(|count| count.load(Relaxed)).collect())
    }
}

/// What was counted by a moment, or between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts(pub Vec<u64>);

impl Counts {
    /// What was counted after `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let earlier = |at: usize| before.0.get(at).copied().unwrap_or(0);
        let new = self.0.iter().enumerate().map(|(at, count)| count.saturating_sub(earlier(at)));
        Self(new.collect())
    }

    /// How many.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The time in milliseconds within which this part of them was done; within its bucket, as if
    /// they were evenly spread. `None` when there are none.
    #[must_use]
    pub fn quantile_ms(&self, part: f64) -> Option<f64> {
        let wanted = self.total() as f64 * part;
        let mut below = 0.0;
        for (at, count) in self.0.iter().enumerate() {
            let count = *count as f64;
            if count > 0.0 && below + count >= wanted {
                let from = at.checked_sub(1).map_or(0, |at| LATENCY_BOUNDS_MICROS[at]) as f64;
                let to = LATENCY_BOUNDS_MICROS.get(at).map_or(from, |to| *to as f64);
                return Some((from + (to - from) * (wanted - below) / count) / 1e3);
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_in_the_bucket_that_holds_them() {
        let leg = Leg::default();
        assert_eq!(leg.read().quantile_ms(0.5), None);
        let before = leg.read();
        for micros in [40, 60, 70, 80, 30_000_000] {
            leg.observe(Duration::from_micros(micros));
        }
        let counts = leg.read().since(&before);
        assert_eq!(counts.total(), 5);
        assert_eq!(counts.quantile_ms(0.2), Some(0.05));
        assert_eq!(counts.quantile_ms(0.5), Some(0.075), "half of three, from 50 to 100 µs");
        assert_eq!(counts.quantile_ms(0.99), Some(10_000.0), "above all bounds");
        assert_eq!(leg.read().since(&leg.read()).total(), 0);
    }
}
