//! Tests of what happens when writing goes wrong. Here and not in `tests/`, since they reach into
//! the writer to make it go wrong.

use std::collections::VecDeque;
use std::fs;
use std::sync::mpsc;

use engine::{CommitRecord, EntryKind, Hash, LogEntry, RawJson, verify_chain};
use game::{Actor, Seed, SessionId, Status, Timestamp, Version};
use serde_json::value::RawValue;
use store::{CommitError, Store as _, StoreError};
use tempfile::TempDir;

use crate::limits::{LARGE_LOG_PAGES, QUEUED_BYTES, QUEUED_WRITES};
use crate::{Mode, SqliteStore};

/// The records of one session, with states of `bytes` bytes.
struct Script {
    id: SessionId,
    version: Version,
    head: Hash,
    bytes: usize,
}

impl Script {
    fn new(number: u64, bytes: usize) -> Self {
        let id = SessionId::new(number).unwrap();
        Self { id, version: Version::NONE, head: Hash::ZERO, bytes }
    }

    fn next(&mut self) -> CommitRecord {
        let first = self.version == Version::NONE;
        let null: RawJson = RawValue::NULL.to_owned().into();
        let state = vec![b'0' + u8::try_from(self.version.0 % 10).unwrap(); self.bytes];
        let entry = LogEntry {
            session: self.id,
            version: self.version.next(),
            at: Timestamp(1),
            kind: if first { EntryKind::Created } else { EntryKind::Command },
            actor: Actor::System,
            command: null,
            events: Vec::new(),
            state_hash: Hash::of(&state),
            previous: self.head,
        };
        let created = engine::Created {
            game: "toy".to_owned(),
            owner: None,
            seed: Seed::new([1; 32]),
            at: Timestamp(1),
        };
        let record = CommitRecord {
            expected: self.version,
            head: entry.hash(),
            state: state.into(),
            status: Status::Open,
            title: String::new(),
            summary: None,
            members: None,
            to_act: None,
            due_at: None,
            keyed: None,
            created: first.then_some(created),
            deleted: false,
            entry,
        };
        (self.version, self.head) = (record.entry.version, record.head);
        record
    }
}

fn open() -> (TempDir, SqliteStore) {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path(), Mode::Serve).unwrap();
    (folder, store)
}

/// Keeps the writer from its work until the returned sender is dropped.
fn hold(store: &SqliteStore) -> mpsc::SyncSender<()> {
    let (held, wait) = mpsc::sync_channel::<()>(0);
    let (begun, running) = mpsc::sync_channel::<()>(1);
    let reply = store.writer.write(0, move |_| {
        begun.send(()).expect("the test waits for it");
        let _ = wait.recv();
        Ok(())
    });
    drop(reply.unwrap());
    running.recv().unwrap();
    held
}

fn unavailable(outcome: &Result<(), CommitError>) -> &str {
    match outcome {
        Err(CommitError::Store(StoreError::Unavailable(why))) => why,
        other => panic!("{other:?}"),
    }
}

async fn assert_whole(store: &SqliteStore, id: SessionId) -> Version {
    let stored = store.load(id).await.unwrap().unwrap();
    let log = store.log(id, Version::NONE, usize::MAX).await.unwrap();
    assert_eq!(verify_chain(&log), Ok((stored.version, stored.head)));
    assert_eq!(Hash::of(&stored.state), log.last().unwrap().state_hash);
    stored.version
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_leaves_nothing_half_done() {
    let (_folder, store) = open();
    let mut script = Script::new(1, 40_000);
    store.commit(script.next()).await.unwrap();
    let limit = |pages: u32| {
        let reply = store.writer.write(0, move |db| {
            db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(())
        });
        reply.unwrap()
    };
    limit(60).await.unwrap().unwrap();

    // New sessions until none fits any more, several in flight.
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for round in 0..10 {
        let held = hold(&store);
        let flying: Vec<_> = (0..4)
            .map(|n| Script::new(10 + round * 4 + n, 10_000))
            .map(|mut other| (other.id, store.commit(other.next())))
            .collect();
        drop(held);
        for (id, commit) in flying {
            match commit.await {
                Ok(()) => taken.push(id),
                other => {
                    unavailable(&other);
                    refused.push(id);
                }
            }
        }
    }
    assert!(!taken.is_empty() && !refused.is_empty(), "{} taken", taken.len());
    assert!(store.writer.failing());
    for id in taken {
        assert_eq!(assert_whole(&store, id).await, Version(1));
    }
    for id in refused {
        assert!(store.load(id).await.unwrap().is_none());
    }

    limit(1_000_000).await.unwrap().unwrap();
    store.ready().await.unwrap();
    assert!(!store.writer.failing());
    store.commit(script.next()).await.unwrap();
    assert_eq!(assert_whole(&store, script.id).await, Version(2));
}

#[tokio::test]
async fn a_commit_that_fails_in_its_middle_is_taken_back_and_costs_no_other() {
    let (_folder, store) = open();
    let (mut bad, mut good) = (Script::new(1, 10), Script::new(2, 10));
    store.commit(bad.next()).await.unwrap();
    // What nobody should have written: the log entry of the next commit.
    let stray = store.writer.write(0, |db| {
        db.execute(
            "INSERT INTO log SELECT session, 2, at, kind, actor, command, events, state_hash, \
             previous FROM log WHERE session = 1",
            [],
        )?;
        Ok(())
    });
    stray.unwrap().await.unwrap().unwrap();
    let held = hold(&store);
    let flying = [good.next(), bad.next(), good.next()].map(|record| store.commit(record));
    drop(held);
    let [first, failed, second] = flying;
    first.await.unwrap();
    assert!(unavailable(&failed.await).contains("log.session"), "it says which");
    second.await.unwrap();
    assert_eq!(assert_whole(&store, good.id).await, Version(2));
    let stored = store.load(bad.id).await.unwrap().unwrap();
    assert_eq!(stored.version, Version(1), "the session has moved without its log");
}

#[tokio::test]
async fn a_panic_in_the_writer_costs_no_other_write() {
    let (_folder, store) = open();
    let mut script = Script::new(1, 10);
    let held = hold(&store);
    let before = store.commit(script.next());
    let panic = store.writer.write::<()>(0, |_| panic!("a test panics")).unwrap();
    let mut other = Script::new(2, 10);
    let after = store.commit(other.next());
    drop(held);
    before.await.unwrap();
    let panicked = panic.await.unwrap();
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))), "{panicked:?}");
    after.await.unwrap();
    assert_eq!(assert_whole(&store, other.id).await, Version(1));
    store.commit(script.next()).await.unwrap();
    assert_eq!(assert_whole(&store, script.id).await, Version(2));
    store.ready().await.unwrap();
}

#[tokio::test]
async fn a_reader_that_panics_reads_on() {
    let (_folder, store) = open();
    for _ in 0..20 {
        let outcome = store.readers.read::<()>(|_| panic!("a test panics")).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    assert!(store.user(&game::UserId::new("ann").unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_keeps_what_it_took() {
    let (_folder, store) = open();
    let held = hold(&store);
    let mut script = Script::new(1, 10);
    let flying: Vec<_> = (0..QUEUED_WRITES).map(|_| store.commit(script.next())).collect();
    let (version, head) = (script.version, script.head);
    let refused = store.commit(script.next()).await;
    assert!(unavailable(&refused).contains("overloaded"), "{refused:?}");
    let claim = store.claim("a", Timestamp(0), Timestamp(1)).await;
    assert!(matches!(claim, Err(StoreError::Unavailable(_))), "{claim:?}");
    drop(held);
    for commit in flying {
        commit.await.unwrap();
    }
    assert_eq!(assert_whole(&store, script.id).await, version);
    (script.version, script.head) = (version, head);
    store.commit(script.next()).await.unwrap();
}

#[tokio::test]
async fn large_states_fill_the_queue_by_their_bytes() {
    let (_folder, store) = open();
    let held = hold(&store);
    let bytes = QUEUED_BYTES / 4 + 1;
    let mut scripts: Vec<Script> = (1..=4).map(|number| Script::new(number, bytes)).collect();
    let flying: Vec<_> =
        scripts.iter_mut().take(3).map(|script| store.commit(script.next())).collect();
    let refused = store.commit(scripts[3].next()).await;
    assert!(unavailable(&refused).contains("overloaded"), "{refused:?}");
    store.writer.write(0, |_| Ok(())).expect("small writes go on");
    drop(held);
    for commit in flying {
        commit.await.unwrap();
    }
    // One that is larger than the whole queue is let through when nothing else waits.
    store.commit(Script::new(9, QUEUED_BYTES + 1).next()).await.unwrap();
}

#[tokio::test]
async fn the_log_of_a_writer_that_never_rests_is_begun_anew() {
    let (folder, store) = open();
    let log = folder.path().join("parlor.db-wal");
    let (mut script, page) = (Script::new(1, 400_000), 4096);
    let (mut largest, mut written) = (0, 0);
    let mut flying = VecDeque::new();
    while written < 3 * u64::from(LARGE_LOG_PAGES) * page {
        flying.push_back(store.commit(script.next()));
        written += 400_000;
        if flying.len() > 100 {
            flying.pop_front().unwrap().await.unwrap();
            largest = largest.max(fs::metadata(&log).unwrap().len());
        }
    }
    for commit in flying {
        commit.await.unwrap();
    }
    assert_eq!(assert_whole(&store, script.id).await, script.version);
    let large = u64::from(LARGE_LOG_PAGES) * page;
    assert!(largest < 2 * large, "{largest} of {written} bytes");
    store.close().await.unwrap();
    assert!(!log.exists(), "whoever closes it leaves no log behind");
}
