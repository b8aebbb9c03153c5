//! The one thread that writes, with group commit: everything that waits goes into one transaction,
//! and each caller is answered once that is durable. Must not know what is written.
//!
//! No write waits for company: while one group is being made durable the next one gathers, so
//! groups are as large as the disk is slow.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::{oneshot, watch};

use crate::checkpoints::Checkpoints;
use crate::failure::Failure;
use crate::limits::{GROUP_WRITES, QUEUED_BYTES, QUEUED_WRITES, SLOW_SYNC};

/// The answer to a write, once it is durable or known not to be.
pub(crate) type Reply<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A write, and what answers its caller.
trait Job: Send {
    /// Does its part within a transaction. `false`: all of the transaction must be taken back, and
    /// this may be called again in another one.
    fn attempt(&mut self, db: &Connection) -> bool;

    /// Tells the caller, once the fate of the transaction is known.
    fn answer(self: Box<Self>, durable: Result<(), StoreError>);
}

struct Pending<T, W> {
    work: W,
    made: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W> Job for Pending<T, W>
where
    W: Fn(&Connection) -> Result<T, Failure> + Send,
{
    fn attempt(&mut self, db: &Connection) -> bool {
        self.made = catch_unwind(AssertUnwindSafe(|| (self.work)(db)))
            .unwrap_or_else(|_| Err(Failure(given_up())))
            .map_err(|failure| failure.0);
        self.made.is_ok()
    }

    fn answer(self: Box<Self>, durable: Result<(), StoreError>) {
        // Nobody may be waiting any more; the write stands all the same.
        let _ = self.reply.send(durable.and(self.made));
    }
}

struct Queued {
    job: Box<dyn Job>,
    bytes: usize,
}

/// The way to the writer.
pub(crate) struct Writer {
    /// Empty once the writer was told to end.
    queue: Mutex<Option<SyncSender<Queued>>>,
    shared: Arc<Shared>,
    ended: watch::Receiver<()>,
}

struct Shared {
    queued_bytes: AtomicUsize,
    /// The last group could not be made durable.
    failing: AtomicBool,
}

impl Writer {
    /// Starts the thread; it holds `lock` for as long as it may write.
    pub(crate) fn start(
        db: Connection,
        mut checkpoints: Checkpoints,
        lock: Option<File>,
    ) -> Result<Self, StoreError> {
        let (queue, waiting) = sync_channel(QUEUED_WRITES);
        let (running, ended) = watch::channel(());
        let shared =
            Arc::new(Shared { queued_bytes: AtomicUsize::new(0), failing: AtomicBool::new(false) });
        let for_thread = shared.clone();
        thread::Builder::new()
            .name("parlor-store-write".to_owned())
            .spawn(move || {
                let all = || run(&db, &mut checkpoints, &waiting, &for_thread);
                if catch_unwind(AssertUnwindSafe(all)).is_err() {
                    tracing::error!("the thread that writes the data file has panicked");
                }
                // In this order: whoever hears of the end may open the file again.
                checkpoints.end();
                drop(db);
                drop(lock);
                drop(running);
            })
            .map_err(|why| StoreError::Unavailable(format!("no thread to write with: {why}")))?;
        Ok(Self { queue: Mutex::new(Some(queue)), shared, ended })
    }

    /// Queues `work` before it returns; never blocks. `bytes` is what it holds while it waits. What
    /// `work` wrote before it failed is taken back; it is called again if another write of the same
    /// transaction fails.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl Fn(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Reply<T>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending { work, made: Err(given_up()), reply });
        self.submit(Queued { job, bytes })?;
        Ok(answer)
    }

    fn submit(&self, queued: Queued) -> Result<(), StoreError> {
        let unavailable = |why: &str| Err(StoreError::Unavailable(why.to_owned()));
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = &*queue else {
            return unavailable("it is closed");
        };
        let bytes = queued.bytes;
        let before = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        let sent = if before + bytes > QUEUED_BYTES && before > 0 {
            Err(TrySendError::Full(queued))
        } else {
            queue.try_send(queued)
        };
        match sent {
            Ok(()) => Ok(()),
            Err(error) => {
                self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
                unavailable(match error {
                    TrySendError::Full(_) => "it is overloaded: too many writes wait",
                    TrySendError::Disconnected(_) => "its writer has ended",
                })
            }
        }
    }

    /// Could the last group not be made durable?
    pub(crate) fn failing(&self) -> bool {
        self.shared.failing.load(Ordering::Relaxed)
    }

    /// Takes no more writes, and waits until those that wait are durable and the file is closed.
    pub(crate) async fn close(&self) {
        self.stop_taking();
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }

    fn stop_taking(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// What a caller hears whose write was dropped on the way.
pub(crate) fn given_up() -> StoreError {
    StoreError::Unavailable("the write was given up; the log of the server says why".to_owned())
}

fn run(
    db: &Connection,
    checkpoints: &mut Checkpoints,
    waiting: &Receiver<Queued>,
    shared: &Shared,
) {
    while let Ok(first) = waiting.recv() {
        let more = waiting.try_iter().take(GROUP_WRITES - 1);
        let group = std::iter::once(first).chain(more);
        let jobs = group.map(|queued| {
            shared.queued_bytes.fetch_sub(queued.bytes, Ordering::Relaxed);
            queued.job
        });
        commit(db, jobs.collect(), shared);
        checkpoints.between_groups(db);
    }
}

/// Makes a group durable and answers all of it. Writes hardly ever fail: instead of a savepoint for
/// each, one that fails has all of them done again, each in a transaction of its own.
fn commit(db: &Connection, mut group: Vec<Box<dyn Job>>, shared: &Shared) {
    let ended = together(db, &mut group);
    match &ended {
        Ok(Ended::Durable) => shared.failing.store(false, Ordering::Relaxed),
        Ok(Ended::Failed | Ended::Refused) if group.len() > 1 => {
            group.into_iter().for_each(|job| commit(db, vec![job], shared));
            return;
        }
        Ok(Ended::Failed) => {}
        Ok(Ended::Refused) => shared.failing.store(true, Ordering::Relaxed),
        Err(Failure(why)) => {
            tracing::error!(error = %why, writes = group.len(), "a group of writes failed");
            shared.failing.store(true, Ordering::Relaxed);
        }
    }
    let durable = ended.map(|_| ()).map_err(|failure| failure.0);
    for job in group {
        job.answer(durable.clone());
    }
}

/// How a transaction ended that no error of its own has ended.
enum Ended {
    Durable,
    /// One of its writes failed: nothing of it is there.
    Failed,
    /// The same, and it was the disk that refused the write.
    Refused,
}

fn together(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<Ended, Failure> {
    let ended = execute(db, "BEGIN IMMEDIATE").and_then(|()| {
        if !group.iter_mut().all(|job| job.attempt(db)) {
            // A full disk or a failed read makes SQLite roll back by itself.
            return Ok(if db.is_autocommit() { Ended::Refused } else { Ended::Failed });
        }
        let begun = Instant::now();
        execute(db, "COMMIT")?;
        let took = begun.elapsed();
        if took >= SLOW_SYNC {
            tracing::warn!(
                milliseconds = took.as_millis(),
                writes = group.len(),
                "the disk was slow to make a group of writes durable; all of them waited for it"
            );
        }
        Ok(Ended::Durable)
    });
    if !db.is_autocommit() {
        execute(db, "ROLLBACK")?;
    }
    ended
}

fn execute(db: &Connection, text: &str) -> Result<(), Failure> {
    db.prepare_cached(text)?.execute([])?;
    Ok(())
}
