//! Nommie on sockets of a real server: what each viewer is sent, rights that change, turns, bots that
//! outlive a restart. Must not know how any of it is done.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test ends where it fails")]

mod socket;

use serde_json::{Value, json};
use socket::{House, Person, Socket};

struct Table {
    house: House,
    people: Vec<Person>,
    id: u64,
}

impl Table {
    /// People in seats 0, 1, …, and bots in the rest; not ready yet.
    async fn of(names: &[&str], options: Value) -> Self {
        let house = House::start().await;
        let mut people = Vec::new();
        for name in names {
            people.push(house.guest(name).await);
        }
        let made = house.post("/api/games", Some(&people[0].token), options).await;
        let id = made["game"]["id"].as_u64().unwrap();
        let table = Self { house, people, id };
        for who in &table.people[1..] {
            table.post(who, "join", json!({})).await;
        }
        for _ in names.len()..4 {
            table.post(&table.people[0], "ai/add", json!({})).await;
        }
        table
    }

    async fn ready(names: &[&str], options: Value) -> Self {
        let table = Self::of(names, options).await;
        for who in &table.people {
            let version = table.view(who).await["lock_version"].clone();
            let body = json!({"is_ready": true, "lock_version": version});
            table.post(who, "ready", body).await;
        }
        table
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/games/{}/{rest}", self.id)
    }

    async fn post(&self, who: &Person, verb: &str, body: Value) -> Value {
        self.house.post(&self.path(verb), Some(&who.token), body).await
    }

    async fn view(&self, who: &Person) -> Value {
        let (status, view) = self.house.try_get(&self.path("snapshot"), Some(&who.token)).await;
        assert_eq!(status, 200, "{view}");
        view
    }

    async fn socket(&self, who: &Person) -> Socket {
        self.house.socket(&format!("/ws/games/{}", self.id), Some(&who.token)).await
    }

    async fn bid(&self, seat: usize, bid: u64) {
        let who = &self.people[seat];
        let version = self.view(who).await["lock_version"].clone();
        self.post(who, "bid", json!({"bid": bid, "lock_version": version})).await;
    }
}

/// The next message must be a snapshot.
async fn snapshot(socket: &mut Socket) -> Value {
    let message = socket.next().await;
    assert_eq!(message["type"], "snapshot", "{message}");
    assert_eq!(message["data"]["lock_version"], message["lock_version"]);
    message
}

#[tokio::test]
async fn ack_then_snapshot_then_a_snapshot_after_each_commit() {
    let table = Table::ready(&["Ann", "Ben", "Cat", "Dan"], json!({})).await;
    let eve = table.house.guest("Eve").await;
    let mut sockets = Vec::new();
    for who in table.people.iter().chain([&eve]) {
        let mut socket = table.socket(who).await;
        let ack = socket.next().await;
        assert_eq!((&ack["type"], &ack["message"]), (&json!("ack"), &json!("connected")));
        sockets.push(socket);
    }
    let viewers = || table.people.iter().map(Some).chain([None]);
    let mut last = 0;
    for bid in 0..=4 {
        for ((number, who), socket) in viewers().enumerate().zip(&mut sockets) {
            let message = snapshot(socket).await;
            // Exactly what a `GET` answers.
            assert_eq!(message["data"], table.view(who.unwrap_or(&eve)).await);
            let seat = if number < 4 { json!(number) } else { Value::Null };
            assert_eq!(message["viewer_seat"], seat);
            assert_eq!(message["data"]["viewer_hand"].is_array(), number < 4);
            let version = message["lock_version"].as_u64().unwrap();
            assert!(number > 0 || version > last);
            last = version;
        }
        if bid < 4 {
            table.bid((bid + 1) % 4, [1, 2, 3, 4][bid]).await;
        }
    }
    // Nothing but snapshots: neither events nor presence on this face.
    for socket in &sockets {
        let kinds: Vec<Value> = socket
            .heard
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["type"].clone())
            .collect();
        assert_eq!(kinds.len(), 6);
        assert!(kinds[1..].iter().all(|kind| kind == "snapshot"), "{kinds:?}");
    }
}

#[tokio::test]
async fn no_socket_ever_carries_the_card_of_another() {
    let table = Table::ready(&["Ann", "Ben", "Cat", "Dan"], json!({"bot_pace_ms": 0})).await;
    let eve = table.house.guest("Eve").await;
    let mut hands = Vec::new();
    for who in &table.people {
        hands.push(table.view(who).await["viewer_hand"].as_array().unwrap().clone());
    }
    let mut sockets = Vec::new();
    for who in table.people.iter().chain([&eve]) {
        let patched = format!("/ws/sessions/{}?patch=1", table.id);
        sockets
            .push((table.socket(who).await, table.house.socket(&patched, Some(&who.token)).await));
    }
    for seat in [1, 2, 3, 0] {
        table.bid(seat, 4).await;
    }
    let view = table.view(&table.people[1]).await;
    let body = json!({"trump": "HEARTS", "lock_version": view["lock_version"]});
    table.post(&table.people[1], "trump", body).await;
    let last = view["lock_version"].as_u64().unwrap() + 1;
    for (viewer, (face, generic)) in sockets.iter_mut().enumerate() {
        face.until(|message| message["lock_version"] == last).await;
        generic.until(|message| message["lock_version"] == last).await;
        let heard = format!("{}{}", face.heard.join("\n"), generic.heard.join("\n"));
        for (seat, hand) in hands.iter().enumerate() {
            let seen = hand.iter().filter(|card| heard.contains(&card.to_string())).count();
            let expected = if seat == viewer { 13 } else { 0 };
            assert_eq!(seen, expected, "viewer {viewer} and the hand of seat {seat}");
        }
    }
}

#[tokio::test]
async fn who_loses_or_takes_a_seat_is_shown_other_eyes_at_once() {
    let table = Table::of(&["Ann", "Ben"], json!({"bot_pace_ms": 60_000})).await;
    let mut ben = table.socket(&table.people[1]).await;
    ben.next().await;
    assert_eq!(snapshot(&mut ben).await["viewer_seat"], 1);
    table.post(&table.people[0], "remove", json!({"seat": 1})).await;
    let message = ben.until(|message| message["viewer_seat"].is_null()).await;
    assert_eq!(message["data"]["snapshot"]["game"]["seating"][1]["user_id"], Value::Null);
    table.post(&table.people[1], "join", json!({})).await;
    ben.until(|message| message["viewer_seat"] == 1).await;
    for who in &table.people {
        let version = table.view(who).await["lock_version"].clone();
        table.post(who, "ready", json!({"is_ready": true, "lock_version": version})).await;
    }
    let dealt = ben.until(|message| message["data"]["viewer_hand"].is_array()).await;
    let hand = dealt["data"]["viewer_hand"].clone();
    // From now on a bot plays it, and Ben sees no card of it.
    table.house.remove(&table.people[1].token, &table.path("leave")).await;
    let before = ben.heard.len();
    let left = ben.until(|message| message["viewer_seat"].is_null()).await;
    assert_eq!(left["data"]["viewer_hand"], Value::Null);
    let after = ben.heard[before..].join("\n");
    assert!(hand.as_array().unwrap().iter().all(|card| !after.contains(&card.to_string())));
    table.post(&table.people[1], "rejoin", json!({})).await;
    let back = ben.until(|message| message["viewer_seat"] == 1).await;
    assert_eq!(back["data"]["viewer_hand"], hand);
}

#[tokio::test]
async fn the_face_is_for_users_and_for_games_of_its_kind() {
    let table = Table::of(&["Ann"], json!({})).await;
    let (ann, path) = (&table.people[0], format!("/ws/games/{}", table.id));
    for (path, token, code, close) in [
        (path.as_str(), None, "UNAUTHORIZED", 4401),
        (path.as_str(), Some("not-a-token"), "UNAUTHORIZED", 4401),
        ("/ws/games/77", Some(ann.token.as_str()), "GAME_NOT_FOUND", 4504),
        ("/ws/games/x", Some(ann.token.as_str()), "INVALID_GAME_ID", 4504),
    ] {
        let mut socket = table.house.socket(path, token).await;
        let error = socket.next_of(&["error"]).await;
        assert_eq!(error["code"], code, "{path}");
        assert_eq!(socket.closed().await.0, close, "{path}");
    }
    let board = table.house.board(&ann.token, "no game").await;
    let mut socket = table.house.socket(&format!("/ws/games/{board}"), Some(&ann.token)).await;
    assert_eq!(socket.next_of(&["error"]).await["code"], "GAME_NOT_FOUND");
    assert_eq!(socket.closed().await.0, 4504);

    // A socket token is good for one socket, and for nothing else.
    let token = table.house.socket_token(&ann.token).await;
    let (status, _) = table.house.try_get(&table.path("snapshot"), Some(&token)).await;
    assert_eq!(status, 401);
    let with_token = format!("{path}?token={token}");
    let mut first = table.house.socket(&with_token, None).await;
    assert_eq!(first.next().await["user_id"], ann.id.as_str());
    assert_eq!(snapshot(&mut first).await["viewer_seat"], 0);
    let mut second = table.house.socket(&with_token, None).await;
    assert_eq!(second.next().await["code"], "UNAUTHORIZED");
    assert_eq!(second.closed().await.0, 4401);
}

#[tokio::test]
async fn a_deleted_game_says_so_to_everyone() {
    let table = Table::of(&["Ann", "Ben"], json!({})).await;
    let mut sockets = Vec::new();
    for who in &table.people {
        sockets.push(table.socket(who).await);
    }
    let version = table.view(&table.people[0]).await["lock_version"].clone();
    let path = format!("/api/games/{}?lock_version={version}", table.id);
    table.house.remove(&table.people[0].token, &path).await;
    for socket in &mut sockets {
        assert_eq!(socket.next_of(&["closed"]).await["reason"], "deleted");
        assert_eq!(socket.closed().await.0, 4504);
    }
}

#[tokio::test]
async fn turns_elsewhere_are_told_and_those_one_looks_at_are_not() {
    let table = Table::ready(&["Ann", "Ben", "Cat", "Dan"], json!({})).await;
    let (ann, ben) = (&table.people[0], &table.people[1]);
    let follow = async |who: &Person| {
        let mut socket = table.house.socket("/ws", Some(&who.token)).await;
        socket.send(json!({"type": "subscribe", "topic": "user", "ref": "u"})).await;
        let ack = socket.until(|message| message["ref"] == "u").await;
        assert_eq!([&ack["type"], &ack["topic"]], ["ack", "user"]);
        socket
    };
    // It is Ben's turn already.
    let mut of_ben = follow(ben).await;
    let turn = of_ben.next_of(&["your_turn"]).await;
    assert_eq!(turn["session"], table.id.to_string());
    assert_eq!([&turn["game_type"], &turn["title"]], ["nommie", "Nommie"]);
    assert_eq!(turn["your_turn"], true);
    let mut of_ann = follow(ann).await;
    for (seat, bid) in [(1, 1), (2, 2)] {
        table.bid(seat, bid).await;
    }
    assert_eq!(of_ben.next_of(&["your_turn"]).await["your_turn"], false);
    table.bid(3, 3).await;
    let turn = of_ann.next_of(&["your_turn"]).await;
    assert_eq!(
        [&turn["your_turn"], &turn["lock_version"]],
        [&json!(true), &table.view(ann).await["lock_version"]]
    );

    // Who looks at the game on this socket sees it there; `gameId` is an old name for it.
    of_ben.send(json!({"type": "subscribe", "gameId": table.id, "ref": "g"})).await;
    of_ben.until(|message| message["ref"] == "g").await;
    table.bid(0, 4).await;
    table.house.remove(&ann.token, &table.path("leave")).await;
    let version = table.view(ben).await["lock_version"].clone();
    of_ben.until(|message| message["lock_version"] == version).await;
    let own: Vec<&String> = of_ben.heard.iter().filter(|text| text.contains("your_turn")).collect();
    assert_eq!(own.len(), 2, "{own:?}");

    let mut nobody = table.house.socket("/ws", None).await;
    nobody.send(json!({"type": "subscribe", "topic": "user"})).await;
    assert_eq!(nobody.next_of(&["error"]).await["code"], "UNAUTHORIZED");
}

#[tokio::test]
async fn bots_go_on_after_a_restart_and_move_once() {
    let mut table = Table::ready(&["Ann"], json!({"bot_pace_ms": 300})).await;
    table.house.restart().await;
    let mut ann = table.socket(&table.people[0]).await;
    let bids = |message: &Value| {
        let bids = &message["data"]["snapshot"]["phase"]["data"]["bids"];
        bids.as_array().unwrap().iter().filter(|bid| bid.is_number()).count()
    };
    ann.next().await;
    let mut seen = vec![bids(&snapshot(&mut ann).await)];
    while seen.last() != Some(&3) {
        seen.push(bids(&snapshot(&mut ann).await));
    }
    assert!(seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seen:?}");
    let view = table.view(&table.people[0]).await;
    assert!(view["viewer_legal"]["bids"].is_array(), "it is her turn, and the game waits: {view}");
}

#[tokio::test]
async fn a_turn_that_is_not_used_is_moved_on_by_the_clock_once() {
    let clock = json!({"kind": "fixed", "seconds": 1});
    let options = json!({"bot_pace_ms": 60_000, "turn_clock": clock});
    let table = Table::ready(&["Ann", "Ben"], options).await;
    let mut ann = table.socket(&table.people[0]).await;
    ann.next().await;
    let first = snapshot(&mut ann).await;
    let clock = &first["data"]["snapshot"]["turn_clock"];
    assert_eq!(clock["seat"], 1);
    assert!(clock["deadline"].as_u64().unwrap() > 1_600_000_000_000, "by the server's clock");
    let moved = snapshot(&mut ann).await;
    assert_eq!(moved["lock_version"].as_u64(), first["lock_version"].as_u64().map(|v| v + 1));
    assert!(moved["data"]["snapshot"]["phase"]["data"]["bids"][1].is_number());
    assert_eq!(moved["data"]["snapshot"]["turn_clock"]["seat"], Value::Null, "a bot's turn");
}

#[tokio::test]
async fn a_dropped_connection_gets_grace() {
    let clock = json!({"kind": "fixed", "seconds": 600, "grace_seconds": 100});
    let table =
        Table::ready(&["Ann", "Ben"], json!({"bot_pace_ms": 60_000, "turn_clock": clock})).await;
    let mut ann = table.socket(&table.people[0]).await;
    let mut ben = table.socket(&table.people[1]).await;
    for socket in [&mut ann, &mut ben] {
        socket.next().await;
    }
    let before = snapshot(&mut ann).await["data"]["snapshot"]["turn_clock"]["deadline"].clone();
    snapshot(&mut ben).await;
    // The table must have seen him before it can miss him.
    let presence = format!("/api/sessions/{}/presence", table.id);
    while table.house.get(&presence).await["seats"] != json!({"0": true, "1": true}) {
        tokio::task::yield_now().await;
    }
    let mut watcher = table.house.socket(&format!("/ws/sessions/{}", table.id), None).await;
    watcher.until(|message| message["seats"] == json!({"0": true, "1": true})).await;
    drop(ben);
    let later = ann.until(|m| m["data"]["snapshot"]["turn_clock"]["away"] == json!([1])).await;
    let after = &later["data"]["snapshot"]["turn_clock"]["deadline"];
    assert_eq!(after.as_u64().unwrap() - before.as_u64().unwrap(), 100_000);
    let mut ben = table.socket(&table.people[1]).await;
    ben.next().await;
    ann.until(|m| m["data"]["snapshot"]["turn_clock"]["away"] == json!([])).await;
}
