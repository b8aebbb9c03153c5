//! Carries out what the shard is told, in the order in which it was told. Must not know who tells.

use mio::{Interest, Token, net::TcpStream};
use smallvec::SmallVec;

use super::{
    Shard, WRITES_PER_TURN,
    channels::SubRef,
    conn::{Allowance, Conn, Phase},
    outbox::{Kind, NONE, Outbox},
};
use crate::{
    Channel, ConnId, Subscribe, close,
    inbound::Inbound,
    queue::{Attach, Command},
};

/// Commands carried out in one turn.
const COMMANDS_PER_TURN: usize = 512;
/// Frames that may wait in the arena because of one turn's commands, give or take one broadcast.
const FRAMES_PER_TURN: usize = 16 * 1024;

impl Shard {
    /// Carries out commands while there is room in the turn.
    pub(super) fn carry_out(&mut self) {
        let waiting = self.outgoing.arena.len();
        self.volley.at_once = WRITES_PER_TURN;
        for _ in 0..COMMANDS_PER_TURN {
            // First write what is queued: a shard that is behind must not queue more and more.
            let behind = self.outgoing.dirty.len() > WRITES_PER_TURN
                || self.outgoing.arena.len() > waiting + FRAMES_PER_TURN;
            if behind || !self.carry_out_one() {
                return;
            }
        }
    }

    /// Does no other broadcast wait that could go out together with this one?
    pub(super) fn is_alone(&self) -> bool {
        self.merged.is_empty() && self.batch.is_quiet() && self.queue.is_quiet()
    }

    /// The next command; `false` if there is none.
    fn carry_out_one(&mut self) -> bool {
        if self.batch.is_empty() && self.merged.is_empty() {
            self.queue.take(&mut self.batch);
        }
        if let Some(command) = self.batch.commands.pop_front() {
            self.obey(command);
            return true;
        }
        self.merged.extend(self.batch.merged.drain().map(|(_, merged)| merged));
        if let Some(merged) = self.merged.pop() {
            self.publish_merged(&merged);
            return true;
        }
        let doomed = std::mem::take(&mut self.batch.doomed);
        for id in &doomed {
            if self.open(*id).is_some() {
                self.close_slow(id.slot());
            }
        }
        !doomed.is_empty()
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Publish(broadcast) => self.publish(&broadcast),
            Command::Send(id, frame) => {
                if self.open(id).is_some() {
                    self.send(id.slot(), frame);
                }
            }
            Command::Subscribe(id, channel, subscribe) => self.subscribe(id, channel, subscribe),
            Command::Unsubscribe(id, channel) => self.unsubscribe(id, channel),
            Command::Close(id, code, reason) => {
                if self.open(id).is_some() {
                    self.close_with(id.slot(), code, &reason);
                }
            }
            Command::Deadline(id, deadline) => {
                if self.open(id).is_some() {
                    self.set_deadline(id.slot(), deadline.map(|boxed| *boxed));
                }
            }
            Command::Attach(attach) => self.attach(*attach),
            Command::Drain(drain) => self.drain(*drain),
            Command::Stop => self.stopping = true,
        }
    }

    fn attach(&mut self, attach: Attach) {
        let Attach { id, stream, leftover, options } = attach;
        let slot = id.slot();
        let stream = match self.register(slot, stream) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(conn = %id, %error, "cannot take over a socket");
                return self.never_was(id);
            }
        };
        let tick = self.wheel.tick_of(self.now);
        let mut conn = Conn {
            stream,
            generation: id.generation(),
            phase: Phase::Open,
            blocked: false,
            dirty: false,
            deflate: options.deflate,
            out: Outbox::EMPTY,
            heard: tick,
            next_ping: 0,
            visit: 0,
            since: tick,
            allowance: Allowance::new(self.shared.config.limits.message_burst, self.millis()),
            bytes_out: 0,
            messages_out: 0,
            subs: SmallVec::new(),
            inbound: Inbound::default(),
            rare: None,
        };
        conn.next_ping = self.first_ping(&conn, slot);
        if self.conns.len() <= slot as usize {
            self.conns.resize_with(slot as usize + 1, || None);
        }
        self.conns[slot as usize] = Some(conn);
        self.tally.opened += 1;
        self.plan_visit(slot);
        self.set_deadline(slot, options.deadline);
        for frame in options.greeting {
            self.send(slot, frame);
        }
        self.drain_late(slot);
        self.take_leftover(slot, &leftover);
    }

    /// Readable and writable are asked for once, edge-triggered: on Linux a writable event comes
    /// only after a write that found the socket full, so it costs nothing until it is needed.
    fn register(&mut self, slot: u32, stream: std::net::TcpStream) -> std::io::Result<TcpStream> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        self.limit_unsent(&stream)?;
        let mut stream = TcpStream::from_std(stream);
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(slot as usize), both)?;
        Ok(stream)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn limit_unsent(&self, stream: &std::net::TcpStream) -> std::io::Result<()> {
        match self.shared.config.limits.kernel_unsent {
            0 => Ok(()),
            bytes => socket2::SockRef::from(stream).set_tcp_notsent_lowat(bytes),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn limit_unsent(&self, _stream: &std::net::TcpStream) -> std::io::Result<()> {
        Ok(())
    }

    fn subscribe(&mut self, id: ConnId, channel: Channel, subscribe: Subscribe) {
        let limit = self.shared.config.limits.subscriptions_per_socket;
        let old = self.find_sub(id, channel);
        let Some((slot, conn)) = self.open(id) else {
            return self.shared.routes.remove(channel.stream, self.index);
        };
        if let Some((place, _)) = old {
            // It starts afresh: what waits is older than what `first` says.
            self.remove_sub(slot, place, true);
        } else if conn.subs.len() >= limit {
            self.shared.routes.remove(channel.stream, self.index);
            return self.close_with(slot, close::RATE.code, "subscriptions");
        }
        let at = self.channels.add(channel, slot, subscribe.version);
        if let Some((_, conn)) = self.open(id) {
            conn.subs.push(at);
        }
        // The first counts as a message, so that one that asks again and again and reads nothing is
        // still too slow; what follows it is one beginning, however many frames it has.
        for (frame, place) in subscribe.first.into_iter().zip(0..) {
            let kind = if place == 0 { Kind::Direct } else { Kind::First };
            self.send_as(slot, kind, frame);
        }
    }

    fn unsubscribe(&mut self, id: ConnId, channel: Channel) {
        if let Some((place, _)) = self.find_sub(id, channel) {
            self.remove_sub(id.slot(), place, true);
        }
    }

    /// The subscription of a socket: its place in the socket's list, and where it is.
    fn find_sub(&mut self, id: ConnId, channel: Channel) -> Option<(usize, SubRef)> {
        let channel = self.channels.find(channel)?;
        let (_, conn) = self.open(id)?;
        conn.subs.iter().copied().enumerate().find(|(_, at)| at.channel == channel)
    }

    /// Removes a subscription from the socket's list, the channel's list and the routes; with
    /// `recall`, what waits of its views is not sent any more.
    pub(super) fn remove_sub(&mut self, slot: u32, place: usize, recall: bool) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        let at = conn.subs.swap_remove(place);
        if recall {
            let sub = self.channels.sub(at);
            for (index, kind) in [(sub.view, Kind::View), (sub.control, Kind::Control)] {
                if index != NONE {
                    self.outgoing.arena.take_back(&mut conn.out, index, (slot, at.channel, kind));
                }
            }
        }
        let stream = self.channels.id(at.channel).stream;
        if let Some((owner, was)) = self.channels.remove(at) {
            let moved = self.conns[owner as usize]
                .as_mut()
                .and_then(|conn| conn.subs.iter_mut().find(|sub| **sub == was));
            debug_assert!(moved.is_some(), "every subscription has a reference to it");
            if let Some(moved) = moved {
                moved.place = at.place;
            }
        }
        self.shared.routes.remove(stream, self.index);
    }

    /// Ends all subscriptions of a socket. What waits stays where it is.
    pub(super) fn unsubscribe_all(&mut self, slot: u32) {
        while let Some(place) =
            self.conns[slot as usize].as_ref().and_then(|conn| conn.subs.len().checked_sub(1))
        {
            self.remove_sub(slot, place, false);
        }
    }
}
