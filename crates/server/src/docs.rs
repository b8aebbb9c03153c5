//! Tables for the pages, in Markdown, from the code's own tables: `parlor docs …` prints them and
//! `cargo xtask docs` puts them in place. Must not know any page.

use std::fmt::Write;

use protocol::{close, codes};

use crate::metrics::{METRICS, MetricKind};
use crate::settings::{Field, Kind, Settings};

/// The table of this name: `settings`, `errors`, `closes`, `metrics`.
#[must_use]
pub fn table(name: &str) -> Option<String> {
    match name {
        "settings" => Some(settings()),
        "errors" => Some(errors()),
        "closes" | "close-codes" => Some(close_codes()),
        "metrics" => Some(metrics()),
        _ => None,
    }
}

/// Every setting: name, default, unit and range, what it does.
#[must_use]
pub fn settings() -> String {
    let defaults = Settings::default();
    let mut out = head(&["Setting", "Default", "Wanted", "What it does"]);
    for field in Settings::fields() {
        let default = match defaults.value(field) {
            serde_json::Value::Null => "–".to_owned(),
            value => format!("`{value}`"),
        };
        row(&mut out, &[format!("`{}`", field.name()), default, wanted(field), field.text()]);
    }
    out
}

fn wanted(field: &Field) -> String {
    match field.kind {
        Kind::Choice(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        _ => field.wanted(),
    }
}

/// Every error code of the server itself.
#[must_use]
pub fn errors() -> String {
    let mut out = head(&["Code", "HTTP", "Again later?", "Meaning"]);
    for code in codes::ALL {
        row(
            &mut out,
            &[
                format!("`{}`", code.name),
                code.status.to_string(),
                yes(code.retry),
                code.meaning.to_owned(),
            ],
        );
    }
    out
}

/// Every close code that the server sends.
#[must_use]
pub fn close_codes() -> String {
    let mut out = head(&["Code", "Reason", "Come back?", "Meaning"]);
    for close in close::ALL {
        row(
            &mut out,
            &[
                close.code.to_string(),
                format!("`{}`", close.word),
                yes(close.comes_back()),
                close.meaning.to_owned(),
            ],
        );
    }
    out
}

/// Every metric.
#[must_use]
pub fn metrics() -> String {
    let mut out = head(&["Metric", "Type", "Unit", "Labels", "What it says"]);
    for metric in METRICS {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let cells = [
            format!("`{}`", metric.name),
            kind.to_owned(),
            metric.unit.to_owned(),
            if labels.is_empty() { "–".to_owned() } else { labels.join(", ") },
            format!("{}.", metric.help),
        ];
        row(&mut out, &cells);
    }
    out
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn head(titles: &[&str]) -> String {
    format!("| {} |\n|{}\n", titles.join(" | "), "---|".repeat(titles.len()))
}

fn row(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    writeln!(out, "| {} |", cells.join(" | ")).expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_as_many_cells_as_its_head() {
        for name in ["settings", "errors", "closes", "metrics"] {
            let table = table(name).unwrap();
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let head = cells(table.lines().next().unwrap());
            assert!(table.lines().count() > 5, "{name}");
            for line in table.lines() {
                assert_eq!(cells(line), head, "{name}: {line}");
                assert!(!line.contains("|  |"), "an empty cell: {line}");
            }
        }
        assert_eq!(table("other"), None);
    }

    #[test]
    fn rows_say_what_the_code_says() {
        let settings = settings();
        assert!(settings.contains(
            "| `auth.access_minutes` | `60` | a whole number from 1 to 43200 (minutes) | Life of an \
             access token."
        ));
        assert!(settings.contains("| `store` | `\"sqlite\"` | `sqlite`, `memory` |"), "{settings}");
        assert!(errors().contains("| `RATE_LIMITED` | 429 | yes |"));
        assert!(close_codes().contains("| 4504 | `no-session` | no |"));
        assert!(
            metrics().contains("| `parlor_sockets_closed_total` | counter | sockets | `code` |")
        );
    }
}
