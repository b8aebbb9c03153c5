//! Failed log-ins of each account: a few guesses, then a pause, whoever asks. Must not know passwords.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::SiteId;

/// Accounts counted at once. Past it those with few failures are forgotten, and if that is not enough
/// all: some MiB at the most, though anyone may make names up.
const MOST: usize = 50_000;

/// Counts failures. Those of one account count for a time that begins with the first of them.
pub(super) struct Failures {
    most: u32,
    window: Duration,
    known: Mutex<HashMap<SiteId, Count>>,
}

struct Count {
    since: Instant,
    failures: u32,
}

/// A log-in under way. It counts as failed unless its end is told.
pub struct Attempt<'a>(Option<(&'a Failures, SiteId)>);

impl Failures {
    pub(super) fn new(most: u32, window: Duration) -> Self {
        Self { most: most.max(1), window, known: Mutex::default() }
    }

    /// One more attempt, or how long to wait.
    pub(super) fn attempt(&self, site_id: &SiteId) -> Result<Attempt<'_>, Duration> {
        let now = Instant::now();
        let mut known = self.known();
        if known.len() >= MOST && !known.contains_key(site_id) {
            self.make_room(&mut known, now);
        }
        let fresh = || Count { since: now, failures: 0 };
        let count = known.entry(site_id.clone()).or_insert_with(fresh);
        if now.duration_since(count.since) >= self.window {
            *count = fresh();
        }
        if count.failures >= self.most {
            return Err(self.window.saturating_sub(now.duration_since(count.since)));
        }
        count.failures += 1;
        Ok(Attempt(Some((self, site_id.clone()))))
    }

    fn make_room(&self, known: &mut HashMap<SiteId, Count>, now: Instant) {
        known.retain(|_, count| now.duration_since(count.since) < self.window);
        if known.len() >= MOST {
            known.retain(|_, count| count.failures > self.most / 2);
        }
        if known.len() >= MOST {
            known.clear();
        }
    }

    /// Nothing in there can panic half-way.
    fn known(&self) -> MutexGuard<'_, HashMap<SiteId, Count>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    pub(super) const fn uncounted() -> Self {
        Self(None)
    }

    /// The password was right: the count begins anew.
    pub fn succeeded(self) {
        if let Some((failures, site_id)) = self.0 {
            failures.known().remove(&site_id);
        }
    }

    /// Nobody knows whether it was right: the attempt does not count.
    pub fn undecided(self) {
        if let Some((failures, site_id)) = self.0
            && let Some(count) = failures.known().get_mut(&site_id)
        {
            count.failures = count.failures.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site_id(text: &str) -> SiteId {
        SiteId::new(text).unwrap()
    }

    #[test]
    fn failures_count_until_a_success_or_the_end_of_their_time() {
        let day = Duration::from_secs(24 * 60 * 60);
        let failures = Failures::new(3, day);
        let (ada, ben) = (site_id("ada"), site_id("ben"));
        // Attempts at once count as much as those in turn.
        let open: Vec<_> = (0..3).map(|_| failures.attempt(&ada).ok().unwrap()).collect();
        let wait = failures.attempt(&ada).err().unwrap();
        assert!(wait <= day && wait > day - Duration::from_secs(60), "{wait:?}");
        assert!(failures.attempt(&ben).is_ok(), "each account has a count of its own");
        let mut open = open.into_iter();
        open.next().unwrap().undecided();
        drop(failures.attempt(&ada).ok().unwrap());
        assert!(failures.attempt(&ada).is_err());
        open.next().unwrap().succeeded();
        for _ in 0..3 {
            drop(failures.attempt(&ada).ok().unwrap());
        }
        assert!(failures.attempt(&ada).is_err());
        assert!(failures.attempt(&site_id("ADA")).is_err(), "case does not count");
    }

    #[test]
    fn after_its_time_a_count_begins_anew() {
        let failures = Failures::new(1, Duration::ZERO);
        for _ in 0..5 {
            assert!(failures.attempt(&site_id("ada")).is_ok());
        }
    }

    #[test]
    fn names_that_are_made_up_take_no_more_than_their_room() {
        let failures = Failures::new(4, Duration::from_secs(24 * 60 * 60));
        let ada = site_id("ada");
        for _ in 0..4 {
            drop(failures.attempt(&ada).ok().unwrap());
        }
        for number in 0..MOST + 10 {
            drop(failures.attempt(&site_id(&format!("made-up-{number}"))).ok().unwrap());
        }
        assert!(failures.known().len() <= MOST);
        assert!(failures.attempt(&ada).is_err(), "who is guessed at is not forgotten for that");
    }
}
