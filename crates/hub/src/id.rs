//! Names of sockets and of channels. Must not know what a channel stands for.

use std::fmt;

const SLOT_BITS: u32 = 32;
const GENERATION_BITS: u32 = 24;
const GENERATION_MASK: u32 = (1 << GENERATION_BITS) - 1;

/// One socket for as long as it lives: shard, place in the shard, and how often the place was
/// used before, so that a late command never reaches the next owner of the place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(u64);

impl ConnId {
    pub(crate) fn new(shard: u8, slot: u32, generation: u32) -> Self {
        let generation = u64::from(generation & GENERATION_MASK);
        Self(
            u64::from(shard) << (SLOT_BITS + GENERATION_BITS)
                | generation << SLOT_BITS
                | u64::from(slot),
        )
    }

    pub(crate) fn shard(self) -> usize {
        (self.0 >> (SLOT_BITS + GENERATION_BITS)) as usize
    }

    pub(crate) fn slot(self) -> u32 {
        self.0 as u32
    }

    pub(crate) fn generation(self) -> u32 {
        (self.0 >> SLOT_BITS) as u32 & GENERATION_MASK
    }

    /// The same as one number, for maps and logs.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.shard(), self.slot(), self.generation())
    }
}

impl fmt::Debug for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnId({self})")
    }
}

/// What a subscriber listens to: one lane (a viewer class and a form of message, say) of one
/// stream (a session, say). The hub compares channels and finds shards by `stream`; what the
/// numbers mean is the caller's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel {
    /// What the broadcast is about. All parts of one [`crate::Broadcast`] share it.
    pub stream: u64,
    /// Which of its audiences.
    pub lane: u64,
}

impl Channel {
    /// The channel `lane` of `stream`.
    #[must_use]
    pub const fn new(stream: u64, lane: u64) -> Self {
        Self { stream, lane }
    }
}

#[cfg(test)]
mod tests {
    use super::ConnId;

    #[test]
    fn parts_come_back_and_generation_wraps() {
        let id = ConnId::new(63, u32::MAX, 5);
        assert_eq!((id.shard(), id.slot(), id.generation()), (63, u32::MAX, 5));
        assert_eq!(id.to_string(), "63.4294967295.5");
        assert_eq!(ConnId::new(1, 2, 1 << 24), ConnId::new(1, 2, 0));
    }
}
