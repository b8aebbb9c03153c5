//! What one mirror may hold: each limit with its unit and reason. Must not know the limits of a
//! message, which the server keeps.

/// Bytes of the whole state as JSON: all seats, all hidden parts, and the title. Every change is
/// stored and hashed whole, so that a larger document belongs elsewhere, with its address here.
pub const STATE_BYTES: usize = 256 * 1024;

/// Seats of one mirror. Each has a view of its own, made and compared at every change.
pub const SEATS: usize = 64;

/// Events of one `put`.
pub const EVENTS: usize = 64;

/// Bytes of one event's `result` as JSON. Events are told, kept for those who come back, and never
/// replaced by a later one: what is large belongs in the state.
pub const EVENT_BYTES: usize = 16 * 1024;
