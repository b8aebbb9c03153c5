//! The limit that Parlor is measured against: one epoll loop, one `send` for each watcher, no
//! parsing, no back-pressure, nothing else. Must not grow: it is the floor.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Args;
use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::net::{RecvFlags, SendFlags, recv, send};

/// Events taken from the kernel at once.
const EVENTS: usize = 1024;

/// Serves the bare loop until it is killed.
#[derive(Debug, Args)]
pub(crate) struct BaselineServer {
    /// Bytes of a frame, header included.
    #[arg(long)]
    frame: usize,
}

impl BaselineServer {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("listening on http://{}", listener.local_addr()?);
        let frame = text_frame(self.frame)?;
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let listens = epoll::EventData::new_u64(u64::MAX);
        epoll::add(&poll, &listener, listens, epoll::EventFlags::IN)?;
        let mut watchers: Vec<TcpStream> = Vec::new();
        let mut control: Option<TcpStream> = None;
        let mut events: Vec<epoll::Event> = Vec::with_capacity(EVENTS);
        let mut orders = [0; 4096];
        loop {
            events.clear();
            epoll::wait(&poll, spare_capacity(&mut events), None)?;
            for event in &events {
                let key = event.data.u64();
                if key == u64::MAX {
                    let (stream, publishes) = admit(&listener)?;
                    if publishes {
                        let key = epoll::EventData::new_u64(u64::MAX - 1);
                        epoll::add(&poll, &stream, key, epoll::EventFlags::IN)?;
                        control = Some(stream);
                    } else {
                        watchers.push(stream);
                    }
                } else if let Some(control) = &control {
                    let (_, count) = recv(control, &mut orders[..], RecvFlags::empty())?;
                    if count == 0 {
                        return Ok(());
                    }
                    for _ in 0..count {
                        for watcher in &watchers {
                            send(watcher, &frame, SendFlags::NOSIGNAL).context("a watcher lags")?;
                        }
                    }
                }
            }
        }
    }
}

/// A WebSocket text frame of this many bytes, header included: built once, as Parlor's are.
fn text_frame(bytes: usize) -> anyhow::Result<Vec<u8>> {
    const HEADER: usize = 4;
    let payload = u16::try_from(bytes.saturating_sub(HEADER)).context("--frame is too large")?;
    anyhow::ensure!(payload > 125, "--frame must be 130 or more");
    let mut frame = vec![b'x'; bytes];
    frame[..2].copy_from_slice(&[0x81, 126]);
    frame[2..HEADER].copy_from_slice(&payload.to_be_bytes());
    Ok(frame)
}

/// Takes a connection; a request for `/publish` gives the orders, all others watch.
fn admit(listener: &TcpListener) -> anyhow::Result<(TcpStream, bool)> {
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    let mut part = [0; 512];
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut part)?;
        anyhow::ensure!(count > 0, "a client left before its request was whole");
        head.extend_from_slice(&part[..count]);
    }
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")?;
    stream.set_nonblocking(true)?;
    let publishes = head.starts_with(b"GET /publish ");
    Ok((stream, publishes))
}
