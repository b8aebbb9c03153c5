//! How long to wait before the next attempt: full jitter, so that clients that lost one server at
//! one moment do not come back at one moment. Must not know what is attempted.

use std::time::Duration;

/// The first wait is at most this long.
const FIRST: Duration = Duration::from_millis(500);

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(20);

/// The waits of one run of failures.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait before the next attempt; `asked` is what the server asked for, which counts at
    /// least.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let drawn = ceiling.mul_f64(fraction());
        asked.map_or(drawn, |asked| asked.min(LONGEST) + drawn / 4)
    }

    /// In sync again.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A random number from 0 to 1.
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness half of the ceiling is as good a wait as any.
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_twenty_seconds_and_start_again() {
        let mut backoff = Backoff::default();
        for ceiling in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0] {
            let wait = backoff.next(None).as_secs_f64();
            assert!(wait <= ceiling, "{wait} of at most {ceiling}");
        }
        backoff.reset();
        assert!(backoff.next(None) <= FIRST);
        let asked = Duration::from_secs(3);
        let wait = backoff.next(Some(asked));
        assert!(wait >= asked && wait <= asked + FIRST, "{wait:?}");
    }
}
