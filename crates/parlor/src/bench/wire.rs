//! Many sockets of clients in one thread: opened, waited for, and their frames taken apart. Must not
//! know what a message means.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{bail, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

/// Taken from one socket at once.
const CHUNK: usize = 256 * 1024;

/// Events taken from the kernel at once.
const EVENTS: usize = 1024;

/// A text.
pub(super) const TEXT: u8 = 1;
/// A ping.
pub(super) const PING: u8 = 9;
const CLOSE: u8 = 8;

/// Waits for sockets, each with a number.
pub(super) struct Poll {
    queue: OwnedFd,
    events: Vec<epoll::Event>,
    buffer: Vec<u8>,
}

impl Poll {
    pub(super) fn new() -> anyhow::Result<Self> {
        let queue = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self { queue, events: Vec::with_capacity(EVENTS), buffer: vec![0; CHUNK] })
    }

    pub(super) fn add(&self, stream: &TcpStream, number: usize) -> anyhow::Result<()> {
        let key = epoll::EventData::new_u64(number as u64);
        Ok(epoll::add(&self.queue, stream, key, epoll::EventFlags::IN)?)
    }

    /// Waits at most so long; answers with how many sockets have something.
    pub(super) fn wait(&mut self, most: Duration) -> anyhow::Result<usize> {
        let (tv_sec, tv_nsec) = (most.as_secs().cast_signed(), i64::from(most.subsec_nanos()));
        self.events.clear();
        let timeout = Timespec { tv_sec, tv_nsec };
        match epoll::wait(&self.queue, spare_capacity(&mut self.events), Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => Ok(self.events.len()),
            Err(error) => Err(error.into()),
        }
    }

    /// The number of one of those that have something.
    pub(super) fn number(&self, at: usize) -> anyhow::Result<usize> {
        Ok(usize::try_from(self.events[at].data.u64())?)
    }

    /// What has come; nothing may have. With `TRUNC` only its length counts.
    pub(super) fn take(&mut self, stream: &TcpStream, how: RecvFlags) -> anyhow::Result<&[u8]> {
        match recv(stream, &mut self.buffer[..], RecvFlags::DONTWAIT | how) {
            Ok((_, 0)) => bail!("the server closed it"),
            Ok((_, count)) => Ok(&self.buffer[..count]),
            Err(Errno::AGAIN) => Ok(&[]),
            Err(error) => Err(error.into()),
        }
    }
}

/// A frame that has come.
pub(super) struct Frame<'a> {
    pub(super) opcode: u8,
    pub(super) payload: &'a [u8],
    /// With its header.
    pub(super) size: usize,
}

/// Takes the frames that are whole off the front. The server's farewell is an error.
pub(super) fn frames(
    bytes: &mut Vec<u8>,
    mut each: impl FnMut(Frame<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut at = 0;
    while let Some(frame) = frame(&bytes[at..]) {
        let size = frame.size;
        if frame.opcode == CLOSE {
            bail!("the server closed it: {}", String::from_utf8_lossy(frame.payload));
        }
        each(frame)?;
        at += size;
    }
    bytes.drain(..at);
    Ok(())
}

/// The first frame, if it is whole. Servers do not mask.
fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (start, length) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let size = start + length;
    Some(Frame { opcode: first & 0x0f, payload: bytes.get(start..size)?, size })
}

/// A text frame of a client, masked with zeros.
pub(super) fn masked(text: &str) -> Vec<u8> {
    let mut bytes = vec![0x80 | TEXT];
    match u8::try_from(text.len()).ok().filter(|length| *length < 126) {
        Some(length) => bytes.push(0x80 | length),
        None => {
            bytes.push(0x80 | 126);
            bytes.extend((text.len() as u16).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(text.as_bytes());
    bytes
}

/// An empty pong, masked with zeros.
pub(super) const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

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
