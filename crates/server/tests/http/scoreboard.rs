//! The scoreboard face: boards, teams, players, tallies, editors.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Person, World, created, expect, header, ok, refused, text};

#[tokio::test]
async fn a_board_is_made_with_its_teams() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let wish = json!({"title": "Friday", "teams": [{"name": "Blue"}, {"name": "Red"}]});
    let response = world.post(&anna, "/game", &wish).send().await.unwrap();
    assert_eq!(response.status(), 201);
    let place = header(&response, "location");
    let board: Value = response.json().await.unwrap();
    let id = text(&board["id"]);
    assert_eq!(place, format!("/game/{id}"));
    let teams = json!([
        {"id": "t1", "name": "Blue", "player_ids": []},
        {"id": "t2", "name": "Red", "player_ids": []},
    ]);
    let expected = json!({
        "id": id, "title": "Friday", "owner": anna.id, "players": [], "teams": teams,
        "lock_version": 1,
    });
    assert_eq!(board, expected);
    assert_eq!(ok(world.get(&Person::nobody(), &place)).await, expected);
}

#[tokio::test]
async fn an_evening_on_a_board() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "Friday").await;
    let at = |rest: &str| format!("/game/{id}{rest}");

    let renamed = ok(world.patch(&anna, &at(""), &json!({"title": "Saturday"}))).await;
    assert_eq!((&renamed["title"], &renamed["lock_version"]), (&json!("Saturday"), &json!(2)));
    let team = created(world.post(&anna, &at("/team"), &json!({"name": "Blue"}))).await;
    assert_eq!(team, json!({"id": "t1", "name": "Blue", "player_ids": [], "lock_version": 3}));
    let wish = json!({"name": "Ben", "team_id": "t1"});
    let player = created(world.post(&anna, &at("/player"), &wish)).await;
    let expected =
        json!({"id": "p1", "name": "Ben", "team_id": "t1", "drinks": [], "lock_version": 4});
    assert_eq!(player, expected);

    let more = json!({"drink_id": "d1"});
    ok(world.patch(&anna, &at("/player/p1/drink"), &more)).await;
    let more = json!({"drink_id": "d1", "amount": 2});
    let board = ok(world.patch(&anna, &at("/player/p1/drink"), &more)).await;
    let had = json!([{"drink_id": "d1", "drink_name": "Aperol Spritz", "amount": 3}]);
    assert_eq!(board["players"][0]["drinks"], had, "adds");
    let less = json!({"drink_id": "d1", "amount": -9});
    let board = ok(world.patch(&anna, &at("/player/p1/drink"), &less)).await;
    assert_eq!(board["players"][0]["drinks"], json!([]), "never below 0");
    let set = json!({"name": "Benno", "drinks": [{"drink_id": "d2", "amount": 5}]});
    let board = ok(world.patch(&anna, &at("/player/p1"), &set)).await;
    assert_eq!(board["players"][0]["drinks"][0]["amount"], 5, "sets");
    assert_eq!(board["players"][0]["name"], "Benno");
    assert_eq!(board["teams"][0]["player_ids"], json!(["p1"]));
    let board = ok(world.patch(&anna, &at("/player/p1"), &json!({"team_id": null}))).await;
    assert_eq!(board["players"][0]["team_id"], Value::Null);
    assert_eq!(board["players"][0]["drinks"][0]["amount"], 5, "what is absent stays");

    let board = ok(world.patch(&anna, &at("/team/t1"), &json!({"name": "Azure"}))).await;
    assert_eq!(board["teams"][0]["name"], "Azure");
    ok(world.patch(&anna, &at("/player/p1"), &json!({"team_id": "t1"}))).await;
    let board = ok(world.delete(&anna, &at("/team/t1"))).await;
    assert_eq!(board["teams"], json!([]));
    assert_eq!(board["players"][0]["team_id"], Value::Null, "players stay without a team");
    let board = ok(world.delete(&anna, &at("/player/p1"))).await;
    assert_eq!(board["players"], json!([]));
    expect(world.delete(&anna, &at("")), StatusCode::NO_CONTENT).await;
    refused(world.get(&anna, &at("")), 404, "SESSION_NOT_FOUND").await;
}

#[tokio::test]
async fn the_list_of_boards_is_an_array_newest_first() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(world.board(&anna, &format!("B{n}")).await);
    }
    let list = ok(world.get(&Person::nobody(), "/game")).await;
    let mut ids: Vec<String> = list.as_array().unwrap().iter().map(|b| text(&b["id"])).collect();
    assert_eq!(list[0]["players"], json!([]), "each whole");
    let page = ok(world.get(&anna, "/game?skip=1&limit=1")).await;
    assert_eq!(text(&page[0]["id"]), ids[1]);
    assert_eq!(page.as_array().unwrap().len(), 1);
    ids.sort();
    made.sort();
    assert_eq!(ids, made);
    // A session of another game is no board.
    let service = world.with_roles("backend", &["service"]).await;
    let mirror = world.mirror(&service, &[]).await;
    refused(world.get(&anna, &format!("/game/{mirror}")), 404, "SESSION_NOT_FOUND").await;
    assert_eq!(ok(world.get(&anna, "/game")).await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_stale_write_gets_the_fresh_board() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/game/{id}");
    ok(world.patch(&anna, &path, &json!({"title": "B", "lock_version": 1}))).await;
    let team = created(world.post(&anna, &format!("{path}/team"), &json!({"name": "T"}))).await;
    assert_eq!(team["lock_version"], 3);
    let fresh = ok(world.get(&anna, &path)).await;
    let writes = [
        world.patch(&anna, &path, &json!({"title": "C", "lock_version": 1})),
        world.post(&anna, &format!("{path}/team"), &json!({"name": "U", "lock_version": 1})),
        world.patch(&anna, &format!("{path}/team/t1"), &json!({"name": "U", "lock_version": 2})),
        world.post(&anna, &format!("{path}/player"), &json!({"name": "P", "lock_version": 9})),
        world.delete(&anna, &format!("{path}/team/t1?lock_version=1")),
        world.delete(&anna, &format!("{path}?lock_version=1")),
        world.post(&anna, &format!("{path}/invite"), &json!({"lock_version": 1})),
        world.send(&anna, Method::PUT, &format!("{path}/editors/x"), &json!({"lock_version": 1})),
        world.delete(&anna, &format!("{path}/editors/x?lock_version=1")),
    ];
    for write in writes {
        let body = refused(write, 409, "OPTIMISTIC_LOCK").await;
        assert_eq!(body["extensions"]["snapshot"], fresh);
        assert_eq!(body["extensions"]["actual"], 3);
    }
    assert_eq!(ok(world.get(&anna, &path)).await, fresh, "nothing happened");
}

#[tokio::test]
async fn tallies_of_many_at_once_add_up() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    created(world.post(&anna, &format!("/game/{id}/player"), &json!({"name": "P"}))).await;
    let path = format!("/game/{id}/player/p1/drink");
    let one = json!({"drink_id": "d3"});
    let all = (0..40).map(|_| ok(world.patch(&anna, &path, &one)));
    let answers = futures_util::future::join_all(all).await;
    for answer in &answers {
        let amount = answer["players"][0]["drinks"][0]["amount"].as_u64().unwrap();
        let version = answer["lock_version"].as_u64().unwrap();
        assert_eq!(amount, version - 2, "an answer shows one version, whole");
    }
    let board = ok(world.get(&anna, &format!("/game/{id}"))).await;
    assert_eq!(board["players"][0]["drinks"][0]["amount"], 40);
    assert_eq!(board["lock_version"], 42);
}

#[tokio::test]
async fn editors_are_invited_granted_and_revoked() {
    let world = World::start().await;
    let (anna, ben, carl) =
        (world.guest("Anna").await, world.guest("Ben").await, world.guest("Carl").await);
    let id = world.board(&anna, "A").await;
    let at = |rest: &str| format!("/game/{id}{rest}");
    let title = json!({"title": "B"});
    refused(world.patch(&ben, &at(""), &title), 403, "FORBIDDEN").await;
    refused(world.post(&ben, &at("/invite"), &json!({})), 403, "FORBIDDEN").await;
    let invite = ok(anna.sign(world.ask(Method::POST, &at("/invite")))).await;
    let code = text(&invite["code"]);
    refused(world.post(&ben, &at("/join"), &json!({"code": "0000-0000-0000"})), 403, "BAD_INVITE")
        .await;
    refused(world.post(&ben, &at("/join"), &json!({"code": "?"})), 400, "BAD_COMMAND").await;
    let joined = ok(world.post(&ben, &at("/join"), &json!({"code": code.to_lowercase()}))).await;
    assert_eq!(joined["id"], id.as_str());
    ok(world.patch(&ben, &at(""), &title)).await;
    let view = ok(world.get(&Person::nobody(), &format!("/api/sessions/{id}"))).await;
    assert_eq!(
        (&view["data"]["owner"], &view["data"]["editors"]),
        (&json!(anna.id), &json!([ben.id]))
    );
    assert!(!view.to_string().contains(&code), "the code is nobody's but the owner's");

    let editor = at(&format!("/editors/{}", carl.id));
    refused(world.send(&ben, Method::PUT, &editor, &json!({})), 403, "FORBIDDEN").await;
    ok(anna.sign(world.ask(Method::PUT, &editor))).await;
    ok(world.patch(&carl, &at(""), &title)).await;
    ok(world.delete(&anna, &editor)).await;
    refused(world.patch(&carl, &at(""), &title), 403, "FORBIDDEN").await;
    refused(world.delete(&anna, &editor), 404, "UNKNOWN_EDITOR").await;
    refused(world.delete(&ben, &at("")), 403, "FORBIDDEN").await;
}

#[tokio::test]
async fn writes_take_idempotency_keys() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let path = format!("/game/{id}/player");
    let add = || {
        let request = world.post(&anna, &path, &json!({"name": "P"}));
        created(request.header("idempotency-key", "once"))
    };
    assert_eq!(add().await, add().await);
    let board = ok(world.get(&anna, &format!("/game/{id}"))).await;
    assert_eq!(board["players"].as_array().unwrap().len(), 1);
}
