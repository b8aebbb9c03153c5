//! The threads that read, each with a connection of its own. Must not know what is read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::{oneshot, watch};

use crate::failure::Failure;
use crate::limits::QUEUED_READS;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the readers.
pub(crate) struct Readers {
    /// Empty once they were told to end.
    queue: Mutex<Option<SyncSender<Job>>>,
    ended: watch::Receiver<()>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(crate) fn start(connections: Vec<Connection>) -> Result<Self, StoreError> {
        let (queue, waiting) = sync_channel(QUEUED_READS);
        let waiting = Arc::new(Mutex::new(waiting));
        let (running, ended) = watch::channel(());
        let running = Arc::new(running);
        for db in connections {
            let (waiting, running) = (waiting.clone(), running.clone());
            thread::Builder::new()
                .name("parlor-store-read".to_owned())
                .spawn(move || {
                    run(&db, &waiting);
                    drop(db);
                    drop(running);
                })
                .map_err(|why| StoreError::Unavailable(format!("no thread to read with: {why}")))?;
        }
        Ok(Self { queue: Mutex::new(Some(queue)), ended })
    }

    /// Runs `work` on a reader, all of it on one state of the store.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.submit(Box::new(move |db| {
            let _ = reply.send(at_once(db, work).map_err(|failure| failure.0));
        }))?;
        let lost = |_| StoreError::Unavailable("the read was given up".to_owned());
        answer.await.map_err(lost)?
    }

    fn submit(&self, job: Job) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = match &*queue {
            Some(queue) => queue.try_send(job),
            None => return Err(StoreError::Unavailable("it is closed".to_owned())),
        };
        sent.map_err(|error| {
            let why = match error {
                TrySendError::Full(_) => "it is overloaded: too many reads wait",
                TrySendError::Disconnected(_) => "its readers have ended",
            };
            StoreError::Unavailable(why.to_owned())
        })
    }

    /// Takes no more reads, and waits until those that wait are answered.
    pub(crate) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }
}

fn run(db: &Connection, waiting: &Mutex<Receiver<Job>>) {
    loop {
        // One idle reader waits for work here, the others for the lock: each takes one job.
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if catch_unwind(AssertUnwindSafe(|| job(db))).is_err() {
            tracing::error!("a read of the data file has panicked");
        }
    }
}

fn at_once<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let snapshot = db.unchecked_transaction()?;
    let read = work(&snapshot)?;
    snapshot.commit()?;
    Ok(read)
}
