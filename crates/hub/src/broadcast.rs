//! What is told to many: broadcasts and their parts. Must not know how they are written.

use std::time::Instant;

use crate::{Channel, Frame};

/// One commit as all its audiences see it. Built once, shared by every shard.
#[derive(Debug)]
pub struct Broadcast {
    /// The stream that every part's channel belongs to.
    pub stream: u64,
    /// The version after the commit. Views that are not newer than what a subscriber has are
    /// dropped, so it must grow from one broadcast of a stream to the next that carries views.
    pub version: u64,
    /// When it was handed over; the latency of the fan-out counts from here.
    pub published_at: Instant,
    /// Who gets what. The order is the order of service: put seats before spectators. Within one
    /// channel, parts arrive in this order too.
    pub parts: Vec<Part>,
}

impl Broadcast {
    /// A broadcast that is published now.
    #[must_use]
    pub fn new(stream: u64, version: u64, parts: Vec<Part>) -> Self {
        Self { stream, version, published_at: Instant::now(), parts }
    }
}

/// What one channel gets.
#[derive(Debug)]
pub struct Part {
    /// Its audience.
    pub channel: Channel,
    /// What they get.
    pub body: PartBody,
}

/// What is sent, and what may happen to it when a socket is full.
#[derive(Debug)]
pub enum PartBody {
    /// The state after the commit. A socket holds at most one unsent view a subscription: a newer
    /// one replaces it, as `full`.
    View {
        /// The whole view.
        full: Frame,
        /// The version that a smaller frame applies to, and that frame. It is sent to those who
        /// were last sent (or have queued) exactly this version; all others get `full`.
        patch: Option<(u64, Frame)>,
    },
    /// Something that happened. Never replaced: it queues, and past the limit the socket is closed
    /// with 4408.
    Event(Frame),
    /// Something outside of the versions of which only the latest counts, presence for one.
    Control(Frame),
    /// The last frame of the channel: its subscriptions end here.
    Terminal {
        /// What is said.
        frame: Frame,
        /// Close the socket afterwards, with this code and reason.
        close: Option<(u16, String)>,
    },
}

/// How a subscription begins.
#[derive(Debug, Default)]
pub struct Subscribe {
    /// Frames that go out before anything else of this channel: an `ack` and a snapshot, say.
    pub first: Vec<Frame>,
    /// The version that `first` brings the subscriber to. Later views must be newer.
    pub version: u64,
}
