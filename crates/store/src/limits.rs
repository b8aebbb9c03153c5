//! How much a store hands out at once: each limit with its unit and reason. Must not know what one
//! session may hold (`engine::limits`).

/// Log entries that come with a loaded session, newest ones: enough events for a stream to be
/// resumed after a reload; older ones are read by [`Store::log`](crate::Store::log).
pub const RECENT_ENTRIES: usize = 64;
