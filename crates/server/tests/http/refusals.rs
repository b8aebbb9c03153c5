//! Bad input, and what it gets: a documented status and code, and no change of anything.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{Person, World, created, ok, refused};

/// What is sent, in which way it is bad, and what it gets.
struct Case {
    name: String,
    request: RequestBuilder,
    status: u16,
    code: &'static str,
}

fn case(name: &str, request: RequestBuilder, status: u16, code: &'static str) -> Case {
    Case { name: name.to_owned(), request, status, code }
}

/// Sends each case; after each of them, the session is what it was.
async fn check(world: &World, session: &str, cases: Vec<Case>) {
    let tag = world.tag(session).await;
    for Case { name, request, status, code } in cases {
        println!("{name}");
        refused(request, status, code).await;
        assert_eq!(world.tag(session).await, tag, "{name} changed something");
    }
    ok(world.ask(Method::GET, "/healthz")).await;
}

async fn furnished(world: &World, owner: &Person) -> String {
    let id = world.board(owner, "A").await;
    created(world.post(owner, &format!("/game/{id}/team"), &json!({"name": "T"}))).await;
    created(world.post(owner, &format!("/game/{id}/player"), &json!({"name": "P"}))).await;
    id
}

#[tokio::test]
async fn ids_that_are_none_or_of_nothing() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = furnished(&world, &anna).await;
    let mut cases = Vec::new();
    let body = json!({"name": "x", "title": "x", "command": {}, "code": "0", "public": 1});
    let routes = [
        (Method::GET, "/api/sessions/{id}"),
        (Method::PUT, "/api/sessions/{id}"),
        (Method::DELETE, "/api/sessions/{id}"),
        (Method::POST, "/api/sessions/{id}/commands"),
        (Method::GET, "/api/sessions/{id}/legal"),
        (Method::GET, "/api/sessions/{id}/events"),
        (Method::GET, "/api/sessions/{id}/history"),
        (Method::GET, "/api/sessions/{id}/presence"),
        (Method::GET, "/api/sessions/{id}/stream"),
        (Method::GET, "/game/{id}"),
        (Method::PATCH, "/game/{id}"),
        (Method::DELETE, "/game/{id}"),
        (Method::POST, "/game/{id}/team"),
        (Method::PATCH, "/game/{id}/team/t1"),
        (Method::DELETE, "/game/{id}/team/t1"),
        (Method::POST, "/game/{id}/player"),
        (Method::PATCH, "/game/{id}/player/p1"),
        (Method::DELETE, "/game/{id}/player/p1"),
        (Method::PATCH, "/game/{id}/player/p1/drink"),
        (Method::POST, "/game/{id}/invite"),
        (Method::POST, "/game/{id}/join"),
        (Method::PUT, "/game/{id}/editors/u"),
        (Method::DELETE, "/game/{id}/editors/u"),
    ];
    for (method, route) in &routes {
        for (session, status, code) in [
            ("77", 404, "SESSION_NOT_FOUND"),
            ("9007199254740991", 404, "SESSION_NOT_FOUND"),
            ("0", 400, "INVALID_SESSION_ID"),
            ("x", 400, "INVALID_SESSION_ID"),
            ("-1", 400, "INVALID_SESSION_ID"),
            ("1e3", 400, "INVALID_SESSION_ID"),
            ("9007199254740992", 400, "INVALID_SESSION_ID"),
            ("%00", 400, "INVALID_SESSION_ID"),
            ("%F0%9F%8D%B9", 400, "INVALID_SESSION_ID"),
            ("%ff", 400, "BAD_REQUEST"),
        ] {
            let path = route.replace("{id}", session);
            let request = world.send(&anna, method.clone(), &path, &body);
            cases.push(case(&format!("{method} {path}"), request, status, code));
        }
    }
    for (method, path, status, code) in [
        (Method::PATCH, "/team/t9", 404, "UNKNOWN_TEAM"),
        (Method::DELETE, "/team/t9", 404, "UNKNOWN_TEAM"),
        (Method::PATCH, "/player/p9", 404, "UNKNOWN_PLAYER"),
        (Method::DELETE, "/player/p9", 404, "UNKNOWN_PLAYER"),
        (Method::PATCH, "/team/a%20b", 400, "BAD_REQUEST"),
        (Method::DELETE, "/team/%C3%A9", 400, "BAD_REQUEST"),
        (Method::PATCH, "/player/a.b", 400, "BAD_REQUEST"),
        (Method::PATCH, "/player/a%2Fb/drink", 400, "BAD_REQUEST"),
        (Method::PUT, "/editors/a%20b", 400, "BAD_REQUEST"),
        (Method::GET, "/nothing", 404, "NOT_FOUND"),
    ] {
        let request = world.send(&anna, method.clone(), &format!("/game/{id}{path}"), &body);
        cases.push(case(&format!("{method} …{path}"), request, status, code));
    }
    check(&world, &id, cases).await;
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let world = World::with(|settings| settings.limits.body_bytes = 2048).await;
    let anna = world.guest("Anna").await;
    let service = world.with_roles("backend", &["service"]).await;
    let id = furnished(&world, &anna).await;
    let mirror = world.mirror(&service, &[]).await;
    let commands = format!("/api/sessions/{id}/commands");
    let mut cases = Vec::new();
    let routes = [
        (Method::POST, "/api/sessions".to_owned(), &anna),
        (Method::POST, commands.clone(), &anna),
        (Method::PUT, format!("/api/sessions/{mirror}"), &service),
        (Method::POST, "/game".to_owned(), &anna),
        (Method::PATCH, format!("/game/{id}"), &anna),
        (Method::POST, format!("/game/{id}/team"), &anna),
        (Method::PATCH, format!("/game/{id}/team/t1"), &anna),
        (Method::POST, format!("/game/{id}/player"), &anna),
        (Method::PATCH, format!("/game/{id}/player/p1"), &anna),
        (Method::PATCH, format!("/game/{id}/player/p1/drink"), &anna),
        (Method::POST, format!("/game/{id}/join"), &anna),
        (Method::POST, "/game/drinks".to_owned(), &anna),
        (Method::PATCH, "/game/drinks/d1".to_owned(), &anna),
        (Method::POST, "/api/auth/refresh".to_owned(), &anna),
    ];
    for (method, path, who) in routes {
        let bare = || who.sign(world.ask(method.clone(), &path));
        let json = |body: Vec<u8>| bare().header("content-type", "application/json").body(body);
        let name = |what: &str| format!("{method} {path}: {what}");
        cases.push(case(&name("no body"), bare(), 415, "UNSUPPORTED_MEDIA_TYPE"));
        let form = bare().header("content-type", "application/x-www-form-urlencoded").body("a=b");
        cases.push(case(&name("a form"), form, 415, "UNSUPPORTED_MEDIA_TYPE"));
        for (what, body) in [
            ("nothing", &b""[..]),
            ("half", b"{\"name\":"),
            ("no object", b"[]"),
            ("text", b"\"x\""),
            ("null", b"null"),
            ("bad UTF-8", b"{\"name\":\"\xff\"}"),
            ("more behind", b"{} {}"),
        ] {
            cases.push(case(&name(what), json(body.to_vec()), 400, "BAD_JSON"));
        }
        let deep = [b"[".repeat(1000), b"]".repeat(1000)].concat();
        cases.push(case(&name("deep"), json(deep), 400, "BAD_JSON"));
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(3000)).into_bytes();
        cases.push(case(&name("large"), json(large.clone()), 413, "TOO_LARGE"));
        let pieces = futures_util::stream::iter(
            large.chunks(500).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
        );
        let unsaid = bare()
            .header("content-type", "application/json")
            .body(reqwest::Body::wrap_stream(pieces));
        cases.push(case(&name("large, unsaid"), unsaid, 413, "TOO_LARGE"));
    }
    for (what, body) in [
        ("no command", json!({})),
        ("lock_version is text", json!({"command": {}, "lock_version": "1"})),
        ("lock_version is negative", json!({"command": {}, "lock_version": -1})),
        ("lock_version is a part", json!({"command": {}, "lock_version": 1.5})),
    ] {
        cases.push(case(what, world.post(&anna, &commands, &body), 400, "BAD_JSON"));
    }
    check(&world, &id, cases).await;
}

#[tokio::test]
async fn commands_that_no_game_takes() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = furnished(&world, &anna).await;
    let commands = format!("/api/sessions/{id}/commands");
    let mut cases = Vec::new();
    for command in [
        json!(null),
        json!("add_team"),
        json!([]),
        json!({}),
        json!({"do": "dance"}),
        json!({"do": 7}),
        json!({"do": "add_team"}),
        json!({"do": "add_team", "name": ""}),
        json!({"do": "add_team", "name": 7}),
        json!({"do": "add_team", "name": "x".repeat(256)}),
        json!({"do": "add_team", "name": "a\u{7}b"}),
        json!({"do": "add_drink", "player_id": "p1", "drink_id": "d1", "amount": 1.5}),
        json!({"do": "add_drink", "player_id": "p1", "drink_id": "d1", "amount": "1"}),
        json!({"do": "edit_player", "player_id": "p1",
               "drinks": [{"drink_id": "d1", "amount": -1}]}),
    ] {
        let request = world.post(&anna, &commands, &json!({"command": command}));
        cases.push(case(&command.to_string(), request, 400, "BAD_COMMAND"));
    }
    for (command, status, code) in [
        (json!({"do": "remove_team", "team_id": "t9"}), 404, "UNKNOWN_TEAM"),
        (json!({"do": "add_drink", "player_id": "p1", "drink_id": "d99"}), 404, "UNKNOWN_DRINK"),
        (
            json!({"do": "add_drink", "player_id": "p1", "drink_id": "d1", "amount": 9e15 as i64}),
            422,
            "TALLY_FULL",
        ),
        (json!({"do": "catalogue", "version": 99, "drinks": []}), 403, "FORBIDDEN"),
    ] {
        let request = world.post(&anna, &commands, &json!({"command": command}));
        cases.push(case(&command.to_string(), request, status, code));
    }
    for (wish, status, code) in [
        (json!({"game": "chess"}), 400, "UNKNOWN_GAME"),
        (json!({"game": ""}), 400, "UNKNOWN_GAME"),
        (json!({"game": "scoreboard"}), 400, "BAD_COMMAND"),
        (json!({"game": "scoreboard", "options": {"title": ""}}), 400, "BAD_COMMAND"),
        (json!({"game": "scoreboard", "options": 7}), 400, "BAD_JSON"),
        (json!({"game": "mirror", "options": {}}), 403, "FORBIDDEN"),
        (json!({"game": "drinks"}), 403, "FORBIDDEN"),
        (json!({"game": 7}), 400, "BAD_JSON"),
        (json!({}), 400, "BAD_JSON"),
    ] {
        let request = world.post(&anna, "/api/sessions", &wish);
        cases.push(case(&wish.to_string(), request, status, code));
    }
    let mirror =
        world.send(&anna, Method::PUT, &format!("/api/sessions/{id}"), &json!({"public": 1}));
    cases.push(case("PUT on a board", mirror, 400, "BAD_COMMAND"));
    check(&world, &id, cases).await;
    let list = ok(world.get(&anna, "/api/sessions?game=scoreboard")).await;
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1, "nothing was made");
}

#[tokio::test]
async fn queries_and_headers_that_cannot_be_read() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = furnished(&world, &anna).await;
    let mut cases = Vec::new();
    for path in [
        "/api/sessions?status=sleeping".to_owned(),
        "/api/sessions?limit=x".to_owned(),
        "/api/sessions?limit=-1".to_owned(),
        "/api/sessions?owner=a%20b".to_owned(),
        "/game?skip=x".to_owned(),
        format!("/api/sessions/{id}?wait=x"),
        format!("/api/sessions/{id}?wait=-1"),
        format!("/api/sessions/{id}/events?since=x"),
        format!("/api/sessions/{id}/events?since=1.x"),
        format!("/api/sessions/{id}/events?limit=x"),
        format!("/api/sessions/{id}/history?after=x"),
    ] {
        cases.push(case(&path, world.get(&anna, &path), 400, "BAD_REQUEST"));
    }
    let path = "/api/sessions?after=x";
    cases.push(case(path, world.get(&anna, path), 400, "INVALID_SESSION_ID"));
    let path = format!("/api/sessions/{id}?lock_version=x");
    cases.push(case(&path, world.delete(&anna, &path), 400, "BAD_REQUEST"));
    let order = json!({"command": {"do": "add_team", "name": "X"}});
    let long = "k".repeat(129);
    for key in ["", "two words", &long, "k\u{e9}"] {
        let request = world
            .post(&anna, &format!("/api/sessions/{id}/commands"), &order)
            .header("idempotency-key", key);
        cases.push(case(&format!("key {key:?}"), request, 400, "BAD_REQUEST"));
    }
    for (method, path) in [
        (Method::GET, "/api"),
        (Method::GET, "/api/"),
        (Method::POST, "/api/nothing"),
        (Method::GET, "/game/1/2/3/4/5/6"),
        (Method::GET, "/ws/"),
    ] {
        let request = anna.sign(world.ask(method, path));
        cases.push(case(path, request, 404, "NOT_FOUND"));
    }
    check(&world, &id, cases).await;
}

#[tokio::test]
async fn tokens_that_do_not_count() {
    let world = World::start().await;
    let other = World::start().await;
    let anna = world.guest("Anna").await;
    let stranger = other.guest("Eve").await;
    let id = furnished(&world, &anna).await;
    let good = anna.token.clone().unwrap();
    let cut = good[..good.len() - 2].to_owned();
    let unsigned = {
        let payload = good.split('.').nth(1).unwrap();
        // {"alg":"none","typ":"JWT"}
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.")
    };
    let socket = ok(world.get(&anna, "/api/ws/token")).await["token"].as_str().unwrap().to_owned();
    let tokens = [
        ("rubbish", "rubbish".to_owned()),
        ("empty", String::new()),
        ("of another server", stranger.token.unwrap()),
        ("cut off", cut),
        ("unsigned", unsigned),
        ("for sockets", socket),
    ];
    let mut cases = Vec::new();
    let routes: [(Method, String, Value); 8] = [
        (Method::GET, format!("/api/sessions/{id}"), Value::Null),
        (Method::GET, format!("/api/sessions/{id}/stream"), Value::Null),
        (Method::GET, "/api/auth/me".to_owned(), Value::Null),
        (
            Method::POST,
            format!("/api/sessions/{id}/commands"),
            json!({"command": {"do": "invite"}}),
        ),
        (Method::POST, "/api/sessions".to_owned(), json!({"game": "scoreboard"})),
        (Method::DELETE, format!("/api/sessions/{id}"), Value::Null),
        (Method::PATCH, format!("/game/{id}"), json!({"title": "X"})),
        (Method::DELETE, format!("/game/{id}/player/p1"), Value::Null),
    ];
    for (method, path, body) in &routes {
        for (what, token) in &tokens {
            let who = Person { token: Some(token.clone()), ..Person::default() };
            let request = world.send(&who, method.clone(), path, body);
            cases.push(case(&format!("{method} {path}: {what}"), request, 401, "UNAUTHORIZED"));
        }
        if *method != Method::GET {
            let request = world.send(&Person::nobody(), method.clone(), path, body);
            cases.push(case(&format!("{method} {path}: none"), request, 401, "UNAUTHORIZED"));
        }
    }
    check(&world, &id, cases).await;
}

#[tokio::test]
async fn what_belongs_to_others_stays_theirs() {
    let world = World::start().await;
    let (anna, eve) = (world.guest("Anna").await, world.guest("Eve").await);
    let service = world.with_roles("backend", &["service"]).await;
    let id = furnished(&world, &anna).await;
    let mirror = world.mirror(&service, &[&anna]).await;
    let at = |rest: &str| format!("/game/{id}{rest}");
    let name = json!({"name": "X", "title": "X"});
    let drink = json!({"drink_id": "d1"});
    let cases = [
        ("title", world.patch(&eve, &at(""), &name)),
        ("team", world.post(&eve, &at("/team"), &name)),
        ("rename team", world.patch(&eve, &at("/team/t1"), &name)),
        ("remove team", world.delete(&eve, &at("/team/t1"))),
        ("player", world.post(&eve, &at("/player"), &name)),
        ("edit player", world.patch(&eve, &at("/player/p1"), &name)),
        ("drink", world.patch(&eve, &at("/player/p1/drink"), &drink)),
        ("remove player", world.delete(&eve, &at("/player/p1"))),
        ("invite", world.post(&eve, &at("/invite"), &json!({}))),
        ("grant", world.send(&eve, Method::PUT, &at("/editors/e"), &json!({}))),
        ("revoke", world.delete(&eve, &at("/editors/e"))),
        ("delete", world.delete(&eve, &at(""))),
    ]
    .map(|(what, request)| case(what, request, 403, "FORBIDDEN"));
    check(&world, &id, cases.into()).await;
    let path = format!("/api/sessions/{mirror}");
    let put = world.send(&anna, Method::PUT, &path, &json!({"public": 1}));
    let cases = vec![
        case("put", put, 403, "FORBIDDEN"),
        case("delete", world.delete(&anna, &path), 403, "FORBIDDEN"),
    ];
    check(&world, &mirror, cases).await;
}

#[tokio::test]
async fn a_state_that_would_grow_too_large() {
    let world = World::with(|settings| settings.limits.state_bytes = 4096).await;
    let anna = world.guest("Anna").await;
    let id = furnished(&world, &anna).await;
    let commands = format!("/api/sessions/{id}/commands");
    let name = "n".repeat(250);
    let add = json!({"command": {"do": "add_player", "name": name}});
    let mut outcome = 200;
    for _ in 0..40 {
        outcome = world.post(&anna, &commands, &add).send().await.unwrap().status().as_u16();
        if outcome != 200 {
            break;
        }
    }
    assert_eq!(outcome, 422);
    let request = world.post(&anna, &commands, &add);
    check(&world, &id, vec![case("over", request, 422, "STATE_TOO_LARGE")]).await;
}
