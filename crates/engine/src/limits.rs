//! What one session may hold in memory and in the store: each limit with its unit and reason.
//! Must not know the limits of the wire (`protocol::limits`).

/// Limits that a setting may change.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one session's state as JSON. A game of cards needs some KiB; 256 KiB is stored and
    /// hashed in well under a millisecond.
    pub state_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { state_bytes: 256 * 1024 }
    }
}

/// Versions that can be resumed from: a phone that slept through a round of play.
pub const HISTORY_VERSIONS: usize = 128;

/// Bytes of state (as JSON) that the versions to resume from may hold, for each session.
pub const HISTORY_BYTES: usize = 1024 * 1024;

/// Events kept in memory to resume a stream from; older ones are read from the log.
pub const RECENT_EVENTS: usize = 256;

/// Answers to keyed commands kept in memory; older ones are found by the store.
pub const RECENT_ANSWERS: usize = 256;

/// Commits that may wait for the store at once, for each session: beyond it commands wait in the
/// mailbox, which is bounded too.
pub const PENDING_COMMITS: usize = 256;

/// Patches kept for each viewer class: one for those in step, some for those that resume.
pub const CACHED_PATCHES: usize = 8;

/// Milliseconds that a deadline waits after the store was away: a store that refuses every write
/// is not asked in a tight loop, and a game that was held up goes on soon after.
pub const DEADLINE_RETRY: u64 = 1_000;

/// Bytes of a summary as JSON: a page of a list has 200 of them, 400 KiB at the most. One that is
/// larger is left out of lists.
pub const SUMMARY_BYTES: usize = 2 * 1024;

/// Members of one session that have it in their lists, and users whose turn it may be there: four
/// times as many as there can be seats. Those beyond, in the order of their ids, are left out.
pub const LISTED_USERS: usize = 1024;
