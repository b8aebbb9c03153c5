//! Writes to many sockets in volleys: one call into the kernel each, where it has `io_uring`. Must not
//! know what frames contain.
//!
//! A call into the kernel leaves our side of the processor cold (branch predictors, on some hosts
//! the translations of addresses too), and what the kernel keeps for some hundred sockets fills the
//! caches. So a volley decides for all its sockets, then does nothing but write, then counts; and a
//! view for a socket that has nothing waiting is never queued, if no other broadcast waits that could
//! go out with it. docs/decisions/0002 and 0009 say what each of it is worth.

use std::{ops::Range, os::fd::AsFd};

use rustix::io::Errno;
use sendmany::Send;
use smallvec::SmallVec;

use super::{
    Shard,
    channels::SubRef,
    conn::{Conn, Phase},
    fanout::Walk,
    outbox::Kind,
    outgoing::count,
};
use crate::Frame;

/// Most sockets of one volley.
pub(super) const VOLLEY: usize = sendmany::BATCH;

/// Several frames for one socket are joined up to so many bytes: what is larger costs less to hand
/// over in its parts than to copy.
const PIECE: usize = 16 * 1024;

/// Views that are about to be written while their broadcast is walked.
#[derive(Default)]
pub(super) struct Volley {
    shots: Vec<Shot>,
    /// Frames that are joined, of the sockets that are written to.
    pieces: Vec<u8>,
    /// No other broadcast waits that could go out together with the one that is walked.
    pub(super) alone: bool,
    /// Views that may still be written so in this turn.
    pub(super) at_once: usize,
}

/// A view for one socket.
pub(super) struct Shot {
    pub(super) at: SubRef,
    pub(super) slot: u32,
    /// The whole view, not the patch.
    pub(super) full: bool,
}

impl Shot {
    fn frame<'a>(&self, full: &'a Frame, patch: Option<&'a Frame>) -> &'a Frame {
        patch.filter(|_| !self.full).unwrap_or(full)
    }
}

impl Volley {
    /// May a view be written to this socket now, before anything else?
    pub(super) fn takes(&self, conn: &Conn) -> bool {
        self.alone && self.at_once > 0 && !conn.blocked && conn.out.is_empty()
    }

    /// One more shot; `true`: that makes a whole volley.
    pub(super) fn load(&mut self, shot: Shot) -> bool {
        self.at_once -= 1;
        self.shots.push(shot);
        self.shots.len() == VOLLEY
    }
}

impl Shard {
    /// Writes what was loaded. The kernel takes small frames whole; what it does not take waits in
    /// the outbox as if it had been queued.
    pub(super) fn fire(&mut self, walk: Walk, full: &Frame, patch: Option<&Frame>) {
        let mut shots = std::mem::take(&mut self.volley.shots);
        let aim = |shot: &Shot| {
            let conn = self.conns[shot.slot as usize].as_ref()?;
            let bytes = shot.frame(full, patch).wire(conn.deflate);
            Some(Send { socket: conn.stream.as_fd(), bytes })
        };
        let written = self.sender.send_all(shots.iter().map(aim));
        self.read_clock();
        for (shot, written) in shots.drain(..).zip(written) {
            self.hit(walk, &shot, shot.frame(full, patch), written);
        }
        self.volley.shots = shots;
    }

    /// Sees to what came of one shot.
    fn hit(
        &mut self,
        walk: Walk,
        shot: &Shot,
        frame: &Frame,
        written: Option<Result<usize, Errno>>,
    ) {
        let (Some(conn), Some(written)) = (&mut self.conns[shot.slot as usize], written) else {
            return;
        };
        let written = match written {
            Ok(written) => written,
            Err(Errno::AGAIN | Errno::INTR) => 0,
            Err(_) => return self.lost(shot.slot),
        };
        if written == frame.wire(conn.deflate).len() {
            self.tally.latency(u64::from(self.outgoing.micros.wrapping_sub(walk.at)));
            return count(conn, &mut self.tally, written, 1);
        }
        let index = self.outgoing.put(conn, walk.entry(shot.slot, frame, Kind::View));
        if written > 0 {
            self.outgoing.account(conn, &mut self.tally, written);
        }
        self.channels.sub(shot.at).view = index;
    }

    /// Writes to sockets in whose outboxes something waits. Several small frames for one socket go
    /// out as one piece, so that these sockets, too, are written to with one call.
    pub(super) fn write_to(&mut self, slots: &[u32]) {
        let mut pieces = std::mem::take(&mut self.volley.pieces);
        pieces.clear();
        let arena = &self.outgoing.arena;
        let piece = |slot: &u32| {
            let conn = self.conns[*slot as usize].as_ref().filter(|c| c.phase != Phase::Dead)?;
            let start = pieces.len();
            arena.join(&conn.out, conn.deflate, PIECE, &mut pieces).then_some(start..pieces.len())
        };
        let joined: SmallVec<[Option<Range<usize>>; VOLLEY]> = slots.iter().map(piece).collect();
        let aim = |(slot, joined): (&u32, &Option<Range<usize>>)| {
            let conn = self.conns[*slot as usize].as_ref().filter(|c| c.phase != Phase::Dead)?;
            let bytes = match joined {
                Some(range) => &pieces[range.clone()],
                None => arena.single(&conn.out, conn.deflate)?,
            };
            Some(Send { socket: conn.stream.as_fd(), bytes })
        };
        let first = self.sender.send_all(slots.iter().zip(&joined).map(aim));
        self.volley.pieces = pieces;
        self.read_clock();
        for (slot, first) in slots.iter().zip(first) {
            let Some(conn) = &mut self.conns[*slot as usize] else { continue };
            conn.dirty = false;
            let closed = match first {
                Some(Ok(written)) => self.outgoing.account(conn, &mut self.tally, written),
                _ => false,
            };
            if closed {
                self.close_frame_is_out(*slot);
            } else {
                // More waits, the kernel is full, or the socket is broken: that is found out here.
                self.flush(*slot);
            }
        }
    }
}
