//! The sessions face: make, show, list, command, events, history, delete, mirrors.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Person, World, created, expect, header, ok, refused, text};

#[tokio::test]
async fn a_session_is_made_shown_and_listed() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let wish = json!({"game": "scoreboard", "options": {"title": "Friday"}});
    let response = world.post(&anna, "/api/sessions", &wish).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let (place, tag) = (header(&response, "location"), header(&response, "etag"));
    let made: Value = response.json().await.unwrap();
    let id = text(&made["session"]);
    assert_eq!(place, format!("/api/sessions/{id}"));
    assert_eq!(made["type"], "snapshot");
    assert_eq!(
        (&made["version"], &made["lock_version"], &made["viewer_seat"]),
        (&json!(1), &json!(1), &Value::Null)
    );
    assert_eq!((&made["game"], &made["status"]), (&json!("scoreboard"), &json!("running")));
    assert_eq!((&made["title"], &made["data"]["title"]), (&json!("Friday"), &json!("Friday")));
    assert_eq!(made["seed_commitment"].as_str().unwrap().len(), 64);
    assert!(made.get("seed").is_none(), "secret until the end");

    let response = world.get(&Person::nobody(), &place).send().await.unwrap();
    assert_eq!(header(&response, "etag"), tag, "all spectators share a view");
    assert_eq!(header(&response, "cache-control"), "private, no-cache");
    assert!(header(&response, "vary").contains("authorization"));
    assert!(response.headers().get("x-viewer-seat").is_none());
    assert_eq!(response.json::<Value>().await.unwrap(), made);

    let list = ok(world.get(&Person::nobody(), "/api/sessions?game=scoreboard")).await;
    let line = &list["sessions"][0];
    assert_eq!((&line["id"], &line["session"]), (&json!(id), &json!(id)));
    assert_eq!((&line["title"], &line["owner"]), (&json!("Friday"), &json!(anna.id)));
    assert_eq!((&line["status"], &line["lock_version"]), (&json!("running"), &json!(1)));
    assert_eq!(line["viewers"], 0);
    for key in ["created_at", "updated_at"] {
        let at = line[key].as_str().unwrap();
        assert!(at.len() == 24 && at.ends_with('Z'), "{at}");
    }
    assert_eq!(list["next"], Value::Null);
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    let world = World::start().await;
    let (anna, ben) = (world.guest("Anna").await, world.guest("Ben").await);
    let mut made = Vec::new();
    for n in 0..5 {
        let owner = if n % 2 == 0 { &anna } else { &ben };
        made.push(world.board(owner, &format!("B{n}")).await);
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/sessions?game=scoreboard&limit=2&after={after}");
        let page = ok(world.get(&anna, &path)).await;
        let lines = page["sessions"].as_array().unwrap();
        assert!(lines.len() <= 2);
        seen.extend(lines.iter().map(|line| text(&line["id"])));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    seen.sort();
    made.sort();
    assert_eq!(seen, made, "each once");
    let mine = ok(world.get(&anna, &format!("/api/sessions?owner={}", ben.id))).await;
    assert_eq!(mine["sessions"].as_array().unwrap().len(), 2);
    let ended = ok(world.get(&anna, "/api/sessions?status=ended&game=scoreboard")).await;
    assert_eq!(ended["sessions"], json!([]));
}

#[tokio::test]
async fn a_tag_spares_the_body() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}");
    let tag = world.tag(&id).await;
    for held in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let request = world.get(&anna, &path).header("if-none-match", &held);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{held}");
        assert_eq!(header(&response, "etag"), tag);
        assert_eq!(response.text().await.unwrap(), "");
    }
    let rename = json!({"command": {"do": "set_title", "title": "B"}});
    ok(world.post(&anna, &format!("{path}/commands"), &rename)).await;
    let body = ok(world.get(&anna, &path).header("if-none-match", &tag)).await;
    assert_eq!((&body["lock_version"], &body["title"]), (&json!(2), &json!("B")));
    assert_ne!(world.tag(&id).await, tag);
}

#[tokio::test]
async fn two_viewers_never_share_a_tag_or_a_view() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let (anna, ben, carl) =
        (world.guest("Anna").await, world.guest("Ben").await, world.guest("Carl").await);
    let id = world.mirror(&service, &[&anna, &ben]).await;
    let path = format!("/api/sessions/{id}");
    let mut tags = Vec::new();
    for (who, seat) in [(&anna, Some(0)), (&ben, Some(1)), (&carl, None)] {
        let response = world.get(who, &path).send().await.unwrap();
        tags.push(header(&response, "etag"));
        let seat_header =
            response.headers().get("x-viewer-seat").map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(seat_header, seat.map(|seat: u8| seat.to_string()));
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["viewer_seat"], json!(seat));
        let secret = seat.map_or(Value::Null, |seat| json!({"secret": seat}));
        assert_eq!(body["data"], json!({"public": {"n": 0}, "seat": secret}));
    }
    let mut distinct = tags.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 3, "{tags:?}");
    // The tag of one viewer means nothing for another: no 304 by somebody else's tag.
    for (who, others) in [(&anna, &tags[1]), (&carl, &tags[0])] {
        ok(world.get(who, &path).header("if-none-match", others)).await;
    }
}

#[tokio::test]
async fn a_command_answers_with_its_version_and_reply() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}/commands");
    let order = json!({"command": {"do": "add_team", "name": "Blue"}, "lock_version": 1});
    let response = world.post(&anna, &path, &order).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let tag = header(&response, "etag");
    let body: Value = response.json().await.unwrap();
    let team = json!({"id": "t1", "name": "Blue", "player_ids": []});
    assert_eq!(body, json!({"session": id, "lock_version": 2, "data": team}));
    assert_eq!(world.tag(&id).await, tag, "whoever wrote reads what was written");

    let stale = refused(world.post(&anna, &path, &order), 409, "OPTIMISTIC_LOCK").await;
    let more = &stale["extensions"];
    assert_eq!((&more["expected"], &more["actual"]), (&json!(1), &json!(2)));
    assert_eq!(more["snapshot"]["type"], "snapshot");
    assert_eq!(more["snapshot"]["lock_version"], 2);
    assert_eq!(more["snapshot"]["data"]["teams"], json!([team]));
    assert_eq!(world.tag(&id).await, tag, "nothing happened");
}

#[tokio::test]
async fn a_keyed_command_is_carried_out_once() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}/commands");
    let order = json!({"command": {"do": "add_team", "name": "Blue"}});
    let keyed = |body: &Value| world.post(&anna, &path, body).header("idempotency-key", "k-1");
    let first = ok(keyed(&order)).await;
    let again = ok(keyed(&order)).await;
    assert_eq!(first, again);
    assert_eq!(first["lock_version"], 2);
    let other = json!({"command": {"do": "add_team", "name": "Red"}});
    refused(keyed(&other), 409, "KEY_REUSED").await;
    let board = ok(world.get(&anna, &format!("/game/{id}"))).await;
    assert_eq!(board["teams"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let world = World::start().await;
    let (anna, ben) = (world.guest("Anna").await, world.guest("Ben").await);
    let id = world.board(&anna, "A").await;
    let path = format!("/api/sessions/{id}/commands?dry_run=1");
    let tag = world.tag(&id).await;
    let order = json!({"command": {"do": "add_team", "name": "Blue"}});
    let body = ok(world.post(&anna, &path, &order)).await;
    assert_eq!(body, json!({"session": id, "lock_version": 1, "data": null, "dry_run": true}));
    refused(world.post(&ben, &path, &order), 403, "FORBIDDEN").await;
    let stale = json!({"command": {"do": "add_team", "name": "Blue"}, "lock_version": 7});
    refused(world.post(&anna, &path, &stale), 409, "OPTIMISTIC_LOCK").await;
    let bad = json!({"command": {"do": "dance"}});
    refused(world.post(&anna, &path, &bad), 400, "BAD_COMMAND").await;
    assert_eq!(world.tag(&id).await, tag);
}

#[tokio::test]
async fn a_mirror_takes_documents_and_tells_events() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let anna = world.guest("Anna").await;
    let id = world.mirror(&service, &[&anna]).await;
    let path = format!("/api/sessions/{id}");
    let put = |body: Value| world.send(&service, Method::PUT, &path, &body);
    let events = json!([
        {"type": "dealt", "result": {"cards": 2}},
        {"type": "peeked", "result": {"card": "A"}, "seats": [0]},
    ]);
    let body =
        json!({"public": {"n": 1.50}, "seats": {"0": "S"}, "events": events, "lock_version": 1});
    let answer = ok(put(body)).await;
    assert_eq!(answer, json!({"session": id, "lock_version": 2, "data": null}));
    let seen = ok(world.get(&anna, &path)).await;
    assert_eq!(seen["data"], json!({"public": {"n": 1.5}, "seat": "S"}));
    refused(put(json!({"public": 0, "lock_version": 1})), 409, "OPTIMISTIC_LOCK").await;

    let ids = |body: &Value| -> Vec<String> {
        body["events"].as_array().unwrap().iter().map(|event| text(&event["id"])).collect()
    };
    let all = ok(world.get(&anna, &format!("{path}/events"))).await;
    assert_eq!(ids(&all), ["2.0", "2.1"]);
    let first = &all["events"][0];
    assert_eq!((&first["type"], &first["game_type"]), (&json!("game_event"), &json!("mirror")));
    assert_eq!(first["result"]["result"], json!({"cards": 2}));
    assert_eq!(first["lock_version"], 2);
    assert_eq!(all["next"], Value::Null);
    let public = ok(world.get(&Person::nobody(), &format!("{path}/events"))).await;
    assert_eq!(ids(&public), ["2.0"], "what a spectator may not know is not there");
    let page = ok(world.get(&anna, &format!("{path}/events?limit=1"))).await;
    assert_eq!((ids(&page), &page["next"]), (vec!["2.0".to_owned()], &json!("2.0")));
    let rest = ok(world.get(&anna, &format!("{path}/events?since=2.0&limit=1"))).await;
    assert_eq!((ids(&rest), &rest["next"]), (vec!["2.1".to_owned()], &Value::Null));
    let none = ok(world.get(&anna, &format!("{path}/events?since=2"))).await;
    assert_eq!(ids(&none), Vec::<String>::new());

    let ended = ok(put(json!({"public": "over", "ended": true}))).await;
    assert_eq!(ended["lock_version"], 3);
    let body = ok(world.get(&anna, &path)).await;
    assert_eq!(body["status"], "ended");
    assert_eq!(body["seed"].as_str().unwrap().len(), 64, "revealed at the end");
    refused(put(json!({"public": 1})), 422, "SESSION_ENDED").await;
}

#[tokio::test]
async fn events_that_memory_has_forgotten_come_from_the_log() {
    let world = World::start().await;
    let service = world.with_roles("backend", &["service"]).await;
    let id = world.mirror(&service, &[]).await;
    let path = format!("/api/sessions/{id}");
    let many = 300_u64;
    for n in 0..many {
        let body = json!({"public": n, "events": [{"result": n}]});
        ok(world.send(&service, Method::PUT, &path, &body)).await;
    }
    let mut seen: Vec<u64> = Vec::new();
    let mut since = "0".to_owned();
    loop {
        let page = ok(world.get(&service, &format!("{path}/events?since={since}&limit=70"))).await;
        let events = page["events"].as_array().unwrap();
        seen.extend(events.iter().map(|event| event["result"]["result"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => since = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, (0..many).collect::<Vec<_>>(), "each once, in order");
}

#[tokio::test]
async fn the_history_is_public_and_tells_no_commands() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let invite = json!({"command": {"do": "invite"}});
    ok(world.post(&anna, &format!("/api/sessions/{id}/commands"), &invite)).await;
    let path = format!("/api/sessions/{id}/history");
    let body = ok(world.get(&Person::nobody(), &path)).await;
    let entries = body["entries"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["created", "command"]);
    for entry in entries {
        let keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["at", "kind", "version"], "and nothing else");
    }
    let page = ok(world.get(&anna, &format!("{path}?limit=1"))).await;
    assert_eq!(page["next"], 1);
    let rest = ok(world.get(&anna, &format!("{path}?limit=1&after=1"))).await;
    assert_eq!((&rest["entries"][0]["version"], &rest["next"]), (&json!(2), &Value::Null));
}

#[tokio::test]
async fn legal_commands_belong_to_a_version() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let body = ok(world.get(&anna, &format!("/api/sessions/{id}/legal"))).await;
    assert_eq!(body, json!({"session": id, "lock_version": 1, "commands": []}));
}

#[tokio::test]
async fn owners_and_admins_delete_and_nobody_else() {
    let world = World::start().await;
    let (anna, ben) = (world.guest("Anna").await, world.guest("Ben").await);
    let admin = world.with_roles("boss", &["admin"]).await;
    for who in [&anna, &admin] {
        let id = world.board(&anna, "A").await;
        let path = format!("/api/sessions/{id}");
        let tag = world.tag(&id).await;
        refused(world.delete(&ben, &path), 403, "FORBIDDEN").await;
        refused(world.delete(&Person::nobody(), &path), 401, "UNAUTHORIZED").await;
        let stale = format!("{path}?lock_version=9");
        refused(world.delete(who, &stale), 409, "OPTIMISTIC_LOCK").await;
        assert_eq!(world.tag(&id).await, tag);
        expect(world.delete(who, &path), StatusCode::NO_CONTENT).await;
        for gone in [path.clone(), format!("/game/{id}"), format!("{path}/history")] {
            refused(world.get(&anna, &gone), 404, "SESSION_NOT_FOUND").await;
        }
        refused(world.delete(who, &path), 404, "SESSION_NOT_FOUND").await;
    }
    let list = ok(world.get(&anna, "/api/sessions?game=scoreboard")).await;
    assert_eq!(list["sessions"], json!([]));
}

#[tokio::test]
async fn presence_counts_nobody_when_nobody_is_here() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let here = ok(world.get(&anna, &format!("/api/sessions/{id}/presence"))).await;
    assert_eq!(here, json!({"session": id, "seats": {}, "viewers": 0}));
    let all = ok(world.get(&anna, "/api/presence")).await;
    assert_eq!(all, json!({"sockets": 0, "users": 0, "sessions": {}}));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let on_disk = |settings: &mut server::settings::Settings| {
        settings.store = server::settings::StoreKind::Sqlite;
        settings.data_dir.clone_from(&data);
    };
    let world = World::with(on_disk).await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let team =
        created(world.post(&anna, &format!("/game/{id}/team"), &json!({"name": "Blue"}))).await;
    assert_eq!(team["lock_version"], 2);
    let tag = world.tag(&id).await;
    world.stop().await;
    let world = World::with(on_disk).await;
    assert_eq!(world.tag(&id).await, tag, "same epoch, same version");
    let board = ok(world.get(&anna, &format!("/game/{id}"))).await;
    assert_eq!(board["teams"][0]["name"], "Blue", "and the old token still counts");
    world.stop().await;
}
