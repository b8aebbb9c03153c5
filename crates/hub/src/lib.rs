//! Live sockets: shards, frames, fan-out, back-pressure, heartbeats.
//! Must not know games, storage or HTTP: it takes over a socket after the upgrade and moves bytes.
//!
//! A [`Hub`] owns a few *shards*. A shard is one thread with one `mio::Poll` and its share of the
//! sockets; nothing else ever touches those sockets, so no lock guards a delivery. Whoever has
//! something to say puts a command into the shard's bounded queue, and the shard carries the
//! commands out in exactly that order: a subscription and the broadcasts around it cannot pass each
//! other, which is all that "no gap, no step back" needs.
//!
//! One turn of a shard: read what clients sent, take the commands, put frames into the outboxes,
//! then write to every socket that has something, once. What a socket does not take stays in its
//! outbox, where newer views replace older ones (see [`PartBody`]).

mod broadcast;
mod close;
mod config;
mod deflate;
mod frame;
mod hub;
mod id;
mod inbound;
mod queue;
mod routes;
mod shard;
mod stats;

pub use broadcast::{Broadcast, Part, PartBody, Subscribe};
pub use close::{CloseInfo, ClosedBy};
pub use config::{AttachOptions, Deadline, HubConfig, HubLimits, OnAttached};
pub use deflate::{Deflate, negotiate};
pub use frame::Frame;
pub use hub::{Handler, Hub, HubFull, Ticket};
pub use id::{Channel, ConnId};
pub use stats::{HubStats, LATENCY_BOUNDS_MICROS, LatencyStats};
