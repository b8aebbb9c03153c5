//! Long polls.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World, expect, header, ok, refused, text};

async fn rename(world: &World, who: &Person, id: &str, title: &str) {
    ok(world.patch(who, &format!("/game/{id}"), &json!({"title": title}))).await;
}

#[tokio::test]
async fn a_client_that_is_behind_is_answered_at_once() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    rename(&world, &anna, &id, "B").await;
    let plain = ok(world.get(&anna, &format!("/api/sessions/{id}"))).await;
    let epoch = text(&plain["epoch"]);
    // Behind, ahead, of another epoch, of none: whatever is not the newest gets the newest.
    let elsewhere = ["1", "9", "0000000000000000:2", "", "rubbish", "-1"].map(str::to_owned);
    for since in elsewhere.into_iter().chain([format!("{epoch}:1"), format!("{epoch}:9")]) {
        let path = format!("/api/sessions/{id}?wait=20&since={since}");
        let started = Instant::now();
        let response = world.get(&anna, &path).send().await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(10), "{since:?} waited");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(response.json::<Value>().await.unwrap(), plain, "{since:?}");
    }
}

#[tokio::test]
async fn nothing_new_is_304_with_the_tag() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let tag = world.tag(&id).await;
    let path = format!("/api/sessions/{id}");
    let started = Instant::now();
    let response = world.get(&anna, &format!("{path}?wait=1&since=1")).send().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&response, "etag"), tag);
    // The tag may say what the client has.
    let by_tag = world.get(&anna, &format!("{path}?wait=0")).header("if-none-match", &tag);
    assert_eq!(by_tag.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    ok(world.get(&anna, &format!("{path}?wait=0"))).await;
}

#[tokio::test]
async fn a_change_answers_all_who_wait() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}?wait=20&since=1");
    let polls = (0..100).map(|_| ok(world.get(&Person::nobody(), &path)));
    let change = async {
        // A poll that comes after the change is behind, and answered at once: just as well.
        tokio::task::yield_now().await;
        rename(&world, &anna, &id, "B").await;
    };
    let (bodies, ()) = tokio::join!(futures_util::future::join_all(polls), change);
    assert_eq!(bodies.len(), 100);
    for body in bodies {
        assert_eq!((&body["lock_version"], &body["title"]), (&json!(2), &json!("B")));
        assert_eq!(body["type"], "snapshot");
    }
}

#[tokio::test]
async fn a_poll_shows_nothing_after_a_log_out() {
    let world = World::start().await;
    let (anna, owner) = (world.guest("Anna").await, world.guest("Owner").await);
    let id = world.board(&owner, "A").await;
    let poll = world.get(&anna, &format!("/api/sessions/{id}?wait=20&since=1"));
    let change = async {
        // The poll was sent before: it waits by now (else it is refused just as well).
        ok(world.get(&anna, "/api/auth/me")).await;
        expect(world.post(&anna, "/api/auth/logout", &json!({})), StatusCode::NO_CONTENT).await;
        rename(&world, &owner, &id, "B").await;
    };
    let (refusal, ()) = tokio::join!(refused(poll, 401, "UNAUTHORIZED"), change);
    assert!(refusal.get("data").is_none(), "{refusal}");
}

#[tokio::test]
async fn a_poll_sees_its_seat_come() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[]).await;
    let path = format!("/api/sessions/{id}");
    let poll = ok(world.get(&anna, &format!("{path}?wait=20&since=1")));
    let put = async {
        let body = json!({"public": 1, "players": {"3": anna.id}, "seats": {"3": "S"}});
        ok(world.send(&service, reqwest::Method::PUT, &path, &body)).await
    };
    let (seen, _) = tokio::join!(poll, put);
    assert_eq!(seen["viewer_seat"], 3);
    assert_eq!(seen["data"]["seat"], "S");
}

#[tokio::test]
async fn a_poll_with_the_view_of_other_eyes_is_answered_at_once() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}");
    let epoch = text(&ok(world.get(&anna, &path)).await["epoch"]);
    let seen = ok(world.get(&anna, &format!("{path}?wait=20&since={epoch}:1:all"))).await;
    assert_eq!((&seen["viewer_seat"], &seen["lock_version"]), (&json!(0), &json!(1)));
    let own = world.get(&anna, &format!("{path}?wait=0&since={epoch}:1:seat0"));
    assert_eq!(own.send().await.unwrap().status(), 304);
}

#[tokio::test]
async fn deletion_and_drain_end_a_poll() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}");
    let poll = format!("{path}?wait=20&since=1");
    let (_, deleted) = tokio::join!(
        refused(world.get(&anna, &poll), 404, "SESSION_NOT_FOUND"),
        expect(world.delete(&anna, &path), StatusCode::NO_CONTENT)
    );
    assert_eq!(deleted, Value::Null);

    let other = world.board(&anna, "B").await;
    let waiting = world.get(&anna, &format!("/api/sessions/{other}?wait=20&since=1"));
    let waiting = tokio::spawn(waiting.send());
    // Whether it waits cannot be seen from here; that others which came later were answered tells
    // that it has most likely arrived.
    for _ in 0..20 {
        world.tag(&other).await;
    }
    let started = Instant::now();
    world.stop().await;
    assert!(started.elapsed() < Duration::from_secs(15), "the drain did not wait for the poll");
    // One that had not arrived finds the door closed.
    if let Ok(response) = waiting.await.unwrap() {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!header(&response, "retry-after").is_empty());
    }
}
