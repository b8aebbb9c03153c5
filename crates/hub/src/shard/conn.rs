//! What a shard keeps for one socket. Kept small, since most sockets are idle: everything that few
//! of them need at a time is behind a pointer. Must not know the other sockets.

use mio::net::TcpStream;
use smallvec::SmallVec;

use super::{channels::SubRef, outbox::Outbox};
use crate::{ClosedBy, Deadline, Deflate, inbound::Inbound};

/// Where a socket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Messages go both ways.
    Open,
    /// A close frame is queued or out. Nothing is queued behind it and it has no subscriptions.
    Closing,
    /// Over; buried at the end of the turn.
    Dead,
}

/// One socket.
pub(super) struct Conn {
    pub(super) stream: TcpStream,
    pub(super) generation: u32,
    pub(super) phase: Phase,
    /// The kernel takes no more; an event will say when it does.
    pub(super) blocked: bool,
    /// It is in the list of those to write to.
    pub(super) dirty: bool,
    pub(super) deflate: Option<Deflate>,
    pub(super) out: Outbox,
    /// Ticks: when it was last heard, when it is pinged next, when it is looked at next, when it
    /// came.
    pub(super) heard: u32,
    pub(super) next_ping: u32,
    pub(super) visit: u32,
    pub(super) since: u32,
    pub(super) allowance: Allowance,
    pub(super) bytes_out: u64,
    pub(super) messages_out: u64,
    pub(super) subs: SmallVec<[SubRef; 2]>,
    pub(super) inbound: Inbound,
    pub(super) rare: Option<Box<Rare>>,
}

/// What few sockets have at a time.
#[derive(Default)]
pub(super) struct Rare {
    pub(super) deadline: Option<Deadline>,
    /// Set as long as the phase is not `Open`.
    pub(super) ending: Option<Ending>,
}

/// How a socket ends, once that is known.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) code: u16,
    pub(super) reason: String,
    pub(super) by: ClosedBy,
    /// The tick at which nobody waits any longer.
    pub(super) until: u32,
    /// What arrives has no meaning any more.
    pub(super) deaf: bool,
    /// The other side's close frame is here.
    pub(super) peer_done: bool,
}

impl Conn {
    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    pub(super) fn ending(&mut self) -> Option<&mut Ending> {
        self.rare.as_mut().and_then(|rare| rare.ending.as_mut())
    }

    pub(super) fn deadline(&self) -> Option<&Deadline> {
        self.rare.as_ref().and_then(|rare| rare.deadline.as_ref())
    }
}

/// The token bucket for messages from a client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    tokens: f32,
    /// Milliseconds of the shard's clock.
    filled: u32,
}

impl Allowance {
    pub(super) fn new(burst: u32, now: u32) -> Self {
        Self { tokens: burst as f32, filled: now }
    }

    /// One more message; `false`: it is one too many.
    pub(super) fn take(&mut self, rate: u32, burst: u32, now: u32) -> bool {
        if rate == 0 {
            return true;
        }
        let elapsed = now.wrapping_sub(self.filled) as f32 / 1000.0;
        self.tokens = (self.tokens + elapsed * rate as f32).min(burst.max(1) as f32);
        self.filled = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_at_rest_is_small() {
        let size = size_of::<Conn>();
        assert!(size <= 160, "{size} bytes");
    }

    #[test]
    fn the_allowance_fills_with_time() {
        let mut allowance = Allowance::new(3, 0);
        let mut take = |now| allowance.take(2, 3, now);
        assert_eq!([take(0), take(0), take(0), take(0)], [true, true, true, false]);
        assert_eq!([take(400), take(500), take(500)], [false, true, false]);
        assert_eq!(
            [take(60_000), take(60_000), take(60_000), take(60_000)],
            [true, true, true, false]
        );
        assert!(allowance.take(0, 0, 0), "no rate, no limit");
    }
}
