//! Metrics: the table and what is scraped are the same, and counts come out where they belong.

use std::collections::BTreeMap;

use super::*;

/// The lines of a scrape: series and value.
fn values(text: &str) -> BTreeMap<&str, &str> {
    let series = text.lines().filter(|line| !line.starts_with('#'));
    series.map(|line| line.rsplit_once(' ').unwrap()).collect()
}

fn some() -> Seen {
    let mut hub = hub::HubStats { alive: 3, opened: 5, resync_base: 2, ..hub::HubStats::default() };
    hub.closed.insert(1012, 1);
    hub.closed.insert(4408, 1);
    hub.latency.counts = vec![0; LATENCY_BUCKETS];
    hub.latency.counts[0] = 2;
    hub.latency.counts[3] = 1;
    hub.latency.counts[LATENCY_BUCKETS - 1] = 1;
    hub.latency.sum_micros = 20_000_000;
    Seen { hub, users: 2, tables: 4, uptime: Duration::from_secs(9), ..Seen::default() }
}

const LATENCY_BUCKETS: usize = hub::LATENCY_BOUNDS_MICROS.len() + 1;

#[test]
fn what_is_scraped_is_what_the_table_says() {
    // A family shows up with its first series.
    let metrics = Metrics::default();
    metrics.command("committed");
    metrics.auth_failure("expired");
    metrics.rate_limited("user");
    metrics.request("/", &Method::GET, StatusCode::OK, Duration::ZERO);
    let text = metrics.text(some());
    let mut described: Vec<(&str, &str, &str)> = Vec::new();
    let mut help = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            help = rest;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            described.push((name, kind, help.strip_prefix(name).unwrap().trim()));
        }
    }
    let mut table: Vec<(&str, &str, String)> = METRICS
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                MetricKind::Counter => "counter",
                MetricKind::Gauge => "gauge",
                MetricKind::Histogram => "histogram",
            };
            assert_eq!(metric.name.ends_with("_total"), metric.kind == MetricKind::Counter);
            (metric.family(), kind, format!("{}.", metric.help))
        })
        .collect();
    described.sort_unstable();
    table.sort_unstable();
    let described: Vec<(&str, &str, String)> =
        described.into_iter().map(|(name, kind, help)| (name, kind, help.to_owned())).collect();
    assert_eq!(described, table);
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
}

#[test]
fn counts_come_out_where_they_belong() {
    let metrics = Metrics::default();
    metrics.command("committed");
    metrics.command("committed");
    metrics.command("stale");
    metrics.resync("snapshot");
    metrics.table_loaded();
    metrics.version_lag(3);
    metrics.commit_latency(Duration::from_micros(70));
    metrics.auth_failure("expired");
    metrics.rate_limited("address");
    let ok = StatusCode::OK;
    metrics.request("/api/sessions/{id}", &Method::GET, ok, Duration::from_millis(2));
    let odd = Method::from_bytes(b"BREW").unwrap();
    metrics.request("none", &odd, StatusCode::NOT_FOUND, Duration::ZERO);
    let text = metrics.text(some());
    let values = values(&text);
    for (series, value) in [
        ("parlor_commands_total{outcome=\"committed\"}", "2"),
        ("parlor_commands_total{outcome=\"stale\"}", "1"),
        ("parlor_resyncs_total{reason=\"snapshot\"}", "1"),
        ("parlor_resyncs_total{reason=\"patch\"}", "0"),
        ("parlor_resyncs_total{reason=\"base\"}", "2"),
        ("parlor_tables_loaded_total", "1"),
        ("parlor_tables_live", "4"),
        ("parlor_users_online", "2"),
        ("parlor_uptime_seconds", "9"),
        ("parlor_sockets_alive", "3"),
        ("parlor_sockets_opened_total", "5"),
        ("parlor_sockets_closed_total{code=\"1012\"}", "1"),
        ("parlor_sockets_closed_total{code=\"4408\"}", "1"),
        ("parlor_version_lag_bucket{le=\"2.0\"}", "0"),
        ("parlor_version_lag_bucket{le=\"5.0\"}", "1"),
        ("parlor_commit_seconds_bucket{le=\"0.0001\"}", "1"),
        ("parlor_commit_seconds_count", "1"),
        ("parlor_auth_failures_total{reason=\"expired\"}", "1"),
        ("parlor_rate_limited_total{limit=\"address\"}", "1"),
        (
            "parlor_http_requests_total{route=\"/api/sessions/{id}\",method=\"GET\",status=\"200\"}",
            "1",
        ),
        ("parlor_http_requests_total{route=\"none\",method=\"other\",status=\"404\"}", "1"),
        ("parlor_fanout_seconds_bucket{le=\"0.00005\"}", "2"),
        ("parlor_fanout_seconds_bucket{le=\"0.0005\"}", "3"),
        ("parlor_fanout_seconds_bucket{le=\"10.0\"}", "3"),
        ("parlor_fanout_seconds_bucket{le=\"+Inf\"}", "4"),
        ("parlor_fanout_seconds_count", "4"),
        ("parlor_fanout_seconds_sum", "20.0"),
    ] {
        assert_eq!(values.get(series), Some(&value), "{series}\n{text}");
    }
}

#[test]
fn a_clone_counts_in_the_same_place() {
    let metrics = Metrics::default();
    metrics.clone().table_dropped();
    metrics.table_dropped();
    assert_eq!(values(&metrics.text(Seen::default()))["parlor_tables_dropped_total"], "2");
}
