//! What broke once: each test is the shortest way that led to it. Must not know how any of it is
//! done.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on ends here")]

mod socket;

use serde_json::{Value, json};
use socket::House;

/// Longer than the events that a table keeps in memory, by commits of two.
const PAST_MEMORY: u64 = 140;

/// The default of `limits.subscriptions_per_socket`.
const TOPICS: usize = 64;

/// Waits until this is so; the sockets' ends are noticed in their own time.
async fn soon(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let patience = std::time::Duration::from_secs(20);
    let wait = async { while !so().await {} };
    assert!(tokio::time::timeout(patience, wait).await.is_ok(), "not within 20 s: {what}");
}

#[tokio::test]
async fn a_socket_that_goes_while_it_logs_in_leaves_no_ghost_of_its_user() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    for _ in 0..40 {
        let token = house.socket_token(&ann.token).await;
        let mut socket = house.socket("/ws", None).await;
        socket.next_of(&["ack"]).await;
        socket.send(json!({"type": "token", "token": token})).await;
    }
    soon("everybody is gone", async || {
        let (status, here) = house.try_get("/api/presence", Some(&ann.token)).await;
        assert_eq!(status, 200, "{here}");
        here["sockets"] == 0 && here["users"] == 0
    })
    .await;
    // More than one user may have open: a ghost would take one of these places for good.
    let mut sockets = Vec::new();
    for _ in 0..32 {
        let mut socket = house.socket("/ws", Some(&ann.token)).await;
        socket.next_of(&["ack"]).await;
        sockets.push(socket);
    }
}

#[tokio::test]
async fn sessions_that_are_over_take_no_place_among_the_topics_of_a_socket() {
    let house = House::start().await;
    let ann = house.guest("Ann").await;
    let mut socket = house.socket("/ws", None).await;
    for round in 0..=TOPICS {
        let board = house.board(&ann.token, "short").await;
        let topic = format!("session:{board}");
        socket.send(json!({"type": "subscribe", "topic": topic, "ref": round.to_string()})).await;
        let answer = socket.until(|m| m["ref"] == round.to_string().as_str()).await;
        assert_eq!(answer["type"], "ack", "{answer}");
        house.delete(&ann.token, &board).await;
        let closed = socket.next_of(&["closed"]).await;
        assert_eq!((&closed["session"], &closed["reason"]), (&json!(board), &json!("deleted")));
    }
}

#[tokio::test]
async fn an_event_has_one_id_for_a_viewer_whether_it_is_read_from_memory_or_from_the_log() {
    let house = House::start().await;
    let (ann, service) = (house.guest("Ann").await, house.service().await);
    let options = json!({"title": "t", "public": 0, "seats": {"0": 0}, "players": {"0": ann.id}});
    let id = house.session(&service, options).await;
    let commit = |n: u64| {
        let events = json!([
            {"type": "hidden", "result": n, "seats": [0]},
            {"type": "shown", "result": n},
        ]);
        json!({"do": "put", "public": n, "events": events})
    };
    let first = async |token: Option<&str>| {
        let path = format!("/api/sessions/{id}/events?since=1&limit=2");
        let (status, page) = house.try_get(&path, token).await;
        assert_eq!(status, 200, "{page}");
        let told = |event: &Value| (event["id"].clone(), event["result"]["type"].clone());
        page["events"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    house.command(&service, &id, commit(2)).await;
    house.command(&service, &id, commit(3)).await;
    let spectator = first(None).await;
    let seat = first(Some(&ann.token)).await;
    let event = |id: &str, kind: &str| (json!(id), json!(kind));
    // No gap that would tell of the hidden ones.
    assert_eq!(spectator, [event("2.0", "shown"), event("3.0", "shown")]);
    assert_eq!(seat, [event("2.0", "hidden"), event("2.1", "shown")]);
    for n in 4..=PAST_MEMORY {
        house.command(&service, &id, commit(n)).await;
    }
    assert_eq!(first(None).await, spectator);
    assert_eq!(first(Some(&ann.token)).await, seat);
}

#[tokio::test]
async fn a_head_that_is_much_too_large_is_refused() {
    let house = House::start().await;
    let (status, _) = house.try_get(&format!("/healthz?{}", "x".repeat(20_000)), None).await;
    assert_eq!(status, 200);
    let (status, _) = house.try_get("/healthz", Some(&"x".repeat(300_000))).await;
    assert_eq!(status, 431);
}
