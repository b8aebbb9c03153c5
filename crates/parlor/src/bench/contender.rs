//! One server with its own crowd, in a process of its own, that makes commits when it is told to
//! and answers with what they cost. Two of them take turns of a fraction of a second, so that
//! whatever slows the machine down slows both, and each has its own open files. Must not know what
//! the figures are compared with.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Common;
use super::child::Server;
use super::crowd::{Crowd, Reading};
use super::publisher::{Publisher, Shape};

/// Presence is told at most once a second: after this silence nothing of it is under way.
pub(super) const QUIET: Duration = Duration::from_millis(1500);

/// A commit that has not reached everyone by then is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Commits before the counting starts: caches are cold, and the first frame's length is learnt.
const WARM_UP: u64 = 10;

/// Watchers that only count bytes do not answer heartbeats; a run is shorter than the silence that
/// closes a socket.
pub(super) const NO_HEARTBEAT: [(&str, &str); 2] =
    [("PARLOR_HUB__HEARTBEAT_SECONDS", "3600"), ("PARLOR_HUB__SILENT_SECONDS", "7200")];

/// Bytes that a delivery may have more than the frame that was seen last: a version of one more
/// digit, and a heartbeat (the first ones are spread over all the time between two).
const SLACK: u64 = 1 + 2;

/// Makes as many commits as each line of its input says, until the input ends.
#[derive(Debug, Args)]
pub(crate) struct Process {
    #[arg(long)]
    watchers: usize,
    /// Bytes of a view.
    #[arg(long)]
    bytes: usize,
    /// Serve the bare loop, with frames of this many bytes.
    #[arg(long)]
    bare: Option<usize>,
    #[command(flatten)]
    common: Common,
}

/// What some commits cost.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Turn {
    /// CPU time of the server for one delivery.
    pub(super) micros_per_delivery: f64,
    /// From each commit to its last watcher.
    pub(super) latencies: Vec<Duration>,
    /// Bytes of a delivery.
    pub(super) frame: usize,
}

/// The other end of a [`Process`], which ends when this is dropped.
pub(super) struct Contender {
    process: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Contender {
    /// Starts a server and its watchers, and waits until they are at rest. Answers with the cost of
    /// the first commits, too, which is not to be counted.
    pub(super) fn start(
        common: &Common,
        watchers: usize,
        bytes: usize,
        bare: Option<usize>,
    ) -> anyhow::Result<(Self, Turn)> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["bench", "contender", "--store", &common.store])
            .args(["--server-core", &common.server_core, "--load-core", &common.load_core])
            .args(["--watchers", &watchers.to_string(), "--bytes", &bytes.to_string()]);
        if let Some(frame) = bare {
            command.args(["--bare", &frame.to_string()]);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("a process of the load could not be started")?;
        let orders = process.stdin.take();
        let out = process.stdout.take().context("the process has no output")?;
        let answers = BufReader::new(out).lines();
        let mut contender = Self { process, orders, answers };
        let first = contender.turn(WARM_UP)?;
        Ok((contender, first))
    }

    /// Has it make some commits, one after the other.
    pub(super) fn turn(&mut self, commits: u64) -> anyhow::Result<Turn> {
        let orders = self.orders.as_mut().context("the process has no input")?;
        writeln!(orders, "{commits}").context("a process of the load is gone")?;
        match self.answers.next() {
            Some(line) => Ok(serde_json::from_str(&line?)?),
            None => bail!("a process of the load ended early; see above"),
        }
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        // The end of its input is its order to end, with its server.
        self.orders = None;
        let _ = self.process.wait();
    }
}

impl Process {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (server, mut publisher) = if let Some(frame) = self.bare {
            let server = Server::baseline(&self.common, frame)?;
            let publisher = Publisher::baseline(&server)?;
            (server, publisher)
        } else {
            let server = Server::parlor(&self.common, &NO_HEARTBEAT)?;
            let shape = Shape { view: self.bytes, event: 0 };
            let publisher = Publisher::parlor(&server, shape)?;
            (server, publisher)
        };
        let path = publisher.path();
        let mut crowd = Crowd::connect(server.address, &path, self.watchers, Reading::Count)?;
        crowd.settle(QUIET)?;
        let (mut number, mut frame) = (0, None);
        for order in std::io::stdin().lock().lines() {
            let commits: u64 = order?.trim().parse().context("an order is a number")?;
            let cpu = server.cpu()?;
            let mut latencies = Vec::new();
            for _ in 0..commits {
                number += 1;
                crowd.forget();
                let start = Instant::now();
                publisher.publish(number)?;
                let (length, end) = deliver(&mut crowd, frame)?;
                latencies.push(end - start);
                frame = Some(length);
            }
            let cpu = server.cpu()? - cpu;
            let deliveries = commits * crowd.len() as u64;
            let turn = Turn {
                micros_per_delivery: cpu.as_secs_f64() * 1e6 / deliveries as f64,
                latencies,
                frame: usize::try_from(frame.unwrap_or_default())?,
            };
            println!("{}", serde_json::to_string(&turn)?);
        }
        Ok(())
    }
}

/// Waits until everyone has the newest frame. Answers with its length, which `expected` foresees,
/// and the moment at which the last one had it.
fn deliver(crowd: &mut Crowd, expected: Option<u64>) -> anyhow::Result<(u64, Instant)> {
    let end = match expected {
        Some(frame) => crowd.until(PATIENCE, |seen| seen.bytes >= frame)?,
        None => {
            crowd.until(PATIENCE, |seen| seen.bytes > 0)?;
            crowd.settle(Duration::from_millis(50))?;
            Instant::now()
        }
    };
    let longest = crowd.seen.iter().map(|seen| seen.bytes).max().unwrap_or_default();
    if let Some(frame) = expected {
        ensure!(longest <= frame + SLACK, "a watcher got {longest} bytes of a frame of {frame}");
    }
    // The bare loop's frames are no messages; they are all as long as one.
    let length = match crowd.seen[0].view_frame {
        0 => crowd.seen[0].bytes,
        view => view,
    };
    Ok((length, end))
}
