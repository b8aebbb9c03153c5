//! `stadium`: one session, many watchers, one commit in flight. Must not know how a crowd reads.

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde::Serialize;

use super::Common;
use super::child::Server;
use super::crowd::{Crowd, Reading};
use super::noise::{Disturbance, Noise};
use super::publisher::{Publisher, Shape};
use super::report::{self, Latency};

/// Presence is told at most once a second: after this silence nothing of it is under way.
pub(super) const QUIET: Duration = Duration::from_millis(1500);

/// A commit that has not reached everyone by then is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tries to find a run that neighbours leave alone.
const TRIES: u32 = 3;

/// Commits before the counting starts: caches are cold, and the first frame's length is learnt.
const WARM_UP: u64 = 10;

/// Watchers that only count bytes do not answer heartbeats; a run is shorter than the silence that
/// closes a socket.
pub(super) const NO_HEARTBEAT: [(&str, &str); 2] =
    [("PARLOR_HUB__HEARTBEAT_SECONDS", "3600"), ("PARLOR_HUB__SILENT_SECONDS", "7200")];

/// Bytes that a delivery may have more than the frame that was seen last: a version of one more
/// digit, and a heartbeat (the first ones are spread over all the time between two).
const SLACK: u64 = 1 + 2;

/// One session with many watchers, one commit after the other.
#[derive(Debug, Args)]
pub(crate) struct Stadium {
    /// Watchers; several sizes show how the cost grows.
    #[arg(long, value_delimiter = ',', default_value = "1000")]
    watchers: Vec<usize>,
    /// Commits in each leg.
    #[arg(long, default_value_t = 200)]
    commits: u64,
    /// Bytes of a view.
    #[arg(long, default_value_t = 512)]
    bytes: usize,
    /// Legs of each kind: Parlor and the bare loop take turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Leave out the bare loop.
    #[arg(long)]
    no_baseline: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Serialize)]
struct Figures {
    workload: &'static str,
    store: String,
    sizes: Vec<Size>,
}

#[derive(Debug, Serialize)]
struct Size {
    watchers: usize,
    view_bytes: usize,
    frame_bytes: usize,
    parlor_cpu_micros_per_delivery: f64,
    baseline_cpu_micros_per_delivery: Option<f64>,
    ratio: Option<f64>,
    commit_to_last_watcher_ms: Latency,
    baseline_send_to_last_watcher_ms: Option<Latency>,
    worst_steal_percent: f64,
    runs_thrown_away: u32,
}

/// One leg: one server, one crowd, some commits.
struct Leg {
    cpu_per_delivery: f64,
    frame: usize,
    latencies: Histogram<u64>,
    noise: Disturbance,
}

impl Stadium {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut sizes = Vec::new();
        let mut plots = Vec::new();
        for &watchers in &self.watchers {
            let (size, histogram, floor) = self.size(watchers)?;
            println!(
                "\n{watchers} watchers, {} B views ({} B frames)",
                size.view_bytes, size.frame_bytes
            );
            println!("  CPU per delivery     {:.2} µs", size.parlor_cpu_micros_per_delivery);
            if let (Some(floor), Some(ratio)) = (size.baseline_cpu_micros_per_delivery, size.ratio)
            {
                println!("  bare epoll loop      {floor:.2} µs");
                println!("  ratio                {ratio:.2} ×");
            }
            println!("  commit → last of {watchers}: {}", size.commit_to_last_watcher_ms);
            if let Some(latency) = &size.baseline_send_to_last_watcher_ms {
                println!("  bare loop            {latency}");
            }
            println!("  neighbours took      {:.1} % at worst", size.worst_steal_percent);
            print!("{}", report::bars(&histogram));
            plots.push((format!("{watchers}"), histogram));
            if let Some(floor) = floor {
                plots.push((format!("{watchers} bare"), floor));
            }
            sizes.push(size);
        }
        if sizes.len() > 1 {
            println!("\ngrowth of the cost of a delivery:");
            for size in &sizes {
                let first = sizes[0].parlor_cpu_micros_per_delivery;
                let times = size.parlor_cpu_micros_per_delivery / first;
                println!(
                    "  {:>6} watchers  {times:.2} × that of {}",
                    size.watchers, sizes[0].watchers
                );
            }
        }
        let series: Vec<(&str, &Histogram<u64>)> =
            plots.iter().map(|(name, histogram)| (name.as_str(), histogram)).collect();
        let store = self.common.store.clone();
        report::write(&self.common, &Figures { workload: "stadium", store, sizes }, &series)
    }

    fn size(
        &self,
        watchers: usize,
    ) -> anyhow::Result<(Size, Histogram<u64>, Option<Histogram<u64>>)> {
        let shape = Shape { view: self.bytes, event: 0 };
        let (mut ours, mut floor): (Vec<Leg>, Vec<Leg>) = (Vec::new(), Vec::new());
        let mut thrown_away = 0;
        for _ in 0..self.rounds {
            let leg = self.undisturbed(&mut thrown_away, || {
                let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
                let publisher = Publisher::parlor(&server, shape)?;
                self.leg("Parlor", &server, publisher, watchers)
            })?;
            let frame = leg.frame;
            ours.push(leg);
            if !self.no_baseline {
                floor.push(self.undisturbed(&mut thrown_away, || {
                    let server = Server::baseline(&self.common, frame)?;
                    let publisher = Publisher::baseline(&server)?;
                    self.leg("bare loop", &server, publisher, watchers)
                })?);
            }
        }
        let cost = |legs: &[Leg]| median(legs.iter().map(|leg| leg.cpu_per_delivery).collect());
        let ratios = ours.iter().zip(&floor).map(|(a, b)| a.cpu_per_delivery / b.cpu_per_delivery);
        let ratio = median(ratios.collect());
        let latencies = merged(&ours);
        let floor_latencies = (!floor.is_empty()).then(|| merged(&floor));
        let all = ours.iter().chain(&floor);
        let size = Size {
            watchers,
            view_bytes: self.bytes,
            frame_bytes: ours.last().map_or(0, |leg| leg.frame),
            parlor_cpu_micros_per_delivery: cost(&ours).unwrap_or_default(),
            baseline_cpu_micros_per_delivery: cost(&floor),
            ratio,
            commit_to_last_watcher_ms: Latency::of(&latencies),
            baseline_send_to_last_watcher_ms: floor_latencies.as_ref().map(Latency::of),
            worst_steal_percent: all.map(|leg| leg.noise.steal_percent).fold(0.0, f64::max),
            runs_thrown_away: thrown_away,
        };
        Ok((size, latencies, floor_latencies))
    }

    fn undisturbed(
        &self,
        thrown_away: &mut u32,
        leg: impl Fn() -> anyhow::Result<Leg>,
    ) -> anyhow::Result<Leg> {
        let mut last = leg()?;
        for _ in 1..TRIES {
            if last.noise.steal_percent <= self.common.max_steal {
                break;
            }
            eprintln!("thrown away: neighbours took {:.1} %", last.noise.steal_percent);
            *thrown_away += 1;
            last = leg()?;
        }
        Ok(last)
    }

    fn leg(
        &self,
        name: &'static str,
        server: &Server,
        mut publisher: Publisher,
        watchers: usize,
    ) -> anyhow::Result<Leg> {
        let mut crowd =
            Crowd::connect(server.address, &publisher.path(), watchers, Reading::Count)?;
        crowd.settle(QUIET)?;
        let mut number = 0;
        let mut one =
            |crowd: &mut Crowd, frame: Option<u64>| -> anyhow::Result<(Instant, Instant)> {
                crowd.forget();
                number += 1;
                let start = Instant::now();
                publisher.publish(number)?;
                let end = match frame {
                    Some(frame) => crowd.until(PATIENCE, |seen| seen.bytes >= frame)?,
                    None => {
                        crowd.until(PATIENCE, |seen| seen.bytes > 0)?;
                        crowd.settle(Duration::from_millis(50))?;
                        Instant::now()
                    }
                };
                Ok((start, end))
            };
        for _ in 0..WARM_UP {
            one(&mut crowd, None)?;
        }
        let mut latencies = report::histogram();
        let bar = ProgressBar::new(self.commits).with_message(name);
        let (noise, cpu) = (Noise::read(), server.cpu()?);
        let mut deliveries = 0u64;
        // The bare loop's frames are no messages; they are all as long as one.
        let length = |crowd: &Crowd| match crowd.seen[0].view_frame {
            0 => crowd.seen[0].bytes,
            view => view,
        };
        let mut frame = length(&crowd);
        for _ in 0..self.commits {
            let (start, end) = one(&mut crowd, Some(frame))?;
            report::record(&mut latencies, end - start);
            let longest = crowd.seen.iter().map(|seen| seen.bytes).max().unwrap_or(frame);
            ensure!(
                longest <= frame + SLACK,
                "a watcher got {longest} bytes of a frame of {frame}"
            );
            frame = length(&crowd);
            deliveries += crowd.len() as u64;
            bar.inc(1);
        }
        let (cpu, noise) = (server.cpu()? - cpu, Noise::read().since(noise));
        bar.finish_and_clear();
        let frame = usize::try_from(frame)?;
        Ok(Leg {
            cpu_per_delivery: cpu.as_secs_f64() * 1e6 / deliveries as f64,
            frame,
            latencies,
            noise,
        })
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| values[values.len() / 2])
}

fn merged(legs: &[Leg]) -> Histogram<u64> {
    let mut all = report::histogram();
    for leg in legs {
        all.add(&leg.latencies).expect("all histograms have the same bounds");
    }
    all
}
