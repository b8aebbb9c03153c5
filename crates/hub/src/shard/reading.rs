//! What clients send: from the socket through the parser to the handler. Must not know channels.

use std::{
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};

use protocol::close::FAULT;

use super::{
    Ready, Shard,
    conn::Phase,
    outbox::{Entry, Kind, NONE},
    outgoing::is_full,
};
use crate::{
    ConnId, Frame, close,
    deflate::Inflater,
    inbound::{Incoming, Rules},
};

/// Bytes read at once, into a buffer that all sockets of the shard share.
const READ_BUFFER: usize = 64 * 1024;
/// Reads from one socket in one turn: it may have more to say than the others can wait for.
const READS_PER_TURN: usize = 4;

/// What reading needs; one for each shard.
pub(super) struct Reader {
    buffer: Vec<u8>,
    inflater: Inflater,
}

impl Default for Reader {
    fn default() -> Self {
        Self { buffer: vec![0; READ_BUFFER], inflater: Inflater::default() }
    }
}

impl Shard {
    /// Reads what is there.
    pub(super) fn read(&mut self, event: Ready) {
        let mut reader = self.reader.take().expect("reading does not nest");
        self.read_into(event, &mut reader);
        self.reader = Some(reader);
    }

    fn read_into(&mut self, event: Ready, reader: &mut Reader) {
        let slot = event.slot;
        for _ in 0..READS_PER_TURN {
            let tick = self.wheel.tick_of(self.now);
            let Some(conn) = self.conns.get_mut(slot as usize).and_then(Option::as_mut) else {
                return;
            };
            if conn.phase == Phase::Dead {
                return;
            }
            match conn.stream.read(&mut reader.buffer) {
                Ok(0) => return self.lost(slot),
                Ok(count) => {
                    conn.heard = tick;
                    self.tally.bytes_in += count as u64;
                    self.take_in(slot, &mut reader.buffer[..count], &mut reader.inflater);
                    // A short read has emptied the socket; but an end behind it makes no new event.
                    if count < READ_BUFFER && !event.ends {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.lost(slot),
            }
        }
        self.unread.push(Ready { writable: false, ..event });
    }

    /// Bytes that were read before the socket was handed over.
    pub(super) fn take_leftover(&mut self, slot: u32, leftover: &[u8]) {
        let mut reader = self.reader.take().expect("reading does not nest");
        for piece in leftover.chunks(READ_BUFFER) {
            self.tally.bytes_in += piece.len() as u64;
            let buffer = &mut reader.buffer[..piece.len()];
            buffer.copy_from_slice(piece);
            self.take_in(slot, buffer, &mut reader.inflater);
        }
        self.reader = Some(reader);
    }

    /// Runs bytes of one socket through its parser.
    fn take_in(&mut self, slot: u32, bytes: &mut [u8], inflater: &mut Inflater) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        let mut inbound = std::mem::take(&mut conn.inbound);
        let rules = Rules {
            limit: self.shared.config.limits.inbound_message,
            deflate: conn.deflate.is_some(),
            binary: self.shared.config.binary,
        };
        let conn = self.conns[slot as usize].as_ref().expect("it was there a moment ago");
        let id = self.id(slot, conn);
        let mut at = 0;
        while self.listens_to(slot) {
            match inbound.next(&mut bytes[at..], rules, inflater) {
                Ok((_, None)) => break,
                Ok((used, Some(incoming))) => {
                    at += used;
                    self.said(slot, id, &incoming);
                }
                Err(violation) => self.reject(slot, violation.code, violation.reason),
            }
        }
        if let Some(conn) = &mut self.conns[slot as usize] {
            conn.inbound = inbound;
        }
    }

    /// Is anything that this socket says of interest?
    fn listens_to(&mut self, slot: u32) -> bool {
        self.conns[slot as usize].as_mut().is_some_and(|conn| match conn.phase {
            Phase::Open => true,
            Phase::Closing => conn.ending().is_some_and(|ending| !ending.deaf && !ending.peer_done),
            Phase::Dead => false,
        })
    }

    fn said(&mut self, slot: u32, id: ConnId, incoming: &Incoming<'_>) {
        if let Incoming::Close(code, reason) = incoming {
            return self.peer_closes(slot, *code, reason);
        }
        if !self.conns[slot as usize].as_ref().is_some_and(|conn| conn.is_open()) {
            return;
        }
        if !matches!(incoming, Incoming::Pong) && !self.allows(slot) {
            return self.reject(slot, close::RATE.code, &close::RATE.reason(Some(RATE_RETRY)));
        }
        match incoming {
            Incoming::Text(text) => {
                self.hand_over(slot, |shard| shard.handler.on_message(id, text))
            }
            Incoming::Binary(data) => {
                self.hand_over(slot, |shard| shard.handler.on_binary(id, data))
            }
            Incoming::Ping(payload) => self.send(slot, Frame::pong(payload)),
            Incoming::Pong | Incoming::Close(..) => {}
        }
    }

    /// May this socket say one thing more now?
    fn allows(&mut self, slot: u32) -> bool {
        let now = self.millis();
        let limits = &self.shared.config.limits;
        self.conns[slot as usize].as_mut().is_some_and(|conn| {
            conn.allowance.take(limits.messages_per_second, limits.message_burst, now)
        })
    }

    fn hand_over(&mut self, slot: u32, call: impl FnOnce(&Self)) {
        self.tally.messages_in += 1;
        if catch_unwind(AssertUnwindSafe(|| call(self))).is_err() {
            tracing::error!(shard = self.index, slot, "the handler of a message has panicked");
            self.close_with(slot, FAULT.code, &FAULT.reason(None));
        }
    }

    /// Queues a message for this socket alone; too many unsent ones end it.
    pub(super) fn send(&mut self, slot: u32, frame: Frame) {
        self.send_as(slot, Kind::Direct, frame);
    }

    /// As `send`, for what goes with the rules of `kind`, which no broadcast has.
    pub(super) fn send_as(&mut self, slot: u32, kind: Kind, frame: Frame) {
        if self.is_full(slot, kind) {
            return self.close_slow(slot);
        }
        let at = self.outgoing.micros;
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.is_open()) else {
            return;
        };
        self.outgoing.put(conn, Entry { frame, kind, slot, channel: NONE, at });
    }

    /// Is there no room for one more frame, even after writing what the kernel takes?
    fn is_full(&mut self, slot: u32, kind: Kind) -> bool {
        for attempt in 0..2 {
            let limits = &self.shared.config.limits;
            let Some(conn) = &self.conns[slot as usize] else { return false };
            if !is_full(&conn.out, kind, limits) {
                return false;
            }
            if attempt == 0 && !conn.blocked {
                self.flush(slot);
            }
        }
        true
    }
}

/// Milliseconds after which a client that said too much may come back.
const RATE_RETRY: u64 = 5000;
