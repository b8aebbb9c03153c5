//! Which shards have subscribers of a stream. Asked once a broadcast by whoever publishes, so that
//! shards without subscribers are left in peace. Must not know channels or sockets.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use smallvec::SmallVec;

/// Locks that the streams are spread over, a power of two: tables publish from many threads.
const STRIPES: usize = 32;

/// For each stream the number of subscriptions in each shard.
pub(crate) struct Routes {
    stripes: [Mutex<HashMap<u64, Counts>>; STRIPES],
    shards: usize,
    total: AtomicU64,
}

/// One for each shard; no zero-only entry is kept.
type Counts = SmallVec<[u32; 4]>;

impl Routes {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            stripes: std::array::from_fn(|_| Mutex::default()),
            shards,
            total: AtomicU64::new(0),
        }
    }

    fn stripe(&self, stream: u64) -> MutexGuard<'_, HashMap<u64, Counts>> {
        // Streams may be numbered in steps; the multiplication spreads them.
        let hash = stream.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59;
        self.stripes[hash as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more subscription. Must come before the command that makes it, so that no broadcast
    /// behind the command misses the shard.
    pub(crate) fn add(&self, stream: u64, shard: usize) {
        self.stripe(stream).entry(stream).or_insert_with(|| SmallVec::from_elem(0, self.shards))
            [shard] += 1;
        self.total.fetch_add(1, Relaxed);
    }

    /// One less, after it is gone or turned out to be void.
    pub(crate) fn remove(&self, stream: u64, shard: usize) {
        let mut stripe = self.stripe(stream);
        let Some(counts) = stripe.get_mut(&stream) else {
            debug_assert!(false, "removed more subscriptions than were added");
            return;
        };
        counts[shard] -= 1;
        if counts.iter().all(|&count| count == 0) {
            stripe.remove(&stream);
        }
        self.total.fetch_sub(1, Relaxed);
    }

    /// The shards to tell, as a set of bits.
    pub(crate) fn shards(&self, stream: u64) -> u64 {
        self.stripe(stream).get(&stream).map_or(0, |counts| {
            counts
                .iter()
                .enumerate()
                .filter(|(_, count)| **count > 0)
                .fold(0, |set, (i, _)| set | 1 << i)
        })
    }

    /// Subscriptions of a stream.
    pub(crate) fn count(&self, stream: u64) -> usize {
        self.stripe(stream)
            .get(&stream)
            .map_or(0, |counts| counts.iter().map(|&c| c as usize).sum())
    }

    /// Subscriptions of all streams.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Routes;

    #[test]
    fn counts_by_shard() {
        let routes = Routes::new(3);
        assert_eq!(routes.shards(7), 0);
        routes.add(7, 0);
        routes.add(7, 2);
        routes.add(7, 2);
        routes.add(8, 1);
        assert_eq!((routes.shards(7), routes.count(7), routes.total()), (0b101, 3, 4));
        routes.remove(7, 2);
        assert_eq!(routes.shards(7), 0b101);
        routes.remove(7, 2);
        routes.remove(7, 0);
        assert_eq!((routes.shards(7), routes.count(7), routes.total()), (0, 0, 1));
    }
}
