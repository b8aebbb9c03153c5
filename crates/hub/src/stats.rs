//! What the hub counts. Shards add up for themselves and bring it here once a turn, so that
//! counting costs the hot path no shared cache line. Must not know how metrics are exported.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Upper bounds of the latency buckets, in microseconds; one more bucket takes the rest.
pub const LATENCY_BOUNDS_MICROS: [u64; 16] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 10_000_000,
];
const BUCKETS: usize = LATENCY_BOUNDS_MICROS.len() + 1;

/// The hub's counters at one moment. All but `alive`, `queued` and `subscriptions` only grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HubStats {
    /// Sockets attached.
    pub opened: u64,
    /// Sockets ended, by close code (1005 and 1006 as in [`crate::CloseInfo`]).
    pub closed: BTreeMap<u16, u64>,
    /// Sockets now.
    pub alive: u64,
    /// Subscriptions now.
    pub subscriptions: u64,
    /// Messages from clients.
    pub messages_in: u64,
    /// Bytes from clients.
    pub bytes_in: u64,
    /// Frames written.
    pub messages_out: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Calls that wrote them.
    pub writes: u64,
    /// Views and controls that were replaced by a newer one before they were sent.
    pub conflated: u64,
    /// Views dropped since the subscriber already had them or newer ones.
    pub stale: u64,
    /// Full views instead of patches since the patch was made for another version.
    pub resync_base: u64,
    /// Full views instead of patches since an unsent view was replaced.
    pub resync_conflated: u64,
    /// Broadcasts that were merged into another since a shard's queue was full.
    pub merged: u64,
    /// Commands that wait for the shards now.
    pub queued: u64,
    /// From [`crate::Broadcast::published_at`] to written, one count for each frame of a broadcast
    /// and socket.
    pub latency: LatencyStats,
}

/// A histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyStats {
    /// Counts (not cumulative) for each of [`LATENCY_BOUNDS_MICROS`] and, last, for what is above.
    pub counts: Vec<u64>,
    /// Sum of all, in microseconds.
    pub sum_micros: u64,
}

macro_rules! counters {
    ($($name:ident),+ $(,)?) => {
        /// What one shard counted since its last report.
        #[derive(Default)]
        pub(crate) struct Tally {
            $(pub(crate) $name: u64,)+
            pub(crate) latency: [u64; BUCKETS],
            pub(crate) latency_sum: u64,
            pub(crate) latency_any: bool,
        }

        /// The sums over all shards.
        #[derive(Default)]
        pub(crate) struct Totals {
            $($name: AtomicU64,)+
            latency: [AtomicU64; BUCKETS],
            latency_sum: AtomicU64,
            pub(crate) merged: AtomicU64,
            closed: Mutex<BTreeMap<u16, u64>>,
        }

        impl Totals {
            fn add_counters(&self, tally: &mut Tally) {
                $(if tally.$name != 0 {
                    self.$name.fetch_add(std::mem::take(&mut tally.$name), Relaxed);
                })+
            }

            fn read_counters(&self) -> HubStats {
                HubStats { $($name: self.$name.load(Relaxed),)+ ..HubStats::default() }
            }
        }
    };
}

counters!(
    opened,
    messages_in,
    bytes_in,
    messages_out,
    bytes_out,
    writes,
    conflated,
    stale,
    resync_base,
    resync_conflated,
);

impl Tally {
    /// `count` frames of broadcasts were written, `micros` after they were published.
    pub(crate) fn latency(&mut self, micros: u64) {
        let bucket = LATENCY_BOUNDS_MICROS.partition_point(|&bound| bound < micros);
        self.latency[bucket] += 1;
        self.latency_sum += micros;
        self.latency_any = true;
    }
}

impl Totals {
    pub(crate) fn add(&self, tally: &mut Tally) {
        self.add_counters(tally);
        if !std::mem::take(&mut tally.latency_any) {
            return;
        }
        for (total, count) in self.latency.iter().zip(&mut tally.latency) {
            if *count != 0 {
                total.fetch_add(std::mem::take(count), Relaxed);
            }
        }
        self.latency_sum.fetch_add(std::mem::take(&mut tally.latency_sum), Relaxed);
    }

    pub(crate) fn closed(&self, code: u16) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// Everything but what others know: alive, subscriptions, queued.
    pub(crate) fn read(&self) -> HubStats {
        HubStats {
            closed: self.closed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            merged: self.merged.load(Relaxed),
            latency: LatencyStats {
                counts: self.latency.iter().map(|count| count.load(Relaxed)).collect(),
                sum_micros: self.latency_sum.load(Relaxed),
            },
            ..self.read_counters()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up_and_start_again() {
        let totals = Totals::default();
        let mut tally = Tally { messages_out: 3, ..Tally::default() };
        for micros in [0, 50, 51, 20_000_000] {
            tally.latency(micros);
        }
        totals.add(&mut tally);
        totals.add(&mut tally);
        totals.closed(4408);
        let stats = totals.read();
        assert_eq!(stats.messages_out, 3);
        assert_eq!(
            (stats.latency.counts[0], stats.latency.counts[1], stats.latency.counts[16]),
            (2, 1, 1)
        );
        assert_eq!(stats.latency.sum_micros, 20_000_101);
        assert_eq!(stats.closed, BTreeMap::from([(4408, 1)]));
    }
}
