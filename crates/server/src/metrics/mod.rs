//! Counters: a cheap handle to count with, and the text that Prometheus scrapes. Must not know why
//! something is counted.
//!
//! What the hub and the sockets count themselves is read when it is scraped.

mod legs;
mod scrape;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric as Exported, Registry};

pub use legs::{Counts, Legs};
pub use scrape::{CONTENT_TYPE, Seen};
pub use table::{METRICS, Metric, MetricKind};

/// Upper bounds in seconds, from what memory takes to what people give up on; the same as the hub's
/// so that the stages of one delivery can be compared.
fn seconds() -> impl Iterator<Item = f64> {
    hub::LATENCY_BOUNDS_MICROS.iter().map(|micros| *micros as f64 / 1e6)
}

/// Upper bounds in commits: in step, one behind, and how far off.
const LAG_BOUNDS: [f64; 8] = [0.0, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 1_000.0];

/// Codes of refusals that are counted each by itself; games have some dozens.
const MOST_CODES: usize = 256;

/// The label of requests whose method is none of the usual: clients may send any word, and each
/// would be a series of its own.
const OTHER_METHOD: &str = "other";

/// A handle on the counters; a clone is one more.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    commit: Histogram,
    publish: Histogram,
    request: Histogram,
    version_lag: Histogram,
    commands: Family<Outcome, Counter>,
    resyncs: Family<Reason, Counter>,
    auth_failures: Family<Reason, Counter>,
    rate_limited: Family<Limit, Counter>,
    requests: Family<Request, Counter>,
    tables_loaded: Counter,
    tables_dropped: Counter,
    legs: Legs<legs::Leg>,
    /// Commands that games have refused, by code.
    refused: Mutex<BTreeMap<String, u64>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limit {
    limit: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: Arc<str>,
    method: &'static str,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let mut add = Adding(&mut registry);
        let time = || Histogram::new(seconds());
        let inner = Inner {
            commit: add.metric(&table::COMMIT, time()),
            publish: add.metric(&table::PUBLISH, time()),
            request: add.metric(&table::REQUEST_SECONDS, time()),
            version_lag: add.metric(&table::VERSION_LAG, Histogram::new(LAG_BOUNDS)),
            commands: add.metric(&table::COMMANDS, Family::default()),
            resyncs: Family::default(),
            auth_failures: add.metric(&table::AUTH_FAILURES, Family::default()),
            rate_limited: add.metric(&table::RATE_LIMITED, Family::default()),
            requests: add.metric(&table::REQUESTS, Family::default()),
            tables_loaded: add.metric(&table::TABLES_LOADED, Counter::default()),
            tables_dropped: add.metric(&table::TABLES_DROPPED, Counter::default()),
            legs: Legs::default(),
            refused: Mutex::default(),
            registry,
        };
        Self(Arc::new(inner))
    }
}

/// Registers metrics as the table has them.
struct Adding<'a>(&'a mut Registry);

impl Adding<'_> {
    fn metric<M: Exported + Clone>(&mut self, about: &Metric, metric: M) -> M {
        self.0.register(about.family(), about.help, metric.clone());
        metric
    }
}

impl Metrics {
    /// A commit is durable, so long after its command was taken.
    pub fn commit_latency(&self, took: Duration) {
        self.0.commit.observe(took.as_secs_f64());
    }

    /// What each leg of one command took, whose commit is durable. All at once, so that all count
    /// the same commands.
    pub fn legs_of_one(&self, took: Legs<Duration>) {
        self.0.legs.decode.observe(took.decode);
        self.0.legs.rules.observe(took.rules);
        self.0.legs.commit.observe(took.commit);
    }

    /// What each leg of commands took until now.
    #[must_use]
    pub fn legs(&self) -> Legs<Counts> {
        let Legs { decode, rules, commit } = &self.0.legs;
        Legs { decode: decode.read(), rules: rules.read(), commit: commit.read() }
    }

    /// A game has refused a command with this code.
    pub fn refusal(&self, code: &str) {
        let mut refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = refused.get_mut(code) {
            *count += 1;
        } else if refused.len() < MOST_CODES {
            refused.insert(code.to_owned(), 1);
        }
    }

    /// Commands that games have refused until now, by code.
    #[must_use]
    pub fn refused(&self) -> Vec<(String, u64)> {
        let refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().map(|(code, count)| (code.clone(), *count)).collect()
    }

    /// A commit has been handed to the hub, so long after it was confirmed.
    pub fn publish(&self, took: Duration) {
        self.0.publish.observe(took.as_secs_f64());
    }

    /// A command has ended: `committed`, `refused`, `stale`, `unavailable`.
    pub fn command(&self, outcome: &'static str) {
        self.0.commands.get_or_create(&Outcome { outcome }).inc();
    }

    /// A subscriber was brought up to date: `snapshot`, `patch`, `none`.
    pub fn resync(&self, reason: &'static str) {
        self.0.resyncs.get_or_create(&Reason { reason }).inc();
    }

    /// A session was loaded.
    pub fn table_loaded(&self) {
        self.0.tables_loaded.inc();
    }

    /// A session has left memory.
    pub fn table_dropped(&self) {
        self.0.tables_dropped.inc();
    }

    /// A signal told that the store is so many commits ahead of what is in memory.
    pub fn version_lag(&self, commits: u64) {
        self.0.version_lag.observe(commits as f64);
    }

    /// A token or a login was refused: [`crate::auth::AuthError::reason`].
    pub fn auth_failure(&self, reason: &'static str) {
        self.0.auth_failures.get_or_create(&Reason { reason }).inc();
    }

    /// A request was one too many: `address`, `user`, `guests`, `signups`, `logins`, `failed_logins`,
    /// `refreshes`.
    pub fn rate_limited(&self, limit: &'static str) {
        self.0.rate_limited.get_or_create(&Limit { limit }).inc();
    }

    /// A request was answered. `route` is the template of its path, never the path.
    pub fn request(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let method = match method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            "OPTIONS" => "OPTIONS",
            _ => OTHER_METHOD,
        };
        let labels = Request { route: route.into(), method, status: status.as_u16() };
        self.0.requests.get_or_create(&labels).inc();
        self.0.request.observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests;
