//! One broadcast to many sockets: the walk over the subscriptions and the rules of delivery. Only
//! queues; the writing comes later in the turn. Must not know what frames contain.

use std::sync::Arc;

use super::{
    Shard,
    channels::SubRef,
    outbox::{Entry, Kind, NONE},
    outgoing::{Flushed, is_full},
    volley::Shot,
};
use crate::{
    Broadcast, Frame, Part, PartBody,
    queue::{Merged, MergedPart},
};

/// A broadcast at one channel.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    channel: u32,
    version: u64,
    /// When it was published, in the shard's microseconds.
    pub(super) at: u32,
}

impl Shard {
    /// Queues a broadcast for all its subscribers.
    pub(super) fn publish(&mut self, broadcast: &Arc<Broadcast>) {
        let at = self.micros(broadcast.published_at);
        self.volley.alone = self.is_alone();
        for part in &broadcast.parts {
            self.part(part, broadcast.version, at);
        }
        self.volley.alone = false;
        self.close_all_slow();
    }

    /// What is left of broadcasts that found the queue full. A lost event closes who should have
    /// got it, unless their subscription is younger than the event.
    pub(super) fn publish_merged(&mut self, merged: &Merged) {
        let at = self.micros(merged.published_at);
        for MergedPart { version, part, lost_event } in &merged.parts {
            let Some(lost) = lost_event else {
                self.part(part, *version, at);
                continue;
            };
            if let Some(channel) = self.channels.find(part.channel) {
                let behind = self.channels.subs(channel).iter().filter(|sub| sub.version < *lost);
                self.slow.extend(behind.map(|sub| sub.slot));
            }
        }
        self.close_all_slow();
    }

    fn part(&mut self, part: &Part, version: u64, at: u32) {
        let Some(channel) = self.channels.find(part.channel) else { return };
        let walk = Walk { channel, version, at };
        match &part.body {
            PartBody::View { full, patch } => {
                let patch = patch.as_ref().map(|(base, frame)| (*base, frame));
                self.each(walk, |shard, at| shard.queue_view(walk, at, full, patch));
                self.fire(walk, full, patch.map(|(_, frame)| frame));
            }
            PartBody::Event(frame) => {
                self.each(walk, |shard, at| shard.queue_event(walk, at, frame))
            }
            PartBody::Control(frame) => {
                self.each(walk, |shard, at| shard.queue_control(walk, at, frame))
            }
            PartBody::Terminal { frame, close } => self.terminate(walk, frame, close.as_ref()),
        }
    }

    /// Walks over the subscriptions of a channel, each time from another one on. `deliver` must not
    /// add or remove any.
    fn each(&mut self, walk: Walk, mut deliver: impl FnMut(&mut Self, SubRef)) {
        let count = self.channels.subs(walk.channel).len();
        let start = self.channels.next_start(walk.channel);
        for place in (start..count).chain(0..start) {
            deliver(self, SubRef { channel: walk.channel, place: place as u32 });
        }
    }

    /// A view: never an old one, never two that wait, a patch only onto what was sent before.
    fn queue_view(&mut self, walk: Walk, at: SubRef, full: &Frame, patch: Option<(u64, &Frame)>) {
        let sub = self.channels.sub(at);
        if walk.version <= sub.version {
            self.tally.stale += 1;
            return;
        }
        let slot = sub.slot;
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.is_open()) else {
            return;
        };
        let replaced = !conn.out.is_empty()
            && sub.view != NONE
            && self.outgoing.arena.take_back(
                &mut conn.out,
                sub.view,
                (slot, walk.channel, Kind::View),
            );
        let frame = match patch {
            Some((base, patch)) if base == sub.version && !replaced => patch,
            Some(_) if replaced => {
                self.tally.resync_conflated += 1;
                full
            }
            Some(_) => {
                self.tally.resync_base += 1;
                full
            }
            None => full,
        };
        self.tally.conflated += u64::from(replaced);
        sub.version = walk.version;
        if self.volley.takes(conn) {
            sub.view = NONE;
            self.outgoing.compress(conn, frame);
            if self.volley.load(Shot { at, slot, full: std::ptr::eq(frame, full) }) {
                self.fire(walk, full, patch.map(|(_, frame)| frame));
            }
        } else {
            sub.view = self.outgoing.put(conn, walk.entry(slot, frame, Kind::View));
        }
    }

    fn queue_control(&mut self, walk: Walk, at: SubRef, frame: &Frame) {
        let sub = self.channels.sub(at);
        let slot = sub.slot;
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.is_open()) else {
            return;
        };
        let replaced = !conn.out.is_empty()
            && sub.control != NONE
            && self.outgoing.arena.take_back(
                &mut conn.out,
                sub.control,
                (slot, walk.channel, Kind::Control),
            );
        self.tally.conflated += u64::from(replaced);
        sub.control = self.outgoing.put(conn, walk.entry(slot, frame, Kind::Control));
    }

    /// An event: queued or the end of the socket.
    fn queue_event(&mut self, walk: Walk, at: SubRef, frame: &Frame) {
        let slot = self.channels.sub(at).slot;
        let limits = &self.shared.config.limits;
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.is_open()) else {
            return;
        };
        if is_full(&conn.out, Kind::Event, limits) {
            // Many events in one turn are no fault of the reader: write first.
            if !conn.blocked && self.outgoing.flush(conn, &mut self.tally) == Flushed::Lost {
                return self.lost(slot);
            }
            if is_full(&conn.out, Kind::Event, limits) {
                return self.slow.push(slot);
            }
        }
        self.outgoing.put(conn, walk.entry(slot, frame, Kind::Event));
    }

    /// The last frame of a channel, then the end of its subscriptions.
    fn terminate(&mut self, walk: Walk, frame: &Frame, close: Option<&(u16, String)>) {
        let mut slots = Vec::new();
        self.each(walk, |shard, at| {
            let slot = shard.channels.sub(at).slot;
            let open = shard.conns[slot as usize].as_mut().filter(|conn| conn.is_open());
            if let Some(conn) = open {
                // Not counted against the limit: there is one for each subscription.
                shard.outgoing.put(conn, walk.entry(slot, frame, Kind::Event));
                slots.push(slot);
            }
        });
        for slot in slots {
            let place = self.conns[slot as usize]
                .as_ref()
                .and_then(|conn| conn.subs.iter().position(|sub| sub.channel == walk.channel));
            if let Some(place) = place {
                self.remove_sub(slot, place, false);
            }
            if let Some((code, reason)) = close {
                self.close_with(slot, *code, reason);
            }
        }
    }

    fn close_all_slow(&mut self) {
        while let Some(slot) = self.slow.pop() {
            self.close_slow(slot);
        }
    }
}

impl Walk {
    pub(super) fn entry(self, slot: u32, frame: &Frame, kind: Kind) -> Entry {
        Entry { frame: frame.clone(), kind, slot, channel: self.channel, at: self.at }
    }
}
