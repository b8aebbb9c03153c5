//! `idle`: connections that do nothing but answer heartbeats. Must not know what a session is for.

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use super::Common;
use super::child::Server;
use super::contender::QUIET;
use super::crowd::{Crowd, Reading};
use super::publisher::{Publisher, Shape};
use super::report;

/// Seconds between two heartbeats of the server under test: short, so that a run sees some.
const HEARTBEAT: u64 = 5;

/// Every connection has its first view by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// Many connections that do nothing but answer heartbeats.
#[derive(Debug, Args)]
pub(crate) struct Idle {
    /// Connections, each following the same session.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// Heartbeats to sit through.
    #[arg(long, default_value_t = 2)]
    heartbeats: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    connections: usize,
    empty_bytes: u64,
    full_bytes: u64,
    bytes_per_connection: f64,
    heartbeats_answered: u64,
    cpu_micros_per_heartbeat: f64,
}

impl Idle {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let beat = HEARTBEAT.to_string();
        let silent = (HEARTBEAT * 4).to_string();
        let settings =
            [("PARLOR_HUB__HEARTBEAT_SECONDS", &*beat), ("PARLOR_HUB__SILENT_SECONDS", &*silent)];
        let server = Server::parlor(&self.common, &settings)?;
        let publisher = Publisher::parlor(&server, Shape { view: 64, event: 0 })?;
        // A server that has done nothing yet is smaller than an empty one: let it work once.
        drop(Crowd::connect(server.address, &publisher.path(), 50, Reading::Frames)?);
        std::thread::sleep(QUIET);
        let empty = server.memory()?;
        let mut crowd =
            Crowd::connect(server.address, &publisher.path(), self.connections, Reading::Frames)?;
        let duration = Duration::from_secs(HEARTBEAT * self.heartbeats + HEARTBEAT);
        let bar = ProgressBar::new(duration.as_secs()).with_message("heartbeats");
        crowd.until(PATIENCE, |seen| seen.version > 0)?;
        let (start, cpu) = (Instant::now(), server.cpu()?);
        let before: u64 = crowd.seen.iter().map(|seen| seen.pings).sum();
        while start.elapsed() < duration {
            crowd.turn(Duration::from_millis(50))?;
            bar.set_position(start.elapsed().as_secs());
        }
        let cpu = server.cpu()? - cpu;
        bar.finish_and_clear();
        let answered = crowd.seen.iter().map(|seen| seen.pings).sum::<u64>() - before;
        let wanted = self.heartbeats * self.connections as u64;
        ensure!(answered >= wanted, "{answered} heartbeats came, at least {wanted} had to");
        let full = server.memory()?;
        let each = full.saturating_sub(empty) as f64 / self.connections as f64;
        println!("\n{} idle connections", self.connections);
        println!("  memory of the empty server    {:.1} MiB", empty as f64 / 1048576.0);
        println!("  with all connections          {:.1} MiB", full as f64 / 1048576.0);
        println!("  each connection               {each:.0} B");
        println!("  heartbeats answered           {answered}");
        let micros = cpu.as_secs_f64() * 1e6 / answered as f64;
        println!("  CPU for a heartbeat           {micros:.2} µs");
        let figures = Figures {
            workload: "idle",
            connections: self.connections,
            empty_bytes: empty,
            full_bytes: full,
            bytes_per_connection: each,
            heartbeats_answered: answered,
            cpu_micros_per_heartbeat: micros,
        };
        report::write(&self.common, &figures, &[])
    }
}
