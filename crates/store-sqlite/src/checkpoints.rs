//! Moves the pages of the write-ahead log into the data file, beside the writer. Must not know what
//! they hold.
//!
//! By itself SQLite does it within a commit, and all who wait for that commit wait for some thousand
//! pages and two syncs more. Here a thread with a connection of its own moves them while the writer
//! goes on. But only a log of which every page was moved is begun anew, and beside a busy writer
//! there is always one more: when the log is large, the writer moves the few that are left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use store::StoreError;

use crate::failure::Failure;
use crate::limits::{CHECKPOINT_PAGES, LARGE_LOG_PAGES};

/// What the writer keeps of it.
pub(crate) struct Checkpoints {
    /// Pages in the log, after the last commit of the writer's connection.
    pages: Arc<AtomicU32>,
    /// As many were there when the last pass began.
    at_last_pass: u32,
    under_way: bool,
    begin: SyncSender<()>,
    done: Receiver<()>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    /// Starts the thread, and counts the pages that `writer` commits.
    pub(crate) fn start(writer: &mut Connection, own: Connection) -> Result<Self, Failure> {
        let pages = Arc::new(AtomicU32::new(0));
        let counted = pages.clone();
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            counted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        let (begin, asked) = sync_channel(1);
        let (ended, done) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("parlor-store-move".to_owned())
            .spawn(move || {
                while let Ok(()) = asked.recv() {
                    move_pages(&own);
                    if ended.send(()).is_err() {
                        return;
                    }
                }
            })
            .map_err(|why| StoreError::Unavailable(format!("no thread to move pages: {why}")))?;
        Ok(Self { pages, at_last_pass: 0, under_way: false, begin, done, thread })
    }

    /// To be called by the writer between two transactions, when everybody has their answer.
    pub(crate) fn between_groups(&mut self, db: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.at_last_pass {
            self.at_last_pass = 0;
        }
        if self.under_way {
            self.under_way = self.done.try_recv() == Err(TryRecvError::Empty);
            if !self.under_way && pages >= LARGE_LOG_PAGES {
                move_pages(db);
            }
        } else if pages - self.at_last_pass >= CHECKPOINT_PAGES {
            self.at_last_pass = pages;
            self.under_way = self.begin.send(()).is_ok();
        }
    }

    /// Returns when the thread has let go of the file.
    pub(crate) fn end(self) {
        drop(self.begin);
        if self.thread.join().is_err() {
            tracing::error!("the thread that moves pages into the data file has panicked");
        }
    }
}

/// Moves what no reader stands in the way of.
fn move_pages(db: &Connection) {
    let moved = db
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
        .and_then(|mut pass| pass.query_row([], |row| row.get::<_, bool>(0)));
    if let Err(error) = moved {
        tracing::error!(%error, "the write-ahead log could not be moved into the data file");
    }
}
