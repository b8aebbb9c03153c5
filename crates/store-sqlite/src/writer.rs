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

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::{oneshot, watch};

use crate::failure::Failure;
use crate::limits::{GROUP_WRITES, QUEUED_BYTES, QUEUED_WRITES};

/// The answer to a write, once it is durable or known not to be.
pub(crate) type Reply<T> = oneshot::Receiver<Result<T, StoreError>>;

/// Does its part within the group's transaction (or is told why it cannot), and leaves behind what
/// answers the caller once the group's fate is known.
type Job = Box<dyn FnOnce(Result<&Connection, &StoreError>) -> Verdict + Send>;
type Verdict = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

struct Queued {
    job: Job,
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
    pub(crate) fn start(db: Connection, lock: Option<File>) -> Result<Self, StoreError> {
        let (queue, waiting) = sync_channel(QUEUED_WRITES);
        let (running, ended) = watch::channel(());
        let shared =
            Arc::new(Shared { queued_bytes: AtomicUsize::new(0), failing: AtomicBool::new(false) });
        let for_thread = shared.clone();
        thread::Builder::new()
            .name("parlor-store-write".to_owned())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| run(&db, &waiting, &for_thread))).is_err() {
                    tracing::error!("the thread that writes the data file has panicked");
                }
                // In this order: whoever hears of the end may open the file again.
                drop(db);
                drop(lock);
                drop(running);
            })
            .map_err(|why| StoreError::Unavailable(format!("no thread to write with: {why}")))?;
        Ok(Self { queue: Mutex::new(Some(queue)), shared, ended })
    }

    /// Queues `work` before it returns; never blocks. `bytes` is what it holds while it waits.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Reply<T>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let made = match db {
                Ok(db) => whole_or_nothing(db, work).map_err(|failure| failure.0),
                Err(why) => Err(why.clone()),
            };
            Box::new(move |durable| {
                // Nobody may be waiting any more; the write stands all the same.
                let _ = reply.send(durable.and(made));
            })
        });
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

fn run(db: &Connection, waiting: &Receiver<Queued>, shared: &Shared) {
    while let Ok(first) = waiting.recv() {
        let more = waiting.try_iter().take(GROUP_WRITES - 1);
        let group = std::iter::once(first).chain(more);
        let jobs = group.map(|queued| {
            shared.queued_bytes.fetch_sub(queued.bytes, Ordering::Relaxed);
            queued.job
        });
        commit(db, jobs.collect(), shared);
    }
}

/// Runs a group in one transaction and answers all of it.
fn commit(db: &Connection, group: Vec<Job>, shared: &Shared) {
    let mut group = group.into_iter();
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(group.len());
    let ended = execute(db, "BEGIN IMMEDIATE").and_then(|()| {
        for job in group.by_ref() {
            verdicts.push(run_job(db, job)?);
        }
        execute(db, "COMMIT")
    });
    shared.failing.store(ended.is_err(), Ordering::Relaxed);
    let ended = ended.map_err(|failure| failure.0);
    if let Err(why) = &ended {
        tracing::error!(error = %why, writes = verdicts.len() + group.len(), "a group of writes failed");
        roll_back(db);
        verdicts.extend(group.map(|job| job(Err(why))));
    }
    for verdict in verdicts {
        verdict(ended.clone());
    }
}

/// An error of the job itself is the caller's alone; this one's error is everybody's in the group.
fn run_job(db: &Connection, job: Job) -> Result<Verdict, Failure> {
    let verdict = catch_unwind(AssertUnwindSafe(|| job(Ok(db)))).map_err(|_| {
        Failure(StoreError::Unavailable("a write of the same group has panicked".to_owned()))
    })?;
    if db.is_autocommit() {
        // A full disk or a failed read makes SQLite roll back by itself. The caller knows best.
        verdict(Err(given_up()));
        return Err(Failure(StoreError::Unavailable(
            "the disk refused a write of the same group".to_owned(),
        )));
    }
    Ok(verdict)
}

/// Within the group's transaction: what `work` wrote before it failed is taken back.
fn whole_or_nothing<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    execute(db, "SAVEPOINT job")?;
    let made = work(db);
    if made.is_err() && !db.is_autocommit() {
        execute(db, "ROLLBACK TO job")?;
    }
    if !db.is_autocommit() {
        execute(db, "RELEASE job")?;
    }
    made
}

fn roll_back(db: &Connection) {
    if !db.is_autocommit()
        && let Err(failure) = execute(db, "ROLLBACK")
    {
        tracing::error!(error = %failure.0, "a failed group of writes could not be rolled back");
    }
}

fn execute(db: &Connection, text: &str) -> Result<(), Failure> {
    db.prepare_cached(text)?.execute([])?;
    Ok(())
}
