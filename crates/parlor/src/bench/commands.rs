//! `commands`: durable commits a second, nobody watching. Must not know the game's rules.

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::{Args, value_parser};
use client::Api;
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::json;

use super::child::Server;
use super::contender::NO_HEARTBEAT;
use super::noise::{Disturbance, Noise};
use super::publisher::{command_socket, send_command};
use super::report;
use super::{Common, MOST, between};

/// All must be answered by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// Durable commands a second with many in flight.
#[derive(Debug, Args)]
pub(crate) struct Commands {
    /// Commands in flight, over all sessions.
    #[arg(long, default_value_t = 64, value_parser = value_parser!(u64).range(1..=MOST))]
    in_flight: u64,
    /// Sessions that the commands are spread over.
    #[arg(long, default_value_t = 64, value_parser = between(1, 1_000_000))]
    sessions: usize,
    /// Commands in all.
    #[arg(long, default_value_t = 40_000, value_parser = value_parser!(u64).range(1..=MOST))]
    commands: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    store: String,
    in_flight: u64,
    sessions: usize,
    commands: u64,
    seconds: f64,
    commands_per_second: f64,
    server_cpu_micros_per_command: f64,
    disturbance: Disturbance,
}

impl Commands {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
        let token = server.token("service")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let api = Api::new(&format!("http://{}", server.address), Some(token.clone()));
        let mut sessions = Vec::new();
        for _ in 0..self.sessions {
            sessions.push(runtime.block_on(api.create("mirror", json!({ "public": { "n": 0 } })))?);
        }
        let (mut socket, answered) = command_socket(server.address, &token)?;
        let answered = || answered.load(std::sync::atomic::Ordering::Relaxed);
        let bar = ProgressBar::new(self.commands).with_message("commands");
        let (noise, cpu, start) = (Noise::read(), server.cpu()?, Instant::now());
        let mut sent = 0;
        while answered() < self.commands {
            let room = self.in_flight.saturating_sub(sent - answered());
            for _ in 0..room.min(self.commands - sent) {
                let session = &sessions[usize::try_from(sent)? % sessions.len()];
                sent += 1;
                send_command(
                    &mut socket,
                    session,
                    &json!({ "do": "put", "public": { "n": sent } }),
                )?;
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "{} of {} were answered",
                answered(),
                self.commands
            );
            if sent % 64 == 0 {
                bar.set_position(answered());
            }
            std::thread::yield_now();
        }
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), server.cpu()? - cpu);
        let noise = Noise::read().since(noise);
        bar.finish_and_clear();
        let rate = self.commands as f64 / seconds;
        let micros = cpu.as_secs_f64() * 1e6 / self.commands as f64;
        println!(
            "\n{} commands, {} in flight over {} sessions, store {}",
            self.commands, self.in_flight, self.sessions, self.common.store
        );
        println!("  {rate:.0} commands/s, {micros:.1} µs of the server's CPU each");
        println!("  neighbours took {:.1} %", noise.steal_percent);
        let figures = Figures {
            workload: "commands",
            store: self.common.store.clone(),
            in_flight: self.in_flight,
            sessions: self.sessions,
            commands: self.commands,
            seconds,
            commands_per_second: rate,
            server_cpu_micros_per_command: micros,
            disturbance: noise,
        };
        let none: [(&str, &Histogram<u64>); 0] = [];
        report::write(&self.common, &figures, &none)
    }
}
