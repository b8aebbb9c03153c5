//! How much neighbours disturb a run. Must not know what is measured.
//!
//! Steal is what the host gave to others while this machine wanted to run, from `/proc/stat`;
//! pressure is the share of time in which something here waited for a core, from
//! `/proc/pressure/cpu`.

use std::fs;

/// Readings at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Noise {
    steal: u64,
    total: u64,
    waited_micros: u64,
}

/// What happened between two moments.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Disturbance {
    /// Percent of the machine's time that went to neighbours.
    pub(super) steal_percent: f64,
    /// Seconds in which something here waited for a core, the load's own threads included.
    pub(super) cpu_pressure_seconds: f64,
}

impl Noise {
    pub(super) fn read() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let times: Vec<u64> = stat
            .lines()
            .next()
            .into_iter()
            .flat_map(str::split_whitespace)
            .filter_map(|word| word.parse().ok())
            .collect();
        let pressure = fs::read_to_string("/proc/pressure/cpu").unwrap_or_default();
        let waited = pressure.split_once("total=").and_then(|(_, rest)| {
            rest.split_whitespace().next().and_then(|number| number.parse().ok())
        });
        Self {
            steal: times.get(7).copied().unwrap_or_default(),
            total: times.iter().take(8).sum(),
            waited_micros: waited.unwrap_or_default(),
        }
    }

    pub(super) fn since(self, before: Self) -> Disturbance {
        let total = (self.total - before.total).max(1) as f64;
        Disturbance {
            steal_percent: (self.steal - before.steal) as f64 * 100.0 / total,
            cpu_pressure_seconds: (self.waited_micros - before.waited_micros) as f64 / 1e6,
        }
    }
}
