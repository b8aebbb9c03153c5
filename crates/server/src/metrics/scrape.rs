//! The text that Prometheus scrapes (OpenMetrics). Must not know who counts what.

use std::fmt;
use std::time::Duration;

use hub::{HubStats, LATENCY_BOUNDS_MICROS, LatencyStats};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::table::{self, Metric, MetricKind};
use super::{Metrics, Reason};
use crate::app::App;
use crate::machine;

/// Content type of the text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What others know at the moment of a scrape.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What the hub has counted.
    pub hub: HubStats,
    /// Users with an open socket.
    pub users: usize,
    /// Sessions in memory.
    pub tables: usize,
    /// Since the start.
    pub uptime: Duration,
    /// The process.
    pub machine: machine::Use,
}

impl Metrics {
    /// All metrics of a server as text.
    #[must_use]
    pub fn render(&self, app: &App) -> String {
        self.text(Seen {
            hub: app.hub.stats(),
            users: app.sockets.counts().users,
            tables: app.tables.live().len(),
            uptime: app.started.elapsed(),
            machine: machine::in_use(),
        })
    }

    /// The same from what was seen.
    #[must_use]
    pub fn text(&self, seen: Seen) -> String {
        let mut now = Registry::default();
        let resyncs = self.resyncs(&seen.hub);
        now.register_collector(Box::new(Now { seen, resyncs }));
        let mut out = String::with_capacity(16 * 1024);
        let written = text::encode_registry(&mut out, &self.0.registry)
            .and_then(|()| text::encode_registry(&mut out, &now))
            .and_then(|()| text::encode_eof(&mut out));
        written.expect("a String takes everything");
        out
    }

    /// The reasons that the hub counts, and those that the tables count.
    fn resyncs(&self, hub: &HubStats) -> Vec<(Reason, u64)> {
        let tables = ["snapshot", "patch", "none"].map(|reason| {
            let labels = Reason { reason };
            let count = self.0.resyncs.get(&labels).map_or(0, |counter| counter.get());
            (labels, count)
        });
        let hub = [("base", hub.resync_base), ("conflated", hub.resync_conflated)];
        let hub = hub.map(|(reason, count)| (Reason { reason }, count));
        tables.into_iter().chain(hub).collect()
    }
}

/// Writes what was seen.
#[derive(Debug)]
struct Now {
    seen: Seen,
    resyncs: Vec<(Reason, u64)>,
}

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut encoder;
        let (hub, machine) = (&self.seen.hub, &self.seen.machine);
        for (about, value) in [
            (&table::SOCKETS_ALIVE, hub.alive),
            (&table::SOCKETS_OPENED, hub.opened),
            (&table::USERS_ONLINE, self.seen.users as u64),
            (&table::SUBSCRIPTIONS, hub.subscriptions),
            (&table::MESSAGES_IN, hub.messages_in),
            (&table::BYTES_IN, hub.bytes_in),
            (&table::MESSAGES_OUT, hub.messages_out),
            (&table::BYTES_OUT, hub.bytes_out),
            (&table::WRITES, hub.writes),
            (&table::CONFLATED, hub.conflated),
            (&table::STALE, hub.stale),
            (&table::MERGED, hub.merged),
            (&table::HUB_QUEUED, hub.queued),
            (&table::TABLES_LIVE, self.seen.tables as u64),
            (&table::UPTIME, self.seen.uptime.as_secs()),
            (&table::MEMORY, machine.memory_bytes),
            (&table::OPEN_FILES, machine.open_files),
            (&table::MAX_FILES, machine.max_files),
        ] {
            number(to, about, value)?;
        }
        let codes = hub.closed.iter().map(|(code, count)| ([("code", code.to_string())], *count));
        family(to, &table::SOCKETS_CLOSED, codes)?;
        let reasons = self
            .resyncs
            .iter()
            .map(|(reason, count)| ([("reason", reason.reason.to_owned())], *count));
        family(to, &table::RESYNCS, reasons)?;
        latency(to, &table::FANOUT, &hub.latency)
    }
}

fn describe<'e>(
    to: &'e mut DescriptorEncoder<'_>,
    about: &Metric,
) -> Result<MetricEncoder<'e>, fmt::Error> {
    let kind = match about.kind {
        MetricKind::Counter => MetricType::Counter,
        MetricKind::Gauge => MetricType::Gauge,
        MetricKind::Histogram => MetricType::Histogram,
    };
    // The registry ends its own texts with a full stop, so these have one too.
    to.encode_descriptor(about.family(), &format!("{}.", about.help), None, kind)
}

fn number(to: &mut DescriptorEncoder<'_>, about: &Metric, value: u64) -> fmt::Result {
    let encoder = describe(to, about)?;
    match about.kind {
        MetricKind::Counter => ConstCounter::new(value).encode(encoder),
        MetricKind::Gauge | MetricKind::Histogram => ConstGauge::new(value).encode(encoder),
    }
}

fn family<const N: usize>(
    to: &mut DescriptorEncoder<'_>,
    about: &Metric,
    counts: impl Iterator<Item = ([(&'static str, String); N], u64)>,
) -> fmt::Result {
    let mut encoder = describe(to, about)?;
    for (labels, count) in counts {
        ConstCounter::new(count).encode(encoder.encode_family(&labels)?)?;
    }
    Ok(())
}

fn latency(to: &mut DescriptorEncoder<'_>, about: &Metric, stats: &LatencyStats) -> fmt::Result {
    let bounds = LATENCY_BOUNDS_MICROS.iter().map(|micros| *micros as f64 / 1e6);
    let counts = stats.counts.iter().copied().chain(std::iter::repeat(0));
    let buckets: Vec<(f64, u64)> = bounds.chain([f64::INFINITY]).zip(counts).collect();
    let count = stats.counts.iter().sum();
    let sum = stats.sum_micros as f64 / 1e6;
    describe(to, about)?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
}
