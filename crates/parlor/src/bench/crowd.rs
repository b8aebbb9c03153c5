//! Many watchers in one thread: cheap enough not to be the bottleneck. Must not know what a view
//! means.
//!
//! Most watchers only count bytes (`MSG_TRUNC` lets the kernel throw the payload away). The first
//! one, the probe, reads its frames whole.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use indicatif::ProgressBar;
use rustix::net::RecvFlags;

use super::wire::{PING, PONG, Poll, TEXT, frames, open};

/// How a watcher treats what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Count bytes.
    Count,
    /// Read frames: count them by type, and answer pings.
    Frames,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    /// Bytes since the last [`Crowd::forget`].
    pub(super) bytes: u64,
    /// Views since then (`Reading::Frames`).
    pub(super) views: u64,
    /// Events since then (`Reading::Frames`).
    pub(super) events: u64,
    /// Version of the last view (`Reading::Frames`).
    pub(super) version: u64,
    /// Bytes of the last view, frame header included (the probe, and `Reading::Frames`).
    pub(super) view_frame: u64,
    /// Pings answered.
    pub(super) pings: u64,
    partial: Vec<u8>,
}

/// The watchers.
pub(super) struct Crowd {
    poll: Poll,
    sockets: Vec<TcpStream>,
    pub(super) seen: Vec<Seen>,
    reading: Reading,
}

impl Crowd {
    /// Opens `count` sockets at `path`.
    pub(super) fn connect(
        address: SocketAddr,
        path: &str,
        count: usize,
        reading: Reading,
    ) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let bar = ProgressBar::new(count as u64).with_message("watchers");
        let mut sockets = Vec::with_capacity(count);
        let mut seen = Vec::with_capacity(count);
        for index in 0..count {
            let (stream, rest) = open(address, path).with_context(|| {
                format!("watcher {index} of {count} (open files are limited: `ulimit -n`)")
            })?;
            poll.add(&stream, index)?;
            sockets.push(stream);
            let mut first = Seen { bytes: rest.len() as u64, ..Seen::default() };
            if index == 0 || reading == Reading::Frames {
                first.partial = rest;
            }
            seen.push(first);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(Self { poll, sockets, seen, reading })
    }

    pub(super) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Takes what comes for at most `wait`; false when nothing came.
    pub(super) fn turn(&mut self, wait: Duration) -> anyhow::Result<bool> {
        let ready = self.poll.wait(wait)?;
        for at in 0..ready {
            let index = self.poll.number(at)?;
            self.receive(index).with_context(|| format!("watcher {index}"))?;
        }
        Ok(ready > 0)
    }

    fn receive(&mut self, index: usize) -> anyhow::Result<()> {
        let whole = index == 0 || self.reading == Reading::Frames;
        let how = if whole { RecvFlags::empty() } else { RecvFlags::TRUNC };
        let bytes = self.poll.take(&self.sockets[index], how)?;
        let seen = &mut self.seen[index];
        seen.bytes += bytes.len() as u64;
        if whole {
            seen.partial.extend_from_slice(bytes);
            for _ in 0..seen.frames()? {
                (&self.sockets[index]).write_all(&PONG)?;
            }
        }
        Ok(())
    }

    /// Takes what comes until nothing came for `quiet`.
    pub(super) fn settle(&mut self, quiet: Duration) -> anyhow::Result<()> {
        let mut last = Instant::now();
        while last.elapsed() < quiet {
            if self.turn(quiet / 4)? {
                last = Instant::now();
            }
        }
        Ok(())
    }

    /// Takes what comes until every watcher is `done`; answers with the moment at which the last
    /// one was.
    pub(super) fn until(
        &mut self,
        patience: Duration,
        done: impl Fn(&Seen) -> bool,
    ) -> anyhow::Result<Instant> {
        let deadline = Instant::now() + patience;
        let mut first_open = 0;
        loop {
            while first_open < self.seen.len() && done(&self.seen[first_open]) {
                first_open += 1;
            }
            if first_open == self.seen.len() {
                return Ok(Instant::now());
            }
            if Instant::now() > deadline {
                let late = self.seen.iter().filter(|seen| !done(seen)).count();
                bail!("{late} of {} watchers did not get all within {patience:?}", self.len());
            }
            // Without sleep: to wake a sleeping reader is work that the kernel would charge to whoever
            // sends, and the more so the slower it sends. Both servers are measured without it.
            self.turn(Duration::ZERO)?;
        }
    }

    /// Starts counting anew.
    pub(super) fn forget(&mut self) {
        for seen in &mut self.seen {
            (seen.bytes, seen.views, seen.events) = (0, 0, 0);
        }
    }
}

impl Seen {
    /// Takes whole frames off `partial`; answers with the number of pings.
    fn frames(&mut self) -> anyhow::Result<u64> {
        let (mut partial, mut pings) = (std::mem::take(&mut self.partial), 0);
        frames(&mut partial, |frame| {
            match frame.opcode {
                TEXT => self.read(frame.payload, frame.size)?,
                PING => pings += 1,
                _ => {}
            }
            Ok(())
        })?;
        self.partial = partial;
        self.pings += pings;
        Ok(pings)
    }

    fn read(&mut self, text: &[u8], size: usize) -> anyhow::Result<()> {
        if text.starts_with(br#"{"type":"game_event""#) {
            self.events += 1;
        } else if text.starts_with(br#"{"type":"update""#)
            || text.starts_with(br#"{"type":"snapshot""#)
        {
            let version = version(text).context("a view without a version")?;
            ensure!(version > self.version, "a view steps back to {version}");
            self.version = version;
            self.view_frame = size as u64;
            self.views += 1;
        }
        Ok(())
    }
}

/// The `lock_version` of a message, which stands near its beginning.
pub(super) fn version(text: &[u8]) -> Option<u64> {
    let key = br#""lock_version":"#;
    let at = text.windows(key.len()).position(|window| window == key)? + key.len();
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |n, digit| n * 10 + u64::from(digit - b'0')))
}
