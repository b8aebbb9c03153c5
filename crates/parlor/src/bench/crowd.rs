//! Many watchers in one thread: cheap enough not to be the bottleneck. Must not know what a view
//! means.
//!
//! Most watchers only count bytes (`MSG_TRUNC` lets the kernel throw the payload away). The first
//! one, the probe, reads its frames whole.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use indicatif::ProgressBar;
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

/// Taken from one socket at once.
const CHUNK: usize = 256 * 1024;

/// Events taken from the kernel at once.
const EVENTS: usize = 1024;

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
    poll: OwnedFd,
    sockets: Vec<TcpStream>,
    pub(super) seen: Vec<Seen>,
    reading: Reading,
    buffer: Vec<u8>,
    events: Vec<epoll::Event>,
}

impl Crowd {
    /// Opens `count` sockets at `path`.
    pub(super) fn connect(
        address: SocketAddr,
        path: &str,
        count: usize,
        reading: Reading,
    ) -> anyhow::Result<Self> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let bar = ProgressBar::new(count as u64).with_message("watchers");
        let mut sockets = Vec::with_capacity(count);
        let mut seen = Vec::with_capacity(count);
        for index in 0..count {
            let (stream, rest) = open(address, path).with_context(|| {
                format!("watcher {index} of {count} (open files are limited: `ulimit -n`)")
            })?;
            let key = epoll::EventData::new_u64(index as u64);
            epoll::add(&poll, &stream, key, epoll::EventFlags::IN)?;
            sockets.push(stream);
            let mut first = Seen { bytes: rest.len() as u64, ..Seen::default() };
            if index == 0 || reading == Reading::Frames {
                first.partial = rest;
            }
            seen.push(first);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let (buffer, events) = (vec![0; CHUNK], Vec::with_capacity(EVENTS));
        Ok(Self { poll, sockets, seen, reading, buffer, events })
    }

    pub(super) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Takes what comes for at most `wait`; false when nothing came.
    pub(super) fn turn(&mut self, wait: Duration) -> anyhow::Result<bool> {
        let timeout = Timespec {
            tv_sec: wait.as_secs().cast_signed(),
            tv_nsec: i64::from(wait.subsec_nanos()),
        };
        self.events.clear();
        match epoll::wait(&self.poll, spare_capacity(&mut self.events), Some(&timeout)) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
        for at in 0..self.events.len() {
            let index = usize::try_from(self.events[at].data.u64())?;
            self.receive(index)?;
        }
        Ok(!self.events.is_empty())
    }

    fn receive(&mut self, index: usize) -> anyhow::Result<()> {
        let whole = index == 0 || self.reading == Reading::Frames;
        let flags =
            if whole { RecvFlags::DONTWAIT } else { RecvFlags::DONTWAIT | RecvFlags::TRUNC };
        let count = match recv(&self.sockets[index], &mut self.buffer[..], flags) {
            Ok((_, count)) => count,
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("watcher {index}")),
        };
        ensure!(count > 0, "the server closed watcher {index}");
        let seen = &mut self.seen[index];
        seen.bytes += count as u64;
        if whole {
            seen.partial.extend_from_slice(&self.buffer[..count]);
            let pings = seen.frames()?;
            for _ in 0..pings {
                // An empty pong, masked with zeros.
                (&self.sockets[index]).write_all(&[0x8a, 0x80, 0, 0, 0, 0])?;
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
    fn frames(&mut self) -> anyhow::Result<usize> {
        let (mut at, mut pings) = (0, 0);
        while let Some((opcode, payload, end)) = frame(&self.partial[at..]) {
            match opcode {
                1 => {
                    let text = &self.partial[at + payload..at + end];
                    if text.starts_with(br#"{"type":"game_event""#) {
                        self.events += 1;
                    } else if text.starts_with(br#"{"type":"update""#)
                        || text.starts_with(br#"{"type":"snapshot""#)
                    {
                        let version = version(text).context("a view without a version")?;
                        ensure!(version > self.version, "a view steps back to {version}");
                        self.version = version;
                        self.view_frame = end as u64;
                        self.views += 1;
                    }
                }
                8 => bail!("the server closed a watcher: {:?}", &self.partial[at..at + end]),
                9 => pings += 1,
                _ => {}
            }
            at += end;
        }
        self.partial.drain(..at);
        self.pings += pings as u64;
        Ok(pings)
    }
}

/// The first frame of `bytes`: opcode, where its payload starts, where it ends.
pub(super) fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (start, length) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= start + length).then_some((first & 0x0f, start, start + length))
}

/// The `lock_version` of a message, which stands near its beginning.
pub(super) fn version(text: &[u8]) -> Option<u64> {
    let key = br#""lock_version":"#;
    let at = text.windows(key.len()).position(|window| window == key)? + key.len();
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |n, digit| n * 10 + u64::from(digit - b'0')))
}

/// The handshake of a browser; answers with the socket and the bytes that came with the answer.
pub(super) fn open(address: SocketAddr, path: &str) -> anyhow::Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        let count = stream.read(&mut part)?;
        ensure!(count > 0, "the server closed the connection");
        answer.extend_from_slice(&part[..count]);
        if let Some(at) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    ensure!(
        answer.starts_with(b"HTTP/1.1 101"),
        "the server refused: {}",
        String::from_utf8_lossy(&answer[..answer.len().min(80)])
    );
    stream.set_nonblocking(true)?;
    Ok((stream, answer.split_off(end)))
}
