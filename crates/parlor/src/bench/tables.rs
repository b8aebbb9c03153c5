//! `tables`: many games of Nommie at once, each with four players and a spectator over sockets; what
//! each sees is another view. Must not know the rules: a player makes a move that its view lists.

mod players;

use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde::Serialize;

use super::child::Server;
use super::contender::NO_HEARTBEAT;
use super::noise::{Disturbance, Noise};
use super::report::{self, Latency, histogram};
use super::{Common, MOST, between};
use players::Floor;

/// Without a move for so long, the games have come to a halt.
const PATIENCE: Duration = Duration::from_secs(20);

/// Commits before the counting starts.
const WARM_UP: u64 = 2_000;

/// Many games of Nommie at once, played over sockets by legal moves at random.
#[derive(Debug, Args)]
pub(crate) struct Tables {
    /// Tables, each with four players and a spectator. As many commands are in flight, since at
    /// each table one seat is to move.
    #[arg(long, default_value_t = 256, value_parser = between(1, 20_000))]
    tables: usize,
    /// Moves in each leg.
    #[arg(long, default_value_t = 40_000, value_parser = value_parser!(u64).range(1..=MOST))]
    moves: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    store: String,
    tables: usize,
    views: Leg,
    patches: Leg,
    half_load: Leg,
    bytes_saved_by_patches: f64,
}

/// What some moves cost.
#[derive(Debug, Serialize)]
struct Leg {
    moves: u64,
    seconds: f64,
    commits_per_second: f64,
    server_cpu_micros_per_commit: f64,
    /// Of the frames that carry views or patches, headers included.
    bytes_per_viewer_and_commit: f64,
    /// From a command to the last of its five viewers.
    latency: Latency,
    disturbance: Disturbance,
}

impl Tables {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (views, _) = self.leg("full views", false, None)?;
        let (patches, _) = self.leg("patches", true, None)?;
        let half = patches.commits_per_second.max(views.commits_per_second) / 2.0;
        let patch = patches.commits_per_second > views.commits_per_second;
        let (half_load, latencies) = self.leg("half load", patch, Some(half))?;
        let saved = 1.0 - patches.bytes_per_viewer_and_commit / views.bytes_per_viewer_and_commit;
        println!(
            "\n{} tables of 4 players and 1 spectator, store {}",
            self.tables, self.common.store
        );
        for (name, leg) in
            [("full views", &views), ("patches", &patches), ("half load", &half_load)]
        {
            println!("  {name}");
            println!(
                "    {:.0} commits/s, {:.1} µs of the server's CPU each, {:.0} B a viewer and commit",
                leg.commits_per_second,
                leg.server_cpu_micros_per_commit,
                leg.bytes_per_viewer_and_commit
            );
            println!("    command → last of 5 viewers: {}", leg.latency);
            println!("    neighbours took {:.1} %", leg.disturbance.steal_percent);
        }
        println!("  patches save {:.0} % of the bytes", saved * 100.0);
        let figures = Figures {
            workload: "tables",
            store: self.common.store.clone(),
            tables: self.tables,
            views,
            patches,
            half_load,
            bytes_saved_by_patches: saved,
        };
        report::write(&self.common, &figures, &[("half load", &latencies)])
    }

    /// Plays on a server of its own, as fast as it goes or at so many commits a second.
    fn leg(
        &self,
        name: &'static str,
        patch: bool,
        rate: Option<f64>,
    ) -> anyhow::Result<(Leg, Histogram<u64>)> {
        let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
        let mut floor = Floor::seat(&server, self.tables, patch)?;
        floor.play(WARM_UP.min(self.moves), None, PATIENCE, |_| {})?;
        floor.forget();
        let bar = ProgressBar::new(self.moves).with_message(name);
        let (noise, cpu, start) = (Noise::read(), server.cpu()?, Instant::now());
        floor.play(self.moves, rate, PATIENCE, |done| bar.set_position(done))?;
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), server.cpu()? - cpu);
        let disturbance = Noise::read().since(noise);
        bar.finish_and_clear();
        let mut latencies = histogram();
        for latency in floor.latencies() {
            report::record(&mut latencies, *latency);
        }
        let leg = Leg {
            moves: self.moves,
            seconds,
            commits_per_second: self.moves as f64 / seconds,
            server_cpu_micros_per_commit: cpu.as_secs_f64() * 1e6 / self.moves as f64,
            bytes_per_viewer_and_commit: floor.bytes_per_view(),
            latency: Latency::of(&latencies),
            disturbance,
        };
        Ok((leg, latencies))
    }
}
