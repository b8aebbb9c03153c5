//! Limits of this store: each with its unit and reason. Must not know what a session may hold.

use std::time::Duration;

/// Writes that may wait for the writer. At some ten thousand commits a second on a fast disk this
/// is a good quarter of a second of work: whoever comes later is better told so.
pub(crate) const QUEUED_WRITES: usize = 4096;

/// Bytes of state that may wait for the writer: what a burst of large sessions may cost.
pub(crate) const QUEUED_BYTES: usize = 64 * 1024 * 1024;

/// Writes in one transaction. One `fsync` for a thousand is as good as none for each, and the first
/// of them need not wait for all of a full queue.
pub(crate) const GROUP_WRITES: usize = 1024;

/// Threads (and connections) that read. Reads come from the page cache nearly always: a few are
/// enough to keep a slow list from standing in the way of a load.
pub(crate) const READERS: usize = 4;

/// Reads that may wait for a reader.
pub(crate) const QUEUED_READS: usize = 1024;

/// How long to wait for another process (`parlor user`, a backup) that holds the write lock.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Pages of the write-ahead log after which SQLite moves them into the file: 16 MiB. Larger than
/// the default of 4 MiB, so that busy pages are moved once for many commits.
pub(crate) const CHECKPOINT_PAGES: u32 = 4096;

/// Bytes that the write-ahead log may keep on disk when it is not in use: 64 MiB.
pub(crate) const WAL_BYTES: u32 = 64 * 1024 * 1024;

/// Statements that each connection keeps prepared: more than there are texts in `sql`.
pub(crate) const STATEMENTS: usize = 96;
