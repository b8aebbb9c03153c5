//! A shard: one thread, one poll, its share of the sockets. This file is the loop; the others are
//! its steps. Nothing outside of the thread touches any of it. Must not know games, storage, HTTP.
//!
//! One turn: wait, read what clients sent, carry out commands, write to everyone who has something,
//! pay the visits that are due, bury the dead, report the counts. Each step is bounded, so that no
//! step starves the others; what is left over is done in the next turn, which then does not wait.

mod channels;
mod closing;
mod commands;
mod conn;
mod fanout;
mod outbox;
mod outgoing;
mod reading;
mod timing;
mod volley;
mod wheel;

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token, Waker};
use sendmany::Sender;
use smallvec::SmallVec;

use self::{
    channels::Channels,
    closing::Draining,
    conn::{Conn, Phase},
    outgoing::{Flushed, Outgoing},
    reading::Reader,
    volley::{VOLLEY, Volley},
    wheel::Wheel,
};
use crate::{
    ConnId, Frame, Handler,
    hub::Shared,
    queue::{Batch, Command, CommandQueue, Merged},
    stats::Tally,
};

/// Not a slot: those stay below 2^32.
const WAKER: Token = Token(usize::MAX);
/// Events taken from the kernel in one turn.
const EVENTS_PER_TURN: usize = 1024;
/// Sockets written to in one turn: some 4 ms, for which input may have to wait.
const WRITES_PER_TURN: usize = 1024;

/// See the top of this file.
pub(crate) struct Shard {
    index: usize,
    shared: Arc<Shared>,
    queue: Arc<CommandQueue>,
    handler: Arc<dyn Handler>,
    poll: Poll,
    events: Events,
    /// The events of this turn, copied out.
    ready: Vec<Ready>,
    /// Commands that were taken from the queue and not carried out yet.
    batch: Batch,
    /// Merged broadcasts of the batch, once its commands are carried out.
    merged: Vec<Merged>,
    conns: Vec<Option<Conn>>,
    channels: Channels,
    outgoing: Outgoing,
    volley: Volley,
    sender: Sender,
    /// Sockets whose input was not read to its end.
    unread: Vec<Ready>,
    /// Sockets that queue too much; closed after the walk over the subscriptions.
    slow: Vec<u32>,
    /// Sockets in phase `Dead`, each once.
    dead: Vec<u32>,
    wheel: Wheel,
    /// `None` only while it is in use.
    reader: Option<Box<Reader>>,
    ping: Frame,
    tally: Tally,
    start: Instant,
    /// The time of this turn.
    now: Instant,
    draining: Option<Draining>,
    stopping: bool,
}

/// A socket that the kernel has news of.
#[derive(Clone, Copy)]
struct Ready {
    slot: u32,
    readable: bool,
    writable: bool,
    /// The end of the input is in sight: read up to it.
    ends: bool,
}

impl Shard {
    /// The waker that a poll must have before its shard is made.
    pub(crate) fn waker(poll: &Poll) -> io::Result<Waker> {
        Waker::new(poll.registry(), WAKER)
    }

    pub(crate) fn new(
        index: usize,
        poll: Poll,
        queue: Arc<CommandQueue>,
        shared: Arc<Shared>,
        handler: Arc<dyn Handler>,
    ) -> Self {
        let start = Instant::now();
        Self {
            index,
            poll,
            queue,
            handler,
            events: Events::with_capacity(EVENTS_PER_TURN),
            ready: Vec::new(),
            batch: Batch::default(),
            merged: Vec::new(),
            conns: Vec::new(),
            channels: Channels::default(),
            outgoing: Outgoing::new(shared.config.compress_from),
            volley: Volley::default(),
            sender: Sender::new(shared.config.io_uring),
            unread: Vec::new(),
            slow: Vec::new(),
            dead: Vec::new(),
            wheel: Wheel::new(shared.config.heartbeat, start),
            reader: Some(Box::default()),
            ping: Frame::ping(&[]),
            tally: Tally::default(),
            start,
            now: start,
            draining: None,
            stopping: false,
            shared,
        }
    }

    /// Turns until it is told to stop.
    pub(crate) fn run(mut self) {
        if self.shared.config.io_uring && !self.sender.is_batched() {
            tracing::info!(shard = self.index, "no io_uring here: each write is a call of its own");
        }
        while !self.stopping {
            self.wait();
            self.read_ready();
            self.carry_out();
            self.write_dirty();
            self.pay_visits();
            self.bury();
            self.shared.totals.add(&mut self.tally);
        }
        self.end_all();
    }

    /// Waits for the kernel, a command or the next tick, but not while there is work left.
    fn wait(&mut self) {
        let commands = !self.batch.is_empty() || !self.merged.is_empty();
        let work = commands || !self.outgoing.dirty.is_empty() || !self.unread.is_empty();
        let sleep = !work && self.queue.may_sleep();
        let timeout = if sleep { self.next_date() } else { Some(Duration::ZERO) };
        if let Err(error) = self.poll.poll(&mut self.events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::error!(shard = self.index, %error, "poll failed; the shard ends");
            self.stopping = true;
        }
        if sleep {
            self.queue.awake();
        }
        self.read_clock();
        self.ready.clear();
        self.ready.append(&mut self.unread);
        self.ready.extend(self.events.iter().filter(|event| event.token() != WAKER).map(|event| {
            Ready {
                slot: event.token().0 as u32,
                readable: event.is_readable() || event.is_error(),
                writable: event.is_writable(),
                ends: event.is_read_closed() || event.is_error(),
            }
        }));
    }

    fn read_clock(&mut self) {
        self.now = Instant::now();
        self.outgoing.micros = self.micros(self.now);
    }

    /// Microseconds of the shard's clock. They wrap after 71 minutes: only for differences.
    fn micros(&self, moment: Instant) -> u32 {
        moment.saturating_duration_since(self.start).as_micros() as u32
    }

    /// Milliseconds of the shard's clock; they wrap, too.
    fn millis(&self) -> u32 {
        self.now.saturating_duration_since(self.start).as_millis() as u32
    }

    fn read_ready(&mut self) {
        let ready = std::mem::take(&mut self.ready);
        for event in &ready {
            if event.writable {
                self.can_write(event.slot);
            }
            if event.readable || event.ends {
                self.read(*event);
            }
        }
        self.ready = ready;
    }

    fn can_write(&mut self, slot: u32) {
        if let Some(conn) = self.conns.get_mut(slot as usize).and_then(Option::as_mut) {
            conn.blocked = false;
            if !conn.out.is_empty() {
                self.outgoing.mark(conn, slot);
            }
        }
    }

    fn write_dirty(&mut self) {
        let mut left = WRITES_PER_TURN;
        while left > 0 && !self.outgoing.dirty.is_empty() {
            let count = self.outgoing.dirty.len().min(VOLLEY).min(left);
            left -= count;
            let slots: SmallVec<[u32; VOLLEY]> = self.outgoing.dirty.drain(..count).collect();
            self.write_to(&slots);
        }
    }

    /// Writes to one socket and sees to what comes of it.
    fn flush(&mut self, slot: u32) {
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|c| c.phase != Phase::Dead)
        else {
            return;
        };
        match self.outgoing.flush(conn, &mut self.tally) {
            Flushed::Fine => {}
            Flushed::Closed => self.close_frame_is_out(slot),
            Flushed::Lost => self.lost(slot),
        }
    }

    /// The socket of this id, if it still is and is open.
    fn open(&mut self, id: ConnId) -> Option<(u32, &mut Conn)> {
        let conn = self.conns.get_mut(id.slot() as usize)?.as_mut()?;
        let same = conn.generation == id.generation() && conn.is_open();
        same.then_some((id.slot(), conn))
    }

    fn id(&self, slot: u32, conn: &Conn) -> ConnId {
        ConnId::new(self.index as u8, slot, conn.generation)
    }

    /// Everybody out, without a word: for the end of the process, after a drain.
    fn end_all(&mut self) {
        for slot in 0..self.conns.len() {
            if self.conns[slot].is_some() {
                self.lost(slot as u32);
            }
        }
        self.bury();
        let waiting = std::mem::take(&mut self.batch).commands.into_iter();
        for command in waiting.chain(self.queue.stop().commands) {
            if let Command::Attach(attach) = command {
                self.never_was(attach.id);
            }
        }
        self.shared.totals.add(&mut self.tally);
    }
}
