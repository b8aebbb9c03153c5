//! `parlor bench`: puts load on a server of its own and says what a delivery costs. Must not know
//! the server's inside: it starts the binary and speaks the protocol.
//!
//! Every figure that depends on the machine is printed beside a `baseline`: a bare epoll loop that
//! calls `send` for each watcher, measured by the same clients in the same run.

mod baseline;
mod burst;
mod child;
mod commands;
mod contender;
mod crowd;
mod floor;
mod idle;
mod noise;
mod publisher;
mod report;
mod stadium;
mod tables;
mod wire;

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};

/// Workloads.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// One session with many watchers, one commit after the other: CPU per delivery, and the time
    /// from commit to the last watcher.
    Stadium(stadium::Stadium),
    /// One session with many watchers and several commits in flight: what coalescing saves.
    Burst(burst::Burst),
    /// Many connections that do nothing but answer heartbeats: memory for each.
    Idle(idle::Idle),
    /// Durable commands a second with many in flight, no watchers.
    Commands(commands::Commands),
    /// Many games of Nommie at once, each with four players and a spectator, who all see something
    /// else: commits a second, and the time from a command to its last viewer.
    Tables(tables::Tables),
    /// Many players of the casino, each with a window open, and monitors that watch all of them: plays
    /// a second, the time to the own window and to the monitors, and a count at both ends.
    Floor(floor::Floor),
    /// The bare epoll loop, as a server of its own (used by the other workloads).
    #[command(hide = true)]
    BaselineServer(baseline::BaselineServer),
    /// A server with its crowd, that takes turns with another (used by `stadium`).
    #[command(hide = true)]
    Contender(contender::Process),
}

/// Plays, moves or commands of one run at the most: the time of each is kept until its end.
const MOST: u64 = 100_000_000;

/// A number of sockets or of other things that take memory from the start.
fn between(least: u64, most: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(least..=most)
}

/// What all workloads take.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Where the server keeps its sessions: `sqlite` (durable) or `memory`.
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// Core that the server runs on; the load runs on another one. `none` pins nothing.
    #[arg(long, default_value = "0")]
    server_core: String,
    /// Core that the load runs on.
    #[arg(long, default_value = "1")]
    load_core: String,
    /// Write the figures to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a plot of the latencies to this file, as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Measure even if neighbours take more than this share of the machine (percent); a run over
    /// it is thrown away and done again, three times at most.
    #[arg(long, default_value_t = 3.0)]
    max_steal: f64,
}

impl Bench {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Stadium(stadium) => stadium.run(),
            Self::Burst(burst) => burst.run(),
            Self::Idle(idle) => idle.run(),
            Self::Commands(commands) => commands.run(),
            Self::Tables(tables) => tables.run(),
            Self::Floor(floor) => floor.run(),
            Self::BaselineServer(server) => server.run(),
            Self::Contender(process) => process.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        _bench: Bench,
    }

    #[test]
    fn numbers_that_no_machine_has_are_refused_at_once() {
        let read = |name: &str, option: &str, value: &str| {
            Line::try_parse_from(["bench", name, &format!("{option}={value}")]).map(drop)
        };
        for (name, options) in [
            ("floor", &["--users", "--monitors", "--in-flight", "--plays"][..]),
            ("tables", &["--tables", "--moves"]),
            ("commands", &["--in-flight", "--sessions", "--commands"]),
        ] {
            for option in options {
                for wrong in ["0", "9223372036854775808", "18446744073709551615", "-1"] {
                    let error = read(name, option, wrong).expect_err(wrong).to_string();
                    assert!(error.contains(option), "{name} {option} {wrong}: {error}");
                }
                assert!(read(name, option, "1").is_ok(), "{name} {option}");
            }
        }
    }
}
