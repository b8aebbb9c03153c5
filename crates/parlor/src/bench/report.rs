//! Says what was measured: to people, as JSON, as a plot. Must not know how it was measured.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;
use serde::Serialize;

use super::Common;

/// Latencies in microseconds, from 1 µs to a minute, to three digits.
pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("these bounds are valid")
}

/// Counts one latency.
pub(super) fn record(histogram: &mut Histogram<u64>, latency: Duration) {
    histogram.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
}

/// Percentiles, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Latency {
    count: u64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl Latency {
    pub(super) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        Self {
            count: histogram.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max() as f64 / 1000.0,
        }
    }
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "p50 {:.2}  p90 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.2} ms  ({} samples)",
            self.p50, self.p90, self.p99, self.p999, self.max, self.count
        )
    }
}

/// Bars over a logarithmic axis, for the terminal.
pub(super) fn bars(histogram: &Histogram<u64>) -> String {
    let mut text = String::new();
    let buckets: Vec<(u64, u64)> = histogram
        .iter_log(64, 2.0)
        .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
        .collect();
    let first = buckets.iter().position(|(_, count)| *count > 0).unwrap_or(0);
    let last = buckets.iter().rposition(|(_, count)| *count > 0).unwrap_or(0);
    let most = buckets.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    for (upto, count) in buckets.iter().take(last + 1).skip(first) {
        let width = usize::try_from(count * 40 / most).unwrap_or(40);
        let _ = writeln!(
            text,
            "  ≤ {:>9.3} ms {:<40} {count}",
            *upto as f64 / 1000.0,
            "█".repeat(width.max(usize::from(*count > 0)))
        );
    }
    text
}

/// Writes what the options ask for.
pub(super) fn write(
    common: &Common,
    figures: &impl Serialize,
    latencies: &[(&str, &Histogram<u64>)],
) -> anyhow::Result<()> {
    if let Some(file) = &common.json {
        let json = serde_json::to_string_pretty(figures)?;
        fs::write(file, json + "\n").with_context(|| format!("--json {}", file.display()))?;
    }
    if let Some(file) = &common.plot {
        plot(file, latencies).with_context(|| format!("--plot {}", file.display()))?;
    }
    Ok(())
}

/// Latency over percentile, one line for each series.
fn plot(file: &Path, series: &[(&str, &Histogram<u64>)]) -> anyhow::Result<()> {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 360.0;
    const COLOURS: [&str; 4] = ["#0b6e4f", "#c8553d", "#3d5a80", "#8d6a9f"];
    let most = series.iter().map(|(_, h)| h.max()).max().unwrap_or(1).max(1) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-60 -20 {} {}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect x=\"-60\" y=\"-20\" width=\"100%\" \
         height=\"100%\" fill=\"white\"/>\n",
        WIDTH + 180.0,
        HEIGHT + 60.0
    );
    for step in 0..=4 {
        let (y, value) = (HEIGHT * f64::from(4 - step) / 4.0, most * f64::from(step) / 4000.0);
        let _ = writeln!(
            svg,
            "<line x1=\"0\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#ddd\"/>\
             <text x=\"-6\" y=\"{}\" text-anchor=\"end\">{value:.2} ms</text>",
            y + 4.0
        );
    }
    for nines in 0..=3 {
        let x = WIDTH * f64::from(nines) / 3.0;
        let name = ["p0", "p90", "p99", "p99.9"][usize::try_from(nines)?];
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{}\">{name}</text>", HEIGHT + 18.0);
    }
    for (index, (name, histogram)) in series.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let points: Vec<String> = (0..=90)
            .map(|step| {
                let nines = f64::from(step) / 30.0;
                let value = histogram.value_at_quantile(1.0 - 10f64.powf(-nines)) as f64;
                format!("{:.1},{:.1}", WIDTH * nines / 3.0, HEIGHT * (1.0 - value / most))
            })
            .collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
            points.join(" "),
            WIDTH + 8.0,
            16.0 * (index as f64 + 1.0)
        );
    }
    svg.push_str("</svg>\n");
    Ok(fs::write(file, svg)?)
}
