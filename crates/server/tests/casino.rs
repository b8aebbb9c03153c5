//! The streams of users and of monitors, on sockets of a real server. Must not know how they are made.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test ends where it fails")]

mod socket;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::auth::ADMIN;
use socket::{House, Person, Socket};

async fn spin(house: &House, who: &Person, bet: u64) -> Value {
    house.post("/api/games/slot/spin", Some(&who.token), json!({"bet_amount": bet})).await
}

async fn plays(house: &House, who: &Person) -> Vec<Value> {
    let (status, body) = house.try_get("/api/games/history?limit=1000", Some(&who.token)).await;
    assert_eq!(status, 200, "{body}");
    body["events"].as_array().unwrap().clone()
}

async fn own(house: &House, who: &Person, since: Option<&str>) -> Socket {
    let query = since.map(|since| format!("?since={since}")).unwrap_or_default();
    house.socket(&format!("/api/games/ws{query}"), Some(&who.token)).await
}

async fn monitor(house: &House, who: &Person, since: Option<&str>) -> Socket {
    let query = since.map(|since| format!("?since={since}")).unwrap_or_default();
    house.socket(&format!("/api/games/ws/monitor{query}"), Some(&who.token)).await
}

fn id(event: &Value) -> &str {
    event["id"].as_str().unwrap()
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(id).collect()
}

#[tokio::test]
async fn every_window_of_a_user_hears_of_each_play_and_nobody_elses_does() {
    let house = House::start().await;
    let (ann, ben) = (house.guest("Ann").await, house.guest("Ben").await);
    let mut windows = [own(&house, &ann, None).await, own(&house, &ann, None).await];
    let mut other = own(&house, &ben, None).await;
    for window in &mut windows {
        let ack = window.next().await;
        assert_eq!(ack["type"], "ws_ack");
        assert_eq!(ack["user_id"].to_string(), ann.id);
        assert!(ack.get("gap").is_none(), "{ack}");
    }
    assert_eq!(other.next().await["type"], "ws_ack");
    let mut balance = 1000;
    for bet in 1..=10 {
        let answer = spin(&house, &ann, bet).await;
        let delta = answer["win_amount"].as_i64().unwrap() - bet.cast_signed();
        balance += delta;
        for window in &mut windows {
            let play = window.next().await;
            assert_eq!((&play["type"], &play["game_type"]), (&json!("game_event"), &json!("slot")));
            assert_eq!((&play["bet"], &play["result"]["reels"]), (&json!(bet), &answer["reels"]));
            if delta != 0 {
                let moved = window.next().await;
                assert_eq!(moved["type"], "balance", "{moved}");
                assert_eq!((&moved["delta"], &moved["balance"]), (&json!(delta), &json!(balance)));
                assert_eq!(moved["user_id"].to_string(), ann.id);
            }
        }
    }
    let admin = house.person_with("7001", &[ADMIN]).await;
    let path = format!("/api/users/{}/tokens", ann.id);
    house.post(&path, Some(&admin.token), json!({"amount": 5})).await;
    for window in &mut windows {
        let reward = window.next().await;
        assert_eq!(reward["type"], "reward");
        assert_eq!((&reward["delta"], &reward["balance"]), (&json!(5), &json!(balance + 5)));
    }
    let before = house.try_get("/api/games/fairness", Some(&ann.token)).await.1;
    let wish = json!({"client_seed": "mine"});
    let rotated = house.post("/api/games/fairness/rotate", Some(&ann.token), wish).await;
    assert_eq!(rotated["commitment"], before["next_commitment"]);
    for window in &mut windows {
        let told = window.next().await;
        assert_eq!((&told["type"], &told["user_id"].to_string()), (&json!("fairness"), &ann.id));
        for key in ["revealed", "commitment", "next_commitment", "client_seed", "counter"] {
            assert_eq!(told[key], rotated[key], "{key}");
        }
        assert_eq!(told["revealed"]["plays"], 10);
    }
    // What the streams have told is what the history has.
    let told: Vec<Value> = windows[0]
        .heard
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .filter(|message: &Value| message["type"] == "game_event")
        .collect();
    assert_eq!(told, plays(&house, &ann).await);
    // Ben's window: his own play is the first that it hears of.
    spin(&house, &ben, 3).await;
    let play = other.next().await;
    assert_eq!((play["user_id"].to_string(), &play["bet"]), (ben.id, &json!(3)));
}

#[tokio::test]
async fn a_window_that_comes_back_gets_exactly_what_it_missed() {
    let house = House::start().await;
    let (ann, ben) = (house.guest("Ann").await, house.guest("Ben").await);
    spin(&house, &ann, 1).await;
    let seen = plays(&house, &ann).await;
    for bet in 2..=4 {
        spin(&house, &ann, bet).await;
        spin(&house, &ben, 100).await;
    }
    let mut back = own(&house, &ann, Some(id(&seen[0]))).await;
    let ack = back.next().await;
    assert_eq!((&ack["type"], &ack["gap"]), (&json!("ws_ack"), &json!(false)));
    spin(&house, &ann, 5).await;
    let mut bets = Vec::new();
    while bets.last() != Some(&json!(5)) {
        let message = back.next().await;
        assert_eq!(message["user_id"].to_string(), ann.id);
        if message["type"] == "game_event" {
            bets.push(message["bet"].clone());
        }
    }
    assert_eq!(json!(bets), json!([2, 3, 4, 5]));
    for unknown in ["1-2-3-4", "nonsense", ""] {
        let mut lost = own(&house, &ann, Some(unknown)).await;
        assert_eq!(lost.next().await["gap"], true, "{unknown}");
    }
}

#[tokio::test]
async fn a_window_that_missed_a_thousand_gets_them_all_however_slowly_it_reads() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let ann = house.guest("Ann").await;
    let grant = json!({"amount": 1_000_000});
    house.post(&format!("/api/users/{}/tokens", ann.id), Some(&admin.token), grant).await;
    let mut other = own(&house, &ann, None).await;
    other.next().await;
    // Each tells of the play and of the balance.
    let pull = json!({"pull_count": 10});
    house.post("/api/games/gacha/pull", Some(&ann.token), pull.clone()).await;
    let since = id(&other.next_of(&["balance"]).await).to_owned();
    let mut missed = Vec::new();
    while missed.len() < 1_000 {
        house.post("/api/games/gacha/pull", Some(&ann.token), pull.clone()).await;
        missed.push(other.next_of(&["game_event"]).await);
        missed.push(other.next_of(&["balance"]).await);
    }
    let subscribed = house.app().hub.stats().subscriptions;
    let path = format!("/api/games/ws?since={since}");
    let mut back = house.narrow_socket(&path, &ann.token).await;
    // It reads only when all of it waits, and more has happened.
    while house.app().hub.stats().subscriptions == subscribed {
        tokio::task::yield_now().await;
    }
    spin(&house, &ann, 7).await;
    missed.push(other.next_of(&["game_event"]).await);
    assert_eq!(back.next().await["gap"], false);
    for one in &missed {
        assert_eq!(back.next().await, *one);
    }
    assert_eq!(house.app().hub.stats().closed, BTreeMap::new());
    // One more is too many.
    let mut late = own(&house, &ann, Some(&since)).await;
    assert_eq!(late.next().await["gap"], true);
}

#[tokio::test]
async fn a_monitor_loses_and_doubles_nothing_whenever_it_comes() {
    const PLAYS: usize = 60;
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let mut players = Vec::new();
    for name in ["Ann", "Ben", "Cat", "Dan"] {
        players.push(house.guest(name).await);
    }
    let playing = join_all(players.iter().map(async |who| {
        for _ in 0..PLAYS {
            spin(&house, who, 1).await;
        }
    }));
    // Six monitors come one after the other while everybody plays.
    let watching = async {
        let mut monitors = Vec::new();
        for _ in 0..6 {
            let mut socket = monitor(&house, &admin, None).await;
            let snapshot = socket.next().await;
            assert_eq!(snapshot["type"], "monitor_snapshot");
            monitors.push((socket, snapshot["recent_events"].as_array().unwrap().clone()));
        }
        monitors
    };
    let (_, monitors) = tokio::join!(playing, watching);
    let mut kept = BTreeMap::new();
    for who in &players {
        kept.extend(
            plays(&house, who).await.into_iter().map(|event| (id(&event).to_owned(), event)),
        );
    }
    assert_eq!(kept.len(), players.len() * PLAYS);
    for (mut socket, mut seen) in monitors {
        while seen.len() < kept.len() {
            let message = socket.next_of(&["game_event"]).await;
            seen.push(message);
        }
        let mut told = ids(&seen);
        told.sort_unstable();
        assert_eq!(told, kept.keys().map(String::as_str).collect::<Vec<_>>());
        assert!(seen.iter().all(|event| kept[id(event)] == *event));
        // Each player's in their order.
        for who in &players {
            let of_one: Vec<Value> = seen
                .iter()
                .filter(|event| event["user_id"].as_u64() == who.id.parse().ok())
                .cloned()
                .collect();
            assert_eq!(of_one, plays(&house, who).await);
        }
    }
    // Who comes back is given what was missed, and no more.
    let all = monitor(&house, &admin, None).await.next().await;
    let all = all["recent_events"].as_array().unwrap();
    let back = monitor(&house, &admin, Some(id(&all[199]))).await.next().await;
    assert_eq!(
        (&back["gap"], back["recent_events"].as_array().unwrap()),
        (&json!(false), &all[200..].to_vec())
    );
    let lost = monitor(&house, &admin, Some("1-2-3-4")).await.next().await;
    assert_eq!((&lost["gap"], lost["recent_events"].as_array().unwrap()), (&json!(true), all));
}

#[tokio::test]
async fn only_admins_watch() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let service = house.service().await;
    for token in [&ann.token, &service] {
        let mut socket = house.socket("/api/games/ws/monitor", Some(token)).await;
        let error = socket.next().await;
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("FORBIDDEN")));
        assert_eq!(socket.closed().await.0, 4503);
        let mut many = house.socket("/ws", Some(token)).await;
        many.next_of(&["ack"]).await;
        many.send(json!({"type": "subscribe", "topic": "monitor", "ref": "m"})).await;
        let error = many.next().await;
        assert_eq!((&error["code"], &error["ref"]), (&json!("FORBIDDEN"), &json!("m")));
    }
    for path in ["/api/games/ws/monitor", "/api/games/ws"] {
        let mut nobody = house.socket(path, None).await;
        assert_eq!(nobody.next().await["code"], "UNAUTHORIZED");
        assert_eq!(nobody.closed().await.0, 4401);
    }
    // A token that opens one socket does, in the address as browsers have it.
    let token = house.socket_token(&ann.token).await;
    let mut socket = house.socket(&format!("/api/games/ws?token={token}"), None).await;
    assert_eq!(socket.next().await["type"], "ws_ack");
}

#[tokio::test]
async fn who_is_no_admin_any_more_watches_no_more() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let mut alone = monitor(&house, &admin, None).await;
    alone.next().await;
    let mut many = house.socket("/ws", Some(&admin.token)).await;
    many.send(json!({"type": "subscribe", "topic": "monitor"})).await;
    many.next_of(&["monitor_snapshot"]).await;
    house.person_with("7001", &[]).await;
    assert_eq!(alone.closed().await.0, 4503);
    let closed = many.next_of(&["closed"]).await;
    let expected = (&json!("monitor"), &json!("permission_withdrawn"));
    assert_eq!((&closed["topic"], &closed["reason"]), expected);
    spin(&house, &admin, 10).await;
    many.send(json!({"type": "subscribe", "topic": "monitor"})).await;
    let message = many.next().await;
    assert_eq!(message["code"], "FORBIDDEN", "{message}");
}

#[tokio::test]
async fn monitors_see_who_comes_and_goes() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let (ann, ben) = (house.guest("Ann").await, house.guest("Ben").await);
    let mut first = own(&house, &ann, None).await;
    first.next().await;
    let mut watch = monitor(&house, &admin, None).await;
    let snapshot = watch.next().await;
    assert_eq!(snapshot["connected_user_ids"], json!([ann.id.parse::<u64>().unwrap()]));
    assert_eq!(snapshot["connections"], 1);
    let mut here: Vec<String> = vec![ann.id.clone()];
    let second = own(&house, &ann, None).await;
    let other = own(&house, &ben, None).await;
    let mut apply = async |until: &dyn Fn(&[String], &Value) -> bool| loop {
        let message = watch.next_of(&["presence"]).await;
        let listed = |key: &str| -> Vec<String> {
            message[key].as_array().unwrap().iter().map(Value::to_string).collect()
        };
        here.retain(|who| !listed("left").contains(who));
        for who in listed("joined") {
            if !here.contains(&who) {
                here.push(who);
            }
        }
        assert_eq!(message["connected"], here.len());
        if until(&here, &message) {
            return;
        }
    };
    apply(&|here, message| here.contains(&ben.id) && message["connections"] == 3).await;
    drop(other);
    drop(second);
    apply(&|here, _| !here.contains(&ben.id)).await;
    drop(first);
    apply(&|here, _| here.is_empty()).await;
}

#[tokio::test]
async fn the_topics_of_a_socket_for_many_carry_the_same() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let mut socket = house.socket("/ws", Some(&admin.token)).await;
    socket.next_of(&["ack"]).await;
    socket.send(json!({"type": "subscribe", "topic": "user", "ref": "u"})).await;
    let ack = socket.next().await;
    assert_eq!(
        (&ack["type"], &ack["topic"], &ack["ref"]),
        (&json!("ack"), &json!("user"), &json!("u"))
    );
    socket.send(json!({"type": "subscribe", "topic": "monitor", "since": "1-2-3-4"})).await;
    assert_eq!(socket.next().await["topic"], "monitor");
    let snapshot = socket.next().await;
    assert_eq!((&snapshot["type"], &snapshot["gap"]), (&json!("monitor_snapshot"), &json!(true)));
    spin(&house, &admin, 10).await;
    // Once as the user's own, once as one of all.
    let one = socket.next_of(&["game_event"]).await;
    assert_eq!(socket.next_of(&["game_event"]).await, one);
    for topic in ["monitor", "user"] {
        socket.send(json!({"type": "unsubscribe", "topic": topic})).await;
        socket.until(|message| message["type"] == "ack" && message["topic"] == topic).await;
    }
    spin(&house, &admin, 10).await;
    socket.send(json!({"type": "unsubscribe", "topic": "monitor", "ref": "again"})).await;
    let message = socket.next().await;
    assert_eq!((&message["code"], &message["ref"]), (&json!("UNKNOWN_TOPIC"), &json!("again")));
}

#[tokio::test]
async fn monitors_are_told_what_each_leg_takes_and_what_was_refused() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let mut watch = monitor(&house, &admin, None).await;
    spin(&house, &admin, 10).await;
    let refused =
        house.attempt("/api/games/slot/spin", &admin.token, json!({"bet_amount": -1})).await;
    assert!(refused.starts_with("422"), "{refused}");
    // A command on a socket, to another game, has the same legs.
    let service = house.service().await;
    let session = house.session(&service, json!({"public": {}})).await;
    let mut socket = house.socket("/ws", Some(&service)).await;
    let put = json!({"do": "put", "public": {"n": 1}});
    socket.send(json!({"type": "command", "session": session, "command": put})).await;
    let result = socket.next_of(&["result"]).await;
    assert!(result.get("error").is_none(), "{result}");
    let (mut counted, mut bad) = ([0; 3], 0);
    while (counted, bad) != ([2; 3], 1) {
        let stats = watch.next_of(&["stats"]).await;
        for leg in ["decode", "rules", "commit", "fanout"] {
            let leg = &stats["legs"][leg];
            let count = leg["count"].as_u64().unwrap();
            assert_eq!(count > 0, leg["p50_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{stats}");
            assert!(leg["p99_ms"].as_f64() >= leg["p50_ms"].as_f64(), "{stats}");
        }
        let counts =
            ["decode", "rules", "commit"].map(|leg| stats["legs"][leg]["count"].as_u64().unwrap());
        assert!(counts.iter().all(|count| *count == counts[0]), "the same commands: {stats}");
        counted = [0, 1, 2].map(|leg| counted[leg] + counts[leg]);
        bad += stats["refused"]["INVALID_BET"].as_u64().unwrap_or(0);
        assert!(stats["refused"].as_object().unwrap().keys().all(|code| code == "INVALID_BET"));
    }
}

#[tokio::test]
async fn a_crash_round_outlives_the_server_and_is_settled_once() {
    let mut house = House::start().await;
    let ann = house.guest("Ann").await;
    let bet = json!({"bet_amount": 10, "auto_cashout_multiplier": 1.02});
    let begun = house.post("/api/games/crash/bet", Some(&ann.token), bet).await;
    house.restart().await;
    house.restart().await;
    let mut window = own(&house, &ann, None).await;
    let me = loop {
        let (_, me) = house.try_get("/api/users/me", Some(&ann.token)).await;
        if me["crash"].is_null() {
            break me;
        }
        // Whatever ends it is told to this window.
        window.next().await;
    };
    let events = plays(&house, &ann).await;
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(events[0]["result"]["commitment"], begun["commitment"]);
    let end = &events[1]["result"];
    assert_eq!(end["game_id"], begun["game_id"]);
    let won = end["win_amount"].as_u64().unwrap();
    assert_eq!(me["balance"], 990 + won);
    assert_eq!(won > 0, end["phase"] == "cashed_out", "{end}");
}

#[tokio::test]
async fn a_monitor_that_never_reads_is_closed_and_costs_nobody_an_event() {
    let house = House::with(&[("limits.event_queue", "16")]).await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let ann = house.guest("Ann").await;
    let mut reads = monitor(&house, &admin, None).await;
    reads.next().await;
    let mut window = own(&house, &ann, None).await;
    window.next().await;
    let never = house.narrow_socket("/api/games/ws/monitor", &admin.token).await;
    let path = format!("/api/users/{}/tokens", ann.id);
    house.post(&path, Some(&admin.token), json!({"amount": 100_000_000})).await;
    while house.app().hub.stats().subscriptions < 3 {
        tokio::task::yield_now().await;
    }
    // Until the server has given up on the one that does not read.
    let mut pulls = 0;
    while house.app().hub.stats().subscriptions == 3 {
        assert!(pulls < 20_000, "it is still there");
        let pull = json!({"pull_count": 10});
        house.post("/api/games/gacha/pull", Some(&ann.token), pull).await;
        pulls += 1;
        // These two do read.
        reads.next_of(&["game_event"]).await;
        window.next_of(&["game_event"]).await;
    }
    // It may be too slow even for the close frame, so the server's word counts.
    let closed = || house.app().hub.stats().closed;
    while closed().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(closed(), BTreeMap::from([(4408, 1)]));
    drop(never);
    let heard = |socket: &Socket| {
        socket.heard.iter().filter(|text| text.contains("\"game_event\"")).count()
    };
    assert_eq!((heard(&reads), heard(&window)), (pulls, pulls));
}

#[tokio::test]
async fn who_says_too_much_on_a_stream_is_closed_and_nobody_else_is() {
    let house = House::start().await;
    let admin = house.person_with("7001", &[ADMIN]).await;
    let mut quiet = own(&house, &admin, None).await;
    quiet.next().await;
    for path in ["/api/games/ws", "/api/games/ws/monitor"] {
        let mut loud = house.socket(path, Some(&admin.token)).await;
        loud.next().await;
        for _ in 0..1_000 {
            if !loud.try_send(json!({"type": "ping"})).await {
                break;
            }
        }
        assert_eq!(loud.closed().await.0, 4429, "{path}");
    }
    spin(&house, &admin, 10).await;
    assert_eq!(quiet.next().await["type"], "game_event");
}
