//! Nommie's face over HTTP: lifecycle, moves, versions, tags, lists, every refusal.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Person, World, created, expect, header, ok, refused, text, until};

/// A game of this person; bots move at once.
pub(crate) async fn game(world: &World, host: &Person, mut options: Value) -> u64 {
    options["bot_pace_ms"] = json!(0);
    let made = created(world.post(host, "/api/games", &options)).await;
    made["game"]["id"].as_u64().expect("ids are numbers here")
}

pub(crate) fn path(game: u64, rest: &str) -> String {
    format!("/api/games/{game}/{rest}")
}

pub(crate) async fn snapshot(world: &World, who: &Person, game: u64) -> Value {
    ok(world.get(who, &path(game, "snapshot"))).await
}

/// A write that answers with nothing but a tag; gives the version.
pub(crate) async fn done(request: reqwest::RequestBuilder) -> u64 {
    let response = request.send().await.expect("an answer");
    let tag = response.headers().get("etag").map(|tag| tag.to_str().expect("text").to_owned());
    let status = response.status();
    let body = response.text().await.expect("a body");
    assert_eq!((status, body.as_str()), (StatusCode::NO_CONTENT, ""));
    let tag = tag.expect("a tag");
    let version = tag.split("-v").nth(1).expect("a version");
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Ann, Ben, Cat and Dan at a table, all ready.
async fn four(world: &World, options: Value) -> (Vec<Person>, u64) {
    let mut people = Vec::new();
    for name in ["Ann", "Ben", "Cat", "Dan"] {
        people.push(world.guest(name).await);
    }
    let id = game(world, &people[0], options).await;
    for who in &people[1..] {
        ok(world.post(who, &path(id, "join"), &json!({}))).await;
    }
    for who in &people {
        ready(world, who, id).await;
    }
    (people, id)
}

pub(crate) async fn ready(world: &World, who: &Person, id: u64) {
    let version = snapshot(world, who, id).await["lock_version"].clone();
    let body = json!({"is_ready": true, "lock_version": version});
    done(world.post(who, &path(id, "ready"), &body)).await;
}

/// The request that makes the first legal move of whoever's view this is.
fn first_legal(
    world: &World,
    who: &Person,
    id: u64,
    view: &Value,
) -> Option<reqwest::RequestBuilder> {
    let (verb, field, list) = [
        ("bid", "bid", &view["viewer_legal"]["bids"]),
        ("trump", "trump", &view["viewer_legal"]["trumps"]),
        ("play", "card", &view["viewer_legal"]["cards"]),
    ]
    .into_iter()
    .find(|(.., list)| list.is_array())?;
    let body = json!({field: list[0], "lock_version": view["lock_version"]});
    Some(world.post(who, &path(id, verb), &body))
}

#[tokio::test]
async fn four_people_sit_down_and_play_a_round() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({"name": "Friday"})).await;
    let mut last = 0;
    let mut moves = 0;
    loop {
        let first = snapshot(&world, &people[0], id).await;
        assert_eq!(first["snapshot"]["game"]["name"], "Friday");
        if first["snapshot"]["game"]["round_no"] == 2 {
            break;
        }
        let Some(seat) = first["snapshot"]["phase"]["data"]["to_act"].as_u64() else {
            until(&world, &people[0], &path(id, "snapshot"), |view| {
                view["snapshot"]["game"]["round_no"] == 2
            })
            .await;
            continue;
        };
        let who = &people[usize::try_from(seat).expect("a seat")];
        let view = snapshot(&world, who, id).await;
        let version = done(first_legal(&world, who, id, &view).expect("their turn")).await;
        assert!(version > last, "{version} after {last}");
        last = version;
        moves += 1;
    }
    assert_eq!(moves, 4 + 1 + 52);
    let history = ok(world.get(&people[2], &path(id, "history"))).await;
    let round = &history["rounds"][0];
    assert_eq!([&round["round_no"], &round["hand_size"], &round["dealer"]], [1, 13, 0]);
    let total: u64 = (0..4).map(|seat| round["tricks_won"][seat].as_u64().expect("tricks")).sum();
    assert_eq!(total, 13);
    let view = snapshot(&world, &people[1], id).await;
    assert_eq!(view["snapshot"]["game"]["scores_total"], round["scores_total"]);
    assert_eq!(view["viewer_hand"].as_array().map(Vec::len), Some(12));
}

#[tokio::test]
async fn everyone_has_a_tag_of_their_own_and_304_while_nothing_changes() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let eve = world.guest("Eve").await;
    let mut tags = BTreeSet::new();
    for (who, seat) in people.iter().map(Some).chain([None]).zip(["0", "1", "2", "3", ""]) {
        let who = who.unwrap_or(&eve);
        let response = world.get(who, &path(id, "snapshot")).send().await.expect("an answer");
        let tag = header(&response, "etag");
        let seated = response.headers().get("x-viewer-seat").map(|s| s.to_str().unwrap_or("?"));
        assert_eq!(seated.unwrap_or_default(), seat);
        assert_eq!(header(&response, "cache-control"), "private, no-cache");
        assert!(header(&response, "vary").to_ascii_lowercase().contains("authorization"));
        let body: Value = response.json().await.expect("JSON");
        let version = &body["lock_version"];
        let suffix = if seat.is_empty() { String::new() } else { format!("-seat{seat}") };
        assert_eq!(tag, format!("\"game-{id}-v{version}{suffix}\""));
        for held in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let request = world.get(who, &path(id, "snapshot")).header("if-none-match", held);
            expect(request, StatusCode::NOT_MODIFIED).await;
        }
        let others = world.get(who, &path(id, "snapshot")).header("if-none-match", "\"game\"");
        ok(others).await;
        tags.insert(tag);
    }
    assert_eq!(tags.len(), 5, "nobody shares a cached body: {tags:?}");
    let view = snapshot(&world, &people[1], id).await;
    done(first_legal(&world, &people[1], id, &view).expect("ben bids first")).await;
    for tag in tags {
        let who = &people[0];
        let request = world.get(who, &path(id, "snapshot")).header("if-none-match", tag);
        ok(request).await;
    }
}

#[tokio::test]
async fn the_version_comes_first_and_a_stale_one_brings_the_own_fresh_snapshot() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let view = snapshot(&world, &people[1], id).await;
    let version = view["lock_version"].as_u64().expect("a version");
    // Stale, out of turn and out of range at once: it is the version that is named.
    let body = json!({"bid": 99, "lock_version": version - 1});
    for who in [&people[0], &people[1]] {
        let problem =
            refused(world.post(who, &path(id, "bid"), &body), 409, "OPTIMISTIC_LOCK").await;
        let more = &problem["extensions"];
        assert_eq!([&more["expected"], &more["actual"]], [version - 1, version]);
        assert_eq!(more["snapshot"], snapshot(&world, who, id).await);
    }
    for (verb, body) in [
        ("bid", json!({"bid": 1})),
        ("trump", json!({"trump": "CLUBS"})),
        ("play", json!({"card": "AS"})),
        ("ready", json!({"is_ready": true})),
    ] {
        refused(world.post(&people[1], &path(id, verb), &body), 400, "BAD_REQUEST").await;
    }
    let delete = world.delete(&people[0], &format!("/api/games/{id}"));
    refused(delete, 400, "BAD_REQUEST").await;
    assert_eq!(snapshot(&world, &people[1], id).await, view, "nothing has changed");
}

#[tokio::test]
async fn bad_moves_get_their_codes_and_change_nothing() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let eve = world.guest("Eve").await;
    let before = snapshot(&world, &people[1], id).await;
    let version = &before["lock_version"];
    let bid = |bid: Value| json!({"bid": bid, "lock_version": version});
    for (who, verb, body, status, code) in [
        (&people[0], "bid", bid(json!(1)), 422, "OUT_OF_TURN"),
        (&people[1], "bid", bid(json!(14)), 422, "INVALID_BID"),
        (&people[1], "bid", bid(json!(-1)), 422, "INVALID_BID"),
        (&people[1], "bid", bid(json!(1.5)), 400, "BAD_COMMAND"),
        (&people[1], "bid", bid(json!("ten")), 400, "BAD_COMMAND"),
        (&people[1], "play", json!({"card": "AS", "lock_version": version}), 422, "PHASE_MISMATCH"),
        (
            &people[1],
            "trump",
            json!({"trump": "CLUBS", "lock_version": version}),
            422,
            "PHASE_MISMATCH",
        ),
        (
            &people[1],
            "trump",
            json!({"trump": "STARS", "lock_version": version}),
            400,
            "BAD_COMMAND",
        ),
        (&eve, "bid", bid(json!(1)), 403, "NOT_A_MEMBER"),
        (&eve, "join", json!({}), 409, "PHASE_MISMATCH"),
        (&eve, "rejoin", json!({}), 403, "NOT_A_MEMBER"),
        (&people[1], "rejoin", json!({}), 409, "ALREADY_JOINED"),
        (&people[1], "spectate", json!({}), 409, "ALREADY_JOINED"),
        (&people[0], "ai/add", json!({}), 409, "PHASE_MISMATCH"),
        (&people[1], "ai/add", json!({}), 403, "FORBIDDEN"),
        (&people[1], "pause", json!({"pause": true}), 409, "NO_TURN_CLOCK"),
        (&Person::nobody(), "bid", bid(json!(1)), 401, "UNAUTHORIZED"),
    ] {
        refused(world.post(who, &path(id, verb), &body), status, code).await;
    }
    for (id, status, code) in [
        ("0", 400, "INVALID_GAME_ID"),
        ("x", 400, "INVALID_GAME_ID"),
        ("77", 404, "GAME_NOT_FOUND"),
    ] {
        let get = world.get(&eve, &format!("/api/games/{id}/snapshot"));
        refused(get, status, code).await;
    }
    let board = world.board(&eve, "no game").await;
    let get = world.get(&eve, &format!("/api/games/{board}/snapshot"));
    refused(get, 404, "GAME_NOT_FOUND").await;
    assert_eq!(snapshot(&world, &people[1], id).await, before);

    // A card of another, a card that is none, and one twice.
    let mut view = before;
    while view["snapshot"]["phase"]["phase"] != "Trick" {
        let seat = view["snapshot"]["phase"]["data"]["to_act"].as_u64().expect("a turn");
        let who = &people[usize::try_from(seat).expect("a seat")];
        let own = snapshot(&world, who, id).await;
        done(first_legal(&world, who, id, &own).expect("their turn")).await;
        view = snapshot(&world, &people[1], id).await;
    }
    let other = snapshot(&world, &people[2], id).await["viewer_hand"][0].clone();
    let play = |card: &Value, version: &Value| json!({"card": card, "lock_version": version});
    let version = &view["lock_version"];
    let request = |body: Value| world.post(&people[1], &path(id, "play"), &body);
    refused(request(play(&other, version)), 422, "CARD_NOT_IN_HAND").await;
    refused(request(play(&json!("1Z"), version)), 422, "PARSE_CARD").await;
    let own = &view["viewer_hand"][0];
    // A double click: the same key, once.
    let key = || request(play(own, version)).header("idempotency-key", "click-1");
    let (first, second) = (done(key()).await, done(key()).await);
    assert_eq!(first, second);
    refused(request(play(own, version)), 409, "OPTIMISTIC_LOCK").await;
    let other_body = play(&view["viewer_hand"][1], version);
    let reused = request(other_body).header("idempotency-key", "click-1");
    refused(reused, 409, "KEY_REUSED").await;

    // A revoke: whoever holds the suit that was led must follow it.
    loop {
        let seat = snapshot(&world, &people[0], id).await["snapshot"]["phase"]["data"]["to_act"]
            .as_u64()
            .expect("a turn: in thirteen tricks somebody has a suit and others beside it");
        let who = &people[usize::try_from(seat).expect("a seat")];
        let own = snapshot(&world, who, id).await;
        let legal = own["viewer_legal"]["cards"].as_array().expect("cards");
        let hand = own["viewer_hand"].as_array().expect("a hand");
        if let Some(revoke) = hand.iter().find(|card| !legal.contains(card)) {
            let body = play(revoke, &own["lock_version"]);
            refused(world.post(who, &path(id, "play"), &body), 422, "MUST_FOLLOW_SUIT").await;
            assert_eq!(snapshot(&world, who, id).await, own);
            break;
        }
        done(first_legal(&world, who, id, &own).expect("their turn")).await;
    }
}

#[tokio::test]
async fn two_tabs_that_act_at_once_make_one_move() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let view = snapshot(&world, &people[1], id).await;
    let tabs = (0..8).map(|bid| {
        let body = json!({"bid": bid, "lock_version": view["lock_version"]});
        world.post(&people[1], &path(id, "bid"), &body).send()
    });
    let answers = futures_util::future::join_all(tabs).await;
    let mut statuses: Vec<u16> =
        answers.into_iter().map(|answer| answer.expect("an answer").status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409, 409, 409, 409, 409]);
    let bids = snapshot(&world, &people[1], id).await["snapshot"]["phase"]["data"]["bids"].clone();
    assert_eq!(bids.as_array().expect("bids").iter().filter(|bid| bid.is_number()).count(), 1);
}

#[tokio::test]
async fn the_host_fills_the_table_with_bots_and_takes_people_out() {
    let world = World::start().await;
    let (ann, ben) = (world.guest("Ann").await, world.guest("Ben").await);
    let id = game(&world, &ann, json!({})).await;
    let view = ok(world.post(&ben, &path(id, "join"), &json!({}))).await;
    assert_eq!(view["snapshot"]["game"]["seating"][1]["display_name"], "Ben", "their own name");
    let forged = json!({"player": "Ann"});
    done(world.post(&ann, &path(id, "remove"), &json!({"seat": 1}))).await;
    let view = ok(world.post(&ben, &path(id, "join"), &forged)).await;
    assert_eq!(view["snapshot"]["game"]["seating"][1]["display_name"], "Ben", "nobody else's");
    done(world.post(&ann, &path(id, "remove"), &json!({"seat": 1}))).await;
    let body = json!({"is_ready": true, "lock_version": 5});
    refused(world.post(&ben, &path(id, "ready"), &body), 403, "NOT_A_MEMBER").await;
    done(world.post(&ann, &path(id, "ai/add"), &json!({"seat": 2, "profile": "random"}))).await;
    done(world.post(&ann, &path(id, "ai/add"), &json!({}))).await;
    done(world.post(&ann, &path(id, "ai/update"), &json!({"seat": 2, "profile": "heuristic"})))
        .await;
    done(world.post(&ann, &path(id, "ai/remove"), &json!({"seat": 1}))).await;
    refused(world.post(&ann, &path(id, "ai/remove"), &json!({"seat": 1})), 409, "NOT_A_BOT").await;
    done(world.post(&ann, &path(id, "ai/add"), &json!({}))).await;
    done(world.post(&ann, &path(id, "ai/add"), &json!({}))).await;
    refused(world.post(&ben, &path(id, "join"), &json!({})), 409, "GAME_FULL").await;
    done(world.patch(&ann, &format!("/api/games/{id}"), &json!({"name": "Sunday"}))).await;
    let view = ok(world.post(&ben, &path(id, "spectate"), &json!({}))).await;
    assert_eq!(view["snapshot"]["game"]["name"], "Sunday");
    assert_eq!(view["viewer_hand"], Value::Null);
    ready(&world, &ann, id).await;
    // The bots bid by themselves, up to Ann.
    let view =
        until(&world, &ann, &path(id, "snapshot"), |view| view["viewer_legal"]["bids"].is_array())
            .await;
    assert_eq!(view["snapshot"]["phase"]["data"]["to_act"], 0);
    let made: Vec<bool> =
        (0..4).map(|seat| view["snapshot"]["phase"]["data"]["bids"][seat].is_number()).collect();
    assert_eq!(made, [false, true, true, true]);
}

#[tokio::test]
async fn who_leaves_in_play_is_stood_in_for_and_comes_back_to_the_same_hand() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let (cat, hand) = (&people[2], snapshot(&world, &people[2], id).await["viewer_hand"].clone());
    done(world.delete(cat, &path(id, "leave"))).await;
    let view = snapshot(&world, cat, id).await;
    assert_eq!(view["viewer_hand"], Value::Null);
    assert_eq!(view["snapshot"]["game"]["seating"][2]["original_user_id"], cat.id.as_str());
    refused(world.delete(cat, &path(id, "leave")), 403, "NOT_A_MEMBER").await;
    let view = ok(world.post(cat, &path(id, "rejoin"), &json!({}))).await;
    assert_eq!(view["viewer_hand"], hand);
    assert_eq!(view["snapshot"]["game"]["seating"][2]["display_name"], "Cat");
}

#[tokio::test]
async fn lists_show_what_can_be_joined_what_goes_on_and_ones_own() {
    let world = World::start().await;
    let (ann, ben) = (world.guest("Ann").await, world.guest("Ben").await);
    let free = game(&world, &ann, json!({"name": "free"})).await;
    let full = game(&world, &ann, json!({"name": "full"})).await;
    let on =
        game(&world, &ann, json!({"name": "on", "turn_clock": {"kind": "fixed", "seconds": 60}}))
            .await;
    for game in [full, on] {
        for _ in 0..3 {
            done(world.post(&ann, &path(game, "ai/add"), &json!({}))).await;
        }
    }
    ready(&world, &ann, on).await;
    until(&world, &ann, &path(on, "snapshot"), |view| view["viewer_legal"]["bids"].is_array())
        .await;
    ok(world.post(&ben, &path(free, "join"), &json!({}))).await;
    world.board(&ann, "no game").await;
    let list = async |who: &Person, state: &str| {
        let page = ok(world.get(who, &format!("/api/games?state={state}"))).await;
        let games = page["games"].as_array().expect("games").clone();
        // Games of one millisecond stand in any order.
        let mut names: Vec<String> = games.iter().map(|game| text(&game["name"])).collect();
        names.sort();
        names
    };
    assert_eq!(list(&ann, "joinable").await, ["free"]);
    assert_eq!(list(&ann, "in-progress").await, ["on"]);
    assert_eq!(list(&ann, "mine").await, ["free", "full", "on"]);
    assert_eq!(list(&ben, "mine").await, ["free"]);
    assert_eq!(list(&ben, "").await.len(), 3);
    refused(world.get(&ann, "/api/games?state=x"), 400, "BAD_REQUEST").await;
    refused(world.get(&Person::nobody(), "/api/games"), 401, "UNAUTHORIZED").await;

    let page = ok(world.get(&ann, "/api/games?state=in-progress")).await;
    let line = &page["games"][0];
    assert_eq!([&line["id"], &line["round_no"], &line["free"]], [on, 1, 0]);
    assert_eq!([&line["state"], &line["your_turn"]], [&json!("in-progress"), &json!(true)]);
    assert_eq!(line["seats"][0], json!({"display_name": "Ann", "is_ai": false}));
    assert_eq!(ok(world.get(&ann, "/api/games/waiting-longest")).await, json!({"games": [on]}));
    assert_eq!(ok(world.get(&ben, "/api/games/waiting-longest")).await, json!({"games": []}));
    let first = ok(world.get(&ann, "/api/games?state=mine&limit=2")).await;
    let next = format!("/api/games?state=mine&limit=2&after={}", first["next"]);
    let second = ok(world.get(&ann, &next)).await;
    let mut ids: Vec<u64> = [&first, &second]
        .iter()
        .flat_map(|page| page["games"].as_array().expect("games").clone())
        .map(|game| game["id"].as_u64().expect("an id"))
        .collect();
    ids.sort_unstable();
    let mut all = [free, full, on];
    all.sort_unstable();
    assert_eq!(ids, all);
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn the_host_deletes_it_and_nobody_else() {
    let world = World::start().await;
    let (people, id) = four(&world, json!({})).await;
    let version = snapshot(&world, &people[0], id).await["lock_version"].clone();
    let place = format!("/api/games/{id}");
    let delete = |who: &Person, version: &Value| {
        world.send(who, Method::DELETE, &place, &json!({"lock_version": version}))
    };
    refused(delete(&people[1], &version), 403, "FORBIDDEN").await;
    let stale = refused(delete(&people[0], &json!(1)), 409, "OPTIMISTIC_LOCK").await;
    assert_eq!(stale["extensions"]["snapshot"]["viewer_hand"].as_array().map(Vec::len), Some(13));
    expect(delete(&people[0], &version), StatusCode::NO_CONTENT).await;
    refused(world.get(&people[0], &path(id, "snapshot")), 404, "GAME_NOT_FOUND").await;
    assert_eq!(ok(world.get(&people[0], "/api/games?state=mine")).await["games"], json!([]));
}

#[tokio::test]
async fn options_of_a_game_are_checked() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    for options in [
        json!({"bot_pace_ms": 60_001}),
        json!({"bot_pace_ms": "fast"}),
        json!({"turn_clock": {"kind": "fixed", "seconds": 0}}),
        json!({"turn_clock": {"kind": "chess", "seconds": 5}}),
        json!({"name": ""}),
        json!({"rounds": 3}),
    ] {
        refused(world.post(&ann, "/api/games", &options), 400, "BAD_COMMAND").await;
    }
    let made = created(world.post(&ann, "/api/games", &json!({}))).await;
    assert_eq!(made["game"]["name"], "Nommie");
}
