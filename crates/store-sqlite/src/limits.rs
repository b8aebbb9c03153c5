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

/// Pages of the write-ahead log after which they are moved into the file: 16 MiB. Larger than
/// SQLite's default of 4 MiB, so that busy pages are moved once for many commits.
pub(crate) const CHECKPOINT_PAGES: u32 = 4096;

/// Pages with which the writer moves the last of them itself, so that the log is begun anew: 64 MiB,
/// some seconds of a busy evening.
pub(crate) const LARGE_LOG_PAGES: u32 = 4 * CHECKPOINT_PAGES;

/// Bytes that the write-ahead log may keep on disk when it is not in use: a large log, and what is
/// written to it while its pages are moved.
pub(crate) const WAL_BYTES: u32 = 96 * 1024 * 1024;

/// A sync that takes longer is worth a line in the log: the product promises the newest state to
/// all viewers within a quarter of a second.
pub(crate) const SLOW_SYNC: Duration = Duration::from_millis(100);

/// Statements that each connection keeps prepared: more than there are texts in `sql`.
pub(crate) const STATEMENTS: usize = 96;
