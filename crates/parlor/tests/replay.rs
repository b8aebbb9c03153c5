//! `parlor replay` as people use it: the real binary on a data directory that a server has written,
//! while the server runs and after it, and on logs that somebody has changed.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test that fails here fails")]

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use engine::RawJson;
use game::{Actor, Status, UserId, Version, Viewer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use server::listen::{self, Running};
use server::settings::Settings;
use server::tables::{Request, Table};
use tempfile::TempDir;

/// A data directory with one session in it.
struct World {
    dir: TempDir,
    running: Option<Running>,
    session: String,
    /// What spectators and seat 1 saw, version by version.
    seen: Vec<(String, String)>,
}

fn json_of(value: &Value) -> RawJson {
    RawValue::from_string(value.to_string()).unwrap().into()
}

fn ann() -> Actor {
    Actor::User(UserId::new("ann").unwrap())
}

fn backend() -> Actor {
    Actor::Service(UserId::new("backend").unwrap())
}

async fn give(table: &Table, actor: Actor, command: Value) -> Version {
    let body = Some(json_of(&command));
    let request = Request { actor, body, expected: None, key: None, begun: Instant::now() };
    table.command(request).await.unwrap().version
}

impl World {
    /// A mirror with a secret in seat 1, and so many versions.
    async fn new(versions: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: dir.path().to_owned(),
            ..Settings::default()
        };
        settings.drain.window_seconds = 0;
        let running = listen::start(settings).await.unwrap();
        let options =
            json!({"title": "Secrets", "public": {"n": 1}, "seats": {"1": {"card": "AS"}}});
        let (table, _) =
            running.app.tables.create("mirror", backend(), json_of(&options)).await.unwrap();
        let see = || {
            let now = table.now();
            let seat = Viewer::Seat(game::SeatId(1));
            (now.view(Viewer::Spectator).get().to_owned(), now.view(seat).get().to_owned())
        };
        let mut seen = vec![see()];
        for n in 2..=versions {
            let put = json!({"do": "put", "public": {"n": n}, "events": [{"type": "moved", "result": n}]});
            assert_eq!(give(&table, backend(), put).await, Version(n));
            seen.push(see());
        }
        let session = table.id().to_string();
        Self { dir, running: Some(running), session, seen }
    }

    async fn stopped(versions: u64) -> Self {
        let mut world = Self::new(versions).await;
        world.stop().await;
        world
    }

    async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARLOR_")) {
            command.env_remove(name);
        }
        command.arg("replay").args(args).arg("--data-dir").arg(self.dir.path());
        command.output().unwrap()
    }

    /// Runs it on the session; answers with what it printed and said.
    fn good(&self, args: &[&str]) -> (String, String) {
        let output = self.run(&[&[self.session.as_str()], args].concat());
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{args:?}: {out}{err}");
        (out, err)
    }

    fn bad(&self, args: &[&str]) -> (String, String) {
        let output = self.run(&[&[self.session.as_str()], args].concat());
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {out}{err}");
        (out, err)
    }

    fn sql(&self, statement: &str) {
        let db = rusqlite::Connection::open(self.dir.path().join("parlor.db")).unwrap();
        assert!(db.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_log_is_told_beside_a_running_server_and_without_one() {
    let mut world = World::new(3).await;
    for running in [true, false] {
        if !running {
            world.stop().await;
        }
        let (out, err) = world.good(&[]);
        let rows: Vec<&str> = out.lines().collect();
        assert_eq!(rows[0], format!("session {}: mirror, 3 versions", world.session));
        let words: Vec<&str> = rows[1].split_whitespace().collect();
        assert_eq!(words, ["version", "time", "actor", "command", "events", "hash"]);
        assert_eq!(rows.len(), 5, "{out}");
        for (place, row) in rows[2..].iter().enumerate() {
            let words: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(words[0], (place + 1).to_string(), "{row}");
            assert!(words[1].ends_with('Z') && words[2] == "service:backend", "{row}");
            assert_eq!(words[words.len() - 2], if place == 0 { "0" } else { "1" }, "{row}");
            assert_eq!(words[words.len() - 1], "ok", "{row}");
        }
        assert!(rows[2].contains(" created {") && rows[3].contains(r#""do":"put""#), "{out}");
        assert!(!out.contains('\u{1b}'), "no colours into a pipe");
        assert!(err.contains("all 3 versions check out"), "{err}");
    }
    let (out, _) = world.good(&["--color", "always"]);
    assert!(out.contains("\u{1b}[32mok\u{1b}[0m"), "{out}");
}

#[tokio::test]
async fn any_version_is_shown_as_any_viewer_saw_it() {
    let world = World::stopped(4).await;
    for (version, (open, own)) in (1..).zip(&world.seen) {
        let at = version.to_string();
        for (seen_as, seat, seen) in [("spectator", None, open), ("1", Some(1), own)] {
            let seen: Value = serde_json::from_str(seen).unwrap();
            let (out, err) = world.good(&["--at", &at, "--as", seen_as]);
            assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), seen, "{at} as {seen_as}");
            assert!(out.starts_with("{\n  \""), "it is laid out: {out}");
            assert!(err.starts_with(&format!("version {at} of 4, as s")), "{err}");
            let (out, _) = world.good(&["--at", &at, "--as", seen_as, "--json"]);
            let [body] = <[Value; 1]>::try_from(lines(&out)).unwrap();
            assert_eq!(body["data"], seen);
            assert_eq!(
                (&body["lock_version"], &body["viewer_seat"]),
                (&json!(version), &json!(seat))
            );
            assert_eq!((&body["game"], &body["status"]), (&json!("mirror"), &json!("running")));
            assert_eq!(body["actor"], json!({"service": "backend"}));
        }
    }
    let newest: Value = serde_json::from_str(&world.seen[3].1).unwrap();
    let (out, err) = world.good(&["--as", "1", "--verify"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), newest, "without --at: the newest");
    assert!(err.contains("all 4 versions check out"), "{err}");
    let (out, _) = world.good(&["--at", "1", "--color", "always"]);
    assert!(out.contains("\u{1b}[36m\"public\"\u{1b}[0m: "), "{out:?}");
    for at in ["0", "5"] {
        let (out, err) = world.bad(&["--at", at]);
        assert_eq!(out, "");
        assert!(
            err.contains(&format!("there is no version {at}: the session has versions 1 to 4"))
        );
    }
    for seen_as in ["nobody", "256", "-1", ""] {
        let (_, err) = world.bad(&[&format!("--as={seen_as}")]);
        assert!(err.contains("`spectator` or the number of a seat"), "{err}");
    }
}

#[tokio::test]
async fn programs_get_json() {
    let world = World::stopped(3).await;
    let entries = lines(&world.good(&["--json"]).0);
    let versions: Vec<&Value> = entries.iter().map(|entry| &entry["version"]).collect();
    assert_eq!(versions, [1, 2, 3]);
    assert_eq!(entries[0]["previous"], "0".repeat(64));
    assert_eq!(entries[2]["command"]["public"], json!({"n": 3}));
    assert_eq!(entries[2]["events"][0]["result"], 3);
    assert!(entries.iter().all(|entry| entry["ok"] == true && entry["kind"].is_string()));
    let verdict = json!({"session": world.session, "game": "mirror", "versions": 3, "ok": true});
    assert_eq!(lines(&world.good(&["--verify", "--json"]).0), [verdict]);
}

#[tokio::test]
async fn a_log_longer_than_a_page_is_read_in_pages() {
    let world = World::stopped(230).await;
    let (out, _) = world.good(&["--verify"]);
    let session = &world.session;
    assert_eq!(out, format!("session {session}: mirror, 230 versions: every hash checks out\n"));
    assert_eq!(world.good(&[]).0.lines().count(), 232);
}

/// What somebody does to the file, where it shows, and what is said of it.
#[tokio::test]
async fn a_changed_log_breaks_at_its_version() {
    for (statement, version, why) in [
        (
            "UPDATE log SET command = replace(command, '\"n\":3', '\"n\":9') WHERE version = 3",
            3,
            "the rules make another state",
        ),
        ("UPDATE log SET state_hash = zeroblob(32) WHERE version = 2", 2, "another state"),
        ("UPDATE log SET previous = zeroblob(32) WHERE version = 4", 4, "does not follow"),
        ("UPDATE log SET at = at + 1 WHERE version = 2", 3, "entry 3 does not follow"),
        ("UPDATE log SET events = '[]' WHERE version = 5", 5, "other events"),
        ("DELETE FROM log WHERE version = 3", 3, "version 3 should come next, and 4 does"),
        ("DELETE FROM log WHERE version = 5", 5, "its log ends at version 4"),
        ("UPDATE log SET actor = '\"system\"' WHERE version = 5", 5, ""),
        (
            "UPDATE session SET state = CAST(replace(CAST(state AS TEXT), 'Secrets', 'Secretz') AS BLOB)",
            5,
            "stored state",
        ),
        ("UPDATE session SET head = zeroblob(32)", 5, "the session rests on"),
    ] {
        let world = World::stopped(5).await;
        world.sql(statement);
        for args in [&[][..], &["--verify"], &["--as", "1", "--verify"]] {
            let (out, err) = world.bad(args);
            let said = format!("the log breaks at version {version}: ");
            assert!(err.contains(&said) && err.contains(why), "{statement}: {out}{err}");
        }
        let (out, _) = world.bad(&["--verify", "--json"]);
        let [verdict] = <[Value; 1]>::try_from(lines(&out)).unwrap();
        assert_eq!((&verdict["ok"], &verdict["breaks_at"]), (&json!(false), &json!(version)));
        let before = (version - 1).to_string();
        let (out, _) = world.good(&["--at", &before]);
        let good: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(good, serde_json::from_str::<Value>(&world.seen[version - 2].0).unwrap());
    }
}

#[tokio::test]
async fn a_broken_entry_stands_in_the_table() {
    let world = World::stopped(4).await;
    world.sql("UPDATE log SET state_hash = zeroblob(32) WHERE version = 3");
    let (out, _) = world.bad(&[]);
    let last = out.lines().last().unwrap();
    assert!(last.trim_start().starts_with("3 ") && last.ends_with("BROKEN"), "{out}");
    let entries = lines(&world.bad(&["--json"]).0);
    assert_eq!(entries.len(), 3, "nothing is told behind it");
    assert_eq!(entries[2]["ok"], false);
    assert!(entries[2]["why"].as_str().unwrap().contains("another state"), "{}", entries[2]);
    let (out, _) = world.good(&["--at", "2"]);
    assert!(!out.is_empty(), "what stands before the break can be looked at");
}

#[tokio::test]
async fn a_deleted_session_has_a_log_too() {
    let mut world = World::new(2).await;
    let tables = &world.running.as_ref().unwrap().app.tables;
    let table = tables.open(world.session.parse().unwrap()).await.unwrap();
    let begun = Instant::now();
    let request = Request { actor: backend(), body: None, expected: None, key: None, begun };
    table.command(request).await.unwrap();
    drop(table);
    world.stop().await;
    let (out, _) = world.good(&[]);
    assert!(out.lines().next().unwrap().ends_with("3 versions, deleted"), "{out}");
    assert!(out.lines().last().unwrap().contains(" deleted "), "{out}");
    let body = &lines(&world.good(&["--at", "3", "--json"]).0)[0];
    assert_eq!((&body["status"], &body["kind"]), (&json!("ended"), &json!("deleted")));
    assert_eq!(body["seed"].as_str().unwrap().len(), 64, "revealed at the end");
}

/// A whole game by bots: how long it takes is printed for whoever looks.
#[tokio::test]
async fn a_whole_game_of_nommie_is_rebuilt() {
    let mut world = World::new(1).await;
    let tables = &world.running.as_ref().unwrap().app.tables;
    let options = json_of(&json!({"name": "Bots", "bot_pace_ms": 0, "player": "Ann"}));
    let (table, _) = tables.create("nommie", ann(), options).await.unwrap();
    for _ in 0..3 {
        give(&table, ann(), json!({"do": "add_bot"})).await;
    }
    give(&table, ann(), json!({"do": "ready", "is_ready": true})).await;
    give(&table, ann(), json!({"do": "leave"})).await;
    let mut changes = table.changes();
    let over = changes.wait_for(|now| now.status == Status::Ended);
    let version =
        tokio::time::timeout(Duration::from_secs(120), over).await.unwrap().unwrap().version;
    world.session = table.id().to_string();
    drop((changes, table));
    world.stop().await;
    let started = std::time::Instant::now();
    let (out, _) = world.good(&["--verify"]);
    println!("{version} versions of Nommie checked in {:?}", started.elapsed());
    assert!(
        out.ends_with(&format!("nommie, {version} versions: every hash checks out\n")),
        "{out}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let world = World::stopped(1).await;
    for (args, said) in [
        (&["77"][..], "there is no session 77"),
        (&["x"], "a session id is a whole number"),
        (&["77", "--set", "store=memory"], "nothing is kept"),
    ] {
        let output = world.run(args);
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(out, "");
        assert!(err.contains(said), "{args:?}: {err}");
    }
    let help = world.run(&["--help"]);
    let (out, _) = texts(&help);
    for part in ["Examples:", "--at", "--as", "--verify", "--json", "status 1"] {
        assert!(out.contains(part), "{part}: {out}");
    }
}
