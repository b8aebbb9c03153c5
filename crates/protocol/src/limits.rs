//! Limits of the protocol: each with its unit and reason. Settings may change those that say so.
//! Must not know who enforces them.

/// Bytes of one message from a client. Commands are small; a larger one is a mistake or an attack.
/// Setting `limits.message_bytes`.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// Messages a second from one connection, on average; four times as many at once. A person makes
/// less than ten; bots in tests lift it with `limits.off`. Setting `limits.messages_per_second`.
pub const MESSAGES_PER_SECOND: u32 = 50;

/// Subscriptions of one socket: a page that shows a lobby and a few tables.
/// Setting `limits.subscriptions_per_socket`.
pub const SUBSCRIPTIONS_PER_SOCKET: usize = 64;

/// Frames of events waiting for one slow connection. Setting `limits.event_queue`.
pub const EVENT_QUEUE: usize = 256;

/// Bytes of one HTTP body. Setting `limits.body_bytes`.
pub const BODY_BYTES: usize = 512 * 1024;

/// Bytes of one session's stored state. Setting `limits.state_bytes`.
pub const STATE_BYTES: usize = 256 * 1024;

/// Bytes of an idempotency key: room for a UUID with a prefix.
pub const KEY_BYTES: usize = 128;

/// Bytes of a `ref`, which is only handed back.
pub const REF_BYTES: usize = 128;

/// Longest wait of a long poll, in seconds: below the idle time of common proxies (30 s).
pub const WAIT_SECONDS: u64 = 25;

/// Seconds that a socket token lives: long enough to open a socket on a bad network.
pub const SOCKET_TOKEN_SECONDS: u64 = 90;
