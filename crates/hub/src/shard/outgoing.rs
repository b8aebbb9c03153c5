//! From an outbox to the socket. Only this and `volley` write. Another way of submitting writes
//! (through TLS) would take the place of [`Outgoing::flush`] and of `sendmany`. Must not know
//! subscriptions.

use std::{
    collections::VecDeque,
    io::{self, Write},
    os::fd::AsFd,
};

use sendmany::send;

use super::{
    conn::Conn,
    outbox::{Arena, Entry, Kind, Outbox},
};
use crate::{Frame, config::HubLimits, deflate::Deflater, stats::Tally};

/// Waiting frames and who has some.
pub(super) struct Outgoing {
    pub(super) arena: Arena,
    /// Sockets that have something and can take it, in the order of service.
    pub(super) dirty: VecDeque<u32>,
    deflater: Deflater,
    compress_from: usize,
    /// The time in the shard's microseconds. Refreshed every few writes.
    pub(super) micros: u32,
}

/// What became of a socket that was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flushed {
    /// All is out, or the socket is full and will report.
    Fine,
    /// The close frame is out.
    Closed,
    /// It is broken.
    Lost,
}

impl Outgoing {
    pub(super) fn new(compress_from: usize) -> Self {
        Self {
            arena: Arena::new(),
            dirty: VecDeque::new(),
            deflater: Deflater::default(),
            compress_from,
            micros: 0,
        }
    }

    /// Queues a frame and sees to it that it is written. Gives its place in the arena.
    pub(super) fn put(&mut self, conn: &mut Conn, entry: Entry) -> u32 {
        self.compress(conn, &entry.frame);
        let slot = entry.slot;
        let index = self.arena.push(&mut conn.out, entry);
        self.mark(conn, slot);
        index
    }

    /// Makes the twin of the frame that this socket takes.
    pub(super) fn compress(&mut self, conn: &Conn, frame: &Frame) {
        if let Some(deflate) = conn.deflate {
            frame.compress(deflate, &mut self.deflater, self.compress_from);
        }
    }

    /// Puts the socket on the list of those to write to, if it is not there and not full.
    pub(super) fn mark(&mut self, conn: &mut Conn, slot: u32) {
        if !conn.dirty && !conn.blocked {
            conn.dirty = true;
            self.dirty.push_back(slot);
        }
    }

    /// Writes what waits until all is out or the socket is full: one call for one frame, one call
    /// for several.
    pub(super) fn flush(&mut self, conn: &mut Conn, tally: &mut Tally) -> Flushed {
        while !conn.out.is_empty() {
            let (wanted, result) = match self.arena.single(&conn.out, conn.deflate) {
                Some(bytes) => {
                    (bytes.len(), send(conn.stream.as_fd(), bytes).map_err(io::Error::from))
                }
                None => {
                    let slices = self.arena.slices(&conn.out, conn.deflate);
                    let wanted = slices.iter().map(|slice| slice.len()).sum();
                    (wanted, conn.stream.write_vectored(&slices))
                }
            };
            let written = match result {
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    conn.blocked = true;
                    return Flushed::Fine;
                }
                Err(_) => return Flushed::Lost,
            };
            if self.account(conn, tally, written) {
                return Flushed::Closed;
            }
            // A short write means that the buffer of the kernel is full: no need to hear it again.
            if written < wanted {
                conn.blocked = true;
                return Flushed::Fine;
            }
        }
        Flushed::Fine
    }

    /// Takes what was written out of the outbox; `true` if the close frame was in it.
    pub(super) fn account(&mut self, conn: &mut Conn, tally: &mut Tally, bytes: usize) -> bool {
        let micros = self.micros;
        let written = self.arena.written(&mut conn.out, conn.deflate, bytes, |node| {
            if !matches!(node.kind, Kind::Direct | Kind::First | Kind::Close) {
                tally.latency(u64::from(micros.wrapping_sub(node.at)));
            }
        });
        count(conn, tally, bytes, written.frames);
        written.closed
    }
}

/// Counts one call that wrote.
pub(super) fn count(conn: &mut Conn, tally: &mut Tally, bytes: usize, frames: u32) {
    conn.bytes_out += bytes as u64;
    conn.messages_out += u64::from(frames);
    tally.bytes_out += bytes as u64;
    tally.messages_out += u64::from(frames);
    tally.writes += 1;
}

/// Does the outbox refuse another frame of this kind?
pub(super) fn is_full(out: &Outbox, kind: Kind, limits: &HubLimits) -> bool {
    let queued = match kind {
        Kind::Direct => out.direct as usize >= limits.direct_queue,
        Kind::Event => out.events as usize >= limits.event_queue,
        Kind::First => false,
        // At most one for each subscription.
        Kind::View | Kind::Control | Kind::Close => return false,
    };
    queued || out.bytes as usize >= limits.outbox_bytes
}
