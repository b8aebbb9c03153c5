//! What admins may look at: the log as it is stored, and every version as every viewer saw it.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use engine::{Hash, NewSession, RawJson};
use game::{Actor, SeatId, Seed, SessionId, Status, Timestamp, UserId, Viewer};
use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::world::{PATIENCE, Person, World, created, expect, header, ok, refused, text};

const VIEWERS: [Viewer; 5] = [
    Viewer::Spectator,
    Viewer::Seat(SeatId(0)),
    Viewer::Seat(SeatId(1)),
    Viewer::Seat(SeatId(2)),
    Viewer::Seat(SeatId(3)),
];

fn named(viewer: Viewer) -> String {
    viewer.seat().map_or("spectator".to_owned(), |seat| seat.to_string())
}

/// What every viewer saw of each version, while it was the newest.
type Seen = BTreeMap<u64, Vec<RawJson>>;

/// Three bots and a host who leaves: a game that plays itself to its end. Its views are taken down
/// as they are published; versions that came too quickly are left out.
async fn play(world: &World, host: &Person) -> (String, Seen) {
    let wish = json!({"name": "Bots", "bot_pace_ms": 0});
    let body = created(world.post(host, "/api/games", &wish)).await;
    let id = body["game"]["id"].to_string();
    let table = world.app().tables.open(id.parse().unwrap()).await.unwrap();
    let mut seen = Seen::new();
    let mut changes = table.changes();
    let mut look = |now: &server::tables::Published| {
        let views = VIEWERS.map(|viewer| now.view(viewer)).to_vec();
        seen.insert(now.version.0, views);
        now.status == Status::Ended
    };
    look(&table.now());
    for command in [
        json!({"do": "add_bot"}),
        json!({"do": "add_bot", "profile": "random"}),
        json!({"do": "add_bot"}),
        json!({"do": "ready", "is_ready": true}),
        json!({"do": "leave"}),
    ] {
        let path = format!("/api/sessions/{id}/commands");
        ok(world.post(host, &path, &json!({"command": command}))).await;
        look(&table.now());
    }
    let watching = async {
        while !look(&changes.borrow_and_update().clone()) {
            changes.changed().await.expect("the table is held");
        }
    };
    tokio::time::timeout(PATIENCE * 4, watching).await.expect("the game comes to its end");
    (id, seen)
}

/// Every version that was seen, as every viewer saw it, to the byte.
#[tokio::test]
async fn every_version_is_what_its_viewers_saw() {
    let world = World::start().await;
    let (host, root) = (world.guest("Ann").await, world.with_roles("root", &["admin"]).await);
    let (id, seen) = play(&world, &host).await;
    let newest = *seen.last_key_value().unwrap().0;
    assert!(newest > 800, "a whole game: {newest}");
    assert!(seen.len() > 200, "{} of {newest} versions were taken down", seen.len());
    let raw_of = async |version: u64, viewer: Viewer| {
        let seen_as = named(viewer);
        let path = format!("/api/admin/sessions/{id}/versions/{version}?as={seen_as}");
        let response = world.get(&root, &path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    // Backwards first, so that little is kept of what is asked for; then forwards.
    let some = seen.iter().rev().step_by(7).chain(seen.iter());
    for (version, views) in some {
        for (viewer, view) in VIEWERS.into_iter().zip(views) {
            let body = raw_of(*version, viewer).await;
            let inside = format!("\"data\":{}", view.get());
            assert!(body.contains(&inside), "{version} as {viewer:?}: {body}\nis not {inside}");
        }
    }
    let body: Value = serde_json::from_str(&raw_of(newest, Viewer::Spectator).await).unwrap();
    let live = ok(world.get(&root, &format!("/api/sessions/{id}"))).await;
    for (key, value) in live.as_object().unwrap() {
        assert_eq!(&body[key], value, "{key}: the newest version is what a GET shows");
    }
    assert_eq!(body["newest"], newest);
    assert_eq!(body["seats"], json!([0, 1, 2, 3]));
    let first: Value = serde_json::from_str(&raw_of(1, Viewer::Spectator).await).unwrap();
    assert_eq!((&first["status"], &first["kind"]), (&json!("open"), &json!("created")));
    assert_eq!(first["seed"], Value::Null, "it had not ended then");
    assert_eq!(first["seats"], json!([0]), "the host's");
}

#[tokio::test]
async fn a_version_comes_with_its_commit() {
    let world = World::start().await;
    let (service, root) =
        (world.with_roles("svc", &["service"]).await, world.with_roles("root", &["admin"]).await);
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let put = json!({"public": {"n": 12345678901234567890_u64}, "events": [{"result": "secret"}]});
    ok(world.send(&service, Method::PUT, &format!("/api/sessions/{id}"), &put)).await;
    let path = format!("/api/admin/sessions/{id}/versions/2");
    let response = world.get(&root, &format!("{path}?as=0")).send().await.unwrap();
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert!(!response.headers().contains_key("etag"));
    let body: Value = response.json().await.unwrap();
    let log = ok(world.get(&root, &format!("/api/admin/sessions/{id}/log"))).await;
    for (key, value) in [
        ("type", json!("snapshot")),
        ("version", json!(1)),
        ("session", json!(id)),
        ("lock_version", json!(2)),
        ("viewer_seat", json!(0)),
        ("data", json!({"public": put["public"], "seat": {"secret": 0}})),
        ("game", json!("mirror")),
        ("status", json!("running")),
        ("title", json!("M")),
        ("kind", json!("command")),
        ("actor", json!({"service": "svc"})),
        ("command", log["entries"][1]["command"].clone()),
        ("events", json!([{"result": "secret"}])),
        ("state_hash", log["entries"][1]["state_hash"].clone()),
        ("previous", log["entries"][1]["previous"].clone()),
        ("at", log["entries"][1]["at"].clone()),
        ("seats", json!([0])),
        ("newest", json!(2)),
    ] {
        assert_eq!(body[key], value, "{key}");
    }
    let open = ok(world.get(&root, &path)).await;
    assert_eq!(open["viewer_seat"], Value::Null, "as a spectator by default");
    assert_eq!(open["data"]["seat"], Value::Null);
    assert_eq!(ok(world.get(&root, &format!("{path}?as=spectator"))).await, open);
    let nobody = ok(world.get(&root, &format!("{path}?as=200"))).await;
    assert_eq!((&nobody["viewer_seat"], &nobody["data"]), (&json!(200), &open["data"]));
}

#[tokio::test]
async fn the_log_is_read_in_pages() {
    let world = World::start().await;
    let (anna, root) = (world.guest("Anna").await, world.with_roles("root", &["admin"]).await);
    let id = world.board(&anna, "Friday").await;
    for n in 0..5 {
        let team = json!({"command": {"do": "add_team", "name": format!("T{n}")}});
        ok(world.post(&anna, &format!("/api/sessions/{id}/commands"), &team)).await;
    }
    let whole = world.get(&root, &format!("/api/admin/sessions/{id}/log")).send().await.unwrap();
    assert_eq!(header(&whole, "cache-control"), "no-store");
    let whole: Value = whole.json().await.unwrap();
    let entries = whole["entries"].as_array().unwrap();
    let newest = whole["lock_version"].as_u64().unwrap();
    assert_eq!(entries.len() as u64, newest, "the board may have taken the catalogue in, too");
    assert_eq!((&whole["session"], &whole["game"]), (&json!(id), &json!("scoreboard")));
    assert_eq!((&whole["deleted"], &whole["next"]), (&json!(false), &Value::Null));
    assert_eq!(entries[0]["kind"], "created");
    assert_eq!(entries[0]["previous"], "0".repeat(64));
    assert_eq!(entries[0]["actor"], json!({"user": anna.id}));
    let last = &entries[entries.len() - 1];
    assert_eq!((&last["command"]["name"], &last["kind"]), (&json!("T4"), &json!("command")));
    assert_eq!(text(&last["state_hash"]).len(), 64);
    assert!(text(&last["at"]).ends_with('Z'));

    let mut paged = Vec::new();
    let mut after = Value::from(0);
    while !after.is_null() {
        let path = format!("/api/admin/sessions/{id}/log?limit=2&after={after}");
        let page = ok(world.get(&root, &path)).await;
        let found = page["entries"].as_array().unwrap();
        assert!((1..=2).contains(&found.len()));
        paged.extend(found.iter().cloned());
        after = page["next"].clone();
    }
    assert_eq!(&paged, entries);
    let beyond = format!("/api/admin/sessions/{id}/log?after={newest}");
    let beyond = ok(world.get(&root, &beyond)).await;
    assert_eq!((&beyond["entries"], &beyond["next"]), (&json!([]), &Value::Null));
    let least = ok(world.get(&root, &format!("/api/admin/sessions/{id}/log?limit=0"))).await;
    assert_eq!(least["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_admins_may_look() {
    let world = World::start().await;
    let (anna, root) = (world.guest("Anna").await, world.with_roles("root", &["admin"]).await);
    let service = world.with_roles("svc", &["service"]).await;
    let id = world.board(&anna, "Friday").await;
    for path in [
        format!("/api/admin/sessions/{id}/log"),
        format!("/api/admin/sessions/{id}/versions/1"),
        "/api/admin/sessions/77/log".to_owned(),
        "/api/admin/sessions/x/versions/y".to_owned(),
    ] {
        refused(world.get(&Person::nobody(), &path), 401, "UNAUTHORIZED").await;
        refused(world.get(&anna, &path), 403, "FORBIDDEN").await;
        refused(world.get(&service, &path), 403, "FORBIDDEN").await;
    }
    for (path, status, code) in [
        ("77/log", 404, "SESSION_NOT_FOUND"),
        ("77/versions/1", 404, "SESSION_NOT_FOUND"),
        ("x/log", 400, "INVALID_SESSION_ID"),
        ("x/versions/1", 400, "INVALID_SESSION_ID"),
    ] {
        refused(world.get(&root, &format!("/api/admin/sessions/{path}")), status, code).await;
    }
    let newest = ok(world.get(&root, &format!("/api/sessions/{id}"))).await["lock_version"].clone();
    for (path, status, code) in [
        ("versions/0".to_owned(), 404, "VERSION_NOT_FOUND"),
        (format!("versions/{}", newest.as_u64().unwrap() + 1), 404, "VERSION_NOT_FOUND"),
        (format!("versions/{}", u64::MAX), 404, "VERSION_NOT_FOUND"),
        ("versions/x".to_owned(), 400, "BAD_REQUEST"),
        ("versions/-1".to_owned(), 400, "BAD_REQUEST"),
        ("versions/1?as=nobody".to_owned(), 400, "BAD_REQUEST"),
        ("versions/1?as=256".to_owned(), 400, "BAD_REQUEST"),
        ("log?after=-1".to_owned(), 400, "BAD_REQUEST"),
        ("log?limit=many".to_owned(), 400, "BAD_REQUEST"),
    ] {
        let path = format!("/api/admin/sessions/{id}/{path}");
        let body = refused(world.get(&root, &path), status, code).await;
        if code == "VERSION_NOT_FOUND" {
            assert_eq!(body["extensions"]["newest"], newest, "{path}");
        }
    }
}

#[tokio::test]
async fn a_deleted_session_can_be_looked_at() {
    let world = World::start().await;
    let (anna, root) = (world.guest("Anna").await, world.with_roles("root", &["admin"]).await);
    let id = world.board(&anna, "Friday").await;
    let deleted = world.delete(&anna, &format!("/api/sessions/{id}"));
    expect(deleted, reqwest::StatusCode::NO_CONTENT).await;
    refused(world.get(&root, &format!("/api/sessions/{id}")), 404, "SESSION_NOT_FOUND").await;
    let log = ok(world.get(&root, &format!("/api/admin/sessions/{id}/log"))).await;
    assert_eq!(log["deleted"], true);
    let last = log["lock_version"].as_u64().unwrap();
    let path = |version| format!("/api/admin/sessions/{id}/versions/{version}");
    let (end, before) =
        (ok(world.get(&root, &path(last))).await, ok(world.get(&root, &path(last - 1))).await);
    assert_eq!((&end["kind"], &end["status"]), (&json!("deleted"), &json!("ended")));
    assert_eq!(before["status"], "running");
    assert_eq!(end["data"], before["data"], "it changes nothing that can be seen");
}

/// A log that was changed: what stands before the change can be looked at, and where it breaks is
/// said.
#[tokio::test]
async fn a_broken_log_is_said_to_be_broken() {
    let world = World::start().await;
    let root = world.with_roles("root", &["admin"]).await;
    let rules = world.app().games.get("scoreboard").unwrap();
    let options: Box<RawValue> = RawValue::from_string(r#"{"title":"Friday"}"#.into()).unwrap();
    let id = SessionId::new(4711).unwrap();
    let creator = Actor::User(UserId::new("ann").unwrap());
    let new = NewSession { id, creator: &creator, options: &options, seed: Seed::new([1; 32]) };
    let limits = engine::limits::Limits::default();
    let first = engine::create(&*rules, new, Timestamp(1000), limits).unwrap();
    let mut second = first.clone();
    second.entry.command =
        RawValue::from_string(r#"{"do":"add_team","name":"X"}"#.into()).unwrap().into();
    second.entry.kind = engine::EntryKind::Command;
    second.entry.version = first.entry.version.next();
    second.entry.previous = first.head;
    second.entry.state_hash = Hash::ZERO;
    (second.expected, second.head, second.created) =
        (first.entry.version, second.entry.hash(), None);
    let store = &world.app().store;
    store.commit(first).await.unwrap();
    store.commit(second).await.unwrap();
    ok(world.get(&root, "/api/admin/sessions/4711/versions/1")).await;
    for _ in 0..2 {
        let path = "/api/admin/sessions/4711/versions/2";
        let body = refused(world.get(&root, path), 500, "LOG_BROKEN").await;
        assert_eq!(body["extensions"]["version"], 2, "{body}");
        assert!(text(&body["detail"]).contains("version 2: "), "{body}");
    }
    let log = ok(world.get(&root, "/api/admin/sessions/4711/log")).await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 2, "the log itself can be read");
}

/// Looking wakes no table and counts nobody as present.
#[tokio::test]
async fn looking_does_not_touch_the_table() {
    let world = World::with(|settings| settings.tables.idle_seconds = 1).await;
    let (anna, root) = (world.guest("Anna").await, world.with_roles("root", &["admin"]).await);
    let id = world.board(&anna, "Friday").await;
    let loaded = || world.app().tables.live().iter().any(|table| table.id().to_string() == id);
    let idle = async {
        while loaded() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, idle).await.expect("tables that nobody uses are dropped");
    ok(world.get(&root, &format!("/api/admin/sessions/{id}/versions/1"))).await;
    ok(world.get(&root, &format!("/api/admin/sessions/{id}/log"))).await;
    assert!(!loaded());
}

/// Lines of the log of this process, which nextest gives to each test alone.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn who_has_looked_is_logged() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone());
    // Where tests share a process, another one may have set its own: then there is nothing to read.
    if tracing::subscriber::set_global_default(subscriber.finish()).is_err() {
        return;
    }
    let world = World::start().await;
    let (anna, root) = (world.guest("Anna").await, world.with_roles("root", &["admin"]).await);
    let id = world.board(&anna, "Friday").await;
    ok(world.get(&root, &format!("/api/admin/sessions/{id}/versions/1?as=2"))).await;
    ok(world.get(&root, &format!("/api/admin/sessions/{id}/log?limit=1"))).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = |message: &str| {
        // Other tests may share this process, and look at other sessions.
        let of_this = |line: &&Value| line["fields"]["session"] == id.as_str();
        let line = told.iter().filter(of_this).find(|line| line["fields"]["message"] == message);
        line.unwrap_or_else(|| panic!("{message}: {text}"))
    };
    let (look, read) = (found("an admin looks at a version"), found("an admin reads a log"));
    for line in [look, read] {
        assert_eq!((&line["level"], &line["fields"]["user"]), (&json!("INFO"), &json!("root")));
    }
    assert_eq!((&look["fields"]["version"], &look["fields"]["seen_as"]), (&json!(1), &json!("2")));
    assert_eq!((&read["fields"]["after"], &read["fields"]["to"]), (&json!(0), &json!(1)));
}
