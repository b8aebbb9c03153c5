//! `stadium`: one session, many watchers, one commit in flight. Must not know how a crowd reads.

use clap::Args;
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde::Serialize;

use super::Common;
use super::contender::{Contender, Turn};
use super::noise::{Disturbance, Noise};
use super::report::{self, Latency};

/// Tries to find a run that neighbours leave alone.
const TRIES: u32 = 3;

/// One session with many watchers, one commit after the other.
#[derive(Debug, Args)]
pub(crate) struct Stadium {
    /// Watchers; several sizes show how the cost grows.
    #[arg(long, value_delimiter = ',', default_value = "1000")]
    watchers: Vec<usize>,
    /// Commits in each turn.
    #[arg(long, default_value_t = 20)]
    commits: u64,
    /// Bytes of a view.
    #[arg(long, default_value_t = 512)]
    bytes: usize,
    /// Turns of each: Parlor and the bare loop alternate.
    #[arg(long, default_value_t = 50)]
    rounds: u64,
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
    steal_percent: f64,
    runs_thrown_away: u32,
}

/// All turns of both servers.
struct Run {
    ours: Vec<Turn>,
    floor: Vec<Turn>,
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
            println!("  neighbours took      {:.1} %", size.steal_percent);
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
        let (mut ours, first) = Contender::start(&self.common, watchers, self.bytes, None)?;
        let mut floor = if self.no_baseline {
            None
        } else {
            let bare = Some(first.frame);
            Some(Contender::start(&self.common, watchers, self.bytes, bare)?.0)
        };
        let mut run = self.turns(&mut ours, floor.as_mut())?;
        let mut thrown_away = 0;
        while run.noise.steal_percent > self.common.max_steal && thrown_away + 1 < TRIES {
            eprintln!("thrown away: neighbours took {:.1} %", run.noise.steal_percent);
            thrown_away += 1;
            run = self.turns(&mut ours, floor.as_mut())?;
        }
        let Run { ours, floor, noise } = run;
        let cost = |turns: &[Turn]| median(turns.iter().map(|t| t.micros_per_delivery).collect());
        let ratios = ours.iter().zip(&floor);
        let ratios = ratios.map(|(a, b)| a.micros_per_delivery / b.micros_per_delivery);
        let latencies = merged(&ours);
        let floor_latencies = (!floor.is_empty()).then(|| merged(&floor));
        let size = Size {
            watchers,
            view_bytes: self.bytes,
            frame_bytes: ours.last().map_or(0, |turn| turn.frame),
            parlor_cpu_micros_per_delivery: cost(&ours).unwrap_or_default(),
            baseline_cpu_micros_per_delivery: cost(&floor),
            ratio: median(ratios.collect()),
            commit_to_last_watcher_ms: Latency::of(&latencies),
            baseline_send_to_last_watcher_ms: floor_latencies.as_ref().map(Latency::of),
            steal_percent: noise.steal_percent,
            runs_thrown_away: thrown_away,
        };
        Ok((size, latencies, floor_latencies))
    }

    /// All turns of both.
    fn turns(
        &self,
        ours: &mut Contender,
        mut floor: Option<&mut Contender>,
    ) -> anyhow::Result<Run> {
        let before = Noise::read();
        let mut run = Run { ours: Vec::new(), floor: Vec::new(), noise: before.since(before) };
        let bar = ProgressBar::new(self.rounds).with_message("turns");
        for _ in 0..self.rounds {
            run.ours.push(ours.turn(self.commits)?);
            if let Some(floor) = &mut floor {
                run.floor.push(floor.turn(self.commits)?);
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        run.noise = Noise::read().since(before);
        Ok(run)
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| values[values.len() / 2])
}

fn merged(turns: &[Turn]) -> Histogram<u64> {
    let mut all = report::histogram();
    let latencies = turns.iter().flat_map(|turn| &turn.latencies);
    latencies.for_each(|latency| report::record(&mut all, *latency));
    all
}
