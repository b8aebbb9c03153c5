//! How many commits a second the SQLite store makes durable here, beside what the disk can do.
//!
//! `cargo run --release -p store-sqlite --example throughput [FOLDER]`: in a new folder within
//! FOLDER (default: the system's folder for temporary files, which should not be in memory).

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::{
    Answered, CommitRecord, Created, EntryKind, Fingerprint, Hash, Key, Keyed, LogEntry, RawJson,
};
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use game::{Actor, Seed, SessionId, Status, Timestamp, UserId, Version};
use serde_json::value::RawValue;
use store::Store as _;
use store_sqlite::{Mode, SqliteStore};

const EACH: Duration = Duration::from_secs(5);
/// Bytes of each state: a board with a few dozen players.
const STATE: usize = 1024;

struct Script {
    id: SessionId,
    version: Version,
    head: Hash,
    by: Actor,
    command: RawJson,
    keyed: bool,
}

impl Script {
    fn new(number: u64, keyed: bool) -> Result<Self, Box<dyn Error>> {
        let command = r#"{"do":"add_drink","player_id":"17","drink_id":"3","amount":1}"#;
        Ok(Self {
            id: SessionId::new(number)?,
            version: Version::NONE,
            head: Hash::ZERO,
            by: Actor::User(UserId::new("ann")?),
            command: RawValue::from_string(command.to_owned())?.into(),
            keyed,
        })
    }

    fn next(&mut self) -> CommitRecord {
        let first = self.version == Version::NONE;
        let version = self.version.next();
        let mut state = vec![b'x'; STATE];
        state[..8].copy_from_slice(&version.0.to_be_bytes());
        let entry = LogEntry {
            session: self.id,
            version,
            at: Timestamp(version.0),
            kind: if first { EntryKind::Created } else { EntryKind::Command },
            actor: self.by.clone(),
            command: self.command.clone(),
            events: Vec::new(),
            state_hash: Hash::of(&state),
            previous: self.head,
        };
        let answer = Answered { version, reply: RawValue::NULL.to_owned().into() };
        let keyed = self.keyed.then(|| Keyed {
            key: Key::new(&self.by, &format!("{:032x}", version.0)),
            fingerprint: Fingerprint(entry.state_hash),
            answer,
        });
        let about = || Created {
            game: "scoreboard".to_owned(),
            owner: None,
            seed: Seed::new([7; 32]),
            at: Timestamp(1),
        };
        let record = CommitRecord {
            expected: self.version,
            head: entry.hash(),
            entry,
            state: state.into(),
            status: Status::Running,
            title: "A board".to_owned(),
            summary: None,
            members: None,
            to_act: None,
            due_at: None,
            keyed,
            created: first.then(about),
            deleted: false,
        };
        (self.version, self.head) = (version, record.head);
        record
    }
}

/// Commits one after the other to each of `sessions`, `in_flight` at a time over all of them.
async fn measure(
    folder: &Path,
    sessions: u64,
    in_flight: usize,
    keyed: bool,
) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(folder)?;
    let store = SqliteStore::open(folder.path(), Mode::Serve)?;
    let mut scripts =
        (1..=sessions).map(|number| Script::new(number, keyed)).collect::<Result<Vec<_>, _>>()?;
    let mut flying = FuturesUnordered::new();
    let mut took = Vec::new();
    let mut turn = scripts.len();
    let began = Instant::now();
    while began.elapsed() < EACH {
        while flying.len() < in_flight {
            turn = (turn + 1) % scripts.len();
            let asked = Instant::now();
            let commit = store.commit(scripts[turn].next());
            flying.push(commit.map(move |outcome| outcome.map(|()| asked.elapsed())));
        }
        took.push(flying.next().await.ok_or("nothing in flight")??);
    }
    let seconds = began.elapsed().as_secs_f64();
    while let Some(outcome) = flying.next().await {
        outcome?;
    }
    store.close().await?;
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{in_flight:>3} in flight, {sessions:>3} sessions{}: {:>7.0} commits/s, p50 {:.2} ms, \
         p99 {:.2} ms",
        if keyed { ", keyed" } else { "       " },
        took.len() as f64 / seconds,
        at(0.5),
        at(0.99),
    );
    Ok(())
}

/// What the disk can do: 4 KiB and `fdatasync`, again and again.
fn measure_disk(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut file: File = tempfile::tempfile_in(folder)?;
    let began = Instant::now();
    let mut written = 0u32;
    while began.elapsed() < EACH / 5 {
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        written += 1;
    }
    let each = began.elapsed().as_secs_f64() / f64::from(written);
    println!("4 KiB and fdatasync: {:.0} a second, {:.2} ms each", 1.0 / each, each * 1e3);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).map_or_else(env::temp_dir, Into::into);
    measure_disk(&folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        measure(&folder, 1, 1, false).await?;
        measure(&folder, 1, 64, false).await?;
        measure(&folder, 64, 64, false).await?;
        measure(&folder, 64, 64, true).await?;
        measure(&folder, 64, 512, true).await
    })
}
