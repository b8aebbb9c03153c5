//! Sockets of a real server on loopback: order, resume, secrecy, tokens, refusals, restarts. Must
//! not know how any of it is done.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on ends here")]

mod socket;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use socket::{House, Socket};

fn mirror(public: Value, seats: Value, players: Value) -> Value {
    json!({"title": "table", "public": public, "seats": seats, "players": players})
}

fn put(public: Value) -> Value {
    json!({"do": "put", "public": public})
}

#[tokio::test]
async fn whoever_joins_in_a_storm_sees_every_step_forward_and_the_same_end() {
    const COMMITS: u64 = 200;
    let house = House::start().await;
    let service = house.service().await;
    let id = house
        .session(&service, mirror(json!({"n": 0, "pad": "x".repeat(200)}), json!({}), json!({})))
        .await;
    let mut publisher = house.socket("/ws", Some(&service)).await;
    let mut watchers = Vec::new();
    for n in 1..=COMMITS {
        let command = put(json!({"n": n, "pad": "x".repeat(200)}));
        publisher.send(json!({"type": "command", "session": id, "command": command})).await;
        if n % 10 == 0 {
            let patch = if n % 20 == 0 { "?patch=1" } else { "" };
            watchers.push(house.socket(&format!("/ws/sessions/{id}{patch}"), None).await);
        }
    }
    for watcher in &mut watchers {
        let view = watcher.follow_until(COMMITS + 1).await;
        assert_eq!(view.data["public"]["n"], COMMITS);
    }
}

#[tokio::test]
async fn a_seat_sees_its_own_secret_and_loses_it_with_the_seat() {
    let house = House::start().await;
    let (ann, bob) = (house.guest("Ann").await, house.guest("Bob").await);
    let service = house.service().await;
    let seats = json!({"0": "ann's cards", "1": "bob's cards"});
    let players = json!({"0": ann.id, "1": bob.id});
    let id = house.session(&service, mirror(json!("table"), seats, players)).await;
    let path = format!("/ws/sessions/{id}");
    let mut sockets: BTreeMap<&str, Socket> = BTreeMap::new();
    for (name, token) in [("ann", Some(&ann.token)), ("bob", Some(&bob.token)), ("stranger", None)]
    {
        sockets.insert(name, house.socket(&path, token.map(String::as_str)).await);
    }
    let check = async |sockets: &mut BTreeMap<&str, Socket>,
                       name: &str,
                       version,
                       seat: Value,
                       secret: Value| {
        let view = sockets.get_mut(name).unwrap().follow_until(version).await;
        assert_eq!((&view.seat, &view.data["seat"]), (&seat, &secret), "{name}");
        assert_eq!(view.data["public"], if version == 1 { "table" } else { "later" }, "{name}");
    };
    check(&mut sockets, "ann", 1, json!(0), json!("ann's cards")).await;
    check(&mut sockets, "bob", 1, json!(1), json!("bob's cards")).await;
    check(&mut sockets, "stranger", 1, json!(null), json!(null)).await;
    // Bob takes Ann's seat; his own goes to nobody.
    let command = json!({"do": "put", "public": "later", "seats": {"0": "new cards", "1": "idle cards"},
        "players": {"0": bob.id}});
    house.command(&service, &id, command).await;
    check(&mut sockets, "ann", 2, json!(null), json!(null)).await;
    check(&mut sockets, "bob", 2, json!(0), json!("new cards")).await;
    check(&mut sockets, "stranger", 2, json!(null), json!(null)).await;
    let heard = |name: &str| sockets[name].heard.join("\n");
    assert!(!heard("ann").contains("new cards") && !heard("ann").contains("idle cards"));
    assert!(!heard("bob").contains("ann's cards") && !heard("bob").contains("idle cards"));
    assert!(!heard("stranger").contains("cards"));
}

#[tokio::test]
async fn a_session_that_ends_shows_its_last_view_and_then_closes() {
    let house = House::start().await;
    let service = house.service().await;
    let id = house.session(&service, mirror(json!({"n": 1}), json!({}), json!({}))).await;
    let mut sole = house.socket(&format!("/ws/sessions/{id}?patch=1"), None).await;
    let mut shared = house.socket("/ws", None).await;
    shared.send(json!({"type": "subscribe", "topic": format!("session:{id}")})).await;
    for socket in [&mut sole, &mut shared] {
        assert_eq!(socket.follow_until(1).await.data["public"]["n"], 1);
    }
    let last =
        json!({"do": "put", "public": {"n": 2}, "events": [{"result": "over"}], "ended": true});
    house.command(&service, &id, last).await;
    for socket in [&mut sole, &mut shared] {
        assert_eq!(socket.next_of(&["game_event"]).await["id"], "2.0");
        assert_eq!(socket.follow_until(2).await.data["public"]["n"], 2);
        assert_eq!(socket.next_of(&["closed"]).await["reason"], "ended");
    }
    assert_eq!(sole.closed().await, (4504, "ended".to_owned()));
    shared.send(json!({"type": "ping", "ref": "still here"})).await;
    assert_eq!(shared.next_of(&["pong"]).await["ref"], "still here");
    // Who comes late is shown the same.
    let mut late = house.socket(&format!("/ws/sessions/{id}"), None).await;
    assert_eq!(late.follow_until(2).await.data["public"]["n"], 2);
    assert_eq!(late.next_of(&["closed"]).await["reason"], "ended");
    assert_eq!(late.closed().await, (4504, "ended".to_owned()));
}

#[tokio::test]
async fn a_view_of_other_eyes_is_no_place_to_go_on_from() {
    let house = House::start().await;
    let (service, ann) = (house.service().await, house.guest("Ann").await);
    let seats = json!({"1": "ann's cards"});
    let id = house.session(&service, mirror(json!("t"), seats, json!({"1": ann.id}))).await;
    let epoch =
        house.get(&format!("/api/sessions/{id}")).await["epoch"].as_str().unwrap().to_owned();
    // Whose view the client holds, who it is now, and what it is sent.
    let cases = [
        (json!(null), None, "presence"),
        (json!(null), Some(&ann.token), "snapshot"),
        (json!(1), Some(&ann.token), "presence"),
        (json!(0), Some(&ann.token), "snapshot"),
        (json!(1), None, "snapshot"),
    ];
    for (seat, token, expected) in cases {
        let token = token.map(String::as_str);
        let class = seat.as_u64().map_or("all".to_owned(), |seat| format!("seat{seat}"));
        let path = format!("/ws/sessions/{id}?patch=1&since={epoch}:1:{class}");
        let mut sole = house.socket(&path, token).await;
        let mut shared = house.socket("/ws", token).await;
        let since = json!({"epoch": epoch, "lock_version": 1, "viewer_seat": seat});
        let topic = format!("session:{id}");
        shared.send(json!({"type": "subscribe", "topic": topic, "since": since})).await;
        for socket in [&mut sole, &mut shared] {
            let first = socket.next_of(&["snapshot", "update", "patch", "presence"]).await;
            assert_eq!(first["type"], expected, "{seat} as {token:?}");
            if expected == "snapshot" {
                let cards = if token.is_some() { json!("ann's cards") } else { json!(null) };
                assert_eq!(first["data"]["seat"], cards);
            }
        }
    }
}

#[tokio::test]
async fn a_position_is_resumed_exactly_or_not_at_all() {
    let house = House::start().await;
    let service = house.service().await;
    let public = |n: u64| json!({"n": n, "pad": "x".repeat(300)});
    let id = house.session(&service, mirror(public(0), json!({}), json!({}))).await;
    let epoch =
        house.get(&format!("/api/sessions/{id}")).await["epoch"].as_str().unwrap().to_owned();
    for n in 1..=4 {
        house.command(&service, &id, put(public(n))).await;
    }
    let resumed = async |since: String| {
        let mut socket =
            house.socket(&format!("/ws/sessions/{id}?patch=1&since={since}"), None).await;
        assert_eq!(socket.next().await["message"], "connected");
        let ack = socket.next().await;
        assert_eq!((&ack["type"], &ack["lock_version"]), (&json!("ack"), &json!(5)), "{since}");
        socket.next_of(&["snapshot", "patch", "presence"]).await
    };
    let patch = resumed(format!("{epoch}:2")).await;
    assert_eq!(
        (&patch["type"], &patch["base"], &patch["lock_version"]),
        (&json!("patch"), &json!(2), &json!(5))
    );
    let mut view = json!({"public": public(1), "seat": null});
    let operations: json_patch::Patch = serde_json::from_value(patch["patch"].clone()).unwrap();
    json_patch::patch(&mut view, &operations).unwrap();
    assert_eq!(view, json!({"public": public(4), "seat": null}));
    assert_eq!(
        resumed(format!("{epoch}:5")).await["type"],
        "presence",
        "in sync: nothing but who is here"
    );
    for elsewhere in [format!("{epoch}:6"), format!("{epoch}:0"), "feedfeedfeedfeed:2".to_owned()] {
        let snapshot = resumed(elsewhere.clone()).await;
        assert_eq!(
            (&snapshot["type"], &snapshot["lock_version"]),
            (&json!("snapshot"), &json!(5)),
            "{elsewhere}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let id = house.board(&ann.token, "Friday").await;
    let mut socket = house.socket("/ws", Some(&ann.token)).await;
    assert_eq!(socket.next().await["user_id"], json!(ann.id));
    let refused = |message: Value, code: &'static str| (message, code);
    for (message, code) in [
        refused(json!("hello"), "BAD_JSON"),
        refused(json!({"type": "dance"}), "UNKNOWN_TYPE"),
        refused(json!({"type": 7}), "BAD_JSON"),
        refused(json!({"type": "subscribe"}), "UNKNOWN_TOPIC"),
        refused(json!({"type": "subscribe", "topic": "moon"}), "UNKNOWN_TOPIC"),
        refused(json!({"type": "subscribe", "topic": "session:x"}), "INVALID_SESSION_ID"),
        refused(json!({"type": "subscribe", "topic": "session:9"}), "SESSION_NOT_FOUND"),
        refused(json!({"type": "subscribe", "gameId": -1}), "INVALID_SESSION_ID"),
        refused(json!({"type": "unsubscribe", "topic": "session:9"}), "UNKNOWN_TOPIC"),
        refused(json!({"type": "command", "session": id}), "BAD_JSON"),
        refused(json!({"type": "token", "token": "nonsense"}), "UNAUTHORIZED"),
    ] {
        socket.send(message.clone()).await;
        let error = socket.next_of(&["error"]).await;
        assert_eq!(error["code"], code, "{message}: {error}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    for (command, lock_version, code) in [
        (json!({"do": "fly"}), None, "BAD_COMMAND"),
        (json!({"do": "add_player"}), None, "BAD_COMMAND"),
        (json!({"do": "set_title", "title": ""}), None, "BAD_COMMAND"),
        (json!({"do": "remove_player", "player_id": "p9"}), None, "UNKNOWN_PLAYER"),
        (json!({"do": "set_title", "title": "x"}), Some(7), "OPTIMISTIC_LOCK"),
    ] {
        let mut message =
            json!({"type": "command", "session": id, "command": command, "ref": "r1"});
        if let Some(version) = lock_version {
            message["lock_version"] = json!(version);
        }
        socket.send(message).await;
        let result = socket.next_of(&["result"]).await;
        assert_eq!(
            (&result["error"]["code"], &result["ref"]),
            (&json!(code), &json!("r1")),
            "{result}"
        );
        if code == "OPTIMISTIC_LOCK" {
            let error = &result["error"];
            assert_eq!((&error["expected"], &error["actual"]), (&json!(7), &json!(1)));
            assert_eq!(error["snapshot"]["data"]["title"], "Friday");
        }
    }
    assert_eq!(house.get(&format!("/api/sessions/{id}")).await["lock_version"], 1);
    socket.raw_text(&"x".repeat(17 * 1024)).await;
    assert_eq!(socket.closed().await.0, 4513);
    let mut socket = house.socket("/ws", Some(&ann.token)).await;
    socket.raw_binary(b"binary").await;
    assert_eq!(socket.closed().await.0, 4500);
    let mut socket = house.socket("/ws", None).await;
    for _ in 0..1000 {
        if !socket.try_send(json!({"type": "ping"})).await {
            break;
        }
    }
    let (code, reason) = socket.closed().await;
    assert!(code == 4429 && reason.starts_with("rate"), "{code} {reason}");
}

#[tokio::test]
async fn strangers_watch_and_may_not_play() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let bob = house.guest("Bob").await;
    let id = house.board(&ann.token, "Friday").await;
    for (token, code) in [(None, "UNAUTHORIZED"), (Some(&bob.token), "FORBIDDEN")] {
        let path = format!("/ws/sessions/{id}");
        let mut socket = house.socket(&path, token.map(String::as_str)).await;
        socket
            .send(json!({"type": "command", "command": {"do": "set_title", "title": "mine"}}))
            .await;
        assert_eq!(socket.next_of(&["result"]).await["error"]["code"], code);
    }
    assert_eq!(house.get(&format!("/api/sessions/{id}")).await["data"]["title"], "Friday");
}

#[tokio::test]
async fn a_login_that_cannot_be_checked_now_is_no_bad_login() {
    let house = House::start().await;
    let service = house.service().await;
    house.lose_store().await;
    for (token, code, close) in [
        (service.as_str(), "UNAVAILABLE", (4480, "fault")),
        ("rubbish", "UNAUTHORIZED", (4401, "login")),
    ] {
        let mut socket = house.socket("/ws", Some(token)).await;
        assert_eq!(socket.next_of(&["error", "ack"]).await["code"], code);
        assert_eq!(socket.closed().await, (close.0, close.1.to_owned()));
    }
}

#[tokio::test]
async fn a_socket_token_opens_one_socket() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let token = house.socket_token(&ann.token).await;
    let offer = format!("parlor.v1, parlor.token.{token}");
    let mut first = house.socket_with("/ws", &[("sec-websocket-protocol", &offer)]).await;
    assert_eq!(first.next().await["user_id"], json!(ann.id));
    assert_eq!(first.subprotocol.as_deref(), Some("parlor.v1"));
    let mut second = house.socket_with("/ws", &[("sec-websocket-protocol", &offer)]).await;
    assert_eq!(second.next().await["code"], "UNAUTHORIZED");
    assert_eq!(second.closed().await.0, 4401);
    let (status, problem) =
        house.try_get("/api/auth/me", Some(&house.socket_token(&ann.token).await)).await;
    assert_eq!((status, &problem["code"]), (401, &json!("UNAUTHORIZED")));
    let elsewhere = [("origin", "http://evil.example"), ("sec-websocket-protocol", "parlor.v1")];
    let mut foreign = house.socket_with("/ws", &elsewhere).await;
    assert_eq!(foreign.next().await["code"], "ORIGIN_FORBIDDEN");
    assert_eq!(foreign.closed().await.0, 4503);
    // A login can come later, in place.
    let mut late = house.socket("/ws", None).await;
    assert_eq!(late.next().await["user_id"], json!(null));
    late.send(json!({"type": "token", "token": house.socket_token(&ann.token).await})).await;
    assert_eq!(late.next_of(&["ack"]).await["topic"], "token");
    late.send(json!({"type": "command", "session": house.board(&ann.token, "x").await,
        "command": {"do": "set_title", "title": "y"}}))
        .await;
    assert_eq!(late.next_of(&["result"]).await["lock_version"], 2);
    house.logout_everywhere(&ann.token).await;
    assert_eq!(late.closed().await.0, 4401);
    assert_eq!(first.closed().await.0, 4401);
}

#[tokio::test]
async fn the_scoreboard_face_speaks_as_its_clients_expect() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let id = house.board(&ann.token, "Friday").await;
    let mut socket = house.socket(&format!("/ws/game/{id}"), None).await;
    let snapshot = socket.next().await;
    assert_eq!(
        (&snapshot["type"], &snapshot["data"]["title"]),
        (&json!("snapshot"), &json!("Friday"))
    );
    house.command(&ann.token, &id, json!({"do": "add_player", "name": "Cy"})).await;
    let update = socket.next().await;
    assert_eq!((&update["type"], &update["lock_version"]), (&json!("update"), &json!(2)));
    let player = json!([{"id": "p1", "name": "Cy", "team_id": null, "drinks": []}]);
    assert_eq!(update["data"]["players"], player);
    house.delete(&ann.token, &id).await;
    assert_eq!(socket.next().await["type"], "closed");
    assert_eq!(socket.closed().await.0, 4504);
    for unknown in [&*id, "12", "x"] {
        let mut socket = house.socket(&format!("/ws/game/{unknown}"), None).await;
        let error = socket.next().await;
        assert_eq!(error["type"], "error", "{unknown}");
        assert!(!error["detail"].as_str().unwrap().is_empty());
        assert_eq!(socket.closed().await.0, 4504, "{unknown}");
    }
}

#[tokio::test]
async fn a_restart_loses_nothing_and_answers_a_repeated_command_as_before() {
    let mut house = House::start().await;
    let ann = house.guest("Ann").await;
    let id = house.board(&ann.token, "Friday").await;
    let command = json!({"type": "command", "session": id, "id": "once", "ref": "a",
        "command": {"do": "add_player", "name": "Cy"}});
    let mut socket = house.socket("/ws", Some(&ann.token)).await;
    socket.send(command.clone()).await;
    let first = socket.next_of(&["result"]).await;
    assert_eq!((&first["lock_version"], &first["data"]["id"]), (&json!(2), &json!("p1")));
    let epoch =
        house.get(&format!("/api/sessions/{id}")).await["epoch"].as_str().unwrap().to_owned();
    let mut watcher = house.socket(&format!("/ws/sessions/{id}"), None).await;
    house.restart().await;
    for (name, socket) in [("player", &mut socket), ("watcher", &mut watcher)] {
        let (code, reason) = socket.closed().await;
        assert!(code == 1012 && reason.starts_with("drain;retry="), "{name}: {code} {reason}");
    }
    let mut socket = house.socket("/ws", Some(&ann.token)).await;
    socket.send(command.clone()).await;
    let again = socket.next_of(&["result"]).await;
    assert_eq!((&again["lock_version"], &again["data"]), (&first["lock_version"], &first["data"]));
    let mut other = command;
    other["command"]["name"] = json!("Di");
    socket.send(other).await;
    assert_eq!(socket.next_of(&["result"]).await["error"]["code"], "KEY_REUSED");
    let mut watcher = house.socket(&format!("/ws/sessions/{id}?since={epoch}:2"), None).await;
    assert_eq!(watcher.next_of(&["ack"]).await["message"], "connected");
    assert_eq!(watcher.next_of(&["ack"]).await["lock_version"], 2, "in sync after the restart");
    house.command(&ann.token, &id, json!({"do": "add_player", "name": "Di"})).await;
    assert_eq!(watcher.next_of(&["update"]).await["lock_version"], 3);
}

#[tokio::test]
async fn presence_says_who_is_here() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let service = house.service().await;
    let players = json!({"0": ann.id});
    let id = house.session(&service, mirror(json!(1), json!({}), players)).await;
    let path = format!("/ws/sessions/{id}");
    let mut watcher = house.socket(&path, None).await;
    let seated = house.socket(&path, Some(&ann.token)).await;
    let here = watcher.until(|m| m["type"] == "presence" && m["seats"]["0"] == true).await;
    assert_eq!(here["viewers"], 1);
    assert!(here.get("lock_version").is_none(), "presence bumps no version");
    drop(seated);
    let gone = watcher.until(|m| m["type"] == "presence" && m["seats"] == json!({})).await;
    assert_eq!(gone["viewers"], 1);
}
