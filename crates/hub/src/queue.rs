//! The one way into a shard: a bounded queue that keeps order, and what happens when it is full.
//! Must not know sockets.
//!
//! The bound. A publisher (a table) must never wait for a shard, and a shard that is behind must
//! not grow. Up to `limit` commands wait in order. Past it:
//! - a broadcast is *merged* with the others of its stream that came too late: the latest view and
//!   control of each channel, its terminal if any, and the names of the channels that lost an event.
//!   That is one entry a live stream, whatever is published.
//! - other commands (they come from clients, which are bounded themselves) may use up to
//!   [`SLACK`] times the limit; past that the socket they are for is *doomed*: closed with 4408.
//!
//! Merged broadcasts run after the whole queue. That is right because a shard always takes
//! everything at once: a merged broadcast is newer than all broadcasts of its stream in the queue, and
//! a subscription that came after it already has its version and lets it pass.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::TcpStream,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use mio::Waker;

use crate::{
    AttachOptions, Broadcast, Channel, ConnId, Deadline, Frame, Part, PartBody, Subscribe,
};

/// How far past the limit commands other than broadcasts may go.
const SLACK: usize = 4;

/// Commands that are looked at to find out whether there is a broadcast among them.
const QUIET: usize = 8;

/// What a shard can be told.
pub(crate) enum Command {
    Attach(Box<Attach>),
    Send(ConnId, Frame),
    Subscribe(ConnId, Channel, Subscribe),
    Unsubscribe(ConnId, Channel),
    Close(ConnId, u16, Box<str>),
    Deadline(ConnId, Option<Box<Deadline>>),
    Publish(Arc<Broadcast>),
    Drain(Box<Drain>),
    Stop,
}

impl Command {
    fn about(&self) -> Option<ConnId> {
        match self {
            Self::Send(id, _)
            | Self::Subscribe(id, ..)
            | Self::Unsubscribe(id, _)
            | Self::Close(id, ..)
            | Self::Deadline(id, _) => Some(*id),
            Self::Attach(_) | Self::Publish(_) | Self::Drain(_) | Self::Stop => None,
        }
    }
}

pub(crate) struct Attach {
    pub(crate) id: ConnId,
    pub(crate) stream: TcpStream,
    pub(crate) leftover: Bytes,
    pub(crate) options: AttachOptions,
}

/// Says what each socket is told when it is drained.
pub(crate) type DrainReason = Arc<dyn Fn(ConnId) -> String + Send + Sync>;

pub(crate) struct Drain {
    pub(crate) over: Duration,
    pub(crate) code: u16,
    pub(crate) reason: DrainReason,
}

/// What is left of the broadcasts of a stream that found the queue full.
pub(crate) struct Merged {
    pub(crate) published_at: Instant,
    /// Channel by channel, the latest of each with its version.
    pub(crate) parts: Vec<MergedPart>,
}

pub(crate) struct MergedPart {
    pub(crate) version: u64,
    pub(crate) part: Part,
    /// An event was lost on this channel at this version.
    pub(crate) lost_event: Option<u64>,
}

impl Merged {
    fn new(published_at: Instant) -> Self {
        Self { published_at, parts: Vec::new() }
    }

    fn add(&mut self, broadcast: &Broadcast) {
        for part in &broadcast.parts {
            self.add_part(part, broadcast.version);
        }
    }

    fn add_part(&mut self, part: &Part, version: u64) {
        let channel = part.channel;
        let body = match &part.body {
            PartBody::View { full, .. } => PartBody::View { full: full.clone(), patch: None },
            PartBody::Control(frame) => PartBody::Control(frame.clone()),
            PartBody::Terminal { frame, close } => {
                PartBody::Terminal { frame: frame.clone(), close: close.clone() }
            }
            // What stands for the event is its loss; the frame is carried but never sent.
            PartBody::Event(frame) => PartBody::Event(frame.clone()),
        };
        let lost_event = matches!(body, PartBody::Event(_)).then_some(version);
        let kind = std::mem::discriminant(&body);
        self.parts.retain(|old| {
            old.part.channel != channel || std::mem::discriminant(&old.part.body) != kind
        });
        self.parts.push(MergedPart { version, part: Part { channel, body }, lost_event });
    }
}

/// Everything that waited, in the order in which it must be carried out: commands, then merged
/// broadcasts, then the doomed.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) commands: VecDeque<Command>,
    pub(crate) merged: HashMap<u64, Merged>,
    pub(crate) doomed: HashSet<ConnId>,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.merged.is_empty() && self.doomed.is_empty()
    }

    /// Is there no broadcast in it? It only looks at the first commands: with many, it is `false`.
    pub(crate) fn is_quiet(&self) -> bool {
        self.merged.is_empty()
            && self.commands.len() <= QUIET
            && !self.commands.iter().any(|command| matches!(command, Command::Publish(_)))
    }
}

/// Places for sockets in a shard. A place is given out here, so that the id is known before the
/// shard has heard of the socket.
#[derive(Default)]
struct Slots {
    free: Vec<u32>,
    generations: Vec<u32>,
}

impl Slots {
    fn take(&mut self) -> (u32, u32) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.generations.push(0);
            (self.generations.len() - 1) as u32
        });
        (slot, self.generations[slot as usize])
    }

    fn give_back(&mut self, slot: u32) {
        let generation = &mut self.generations[slot as usize];
        *generation = generation.wrapping_add(1);
        self.free.push(slot);
    }
}

#[derive(Default)]
struct Inner {
    batch: Batch,
    slots: Slots,
    /// The shard waits in `poll` and wants to be woken.
    sleeping: bool,
    /// The shard is gone or going; nothing will be carried out any more.
    stopped: bool,
}

/// See the top of this file.
pub(crate) struct CommandQueue {
    inner: Mutex<Inner>,
    waker: Waker,
    limit: usize,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    Queued,
    /// Merged into another broadcast.
    Merged,
    /// Not taken: no room, or the shard has stopped.
    Refused,
}

impl CommandQueue {
    pub(crate) fn new(waker: Waker, limit: usize) -> Self {
        Self { inner: Mutex::default(), waker, limit }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never waits for the shard.
    pub(crate) fn push(&self, command: Command) -> Pushed {
        let mut inner = self.lock();
        if inner.stopped {
            return Pushed::Refused;
        }
        let waiting = inner.batch.commands.len();
        let pushed = match command {
            Command::Publish(broadcast) if waiting >= self.limit => {
                inner
                    .batch
                    .merged
                    .entry(broadcast.stream)
                    .or_insert_with(|| Merged::new(broadcast.published_at))
                    .add(&broadcast);
                Pushed::Merged
            }
            Command::Drain(_) | Command::Stop => {
                inner.batch.commands.push_back(command);
                Pushed::Queued
            }
            command if waiting >= self.limit.saturating_mul(SLACK) => {
                inner.batch.doomed.extend(command.about());
                Pushed::Refused
            }
            command => {
                inner.batch.commands.push_back(command);
                Pushed::Queued
            }
        };
        let wake = std::mem::take(&mut inner.sleeping);
        drop(inner);
        if wake && let Err(error) = self.waker.wake() {
            // The shard then hears of it at its next tick.
            tracing::warn!(%error, "cannot wake a shard");
        }
        pushed
    }

    /// Takes everything that waits, in exchange for an empty batch (whose memory is used again).
    pub(crate) fn take(&self, empty: &mut Batch) {
        debug_assert!(empty.is_empty());
        std::mem::swap(&mut self.lock().batch, empty);
    }

    /// As [`Batch::is_quiet`], of what waits.
    pub(crate) fn is_quiet(&self) -> bool {
        self.lock().batch.is_quiet()
    }

    /// Call before waiting: `false` means that something is there already.
    pub(crate) fn may_sleep(&self) -> bool {
        let mut inner = self.lock();
        inner.sleeping = inner.batch.is_empty();
        inner.sleeping
    }

    /// After waiting: no need to be woken while awake.
    pub(crate) fn awake(&self) {
        self.lock().sleeping = false;
    }

    /// A place for a new socket.
    pub(crate) fn take_slot(&self) -> (u32, u32) {
        self.lock().slots.take()
    }

    /// The socket of this place is gone.
    pub(crate) fn give_back(&self, slot: u32) {
        self.lock().slots.give_back(slot);
    }

    /// Refuses everything from now on; gives what was still waiting.
    pub(crate) fn stop(&self) -> Batch {
        let mut inner = self.lock();
        inner.stopped = true;
        std::mem::take(&mut inner.batch)
    }

    /// Commands that wait.
    pub(crate) fn len(&self) -> usize {
        let inner = self.lock();
        inner.batch.commands.len() + inner.batch.merged.len() + inner.batch.doomed.len()
    }
}

#[cfg(test)]
mod tests {
    use mio::{Poll, Token};

    use super::*;

    fn queue(limit: usize) -> (Poll, CommandQueue) {
        let poll = Poll::new().expect("a poll");
        let waker = Waker::new(poll.registry(), Token(0)).expect("a waker");
        (poll, CommandQueue::new(waker, limit))
    }

    fn publish(
        queue: &CommandQueue,
        stream: u64,
        version: u64,
        bodies: Vec<(u64, PartBody)>,
    ) -> Pushed {
        let parts = bodies
            .into_iter()
            .map(|(lane, body)| Part { channel: Channel::new(stream, lane), body })
            .collect();
        queue.push(Command::Publish(Arc::new(Broadcast::new(stream, version, parts))))
    }

    fn view(text: &str) -> PartBody {
        PartBody::View { full: Frame::text(text), patch: Some((0, Frame::text("patch"))) }
    }

    #[test]
    fn a_full_queue_merges_broadcasts_by_stream() {
        let (_poll, queue) = queue(2);
        assert_eq!(publish(&queue, 1, 1, vec![(0, view("v1"))]), Pushed::Queued);
        assert_eq!(publish(&queue, 1, 2, vec![(0, view("v2"))]), Pushed::Queued);
        let event = || PartBody::Event(Frame::text("e"));
        assert_eq!(
            publish(&queue, 1, 3, vec![(0, view("v3")), (1, view("w3")), (1, event())]),
            Pushed::Merged
        );
        assert_eq!(publish(&queue, 2, 9, vec![(0, view("x9"))]), Pushed::Merged);
        for version in 4..1000 {
            publish(&queue, 1, version, vec![(0, view(&format!("v{version}")))]);
        }
        assert_eq!(queue.len(), 4, "two in order, one for each stream");

        let mut batch = Batch::default();
        queue.take(&mut batch);
        assert_eq!(batch.commands.len(), 2);
        let merged = &batch.merged[&1];
        let seen: Vec<_> = merged
            .parts
            .iter()
            .map(|p| match &p.part.body {
                PartBody::View { full, patch } => {
                    assert!(patch.is_none(), "a merged view is a full one");
                    (
                        p.part.channel.lane,
                        p.version,
                        String::from_utf8_lossy(&full.payload()).into_owned(),
                    )
                }
                PartBody::Event(_) => {
                    (p.part.channel.lane, p.lost_event.expect("lost"), "lost".into())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(seen, [(1, 3, "w3".into()), (1, 3, "lost".into()), (0, 999, "v999".to_owned())]);
        assert_eq!(publish(&queue, 1, 1000, vec![(0, view("v"))]), Pushed::Queued, "room again");
    }

    #[test]
    fn past_the_slack_the_socket_is_doomed() {
        let (_poll, queue) = queue(1);
        let id = ConnId::new(0, 5, 0);
        for _ in 0..SLACK {
            assert_eq!(queue.push(Command::Send(id, Frame::text("x"))), Pushed::Queued);
        }
        assert_eq!(queue.push(Command::Send(id, Frame::text("x"))), Pushed::Refused);
        assert_eq!(queue.push(Command::Stop), Pushed::Queued, "the end always fits");
        let batch = queue.stop();
        assert_eq!(batch.doomed, HashSet::from([id]));
        assert_eq!(batch.commands.len(), SLACK + 1);
        assert_eq!(queue.push(Command::Stop), Pushed::Refused, "stopped");
    }

    #[test]
    fn a_place_gets_a_new_generation() {
        let mut slots = Slots::default();
        assert_eq!([slots.take(), slots.take()], [(0, 0), (1, 0)]);
        slots.give_back(0);
        assert_eq!([slots.take(), slots.take()], [(0, 1), (2, 0)]);
    }
}
