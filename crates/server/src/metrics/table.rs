//! Every metric, once: the exporter and `docs/METRICS.md` are made from this table. Must not know
//! how one is counted.

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows; ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size: `_bucket`, `_sum`, `_count`.
    Histogram,
}

/// A metric, for the docs.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Name, as it is scraped.
    pub name: &'static str,
    /// What it is.
    pub kind: MetricKind,
    /// What it counts.
    pub unit: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says, for people.
    pub help: &'static str,
}

impl Metric {
    /// The name without the ending that the exporter puts to counters.
    pub(super) fn family(&self) -> &'static str {
        self.name.strip_suffix("_total").unwrap_or(self.name)
    }
}

macro_rules! metrics {
    ($($id:ident = $name:literal, $kind:ident, $unit:literal, $labels:expr, $help:literal;)*) => {
        $(pub(super) const $id: Metric = Metric {
            name: $name, kind: MetricKind::$kind, unit: $unit, labels: &$labels, help: $help,
        };)*
        /// Every metric, in the order of the docs.
        pub const METRICS: &[Metric] = &[$($id),*];
    };
}

metrics! {
    SOCKETS_ALIVE = "parlor_sockets_alive", Gauge, "sockets", [],
        "Sockets that are open";
    SOCKETS_OPENED = "parlor_sockets_opened_total", Counter, "sockets", [],
        "Sockets that were opened";
    SOCKETS_CLOSED = "parlor_sockets_closed_total", Counter, "sockets", ["code"],
        "Sockets that ended, by close code (1005: none given, 1006: broken off)";
    USERS_ONLINE = "parlor_users_online", Gauge, "users", [],
        "Users with a login on at least one open socket";
    SUBSCRIPTIONS = "parlor_subscriptions", Gauge, "subscriptions", [],
        "Subscriptions of all open sockets";
    MESSAGES_IN = "parlor_messages_received_total", Counter, "messages", [],
        "Messages from clients";
    BYTES_IN = "parlor_received_bytes_total", Counter, "bytes", [],
        "Bytes from clients over sockets";
    MESSAGES_OUT = "parlor_messages_sent_total", Counter, "messages", [],
        "Messages written to sockets";
    BYTES_OUT = "parlor_sent_bytes_total", Counter, "bytes", [],
        "Bytes written to sockets";
    WRITES = "parlor_socket_writes_total", Counter, "system calls", [],
        "System calls that wrote to sockets; several messages may go in one";
    CONFLATED = "parlor_conflated_total", Counter, "messages", [],
        "Messages that a newer one replaced before a slow socket took them";
    STALE = "parlor_stale_total", Counter, "messages", [],
        "Views that were not sent since the subscriber had them or newer ones";
    MERGED = "parlor_broadcasts_merged_total", Counter, "broadcasts", [],
        "Broadcasts that were merged into another since a shard was behind";
    HUB_QUEUED = "parlor_hub_queued", Gauge, "commands", [],
        "Commands that wait for the shards";
    RESYNCS = "parlor_resyncs_total", Counter, "subscriptions", ["reason"],
        "How subscribers were brought up to date: `snapshot`, `patch` and `none` on subscribe; \
         `base` and `conflated` when a patch did not fit what the socket had";
    FANOUT = "parlor_fanout_seconds", Histogram, "seconds", [],
        "From a confirmed commit to the frame written, for each socket";
    COMMIT = "parlor_commit_seconds", Histogram, "seconds", [],
        "From a command taken to its commit durable";
    PUBLISH = "parlor_publish_seconds", Histogram, "seconds", [],
        "From a confirmed commit to its frames made and handed to the hub";
    COMMANDS = "parlor_commands_total", Counter, "commands", ["outcome"],
        "Commands, by outcome: `committed`, `refused`, `stale`, `unavailable`";
    VERSION_LAG = "parlor_version_lag", Histogram, "commits", [],
        "By how many commits a session in memory was behind the store when a signal told of it";
    TABLES_LIVE = "parlor_tables_live", Gauge, "sessions", [],
        "Sessions in memory";
    TABLES_LOADED = "parlor_tables_loaded_total", Counter, "sessions", [],
        "Sessions loaded from the store";
    TABLES_DROPPED = "parlor_tables_dropped_total", Counter, "sessions", [],
        "Sessions that left memory";
    REQUESTS = "parlor_http_requests_total", Counter, "requests", ["route", "method", "status"],
        "HTTP requests by route";
    REQUEST_SECONDS = "parlor_http_request_seconds", Histogram, "seconds", [],
        "Time to answer an HTTP request; long polls wait on purpose";
    AUTH_FAILURES = "parlor_auth_failures_total", Counter, "logins", ["reason"],
        "Tokens and logins that were refused, by reason";
    RATE_LIMITED = "parlor_rate_limited_total", Counter, "requests", ["limit"],
        "Requests that were refused as too many, by limit";
    UPTIME = "parlor_uptime_seconds", Gauge, "seconds", [],
        "Time since the start";
    MEMORY = "process_resident_memory_bytes", Gauge, "bytes", [],
        "Memory that the process holds";
    OPEN_FILES = "process_open_fds", Gauge, "files", [],
        "Open files and sockets of the process";
    MAX_FILES = "process_max_fds", Gauge, "files", [],
        "Open files that the process may have";
}
