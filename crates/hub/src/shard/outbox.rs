//! Unsent frames. All outboxes of a shard live in one slab as linked lists, so that an idle socket
//! holds no memory for its own and queueing a frame allocates nothing once the slab has grown.
//! Must not know sockets, subscriptions or limits.

use std::io::IoSlice;

use slab::Slab;
use smallvec::SmallVec;

use crate::{Deflate, Frame};

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// Frames that go out in one call at most. The kernel takes 1024; beyond a few dozen nothing is
/// gained.
pub(super) const MAX_SLICES: usize = 64;

/// What may happen to a frame while it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stays where it is. `counted` in `direct`.
    Direct,
    /// As `Direct`, but counted in bytes alone: what a subscription begins with may be many frames,
    /// and a reader is not slow because it has missed much.
    First,
    /// As `Direct`, of a broadcast: counted in `events`.
    Event,
    /// A newer one of the same channel takes its place.
    View,
    /// As `View`, outside of the versions.
    Control,
    /// The close frame: the last one.
    Close,
}

/// A waiting frame.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) frame: Frame,
    prev: u32,
    next: u32,
    /// Whose it is. With `channel` and `kind` it lets a subscription see whether the view it
    /// remembers still waits, without being told when it goes.
    slot: u32,
    channel: u32,
    /// When it was published, in the shard's microseconds (which wrap).
    pub(super) at: u32,
    pub(super) kind: Kind,
}

/// The list of one socket.
#[derive(Debug)]
pub(super) struct Outbox {
    head: u32,
    tail: u32,
    /// Bytes of the head that are written already. A head with any is out of reach: it must be
    /// finished whatever happens.
    offset: u32,
    /// Waiting frames of kinds `Direct` and `Event`.
    pub(super) direct: u32,
    pub(super) events: u32,
    /// Bytes of these, and of those of kind `First`.
    pub(super) bytes: u32,
}

impl Outbox {
    pub(super) const EMPTY: Self =
        Self { head: NONE, tail: NONE, offset: 0, direct: 0, events: 0, bytes: 0 };

    pub(super) fn is_empty(&self) -> bool {
        self.head == NONE
    }

    fn is_begun(&self, index: u32) -> bool {
        index == self.head && self.offset > 0
    }

    fn count(&mut self, node: &Node) {
        match node.kind {
            Kind::Direct => self.direct += 1,
            Kind::Event => self.events += 1,
            Kind::First => {}
            Kind::View | Kind::Control | Kind::Close => return,
        }
        self.bytes = self.bytes.saturating_add(weight(node));
    }

    fn discount(&mut self, node: &Node) {
        match node.kind {
            Kind::Direct => self.direct -= 1,
            Kind::Event => self.events -= 1,
            Kind::First => {}
            Kind::View | Kind::Control | Kind::Close => return,
        }
        self.bytes = self.bytes.saturating_sub(weight(node));
    }
}

fn weight(node: &Node) -> u32 {
    u32::try_from(node.frame.len()).unwrap_or(u32::MAX)
}

/// A frame on its way into an outbox.
pub(super) struct Entry {
    pub(super) frame: Frame,
    pub(super) kind: Kind,
    pub(super) slot: u32,
    pub(super) channel: u32,
    pub(super) at: u32,
}

/// What [`Arena::written`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Frames that are out as a whole.
    pub(super) frames: u32,
    /// The close frame is among them.
    pub(super) closed: bool,
}

/// All waiting frames of a shard.
pub(super) struct Arena {
    nodes: Slab<Node>,
}

impl Arena {
    pub(super) fn new() -> Self {
        Self { nodes: Slab::new() }
    }

    /// Frames that wait, of all sockets.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Gives memory back after a peak. Cheap when there is none to give.
    pub(super) fn shrink(&mut self) {
        if self.nodes.is_empty() && self.nodes.capacity() > KEEP {
            self.nodes = Slab::with_capacity(KEEP);
        }
    }

    /// Puts a frame at the end; gives its place for [`Arena::take_back`].
    pub(super) fn push(&mut self, out: &mut Outbox, entry: Entry) -> u32 {
        let Entry { frame, kind, slot, channel, at } = entry;
        let node = Node { frame, prev: out.tail, next: NONE, slot, channel, at, kind };
        out.count(&node);
        let index = self.nodes.insert(node) as u32;
        match out.tail {
            NONE => out.head = index,
            tail => self.nodes[tail as usize].next = index,
        }
        out.tail = index;
        index
    }

    /// Takes back the frame that was put at `index` for this slot, channel and kind, if it still
    /// waits and no byte of it is out.
    ///
    /// `index` may be long out of date. A node of the same slot, channel and kind at that place is
    /// the right one all the same: for `View` and `Control` there is at most one at any time.
    pub(super) fn take_back(
        &mut self,
        out: &mut Outbox,
        index: u32,
        owner: (u32, u32, Kind),
    ) -> bool {
        let same =
            self.nodes.get(index as usize).is_some_and(|n| (n.slot, n.channel, n.kind) == owner);
        if !same || out.is_begun(index) {
            return false;
        }
        self.unlink(out, index);
        true
    }

    fn unlink(&mut self, out: &mut Outbox, index: u32) -> Node {
        let node = self.nodes.remove(index as usize);
        match node.prev {
            NONE => out.head = node.next,
            prev => self.nodes[prev as usize].next = node.next,
        }
        match node.next {
            NONE => out.tail = node.prev,
            next => self.nodes[next as usize].prev = node.prev,
        }
        out.discount(&node);
        node
    }

    /// Drops all that waits, but for a frame that is partly out (unless `all`).
    pub(super) fn clear(&mut self, out: &mut Outbox, all: bool) {
        while out.tail != NONE && (all || !out.is_begun(out.tail)) {
            self.unlink(out, out.tail);
        }
        if out.is_empty() {
            out.offset = 0;
        }
    }

    /// If exactly one frame waits: its bytes that are not out yet.
    pub(super) fn single(&self, out: &Outbox, deflate: Option<Deflate>) -> Option<&[u8]> {
        (out.head == out.tail && !out.is_empty())
            .then(|| &self.nodes[out.head as usize].frame.wire(deflate)[out.offset as usize..])
    }

    /// If several frames wait and have no more bytes than this: appends them to `to`.
    pub(super) fn join(
        &self,
        out: &Outbox,
        deflate: Option<Deflate>,
        most: usize,
        to: &mut Vec<u8>,
    ) -> bool {
        if out.head == out.tail {
            return false;
        }
        let start = to.len();
        let (mut index, mut offset) = (out.head, out.offset as usize);
        while index != NONE {
            let node = &self.nodes[index as usize];
            let bytes = &node.frame.wire(deflate)[offset..];
            if to.len() - start + bytes.len() > most {
                to.truncate(start);
                return false;
            }
            to.extend_from_slice(bytes);
            (index, offset) = (node.next, 0);
        }
        true
    }

    /// The next bytes to write, in at most [`MAX_SLICES`] pieces.
    pub(super) fn slices(
        &self,
        out: &Outbox,
        deflate: Option<Deflate>,
    ) -> SmallVec<[IoSlice<'_>; MAX_SLICES]> {
        let mut slices = SmallVec::new();
        let (mut index, mut offset) = (out.head, out.offset as usize);
        while index != NONE && slices.len() < MAX_SLICES {
            let node = &self.nodes[index as usize];
            slices.push(IoSlice::new(&node.frame.wire(deflate)[offset..]));
            (index, offset) = (node.next, 0);
        }
        slices
    }

    /// `bytes` more are out. `done` is called with each frame that is complete.
    pub(super) fn written(
        &mut self,
        out: &mut Outbox,
        deflate: Option<Deflate>,
        mut bytes: usize,
        mut done: impl FnMut(&Node),
    ) -> Written {
        let mut written = Written { frames: 0, closed: false };
        while out.head != NONE {
            let node = &self.nodes[out.head as usize];
            let rest = node.frame.wire(deflate).len() - out.offset as usize;
            if bytes < rest {
                out.offset += bytes as u32;
                return written;
            }
            bytes -= rest;
            out.offset = 0;
            let node = self.unlink(out, out.head);
            written.frames += 1;
            written.closed |= node.kind == Kind::Close;
            done(&node);
        }
        debug_assert_eq!(bytes, 0, "no more is written than there was");
        written
    }
}

/// Nodes whose memory is kept when nothing waits: 40 bytes each.
const KEEP: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn push(arena: &mut Arena, out: &mut Outbox, text: &str, kind: Kind) -> u32 {
        arena.push(out, Entry { frame: Frame::text(text), kind, slot: 1, channel: 2, at: 0 })
    }

    fn waiting(arena: &Arena, out: &Outbox) -> String {
        let bytes: Vec<u8> = arena.slices(out, None).iter().flat_map(|s| s.to_vec()).collect();
        String::from_utf8_lossy(&bytes).replace(|c: char| !c.is_ascii_graphic(), "")
    }

    #[test]
    fn frames_leave_in_order_and_partly() {
        let (mut arena, mut out) = (Arena::new(), Outbox::EMPTY);
        for text in ["aa", "bb", "cc"] {
            push(&mut arena, &mut out, text, Kind::Direct);
        }
        assert_eq!((out.direct, out.bytes), (3, 12));
        let mut begun = Outbox::EMPTY;
        push(&mut arena, &mut begun, "aa", Kind::First);
        assert_eq!((begun.direct, begun.events, begun.bytes), (0, 0, 4), "bytes alone");
        arena.clear(&mut begun, true);
        assert_eq!(begun.bytes, 0);
        assert_eq!(arena.single(&out, None), None, "there are three");
        assert_eq!(arena.single(&Outbox::EMPTY, None), None);
        let mut joined = b"before".to_vec();
        assert!(!arena.join(&Outbox::EMPTY, None, 100, &mut joined));
        assert!(!arena.join(&out, None, 11, &mut joined), "they have 12 bytes");
        assert!(arena.join(&out, None, 12, &mut joined));
        assert_eq!(joined, b"before\x81\x02aa\x81\x02bb\x81\x02cc");
        let mut seen = Vec::new();
        let written = arena.written(&mut out, None, 7, |n| seen.push(n.frame.payload()));
        assert_eq!((written, seen), (Written { frames: 1, closed: false }, vec!["aa".into()]));
        assert_eq!((waiting(&arena, &out).as_str(), out.direct), ("bcc", 2));
        joined.clear();
        assert!(arena.join(&out, None, 12, &mut joined), "what is not out yet");
        assert_eq!(joined, b"b\x81\x02cc");
        arena.written(&mut out, None, 1, |_| {});
        assert_eq!(arena.single(&out, None), Some(&b"\x81\x02cc"[..]));
        assert_eq!(arena.written(&mut out, None, 4, |_| {}).frames, 1);
        assert!(out.is_empty() && arena.len() == 0 && out.bytes == 0);
    }

    #[test]
    fn only_what_waits_untouched_is_taken_back() {
        let (mut arena, mut out) = (Arena::new(), Outbox::EMPTY);
        let view = push(&mut arena, &mut out, "v1", Kind::View);
        push(&mut arena, &mut out, "e1", Kind::Event);
        let owner = (1, 2, Kind::View);
        assert!(!arena.take_back(&mut out, view, (9, 2, Kind::View)), "another socket's");
        assert!(!arena.take_back(&mut out, view, (1, 2, Kind::Control)));
        assert!(arena.take_back(&mut out, view, owner));
        assert!(!arena.take_back(&mut out, view, owner), "once");
        assert_eq!(waiting(&arena, &out), "e1");
        let view = push(&mut arena, &mut out, "v2", Kind::View);
        assert_eq!(waiting(&arena, &out), "e1v2");
        arena.written(&mut out, None, 5, |_| {});
        assert!(!arena.take_back(&mut out, view, owner), "one byte is out");
        push(&mut arena, &mut out, "x", Kind::Event);
        arena.clear(&mut out, false);
        assert_eq!((waiting(&arena, &out).as_str(), out.events), ("v2", 0));
        arena.clear(&mut out, true);
        assert!(out.is_empty() && arena.len() == 0 && out.offset == 0);
    }
}
