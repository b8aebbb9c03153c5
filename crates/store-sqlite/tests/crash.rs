//! A server process is killed in the midst of its commits, many times over on one file: every
//! commit that it had acknowledged is there, and none is half there.
//!
//! The child is this test binary again, running the ignored test [`commits_until_it_is_killed`]; it
//! prints a line for each acknowledged commit. `PARLOR_SEED=<number>` kills at the same counts again.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

use std::collections::BTreeMap;
use std::env;
use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::limits::Limits;
use engine::{
    AnyGame, Command, Effect, Hash, Input, NewSession, Outcome, Session, Ticket, Undone, erase,
    replay, verify_chain,
};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use game::{
    Actor, Commit, Ctx, Draws, Game, GameName, Refusal, Seed, SessionId, Timestamp, UserId,
    Version, Viewer,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{CommitError, Store as _};
use store_sqlite::{Mode, SqliteStore};
use tempfile::TempDir;

/// Times that the child is killed.
const KILLS: u32 = 30;
/// Sessions that it writes to, in turn.
const SESSIONS: u64 = 6;
/// Commits of each session that it keeps in flight.
const IN_FLIGHT: usize = 8;
/// Acknowledgements after which it is killed, at the most.
const ACKS: u64 = 160;
/// A child that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Adds up dice. `named`: the command came with an idempotency key.
struct Tally;

#[derive(Clone, Serialize, Deserialize)]
struct TallyState {
    total: u64,
    rolls: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct Roll {
    named: bool,
}

impl Game for Tally {
    const NAME: GameName = "tally";
    type Options = ();
    type State = TallyState;
    type Command = Roll;
    type Event = u64;
    type View = u64;
    type EventView = u64;

    fn create((): (), _: &Actor, _: &mut Ctx) -> Result<Commit<TallyState, u64>, Refusal> {
        Ok(Commit::new(TallyState { total: 0, rolls: Vec::new() }))
    }

    fn apply(
        state: &TallyState,
        _: &Actor,
        _: Roll,
        ctx: &mut Ctx,
    ) -> Result<Commit<TallyState, u64>, Refusal> {
        let roll = ctx.random.below(6) + 1;
        let mut next = state.clone();
        next.total += roll;
        next.rolls.push(roll);
        next.rolls.drain(..next.rolls.len().saturating_sub(50));
        let total = next.total;
        Ok(Commit::new(next).with_event(roll).with_reply(json!({ "total": total })))
    }

    fn view(state: &TallyState, _: Viewer) -> u64 {
        state.total
    }

    fn event_for(event: &u64, _: Viewer) -> Option<u64> {
        Some(*event)
    }

    fn title(_: &TallyState) -> String {
        "a tally".to_owned()
    }
}

/// What the child prints of a commit.
#[derive(Debug, Serialize, Deserialize)]
struct Ack {
    session: SessionId,
    version: u64,
    head: Hash,
    key: Option<String>,
    reply: serde_json::Value,
}

impl Ack {
    fn print(&self) {
        let mut line = serde_json::to_string(self).unwrap();
        line.insert_str(0, "ack ");
        line.push('\n');
        // One write: the line is in the pipe whole or not at all.
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

fn ann() -> Actor {
    Actor::User(UserId::new("ann").unwrap())
}

type Flying = FuturesOrdered<BoxFuture<'static, (Hash, Result<(), CommitError>)>>;

/// One session of the child: as the server would run it, with `IN_FLIGHT` commands at a time.
struct Table {
    session: Session,
    flying: Flying,
    given: u64,
    keys: BTreeMap<Ticket, Option<String>>,
    heads: BTreeMap<u64, Hash>,
}

impl Table {
    async fn open(store: &SqliteStore, game: Arc<dyn AnyGame>, id: SessionId) -> Self {
        let stored = match store.load(id).await.unwrap() {
            Some(stored) => stored,
            None => {
                let options = serde_json::value::to_raw_value(&()).unwrap();
                let seed = Seed::new([u8::try_from(id.get()).unwrap(); 32]);
                let new = NewSession { id, creator: &ann(), options: &options, seed };
                let first = engine::create(&*game, new, Timestamp(1), Limits::default()).unwrap();
                let stored = first.as_stored().unwrap();
                let head = first.head;
                store.commit(first).await.unwrap();
                let reply = serde_json::Value::Null;
                Ack { session: id, version: 1, head, key: None, reply }.print();
                stored
            }
        };
        let session = Session::load(game, stored, Limits::default()).unwrap();
        let (keys, heads) = (BTreeMap::new(), BTreeMap::new());
        Self { session, flying: Flying::new(), given: 0, keys, heads }
    }

    fn fill(&mut self, store: &SqliteStore) {
        while self.flying.len() < IN_FLIGHT {
            self.given += 1;
            let named = self.given.is_multiple_of(2);
            let ticket = Ticket(self.given);
            let key = named.then(|| format!("{}-{}", self.session.version(), self.given));
            self.keys.insert(ticket, key.clone());
            let body = serde_json::value::to_raw_value(&Roll { named }).unwrap();
            let command =
                Command { ticket, actor: ann(), body: Some(body.into()), expected: None, key };
            self.tell(store, Input::Command(command));
        }
    }

    fn tell(&mut self, store: &SqliteStore, input: Input) {
        for effect in self.session.handle(Timestamp(2), input) {
            match effect {
                Effect::Commit(record) => {
                    let head = record.head;
                    self.heads.insert(record.entry.version.0, head);
                    let commit = store.commit(*record);
                    self.flying.push_back(Box::pin(async move { (head, commit.await) }));
                }
                Effect::Answer(ticket, outcome) => self.answered(ticket, outcome),
                Effect::Publish(_) | Effect::Wake(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn answered(&mut self, ticket: Ticket, outcome: Outcome) {
        let answer = outcome.unwrap();
        Ack {
            session: self.session.id(),
            version: answer.version.0,
            head: self.heads.remove(&answer.version.0).unwrap(),
            key: self.keys.remove(&ticket).unwrap(),
            reply: serde_json::from_str(answer.reply.get()).unwrap(),
        }
        .print();
    }

    async fn turn(&mut self, store: &SqliteStore) -> Result<(), Undone> {
        let (head, outcome) = self.flying.next().await.unwrap();
        outcome?;
        self.tell(store, Input::Committed(head));
        Ok(())
    }
}

/// Commits to all sessions until the store refuses.
async fn commit_on_and_on(store: &SqliteStore) -> Undone {
    let mut tables = Vec::new();
    for number in 1..=SESSIONS {
        let id = SessionId::new(number).unwrap();
        tables.push(Table::open(store, erase::<Tally>(), id).await);
    }
    loop {
        for table in &mut tables {
            table.fill(store);
        }
        for table in &mut tables {
            if let Err(why) = table.turn(store).await {
                return why;
            }
        }
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn open_as_told() -> SqliteStore {
    let folder = env::var("PARLOR_CRASH_DIR").expect("set by the crash test");
    SqliteStore::open(Path::new(&folder), Mode::Serve).unwrap()
}

#[test]
#[ignore = "the child of the crash test: runs for ever"]
fn commits_until_it_is_killed() {
    let why = block_on(async { commit_on_and_on(&open_as_told()).await });
    panic!("{why:?}");
}

#[test]
#[ignore = "the child of the test of a full disk"]
fn commits_until_the_disk_is_full() {
    block_on(async {
        let store = open_as_told();
        let why = commit_on_and_on(&store).await;
        assert!(matches!(why, Undone::Unavailable(_)), "{why:?}");
        // Many commits did not fit; a small write may, and the smallest of all, that of `ready`.
        let mut name = 0;
        while store.ready().await.is_ok() {
            let _ = store.claim(&name.to_string(), Timestamp(1), Timestamp(9)).await;
            name += 1;
            assert!(name < 10_000, "the disk is not full");
        }
        store.close().await.unwrap();
    });
}

/// Starts this binary with one ignored test, by way of `sh` and what it should do first.
fn start_child(folder: &Path, test: &str, first: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Process::new("sh")
        .args(["-c", &format!("{first} exec \"$0\" \"$@\"")])
        .arg(env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env("PARLOR_CRASH_DIR", folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// The harness of the child prints lines of its own, and not all of them end.
fn read_ack(line: &str) -> Option<Ack> {
    let (_, ack) = line.split_once("ack ")?;
    Some(serde_json::from_str(ack).unwrap_or_else(|why| panic!("{line}: {why}")))
}

/// Kills the child once it has printed `kill_at` acknowledgements, while it goes on; answers with
/// all that it printed.
fn run_and_kill(folder: &Path, kill_at: u64) -> Vec<Ack> {
    let (mut child, output) = start_child(folder, "commits_until_it_is_killed", "");
    let mut acks = Vec::new();
    let mut killed = false;
    let began = Instant::now();
    for line in output.lines() {
        acks.extend(read_ack(&line.unwrap()));
        if !killed && acks.len() as u64 >= kill_at {
            child.kill().unwrap();
            killed = true;
        }
        assert!(killed || began.elapsed() < PATIENCE, "the child hangs");
    }
    let status = child.wait().unwrap();
    assert!(killed, "the child ended by itself: {status}");
    acks
}

/// Version, key and reply of every answer that is kept.
fn kept_answers(db: &Connection, id: SessionId) -> BTreeMap<u64, (String, String)> {
    let mut select =
        db.prepare("SELECT version, key, reply FROM answer WHERE session = ?").unwrap();
    let id = i64::try_from(id.get()).unwrap();
    let mut rows = select.query([id]).unwrap();
    let mut answers = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let version: i64 = row.get(0).unwrap();
        let kept = (row.get(1).unwrap(), row.get(2).unwrap());
        answers.insert(u64::try_from(version).unwrap(), kept);
    }
    answers
}

/// Log, state, version, keys: all of one session agree, and everything acknowledged is among it.
async fn check(store: &SqliteStore, db: &Connection, id: SessionId, acks: &[Ack]) -> u64 {
    let stored = store.load(id).await.unwrap().expect("its creation was acknowledged");
    let log = store.log(id, Version::NONE, usize::MAX).await.unwrap();
    assert_eq!(verify_chain(&log), Ok((stored.version, stored.head)));
    assert_eq!(log.len() as u64, stored.version.0);
    let game = erase::<Tally>();
    let replayed = replay(&*game, &stored.created.seed, &log).unwrap();
    assert_eq!(game.write_state(&replayed), stored.state, "the log leads to another state");

    let answers = kept_answers(db, id);
    let named: Vec<u64> = log
        .iter()
        .filter(|entry| entry.command.get() == r#"{"named":true}"#)
        .map(|entry| entry.version.0)
        .collect();
    assert_eq!(answers.keys().copied().collect::<Vec<_>>(), named, "keys without commits, or");

    for ack in acks.iter().filter(|ack| ack.session == id) {
        let entry = &log[usize::try_from(ack.version).unwrap() - 1];
        assert_eq!(entry.hash(), ack.head, "{ack:?}");
        if let Some(key) = &ack.key {
            let (kept, reply) = &answers[&ack.version];
            assert_eq!(*kept, format!("user:ann/{key}"), "{ack:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(reply).unwrap(), ack.reply);
        }
    }
    stored.version.0
}

/// Opens the store and checks all of its sessions; answers with the commits that it keeps.
async fn check_all(folder: &Path, acks: &[Ack]) -> u64 {
    let store = SqliteStore::open(folder, Mode::Serve).unwrap();
    let db = Connection::open(folder.join("parlor.db")).unwrap();
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let mut kept = 0;
    for number in 1..=SESSIONS {
        kept += check(&store, &db, SessionId::new(number).unwrap(), acks).await;
    }
    drop(db);
    store.close().await.unwrap();
    kept
}

/// The child may write files of 600 to 1200 KiB (by the shell's idea of a block), and is told of the
/// rest by an error, like on a full disk.
#[tokio::test]
async fn a_disk_that_is_full_costs_no_commit_that_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let limit = "trap '' XFSZ; ulimit -f 1200;";
    let (mut child, output) = start_child(folder.path(), "commits_until_the_disk_is_full", limit);
    let acks: Vec<Ack> = output.lines().filter_map(|line| read_ack(&line.unwrap())).collect();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
    let kept = check_all(folder.path(), &acks).await;
    println!("{} commits acknowledged, {kept} kept", acks.len());
    assert!(acks.len() as u64 > SESSIONS && kept >= acks.len() as u64);
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_kill() {
    let seed = env::var("PARLOR_SEED").ok().map(|text| text.parse().expect("PARLOR_SEED"));
    let seed: u64 = seed.unwrap_or_else(|| RandomState::new().hash_one("seed"));
    println!("PARLOR_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let mut draws = Draws::new(&Seed::new(bytes), SessionId::new(1).unwrap(), Version(1));

    let folder = TempDir::new().unwrap();
    let mut acks = Vec::new();
    let mut kept = 0;
    for round in 0..KILLS {
        // The first time all sessions must be there; afterwards also while the file is opened.
        let least = if round == 0 { SESSIONS } else { 0 };
        let kill_at = least + draws.below(ACKS);
        acks.extend(run_and_kill(folder.path(), kill_at));
        kept = check_all(folder.path(), &acks).await;
    }
    println!("{KILLS} kills, {} commits acknowledged, {kept} kept", acks.len());
    assert!(acks.len() as u64 > SESSIONS && kept >= acks.len() as u64);
}
