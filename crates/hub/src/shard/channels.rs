//! Who listens to what, in one shard. Must not know sockets or frames.

use std::collections::HashMap;

use slab::Slab;

use super::outbox::NONE;
use crate::Channel;

/// One subscription. Invariant: the connection in `slot` has a [`SubRef`] to exactly this place.
#[derive(Debug)]
pub(super) struct Sub {
    pub(super) slot: u32,
    /// Where the view and the control that were last queued for it are, if they still wait there.
    pub(super) view: u32,
    pub(super) control: u32,
    /// The version of the view last sent or queued. Only grows.
    pub(super) version: u64,
}

/// Where a subscription is: the channel's index and the place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SubRef {
    pub(super) channel: u32,
    pub(super) place: u32,
}

struct Entry {
    id: Channel,
    subs: Vec<Sub>,
    /// Where the next walk begins, so that nobody is always last.
    turn: u32,
}

/// The channels with at least one subscription.
#[derive(Default)]
pub(super) struct Channels {
    by_id: HashMap<Channel, u32>,
    entries: Slab<Entry>,
}

impl Channels {
    pub(super) fn find(&self, id: Channel) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn id(&self, channel: u32) -> Channel {
        self.entries[channel as usize].id
    }

    pub(super) fn sub(&mut self, at: SubRef) -> &mut Sub {
        &mut self.entries[at.channel as usize].subs[at.place as usize]
    }

    pub(super) fn subs(&mut self, channel: u32) -> &mut [Sub] {
        &mut self.entries[channel as usize].subs
    }

    /// Where the next walk over the subscriptions begins.
    pub(super) fn next_start(&mut self, channel: u32) -> usize {
        let entry = &mut self.entries[channel as usize];
        entry.turn = entry.turn.wrapping_add(STRIDE);
        entry.turn as usize % entry.subs.len().max(1)
    }

    pub(super) fn add(&mut self, id: Channel, slot: u32, version: u64) -> SubRef {
        let entries = &mut self.entries;
        let channel = *self
            .by_id
            .entry(id)
            .or_insert_with(|| entries.insert(Entry { id, subs: Vec::new(), turn: 0 }) as u32);
        let subs = &mut self.entries[channel as usize].subs;
        subs.push(Sub { slot, view: NONE, control: NONE, version });
        SubRef { channel, place: (subs.len() - 1) as u32 }
    }

    /// Removes a subscription. If another took its place, says whose it is and where it was: its
    /// connection must be told.
    pub(super) fn remove(&mut self, at: SubRef) -> Option<(u32, SubRef)> {
        let entry = &mut self.entries[at.channel as usize];
        let place = at.place as usize;
        entry.subs.swap_remove(place);
        if entry.subs.is_empty() {
            let entry = self.entries.remove(at.channel as usize);
            self.by_id.remove(&entry.id);
            return None;
        }
        if entry.subs.len() < entry.subs.capacity() / 4 {
            entry.subs.shrink_to(entry.subs.len() * 2);
        }
        let was = SubRef { channel: at.channel, place: entry.subs.len() as u32 };
        entry.subs.get(place).map(|moved| (moved.slot, was))
    }
}

/// A prime, so that over many broadcasts every subscriber comes first equally often.
const STRIDE: u32 = 7919;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_takes_the_place_of_the_removed() {
        let mut channels = Channels::default();
        let (a, b) = (Channel::new(1, 0), Channel::new(1, 1));
        let refs: Vec<SubRef> = [10, 11, 12].map(|slot| channels.add(a, slot, 5)).to_vec();
        channels.add(b, 10, 6);
        assert_eq!(channels.remove(refs[0]), Some((12, refs[2])));
        assert_eq!(channels.sub(refs[0]).slot, 12);
        assert_eq!(channels.remove(refs[1]), None, "the last one itself");
        assert_eq!(channels.remove(refs[0]), None);
        assert_eq!(channels.find(a), None);
        assert!(channels.find(b).is_some());
    }

    #[test]
    fn walks_begin_all_over() {
        let mut channels = Channels::default();
        let id = Channel::new(1, 0);
        for slot in 0..10 {
            channels.add(id, slot, 0);
        }
        let channel = channels.find(id).expect("it is there");
        let mut starts: Vec<usize> = (0..10).map(|_| channels.next_start(channel)).collect();
        starts.sort_unstable();
        assert_eq!(starts, (0..10).collect::<Vec<_>>());
    }
}
