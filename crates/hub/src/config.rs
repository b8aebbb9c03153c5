//! Settings and limits of the hub, each with its unit and its reason. Must not read files.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use crate::{ConnId, Deflate, Frame};

/// Settings of a [`crate::Hub`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubConfig {
    /// Threads, 1 to 64. Default: one for each core, since a shard never waits but for sockets.
    pub shards: usize,
    /// Bounds on everything that could grow.
    pub limits: HubLimits,
    /// Time between two pings to a socket. Default 20 s: proxies drop what is idle for 30 or 60 s.
    pub heartbeat: Duration,
    /// A socket of which nothing was heard for so long is closed with 4450. Default 40 s: two pings.
    pub silent: Duration,
    /// After a close frame was queued, the other side has so long to take it and to answer.
    /// Default 2 s.
    pub close_wait: Duration,
    /// Offer permessage-deflate (see [`crate::Hub::negotiate`]). Default off: it costs more
    /// processor time than loopback or a data centre is worth; on for phones.
    pub compression: bool,
    /// Payloads below so many bytes go uncompressed, and so do those that do not shrink. Default
    /// 256: little is gained below. 0 compresses everything, for tests of the protocol.
    pub compress_from: usize,
    /// Write to many sockets with one call into the kernel (`io_uring`), where it lets us. Default on:
    /// a tenth less processor time for a delivery.
    pub io_uring: bool,
    /// Hand binary messages to [`crate::Handler::on_binary`] instead of closing with 4500.
    /// Default off.
    pub binary: bool,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            shards: thread::available_parallelism().map_or(1, usize::from).min(MAX_SHARDS),
            limits: HubLimits::default(),
            heartbeat: Duration::from_secs(20),
            silent: Duration::from_secs(40),
            close_wait: Duration::from_secs(2),
            compression: false,
            compress_from: 256,
            io_uring: true,
            binary: false,
        }
    }
}

/// The shards of a stream are a set of 64 bits.
pub(crate) const MAX_SHARDS: usize = 64;

/// Bounds of the hub. A limit that is hit refuses or closes with a code; nothing grows past it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubLimits {
    /// Sockets in all shards together. Default 100,000; the server sets it below its open files.
    pub connections: usize,
    /// Bytes of one message from a client, after inflation; past it 4513. Default 16 KiB: a
    /// command is a few hundred bytes.
    pub inbound_message: usize,
    /// Messages (and pings) a second from one client, sustained; past it 4429. 0 lifts it.
    /// Default 50: a person who drags a slider sends 30.
    pub messages_per_second: u32,
    /// Messages a client may send at once after a quiet time. Default 200: a page that resumes
    /// many topics.
    pub message_burst: u32,
    /// Subscriptions of one socket. Default 256. The server refuses politely before; here is the
    /// backstop, 4429.
    pub subscriptions_per_socket: usize,
    /// Unsent events of one socket, in frames; past it 4408. Default 256: seconds of a busy table.
    pub event_queue: usize,
    /// Unsent direct messages of one socket, in frames; past it 4408. Default 256. What a
    /// subscription begins with is one of them; its further frames count in `outbox_bytes` alone.
    pub direct_queue: usize,
    /// Unsent events and direct messages of one socket, in bytes; past it 4408. Default 4 MiB: the
    /// snapshots of many topics at once. Views are not in it: there is at most one for each
    /// subscription.
    pub outbox_bytes: usize,
    /// Bytes that the kernel takes from one socket's outbox before they are on their way (Linux:
    /// `TCP_NOTSENT_LOWAT`). 0 leaves it to the kernel, which takes up to 4 MiB. Default 64 KiB: a
    /// view that the kernel has cannot be replaced by a newer one any more, and 1,000 clients that
    /// stop reading would hold gigabytes of it.
    pub kernel_unsent: u32,
    /// Commands that wait for one shard. Default 8,192: tens of milliseconds of work. Past it
    /// broadcasts are merged (latest view of a stream wins; events that had to go close their
    /// subscribers with 4408). Past four times of it a direct message closes its socket with 4408
    /// and [`crate::Hub::attach`] refuses.
    pub command_queue: usize,
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            connections: 100_000,
            inbound_message: 16 * 1024,
            messages_per_second: 50,
            message_burst: 200,
            subscriptions_per_socket: 256,
            event_queue: 256,
            direct_queue: 256,
            outbox_bytes: 4 * 1024 * 1024,
            kernel_unsent: 64 * 1024,
            command_queue: 8192,
        }
    }
}

/// A time at which a socket is closed, unless it is moved or lifted before: a login that must
/// have happened, a token that runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// The close code.
    pub code: u16,
    /// The reason, at most 123 bytes.
    pub reason: String,
}

/// Called with the new id before the first message of the socket can be handled.
pub type OnAttached = Box<dyn FnOnce(ConnId) + Send>;

/// What a socket brings along.
#[derive(Default)]
pub struct AttachOptions {
    /// Frames to write before anything else.
    pub greeting: Vec<Frame>,
    /// What [`crate::Hub::negotiate`] agreed on with this client.
    pub deflate: Option<Deflate>,
    /// Close it then. See [`crate::Hub::set_deadline`].
    pub deadline: Option<Deadline>,
    /// Called in [`crate::Hub::attach`], before the shard knows the socket: put the id into your
    /// tables here. Commands for the id work only after `attach` has returned or from
    /// `on_message` on.
    pub on_attached: Option<OnAttached>,
}

impl fmt::Debug for AttachOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttachOptions")
            .field("greeting", &self.greeting.len())
            .field("deflate", &self.deflate)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
