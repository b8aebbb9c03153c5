//! `floor`: many players of the casino, each with a window open, and monitors that watch all of them.
//! Must not know the rules.

mod players;

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::{Args, value_parser};
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde::Serialize;

use super::child::Server;
use super::contender::NO_HEARTBEAT;
use super::noise::{Disturbance, Noise};
use super::report::{self, Latency, histogram};
use super::{Common, MOST, between};
use players::{Crowd, Latencies};

/// Without a play for so long, something was lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Plays before the counting starts.
const WARM_UP: u64 = 2_000;

/// Plays for one user at the most: each stakes one of the 1,000 tokens that a wallet begins with.
const PLAYS_OF_ONE: u64 = 900;

/// Many players of the casino over HTTP, each with a socket for their own events, and monitors. At the
/// end, what came out is counted against what went in.
#[derive(Debug, Args)]
pub(crate) struct Floor {
    /// Users, each with a wallet, a connection for plays and a socket for events.
    #[arg(long, default_value_t = 1_000, value_parser = between(1, 100_000))]
    users: usize,
    /// Sockets of an admin that get the events of all.
    #[arg(long, default_value_t = 10, value_parser = between(1, 10_000))]
    monitors: usize,
    /// Plays in flight, in the leg that goes as fast as it can.
    #[arg(long, default_value_t = 64, value_parser = between(1, 100_000))]
    in_flight: usize,
    /// Plays in each leg.
    #[arg(long, default_value_t = 30_000, value_parser = value_parser!(u64).range(1..=MOST))]
    plays: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    store: String,
    users: usize,
    monitors: usize,
    in_flight: usize,
    full_load: Leg,
    half_load: Leg,
    /// Over both legs and the warm-up: the same number, or the run has failed.
    plays: u64,
    events_of_users: u64,
    events_of_each_monitor: u64,
}

/// What some plays cost.
#[derive(Debug, Serialize)]
struct Leg {
    plays: u64,
    seconds: f64,
    plays_per_second: f64,
    /// Events to users and monitors.
    deliveries_per_second: f64,
    server_cpu_micros_per_play: f64,
    /// From the request to the event in the player's own window.
    own: Latency,
    /// From the request to the event at the last monitor.
    monitors: Latency,
    disturbance: Disturbance,
}

impl Floor {
    pub(super) fn run(self) -> anyhow::Result<()> {
        // The bounds of the arguments are far below where these would overflow.
        let all = WARM_UP + 2 * self.plays;
        let room = PLAYS_OF_ONE * self.users as u64;
        ensure!(all <= room, "{} users have tokens for {room} plays, not for {all}", self.users);
        let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
        let mut crowd = Crowd::gather(&server, self.users, self.monitors)?;
        crowd.play(WARM_UP, self.in_flight, None, PATIENCE, |_| {})?;
        let (full, full_latencies) = self.leg("full load", &server, &mut crowd, None)?;
        let half = full.plays_per_second / 2.0;
        let (half, half_latencies) = self.leg("half load", &server, &mut crowd, Some(half))?;
        let counted = crowd.count()?;
        ensure!(counted == all, "{all} plays, but {counted} events at both ends");
        println!("\n{} users, {} monitors, store {}", self.users, self.monitors, self.common.store);
        for (name, leg) in [("full load", &full), ("half load", &half)] {
            println!("  {name}");
            println!(
                "    {:.0} plays/s, {:.0} events/s delivered, {:.1} µs of the server's CPU a play",
                leg.plays_per_second, leg.deliveries_per_second, leg.server_cpu_micros_per_play
            );
            println!("    play → own event:        {}", leg.own);
            println!("    play → last of monitors: {}", leg.monitors);
            println!("    neighbours took {:.1} %", leg.disturbance.steal_percent);
        }
        println!(
            "  {all} plays: {counted} events at their players, and the same {counted} at each monitor; \
             none lost, none doubled"
        );
        let figures = Figures {
            workload: "floor",
            store: self.common.store.clone(),
            users: self.users,
            monitors: self.monitors,
            in_flight: self.in_flight,
            full_load: full,
            half_load: half,
            plays: all,
            events_of_users: counted,
            events_of_each_monitor: counted,
        };
        let series = [
            ("own, full", &full_latencies.own),
            ("monitors, full", &full_latencies.monitors),
            ("own, half", &half_latencies.own),
            ("monitors, half", &half_latencies.monitors),
        ];
        report::write(&self.common, &figures, &series)
    }

    fn leg(
        &self,
        name: &'static str,
        server: &Server,
        crowd: &mut Crowd,
        rate: Option<f64>,
    ) -> anyhow::Result<(Leg, Latencies<Histogram<u64>>)> {
        crowd.forget();
        let in_flight = if rate.is_some() { self.users } else { self.in_flight };
        let bar = ProgressBar::new(self.plays).with_message(name);
        let (noise, cpu, start) = (Noise::read(), server.cpu()?, Instant::now());
        crowd.play(self.plays, in_flight, rate, PATIENCE, |done| bar.set_position(done))?;
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), server.cpu()? - cpu);
        let disturbance = Noise::read().since(noise);
        bar.finish_and_clear();
        let counted = |times: &[Duration]| {
            let mut counted = histogram();
            times.iter().for_each(|time| report::record(&mut counted, *time));
            counted
        };
        let times = crowd.latencies();
        let latencies = Latencies { own: counted(&times.own), monitors: counted(&times.monitors) };
        let plays_per_second = self.plays as f64 / seconds;
        let leg = Leg {
            plays: self.plays,
            seconds,
            plays_per_second,
            deliveries_per_second: plays_per_second * (1 + self.monitors) as f64,
            server_cpu_micros_per_play: cpu.as_secs_f64() * 1e6 / self.plays as f64,
            own: Latency::of(&latencies.own),
            monitors: Latency::of(&latencies.monitors),
            disturbance,
        };
        Ok((leg, latencies))
    }
}
