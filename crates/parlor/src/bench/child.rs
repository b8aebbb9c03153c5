//! A server process under load: started on its own core, measured through `/proc`, killed when the
//! run ends however it ends. Must not know what it is asked.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_setaffinity};
use tempfile::TempDir;

use super::Common;

/// A running server.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    data: TempDir,
}

/// Runs this process, and children it starts from now on, on one core.
pub(super) fn pin(core: &str) -> anyhow::Result<()> {
    if core == "none" {
        return Ok(());
    }
    let core: usize = core.parse().with_context(|| format!("--*-core {core}: not a number"))?;
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).with_context(|| format!("cannot run on core {core}"))
}

impl Server {
    /// `parlor serve` with the settings of a load test.
    pub(super) fn parlor(common: &Common, extra: &[(&str, &str)]) -> anyhow::Result<Self> {
        let data = TempDir::new()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0", "--store", &common.store, "--data-dir"])
            .arg(data.path())
            .env("PARLOR_LIMITS__OFF", "true")
            .env("PARLOR_LIMITS__EVENT_QUEUE", "65536")
            .env("PARLOR_HUB__SHARDS", "1")
            .env("PARLOR_LOG__LEVEL", "error");
        for (key, value) in extra {
            command.env(key, value);
        }
        Self::start(common, command, data)
    }

    /// The bare epoll loop.
    pub(super) fn baseline(common: &Common, frame: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "baseline-server", "--frame", &frame.to_string()]);
        Self::start(common, command, TempDir::new()?)
    }

    fn start(common: &Common, mut command: Command, data: TempDir) -> anyhow::Result<Self> {
        // A child inherits the core of the thread that starts it.
        pin(&common.server_core)?;
        let spawned = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn();
        pin(&common.load_core)?;
        let mut child = spawned.context("the server could not be started")?;
        let out = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(out).lines();
        let address = loop {
            match lines.next() {
                Some(Ok(line)) => {
                    if let Some(rest) = line.strip_prefix("listening on http://") {
                        break rest.parse()?;
                    }
                }
                _ => {
                    let status = child.wait()?;
                    bail!("the server ended before it listened: {status}");
                }
            }
        };
        Ok(Self { child, address, data })
    }

    /// An API token with this role, made as an administrator makes it.
    pub(super) fn token(&self, role: &str) -> anyhow::Result<String> {
        let output = Command::new(std::env::current_exe()?)
            .args(["token", "--user", "bench", "--role", role, "--data-dir"])
            .arg(self.data.path())
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            bail!("`parlor token` failed: {}", output.status);
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// CPU time of all its threads so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let stat = fs::read_to_string(task?.path().join("schedstat"))?;
            let run = stat.split_whitespace().next().context("schedstat is empty")?;
            nanos += run.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Memory that is its own, in bytes (proportional set size).
    pub(super) fn memory(&self) -> anyhow::Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|l| l.trim().strip_suffix(" kB")).context("no Pss")?;
        Ok(kib.trim().parse::<u64>()? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            // It may be gone already; then there is nothing to end.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
