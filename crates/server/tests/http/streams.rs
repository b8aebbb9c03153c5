//! Server-Sent Events.

use std::collections::VecDeque;

use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::world::{PATIENCE, Person, World, created, expect, header, ok, refused, text};

/// One event: its `id`, and its `data` as JSON.
#[derive(Debug)]
struct Event {
    id: Option<String>,
    data: Value,
}

/// Reads a stream piece by piece.
struct Reader {
    response:
        std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
    ready: VecDeque<Event>,
    comments: usize,
    retry: Option<u64>,
}

impl Reader {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "text/event-stream");
        assert_eq!(header(&response, "cache-control"), "no-store");
        Self::of(response)
    }

    fn of(response: Response) -> Self {
        Self {
            response: Box::pin(response.bytes_stream()),
            text: String::new(),
            ready: VecDeque::new(),
            comments: 0,
            retry: None,
        }
    }

    /// The next event, or `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next event that is not `presence`.
    async fn message(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.data["type"] != "presence" {
                return event;
            }
        }
    }

    async fn read(&mut self) -> bool {
        let piece = tokio::time::timeout(PATIENCE, self.response.next()).await;
        match piece.expect("something comes") {
            None | Some(Err(_)) => return false,
            Some(Ok(bytes)) => self.text.push_str(std::str::from_utf8(&bytes).expect("UTF-8")),
        }
        while let Some(end) = self.text.find("\n\n") {
            let block: String = self.text.drain(..end + 2).collect();
            self.take(block.trim_end());
        }
        true
    }

    fn take(&mut self, block: &str) {
        let (mut id, mut data) = (None, None);
        for line in block.lines() {
            match line.split_once(':') {
                Some(("", _)) => self.comments += 1,
                Some(("id", value)) => id = Some(value.trim_start().to_owned()),
                Some(("data", value)) => data = Some(value.trim_start().to_owned()),
                Some(("retry", value)) => self.retry = value.trim().parse().ok(),
                _ => panic!("not a field of an event stream: {line:?}"),
            }
        }
        if let Some(data) = data {
            let data = serde_json::from_str(&data).expect("JSON on one line");
            self.ready.push_back(Event { id, data });
        }
    }
}

async fn rename(world: &World, who: &Person, id: &str, title: &str) {
    ok(world.patch(who, &format!("/game/{id}"), &json!({"title": title}))).await;
}

#[tokio::test]
async fn a_stream_starts_with_a_snapshot_and_goes_on_in_order() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "T1").await;
    let body = ok(world.get(&anna, &format!("/api/sessions/{id}"))).await;
    let epoch = text(&body["epoch"]);
    let mut stream =
        Reader::open(world.get(&Person::nobody(), &format!("/api/sessions/{id}/stream"))).await;
    let first = stream.message().await;
    assert_eq!(first.id, Some(format!("{epoch}:1:all")));
    assert_eq!(first.data["type"], "snapshot");
    assert_eq!(first.data["data"], body["data"]);
    assert!(stream.retry.is_some_and(|ms| (1000..2000).contains(&ms)));
    let mut last = 1;
    for n in 2..=20 {
        rename(&world, &anna, &id, &format!("T{n}")).await;
        if n % 4 != 0 {
            continue;
        }
        // Versions may be passed over, but never go back, and the newest comes.
        while last < n {
            let event = stream.message().await;
            let version = event.data["lock_version"].as_u64().unwrap();
            assert!(version > last, "{version} after {last}");
            assert_eq!(event.data["type"], "update");
            assert_eq!(event.data["data"]["title"], format!("T{version}"), "of its version");
            assert_eq!(event.id, Some(format!("{epoch}:{version}:all")));
            last = version;
        }
    }
    assert_eq!(last, 20);
}

#[tokio::test]
async fn patches_lead_from_view_to_view() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "T").await;
    for n in 0..10 {
        created(world.post(
            &anna,
            &format!("/game/{id}/player"),
            &json!({"name": format!("P{n}")}),
        ))
        .await;
    }
    let path = format!("/api/sessions/{id}/stream?patch=1");
    let mut stream = Reader::open(world.get(&anna, &path)).await;
    let mut view = stream.message().await.data["data"].take();
    let (mut at, mut patches) = (11, 0);
    for n in 0..10 {
        let drink = json!({"drink_id": "d1"});
        ok(world.patch(&anna, &format!("/game/{id}/player/p{}/drink", n + 1), &drink)).await;
        while at < 12 + n {
            let event = stream.message().await.data;
            let version = event["lock_version"].as_u64().unwrap();
            if event["type"] == "patch" {
                assert_eq!(event["base"], at, "applies to what was sent last");
                let patch: json_patch::Patch =
                    serde_json::from_value(event["patch"].clone()).unwrap();
                json_patch::patch(&mut view, &patch).unwrap();
                patches += 1;
            } else {
                view = event["data"].clone();
            }
            at = version;
        }
    }
    assert!(patches > 0, "small changes come as patches");
    let body = ok(world.get(&anna, &format!("/api/sessions/{id}"))).await;
    assert_eq!(view, body["data"]);
}

#[tokio::test]
async fn a_stream_resumes_where_it_broke() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "T").await;
    let epoch = text(&ok(world.get(&anna, &format!("/api/sessions/{id}"))).await["epoch"]);
    rename(&world, &anna, &id, "U").await;
    let path = format!("/api/sessions/{id}/stream");
    let resume = |last: &str| world.get(&anna, &path).header("last-event-id", last);

    // In step: no view, but a sign of life that says so.
    for last in [format!("{epoch}:2"), "2".to_owned()] {
        let mut stream = Reader::open(resume(&last)).await;
        while stream.comments == 0 {
            assert!(stream.read().await);
        }
        assert!(stream.ready.iter().all(|event| event.data["type"] == "presence"), "{last}");
    }
    // Behind, ahead, of another epoch: a snapshot of the newest.
    for last in [format!("{epoch}:1"), "1".to_owned(), "99".to_owned(), "other:2".to_owned()] {
        let mut stream = Reader::open(resume(&last)).await;
        let first = stream.message().await;
        assert_eq!(
            (&first.data["type"], &first.data["lock_version"]),
            (&json!("snapshot"), &json!(2))
        );
        assert_eq!(stream.comments, 0, "{last}");
    }
    // The query says the same; a number in the header leaves the epoch to it.
    let since = format!("{path}?since=other:2");
    let mut stream = Reader::open(world.get(&anna, &since).header("last-event-id", "2")).await;
    assert_eq!(stream.message().await.data["type"], "snapshot");
    let since = format!("{path}?patch=1&since={epoch}:1");
    let mut stream = Reader::open(world.get(&anna, &since)).await;
    let first = stream.message().await.data;
    assert!(
        first["type"] == "patch" && first["base"] == 1 || first["type"] == "snapshot",
        "{first}"
    );
}

#[tokio::test]
async fn a_stream_resumes_with_the_same_eyes_alone() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}/stream");
    let mut ids = Vec::new();
    for who in [&Person::nobody(), &anna] {
        let mut stream = Reader::open(world.get(who, &path)).await;
        ids.push(stream.message().await.id.expect("a view is a position"));
    }
    assert!(ids[0].ends_with(":1:all") && ids[1].ends_with(":1:seat0"), "{ids:?}");
    for (seen, last) in ids.iter().enumerate() {
        for (now, who) in [&Person::nobody(), &anna].into_iter().enumerate() {
            let mut stream =
                Reader::open(world.get(who, &path).header("last-event-id", last)).await;
            let first = stream.next().await.expect("a view, or who is here").data;
            let expected = if seen == now { "presence" } else { "snapshot" };
            assert_eq!(first["type"], expected, "{last} as {}", who.id);
        }
    }
}

#[tokio::test]
async fn events_come_before_the_view_that_they_led_to() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}");
    let put = |n: u64| {
        let events = json!([
            {"type": "all", "result": n},
            {"type": "own", "result": n, "user_id": anna.id, "seats": [0]},
        ]);
        ok(world.send(&service, Method::PUT, &path, &json!({"public": n, "events": events})))
    };
    let mut own = Reader::open(world.get(&anna, &format!("{path}/stream"))).await;
    let mut other = Reader::open(world.get(&Person::nobody(), &format!("{path}/stream"))).await;
    assert_eq!(own.message().await.data["viewer_seat"], 0);
    assert_eq!(other.message().await.data["viewer_seat"], Value::Null);
    put(1).await;
    for (stream, ids) in [(&mut own, vec!["2.0", "2.1"]), (&mut other, vec!["2.0"])] {
        for id in ids {
            let event = stream.message().await;
            assert_eq!(
                (&event.data["type"], &event.data["id"]),
                (&json!("game_event"), &json!(id))
            );
            assert_eq!(event.id, None, "only a view is a position");
            let user = if id == "2.1" { json!(anna.id) } else { Value::Null };
            assert_eq!(event.data["user_id"], user);
        }
        let view = stream.message().await;
        assert_eq!((&view.data["type"], &view.data["lock_version"]), (&json!("update"), &json!(2)));
    }
    drop((own, other));
    put(2).await;
    put(3).await;
    let mut again =
        Reader::open(world.get(&anna, &format!("{path}/stream")).header("last-event-id", "2"))
            .await;
    let mut ids = Vec::new();
    let view = loop {
        let event = again.message().await.data;
        if event["type"] != "game_event" {
            break event;
        }
        ids.push(text(&event["id"]));
    };
    assert_eq!(ids, ["3.0", "3.1", "4.0", "4.1"], "the whole gap");
    assert_eq!(view["lock_version"], 4);
}

#[tokio::test]
async fn a_new_seat_sees_with_new_eyes() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[]).await;
    let path = format!("/api/sessions/{id}");
    let mut stream = Reader::open(world.get(&anna, &format!("{path}/stream?patch=1"))).await;
    assert_eq!(stream.message().await.data["viewer_seat"], Value::Null);
    let body = json!({"public": 1, "players": {"0": anna.id}, "seats": {"0": "S"}});
    ok(world.send(&service, Method::PUT, &path, &body)).await;
    let event = stream.message().await.data;
    assert_eq!((&event["type"], &event["viewer_seat"]), (&json!("snapshot"), &json!(0)));
    assert_eq!(event["data"]["seat"], "S");
    // And with the old ones again when the seat is taken away.
    let body = json!({"public": 2, "players": {}});
    ok(world.send(&service, Method::PUT, &path, &body)).await;
    let event = stream.message().await.data;
    assert_eq!((&event["type"], &event["viewer_seat"]), (&json!("snapshot"), &Value::Null));
    assert_eq!(event["data"]["seat"], Value::Null);
}

#[tokio::test]
async fn who_follows_a_stream_is_present() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}");
    let nobody = Person::nobody();
    let mut streams = Vec::new();
    for who in [&anna, &nobody, &nobody] {
        let mut stream = Reader::open(world.get(who, &format!("{path}/stream"))).await;
        let told = loop {
            let event = stream.next().await.expect("the stream goes on").data;
            if event["type"] == "presence" {
                break event;
            }
        };
        assert_eq!(told["seats"], json!({"0": true}));
        assert_eq!(told["viewers"], streams.len());
        streams.push(stream);
    }
    drop(streams);
    let gone = async {
        loop {
            let here = ok(world.get(&nobody, &format!("{path}/presence"))).await;
            if (&here["seats"], &here["viewers"]) == (&json!({}), &json!(0)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("nobody is left");
}

#[tokio::test]
async fn a_deleted_session_closes_its_streams() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "T").await;
    let path = format!("/api/sessions/{id}");
    let mut stream = Reader::open(world.get(&anna, &format!("{path}/stream"))).await;
    stream.message().await;
    expect(world.delete(&anna, &path), StatusCode::NO_CONTENT).await;
    let last = stream.message().await;
    assert_eq!((&last.data["type"], &last.data["reason"]), (&json!("closed"), &json!("deleted")));
    assert!(stream.next().await.is_none(), "and the stream ends");
    refused(world.get(&anna, &format!("{path}/stream")), 404, "SESSION_NOT_FOUND").await;
}

#[tokio::test]
async fn a_session_that_ends_shows_its_last_view_and_then_closes() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let id = world.mirror(&service, &[]).await;
    let path = format!("/api/sessions/{id}");
    let mut stream = Reader::open(world.get(&service, &format!("{path}/stream"))).await;
    assert_eq!(stream.message().await.data["type"], "snapshot");
    let last = json!({"public": {"over": true}, "ended": true});
    ok(world.send(&service, Method::PUT, &path, &last)).await;
    let view = stream.message().await;
    assert_eq!((&view.data["type"], &view.data["lock_version"]), (&json!("update"), &json!(2)));
    assert_eq!(view.data["data"]["public"], json!({"over": true}));
    let closed = stream.message().await;
    assert_eq!((&closed.data["type"], &closed.data["reason"]), (&json!("closed"), &json!("ended")));
    assert!(stream.next().await.is_none(), "and the stream ends");
}

#[tokio::test]
async fn a_drain_ends_streams() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "T").await;
    let mut stream = Reader::open(world.get(&anna, &format!("/api/sessions/{id}/stream"))).await;
    stream.message().await;
    let (ended, ()) = tokio::join!(
        async {
            while let Some(event) = stream.next().await {
                assert_ne!(event.data["type"], "closed", "the session goes on elsewhere");
            }
            true
        },
        world.stop()
    );
    assert!(ended);
}

#[tokio::test]
async fn a_token_may_stand_in_the_address_of_a_stream() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}/stream");
    let single = text(&ok(world.get(&anna, "/api/ws/token")).await["token"]);
    for token in [anna.token.clone().unwrap(), single.clone()] {
        let mut stream =
            Reader::open(world.ask(Method::GET, &format!("{path}?token={token}"))).await;
        assert_eq!(stream.message().await.data["viewer_seat"], 0);
    }
    let again = world.ask(Method::GET, &format!("{path}?token={single}"));
    refused(again, 401, "UNAUTHORIZED").await;
    refused(world.ask(Method::GET, &format!("{path}?token=rubbish")), 401, "UNAUTHORIZED").await;
    // Only there: an address ends up in logs.
    let me = format!("/api/auth/me?token={}", anna.token.unwrap());
    refused(world.ask(Method::GET, &me), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn a_stream_ends_with_the_login_behind_it() {
    let world = World::start().await;
    let (anna, owner) = (world.guest("Anna").await, world.guest("Owner").await);
    let id = world.board(&owner, "T").await;
    let path = format!("/api/sessions/{id}/stream");
    // Whether a login counts is asked with each sign of life, every 15 s.
    let client = World::patient();
    let request = |who: &Person| who.sign(client.get(format!("{}{path}", world.base)));
    let mut own = Reader::open(request(&anna)).await;
    let mut public = Reader::open(request(&Person::nobody())).await;
    own.message().await;
    public.message().await;
    let everywhere = json!({"everywhere": true});
    expect(world.post(&anna, "/api/auth/logout", &everywhere), StatusCode::NO_CONTENT).await;
    while let Some(event) = own.next().await {
        assert_ne!(event.data["type"], "closed", "with a fresh login one may come back");
    }
    refused(world.get(&anna, &path), 401, "UNAUTHORIZED").await;
    // Nobody else is concerned.
    rename(&world, &owner, &id, "U").await;
    assert_eq!(public.message().await.data["lock_version"], 2);
}

#[tokio::test]
async fn what_comes_after_a_log_out_is_not_shown() {
    let world = World::start().await;
    let (anna, owner) = (world.guest("Anna").await, world.guest("Owner").await);
    let id = world.board(&owner, "T").await;
    let path = format!("/api/sessions/{id}/stream");
    let mut own = Reader::open(world.get(&anna, &path)).await;
    assert_eq!(own.message().await.data["lock_version"], 1);
    expect(world.post(&anna, "/api/auth/logout", &json!({})), StatusCode::NO_CONTENT).await;
    rename(&world, &owner, &id, "U").await;
    while let Some(event) = own.next().await {
        assert_ne!(event.data["lock_version"], 2, "{}", event.data);
    }
}
