//! The ends of sockets: close frames in both directions, lost ones, the burial, the drain. Must not
//! know why anyone wants a socket closed.
//!
//! Nobody leaves a list while it is walked: a socket that ends turns `Dead` at once and is taken out
//! of everything at the end of the turn.

use std::{
    collections::VecDeque,
    net::Shutdown,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant},
};

use super::{
    Shard,
    conn::{Ending, Phase},
    outbox::{Entry, Kind, NONE},
};
use crate::{
    CloseInfo, ClosedBy, ConnId, Frame, close,
    queue::{Drain, DrainReason},
};

/// Milliseconds after which a client that was too slow may come back.
const SLOW_RETRY: u64 = 1000;
/// Milliseconds after which a client that was taken for dead may come back.
const SILENT_RETRY: u64 = 500;

/// A drain under way.
pub(super) struct Draining {
    rest: VecDeque<u32>,
    total: usize,
    start: Instant,
    over: Duration,
    code: u16,
    reason: DrainReason,
}

impl Draining {
    /// How many should have been closed by now.
    fn due(&self, now: Instant) -> usize {
        let elapsed = now.saturating_duration_since(self.start);
        if elapsed >= self.over {
            return self.total;
        }
        (elapsed.as_secs_f64() / self.over.as_secs_f64() * self.total as f64) as usize
    }

    /// When the next one is closed.
    fn next(&self) -> Option<Instant> {
        let closed = self.total - self.rest.len();
        let share = (closed + 1) as f64 / self.total.max(1) as f64;
        (!self.rest.is_empty()).then(|| self.start + self.over.mul_f64(share))
    }
}

impl Shard {
    /// Says good-bye after everything that is queued.
    pub(super) fn close_with(&mut self, slot: u32, code: u16, reason: &str) {
        self.begin_close(slot, self.ending(code, reason, ClosedBy::Server), true);
    }

    /// Says good-bye at once and listens no more: what the client sends has no meaning, or there is
    /// too much of it.
    pub(super) fn reject(&mut self, slot: u32, code: u16, reason: &str) {
        let ending = Ending { deaf: true, ..self.ending(code, reason, ClosedBy::Server) };
        match self.conns[slot as usize].as_mut().and_then(|conn| conn.ending()) {
            // It is closing anyhow: just listen no more.
            Some(ending) => ending.deaf = true,
            None => self.begin_close(slot, ending, true),
        }
    }

    /// Good-bye to one that does not read: what waits for it is dropped.
    pub(super) fn close_slow(&mut self, slot: u32) {
        let reason = close::SLOW.reason(Some(SLOW_RETRY));
        self.begin_close(slot, self.ending(close::SLOW.code, &reason, ClosedBy::Server), false);
    }

    /// Good-bye to one of which nothing was heard.
    pub(super) fn close_silent(&mut self, slot: u32) {
        let reason = close::SILENT.reason(Some(SILENT_RETRY));
        self.begin_close(slot, self.ending(close::SILENT.code, &reason, ClosedBy::Server), false);
    }

    /// The client's close frame is here: answer it, or be done if this is the answer.
    pub(super) fn peer_closes(&mut self, slot: u32, code: u16, reason: &str) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        if conn.is_open() {
            let ending = Ending { peer_done: true, ..self.ending(code, reason, ClosedBy::Peer) };
            return self.begin_close(slot, ending, false);
        }
        let all_out = conn.out.is_empty();
        if let Some(ending) = conn.ending() {
            ending.peer_done = true;
        }
        if all_out {
            self.end(slot);
        }
    }

    /// The close frame went out: be done if the client's is here, otherwise wait for it.
    pub(super) fn close_frame_is_out(&mut self, slot: u32) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        let Some(ending) = conn.ending() else { return };
        if ending.peer_done {
            return self.end(slot);
        }
        if ending.deaf {
            // Its close frame will not be recognised, so the end of our side must tell it. Closing
            // the socket at once would reset it, and the close frame might never be read.
            let _ = conn.stream.shutdown(Shutdown::Write);
        }
    }

    /// The connection is gone, whatever was planned.
    pub(super) fn lost(&mut self, slot: u32) {
        let ending = self.ending(close::LOST, "", ClosedBy::Lost);
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        conn.rare.get_or_insert_default().ending.get_or_insert(ending);
        self.end(slot);
    }

    fn ending(&self, code: u16, reason: &str, by: ClosedBy) -> Ending {
        let wait = self.wheel.ticks(self.shared.config.close_wait);
        let until = self.wheel.tick_of(self.now).saturating_add(wait).saturating_add(1);
        Ending { code, reason: reason.to_owned(), by, until, deaf: false, peer_done: false }
    }

    fn begin_close(&mut self, slot: u32, ending: Ending, keep_queue: bool) {
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.is_open()) else {
            return;
        };
        conn.phase = Phase::Closing;
        if !keep_queue {
            self.outgoing.arena.clear(&mut conn.out, false);
        }
        let frame = Frame::close(ending.code, &ending.reason);
        let until = ending.until;
        conn.rare.get_or_insert_default().ending = Some(ending);
        let at = self.outgoing.micros;
        self.outgoing.put(conn, Entry { frame, kind: Kind::Close, slot, channel: NONE, at });
        conn.visit = self.wheel.enter(slot, until);
        self.unsubscribe_all(slot);
    }

    /// It is over; the burial follows at the end of the turn.
    pub(super) fn end(&mut self, slot: u32) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        if conn.phase != Phase::Dead {
            conn.phase = Phase::Dead;
            self.dead.push(slot);
        }
    }

    /// Takes the dead out of everything and tells the handler.
    pub(super) fn bury(&mut self) {
        while let Some(slot) = self.dead.pop() {
            self.unsubscribe_all(slot);
            let Some(mut conn) = self.conns[slot as usize].take() else { continue };
            self.outgoing.arena.clear(&mut conn.out, true);
            let id = self.id(slot, &conn);
            let ticks = self.wheel.tick_of(self.now).saturating_sub(conn.since);
            let (code, reason, by) = match conn.rare.and_then(|rare| rare.ending) {
                Some(ending) => (ending.code, ending.reason, ending.by),
                None => (close::LOST, String::new(), ClosedBy::Lost),
            };
            let why = CloseInfo {
                code,
                reason,
                by,
                bytes_out: conn.bytes_out,
                messages_out: conn.messages_out,
                lived: self.wheel.duration(ticks),
            };
            drop(conn.stream);
            self.tell_closed(id, &why);
        }
    }

    /// A socket that could not be taken over, or never came to it.
    pub(super) fn never_was(&mut self, id: ConnId) {
        let why = CloseInfo {
            code: close::LOST,
            reason: String::new(),
            by: ClosedBy::Lost,
            bytes_out: 0,
            messages_out: 0,
            lived: Duration::ZERO,
        };
        self.tally.opened += 1;
        self.tell_closed(id, &why);
    }

    fn tell_closed(&mut self, id: ConnId, why: &CloseInfo) {
        self.shared.totals.closed(why.code);
        if catch_unwind(AssertUnwindSafe(|| self.handler.on_close(id, why))).is_err() {
            tracing::error!(conn = %id, "the handler of a close has panicked");
        }
        self.shared.places[self.index].fetch_sub(1, Relaxed);
        self.queue.give_back(id.slot());
    }

    /// Starts to send everybody away.
    pub(super) fn drain(&mut self, drain: Drain) {
        let rest: VecDeque<u32> = (0..self.conns.len() as u32)
            .filter(|&slot| self.conns[slot as usize].as_ref().is_some_and(|conn| conn.is_open()))
            .collect();
        self.draining = Some(Draining {
            total: rest.len(),
            rest,
            start: self.now,
            over: drain.over,
            code: drain.code,
            reason: drain.reason,
        });
        self.drain_on();
    }

    /// Sends away who is due.
    pub(super) fn drain_on(&mut self) {
        let Some(mut draining) = self.draining.take() else { return };
        let due = draining.due(self.now);
        while draining.total - draining.rest.len() < due {
            let Some(slot) = draining.rest.pop_front() else { break };
            self.drain_one(slot, &draining);
        }
        self.draining = Some(draining);
    }

    fn drain_one(&mut self, slot: u32, draining: &Draining) {
        if let Some(conn) = self.conns[slot as usize].as_ref() {
            let id = self.id(slot, conn);
            self.close_with(slot, draining.code, &(draining.reason)(id));
        }
    }

    /// A socket that came after the drain had begun.
    pub(super) fn drain_late(&mut self, slot: u32) {
        if let Some(draining) = self.draining.take() {
            self.drain_one(slot, &draining);
            self.draining = Some(draining);
        }
    }

    /// When the next one is sent away.
    pub(super) fn next_drain(&self) -> Option<Instant> {
        self.draining.as_ref().and_then(Draining::next)
    }
}
