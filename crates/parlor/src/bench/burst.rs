//! `burst`: one session, many watchers, several commits in flight; with events, which may not
//! conflate, and with views, which may. Must not know how a crowd reads.

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use super::Common;
use super::child::Server;
use super::contender::{NO_HEARTBEAT, QUIET};
use super::crowd::{Crowd, Reading};
use super::noise::{Disturbance, Noise};
use super::publisher::{Publisher, Shape};
use super::report;

/// All must have arrived by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// One session with many watchers and several commits in flight.
#[derive(Debug, Args)]
pub(crate) struct Burst {
    /// Watchers.
    #[arg(long, default_value_t = 1000)]
    watchers: usize,
    /// Commits in flight.
    #[arg(long, default_value_t = 8)]
    in_flight: u64,
    /// Commits in each leg.
    #[arg(long, default_value_t = 400)]
    commits: u64,
    /// Bytes of a view (without events), or of an event.
    #[arg(long, default_value_t = 512)]
    bytes: usize,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    watchers: usize,
    in_flight: u64,
    events_one_in_flight: Leg,
    events_in_flight: Leg,
    views_in_flight: Leg,
    gain: f64,
}

#[derive(Debug, Serialize)]
struct Leg {
    commits: u64,
    seconds: f64,
    frames_delivered: u64,
    deliveries_per_cpu_second: f64,
    frames_per_commit_and_watcher: f64,
    disturbance: Disturbance,
}

impl Burst {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let events = Shape { view: 64, event: self.bytes };
        let views = Shape { view: self.bytes, event: 0 };
        let alone = self.leg("events, 1 in flight", events, 1)?;
        let together = self.leg("events", events, self.in_flight)?;
        let conflated = self.leg("views", views, self.in_flight)?;
        let gain = together.deliveries_per_cpu_second / alone.deliveries_per_cpu_second;
        println!("\n{} watchers, {} commits a leg", self.watchers, self.commits);
        let line = |name: &str, leg: &Leg| {
            println!(
                "  {name:<24} {:>9.0} deliveries per CPU second, {:.2} frames a commit and watcher, {:.0} commits/s",
                leg.deliveries_per_cpu_second,
                leg.frames_per_commit_and_watcher,
                leg.commits as f64 / leg.seconds,
            );
        };
        line("events, 1 in flight", &alone);
        line(&format!("events, {} in flight", self.in_flight), &together);
        line(&format!("views, {} in flight", self.in_flight), &conflated);
        println!("  gain of coalescing       {gain:.2} ×");
        let figures = Figures {
            workload: "burst",
            watchers: self.watchers,
            in_flight: self.in_flight,
            events_one_in_flight: alone,
            events_in_flight: together,
            views_in_flight: conflated,
            gain,
        };
        report::write(&self.common, &figures, &[])
    }

    /// Every watcher reads whole frames: events must all be there, views must rise and end at the
    /// last version.
    fn leg(&self, name: &'static str, shape: Shape, in_flight: u64) -> anyhow::Result<Leg> {
        let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
        let mut publisher = Publisher::parlor(&server, shape)?;
        let path = publisher.path();
        let mut crowd = Crowd::connect(server.address, &path, self.watchers, Reading::Frames)?;
        crowd.settle(QUIET)?;
        crowd.forget();
        let first = crowd.seen[0].version;
        let bar = ProgressBar::new(self.commits).with_message(name);
        let (noise, cpu, start) = (Noise::read(), server.cpu()?, Instant::now());
        let mut sent = 0;
        while sent < self.commits {
            let room = in_flight.saturating_sub(sent - publisher.answered());
            let batch = room.min(self.commits - sent);
            for _ in 0..batch {
                sent += 1;
                publisher.publish(sent)?;
            }
            if in_flight == 1 {
                // One in flight means: told to everyone before the next one.
                let version = first + sent;
                crowd.until(PATIENCE, |seen| seen.version >= version)?;
            }
            crowd.turn(Duration::from_millis(1))?;
            bar.set_position(publisher.answered());
        }
        let last = first + self.commits;
        let wanted = if shape.event > 0 { self.commits } else { 0 };
        crowd.until(PATIENCE, |seen| seen.version >= last && seen.events >= wanted)?;
        let (cpu, seconds) = (server.cpu()? - cpu, start.elapsed().as_secs_f64());
        let noise = Noise::read().since(noise);
        bar.finish_and_clear();
        for seen in &crowd.seen {
            ensure!(seen.version == last, "a watcher is at {} instead of {last}", seen.version);
            ensure!(seen.events == wanted, "a watcher got {} events of {wanted}", seen.events);
        }
        let counted = |seen: &super::crowd::Seen| if wanted > 0 { seen.events } else { seen.views };
        let frames: u64 = crowd.seen.iter().map(counted).sum();
        Ok(Leg {
            commits: self.commits,
            seconds,
            frames_delivered: frames,
            deliveries_per_cpu_second: frames as f64 / cpu.as_secs_f64(),
            frames_per_commit_and_watcher: frames as f64
                / (self.commits * self.watchers as u64) as f64,
            disturbance: noise,
        })
    }
}
