//! What lists need, from the rules of a game to the file: also in a file of the schema before, and
//! what it costs.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

use std::fs;
use std::path::Path;

use engine::limits::Limits;
use engine::{
    AnyGame, Command, CommitRecord, Effect, Input, LogEntry, NewSession, Session, Stored, Ticket,
    create, erase, verify_chain,
};
use game::{
    Actor, Commit, Ctx, Game, GameName, Refusal, Seed, SessionId, Status, Timestamp, UserId,
    Version, Viewer,
};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ListQuery, Store as _};
use store_sqlite::{Mode, SqliteStore};
use tempfile::TempDir;

/// People around a table, and whose turn it is. Unless `LISTED`, lists hear nothing of it.
struct Round<const LISTED: bool>;

#[derive(Clone, Serialize, Deserialize)]
struct State {
    people: Vec<UserId>,
    at: usize,
    notes: u64,
    over: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// The turn stays.
    Note,
    /// The turn passes on.
    Pass,
    Leave(UserId),
    End,
}

impl<const LISTED: bool> Game for Round<LISTED> {
    const NAME: GameName = "round";
    type Options = Vec<UserId>;
    type State = State;
    type Command = Order;
    type Event = Value;
    type View = Value;
    type EventView = Value;

    fn create(
        people: Vec<UserId>,
        _: &Actor,
        _: &mut Ctx,
    ) -> Result<Commit<State, Value>, Refusal> {
        Ok(Commit::new(State { people, at: 0, notes: 1_000, over: false }))
    }

    fn apply(
        state: &State,
        _: &Actor,
        order: Order,
        _: &mut Ctx,
    ) -> Result<Commit<State, Value>, Refusal> {
        let mut next = state.clone();
        match order {
            Order::Note => next.notes += 1,
            Order::Pass => next.at = (state.at + 1) % state.people.len(),
            Order::Leave(who) => next.people.retain(|other| *other != who),
            Order::End => next.over = true,
        }
        Ok(Commit::new(next))
    }

    fn view(state: &State, _: Viewer) -> Value {
        json!(state.notes)
    }

    fn event_for(event: &Value, _: Viewer) -> Option<Value> {
        Some(event.clone())
    }

    fn title(_: &State) -> String {
        "a round".to_owned()
    }

    fn summary(state: &State) -> Value {
        if LISTED { json!({ "people": state.people.len() }) } else { Value::Null }
    }

    fn members(state: &State) -> Vec<UserId> {
        if LISTED { state.people.clone() } else { Vec::new() }
    }

    fn to_act(state: &State) -> Vec<UserId> {
        if LISTED { state.people.get(state.at).cloned().into_iter().collect() } else { Vec::new() }
    }

    fn status(state: &State) -> Status {
        if state.over { Status::Ended } else { Status::Running }
    }
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn id(number: u64) -> SessionId {
    SessionId::new(number).unwrap()
}

/// The first commit of a session that ann has made, with these people, at the time of its number.
fn first(game: &dyn AnyGame, number: u64, people: &[&str]) -> CommitRecord {
    let options = serde_json::value::to_raw_value(people).unwrap();
    let creator = Actor::User(user("ann"));
    let seed = Seed::new([3; 32]);
    let new = NewSession { id: id(number), creator: &creator, options: &options, seed };
    create(game, new, Timestamp(number), Limits::default()).unwrap()
}

/// The commit that a session makes of an order of ann's; `None` deletes.
fn next(session: &mut Session, now: u64, order: Option<&Order>) -> CommitRecord {
    let body = order.map(|order| serde_json::value::to_raw_value(order).unwrap().into());
    let actor = Actor::User(user("ann"));
    let command = Command { ticket: Ticket(now), actor, body, expected: None, key: None };
    let effects = session.handle(Timestamp(now), Input::Command(command));
    let record = effects.into_iter().find_map(|effect| match effect {
        Effect::Commit(record) => Some(*record),
        _ => None,
    });
    record.expect("it is carried out")
}

/// The same, and keeps it.
async fn order(store: &SqliteStore, session: &mut Session, now: u64, order: Option<&Order>) {
    let record = next(session, now, order);
    let head = record.head;
    store.commit(record).await.unwrap();
    session.handle(Timestamp(now), Input::Committed(head));
}

async fn made(store: &SqliteStore, game: std::sync::Arc<dyn AnyGame>, number: u64) -> Session {
    let record = first(&*game, number, &["ann", "bob", "cid"]);
    let stored = record.as_stored().unwrap();
    store.commit(record).await.unwrap();
    Session::load(game, stored, Limits::default()).unwrap()
}

async fn loaded(store: &SqliteStore, number: u64) -> Session {
    let stored = store.load(id(number)).await.unwrap().unwrap();
    Session::load(erase::<Round<true>>(), stored, Limits::default()).unwrap()
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, Mode::Serve).unwrap()
}

async fn waiting(store: &SqliteStore, name: &str) -> Vec<(u64, u64)> {
    let found = store.waiting(&user(name), Some("round"), 9).await.unwrap();
    found.into_iter().map(|(session, since)| (session.get(), since.0)).collect()
}

/// Sessions of a member, each with its summary.
async fn of(store: &SqliteStore, name: &str) -> Vec<(u64, String)> {
    let query = ListQuery { member: Some(user(name)), limit: 9, ..ListQuery::default() };
    let listed = store.list(query).await.unwrap().into_iter();
    listed.map(|one| (one.session.get(), one.summary.unwrap().get().to_owned())).collect()
}

#[tokio::test]
async fn a_round_is_found_by_its_people_and_by_whose_turn_it_is() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    let mut session = made(&store, erase::<Round<true>>(), 5).await;
    assert_eq!(waiting(&store, "ann").await, [(5, 5)]);
    order(&store, &mut session, 10, Some(&Order::Note)).await;
    assert_eq!(waiting(&store, "ann").await, [(5, 5)], "it is still the same turn");
    order(&store, &mut session, 20, Some(&Order::Pass)).await;
    assert_eq!(
        (waiting(&store, "ann").await, waiting(&store, "bob").await),
        (vec![], vec![(5, 20)])
    );
    drop(session);
    store.close().await.unwrap();

    let store = open(folder.path());
    let mut session = loaded(&store, 5).await;
    order(&store, &mut session, 30, Some(&Order::Note)).await;
    assert_eq!(waiting(&store, "bob").await, [(5, 20)], "also over a restart");
    order(&store, &mut session, 40, Some(&Order::Leave(user("bob")))).await;
    assert_eq!(of(&store, "bob").await, []);
    let two = vec![(5, r#"{"people":2}"#.to_owned())];
    assert_eq!((of(&store, "ann").await, of(&store, "cid").await), (two.clone(), two.clone()));
    assert_eq!(
        (waiting(&store, "bob").await, waiting(&store, "cid").await),
        (vec![], vec![(5, 40)])
    );
    order(&store, &mut session, 50, Some(&Order::End)).await;
    assert_eq!(waiting(&store, "cid").await, []);
    assert_eq!(of(&store, "cid").await, two, "what has ended is still theirs");
    order(&store, &mut session, 60, None).await;
    assert_eq!(of(&store, "cid").await, []);
}

/// What the binary before would have written of these records.
fn write_as_before(db: &Connection, records: &[CommitRecord]) -> Stored {
    let last = records.last().unwrap();
    let mut stored = records[0].as_stored().unwrap();
    (stored.version, stored.head) = (last.entry.version, last.head);
    (stored.state, stored.deleted) = (last.state.clone(), last.deleted);
    stored.recent = records.iter().map(|record| record.entry.clone()).collect();
    let number = |number: u64| i64::try_from(number).unwrap();
    let session = number(stored.session.get());
    db.execute(
        "INSERT INTO session (id, game, owner, seed, created_at, updated_at, version, head, status, \
         title, due_at, deleted, state) VALUES (?1, ?2, 'ann', ?3, ?4, ?5, ?6, ?7, 'running', \
         'a round', ?1, ?8, ?9)",
        params![
            session,
            stored.created.game,
            stored.created.seed.reveal(),
            number(stored.created.at.0),
            number(last.entry.at.0),
            number(stored.version.0),
            stored.head.0,
            stored.deleted,
            &stored.state[..],
        ],
    )
    .unwrap();
    for entry in &stored.recent {
        db.execute(
            "INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, '[]', ?7, ?8)",
            params![
                session,
                number(entry.version.0),
                number(entry.at.0),
                entry.kind.as_str(),
                serde_json::to_string(&entry.actor).unwrap(),
                entry.command.get(),
                entry.state_hash.0,
                entry.previous.0,
            ],
        )
        .unwrap();
    }
    stored
}

/// A file of schema 1: three sessions, the second deleted; and what they load as.
fn file_of_schema_1(folder: &Path) -> (String, Vec<Stored>) {
    let db = Connection::open(folder.join("parlor.db")).unwrap();
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    db.execute_batch(include_str!("../migrations/0001_first.sql")).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    let game = erase::<Round<true>>();
    let mut all = Vec::new();
    for number in 1..=3 {
        let mut records = vec![first(&*game, number, &["ann", "bob"])];
        let stored = records[0].as_stored().unwrap();
        let mut session = Session::load(game.clone(), stored, Limits::default()).unwrap();
        records.push(next(&mut session, 100, Some(&Order::Pass)));
        if number == 2 {
            records.push(next(&mut session, 101, None));
        }
        all.push(write_as_before(&db, &records));
    }
    let epoch = "SELECT value FROM meta WHERE name = 'epoch'";
    (db.query_row(epoch, [], |row| row.get(0)).unwrap(), all)
}

#[tokio::test]
async fn a_file_of_the_schema_before_is_brought_up_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let (epoch, all) = file_of_schema_1(folder.path());
    let store = open(folder.path());
    assert_eq!(store.epoch().as_str(), epoch);
    for expected in &all {
        let found = store.load(expected.session).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        let log: Vec<LogEntry> = store.log(found.session, Version::NONE, 99).await.unwrap();
        assert_eq!(verify_chain(&log), Ok((found.version, found.head)));
    }
    let query = ListQuery { owner: Some(user("ann")), limit: 9, ..ListQuery::default() };
    let listed = store.list(query).await.unwrap();
    let lines: Vec<_> = listed.iter().map(|one| (one.session.get(), one.version.0)).collect();
    assert_eq!(lines, [(3, 2), (1, 2)]);
    assert!(listed.iter().all(|one| one.summary.is_none()), "only the rules know one");
    assert_eq!(store.due(Timestamp(2), 9).await.unwrap(), [id(1), id(2)]);
    store.close().await.unwrap();

    let db = Connection::open(folder.path().join("parlor.db")).unwrap();
    let text = |text: &str| db.query_row(text, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    assert!(
        db.prepare("PRAGMA foreign_key_check")
            .unwrap()
            .query([])
            .unwrap()
            .next()
            .unwrap()
            .is_none()
    );
    let plan = "EXPLAIN QUERY PLAN SELECT id FROM session WHERE deleted = 0 AND game = 'round' \
                ORDER BY created_at DESC, id DESC";
    let plan = db.query_row(plan, [], |row| row.get::<_, String>(3)).unwrap();
    assert!(plan.contains("session_newest_of_game"), "{plan}");
}

/// Although the commit changes neither members nor turns.
#[tokio::test]
async fn a_session_from_before_is_found_from_its_next_commit_on() {
    let folder = TempDir::new().unwrap();
    file_of_schema_1(folder.path());
    let store = open(folder.path());
    assert_eq!((of(&store, "bob").await, waiting(&store, "bob").await), (vec![], vec![]));
    let mut session = loaded(&store, 1).await;
    order(&store, &mut session, 500, Some(&Order::Note)).await;
    let there = vec![(1, r#"{"people":2}"#.to_owned())];
    assert_eq!((of(&store, "ann").await, of(&store, "bob").await), (there.clone(), there));
    assert_eq!(waiting(&store, "bob").await, [(1, 500)]);
    order(&store, &mut session, 600, Some(&Order::Note)).await;
    assert_eq!(waiting(&store, "bob").await, [(1, 500)]);
}

/// Pages that the write-ahead log has.
fn pages(folder: &Path) -> u64 {
    fs::metadata(folder.join("parlor.db-wal")).unwrap().len() / (24 + 4096)
}

/// What commits of one kind cost, as pages for each hundred: those of the session, of the log and of
/// what finds it there, and now and then a new one.
#[tokio::test]
async fn lists_cost_a_commit_nothing_unless_it_changes_them() {
    async fn hundred(game: std::sync::Arc<dyn AnyGame>, what: &Order) -> u64 {
        let folder = TempDir::new().unwrap();
        let store = open(folder.path());
        let mut session = made(&store, game, 1).await;
        order(&store, &mut session, 2, Some(&Order::Note)).await;
        let before = pages(folder.path());
        for now in 0..100 {
            order(&store, &mut session, 1_000 + now, Some(what)).await;
        }
        let cost = pages(folder.path()) - before;
        store.close().await.unwrap();
        cost
    }
    let plain = hundred(erase::<Round<false>>(), &Order::Note).await;
    assert!((300..330).contains(&plain), "{plain}");
    let listed = hundred(erase::<Round<true>>(), &Order::Note).await;
    assert!((300..330).contains(&listed), "{listed}");
    // One more for the table of turns, one for its index.
    let passing = hundred(erase::<Round<true>>(), &Order::Pass).await;
    assert!((500..530).contains(&passing), "{passing}");
}
