//! The catalogue of drinks, and how its changes reach the boards.

use game::SessionId;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::settings::CatalogueEditors;

use crate::world::{Person, World, created, expect, ok, refused, text, until};

async fn player_with_a_drink(world: &World, owner: &Person, drink: &str) -> String {
    let id = world.board(owner, "B").await;
    created(world.post(owner, &format!("/game/{id}/player"), &json!({"name": "P"}))).await;
    let one = json!({"drink_id": drink});
    ok(world.patch(owner, &format!("/game/{id}/player/p1/drink"), &one)).await;
    id
}

fn drink_name(board: &Value) -> &str {
    board["players"][0]["drinks"][0]["drink_name"].as_str().expect("a name")
}

#[tokio::test]
async fn the_catalogue_starts_with_a_dozen_and_grows() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let list = ok(world.get(&Person::nobody(), "/game/drinks")).await;
    assert_eq!(list.as_array().unwrap().len(), 12);
    assert_eq!(list[0], json!({"id": "d1", "name": "Aperol Spritz"}));
    let made = created(world.post(&anna, "/game/drinks", &json!({"name": "Water"}))).await;
    assert_eq!(made, json!({"id": "d13", "name": "Water"}));
    let renamed = ok(world.patch(&anna, "/game/drinks/d13", &json!({"name": "Tea"}))).await;
    assert_eq!(renamed, json!({"id": "d13", "name": "Tea"}));
    expect(world.delete(&anna, "/game/drinks/d13"), StatusCode::NO_CONTENT).await;
    refused(world.delete(&anna, "/game/drinks/d13"), 404, "UNKNOWN_DRINK").await;
    refused(world.delete(&anna, "/game/drinks/a%20b"), 400, "BAD_REQUEST").await;
    let nobody = Person::nobody();
    refused(world.post(&nobody, "/game/drinks", &json!({"name": "X"})), 401, "UNAUTHORIZED").await;
    assert_eq!(ok(world.get(&nobody, "/game/drinks")).await.as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn a_new_name_reaches_every_live_board_by_itself() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let mut boards = Vec::new();
    for _ in 0..3 {
        boards.push(player_with_a_drink(&world, &anna, "d1").await);
    }
    // A poll waits on the table itself: it is answered by what the server tells the board, not by
    // the look at the catalogue that comes with opening it.
    let polls = boards
        .iter()
        .map(|id| ok(world.get(&anna, &format!("/api/sessions/{id}?wait=20&since=3"))));
    let rename = async {
        tokio::task::yield_now().await;
        ok(world.patch(&anna, "/game/drinks/d1", &json!({"name": "Spritz"}))).await
    };
    let (bodies, _) = tokio::join!(futures_util::future::join_all(polls), rename);
    for body in bodies {
        assert_eq!((drink_name(&body["data"]), &body["lock_version"]), ("Spritz", &json!(4)));
    }
}

#[tokio::test]
async fn a_drink_that_was_added_can_be_had_at_once() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let mut boards = Vec::new();
    for _ in 0..150 {
        boards.push(world.board(&anna, "B").await);
    }
    created(world.post(&anna, "/game/drinks", &json!({"name": "Water"}))).await;
    // As a command over a socket finds them: a request would look at the catalogue first.
    let catalogue = world.app().tables.get(SessionId::new(1).unwrap()).unwrap().now().version;
    for id in boards {
        let table = world.app().tables.get(id.parse().unwrap()).expect("a live board");
        let board = table.now();
        let board = board.state().get::<::scoreboard::Board>().expect("a board");
        assert_eq!(board.catalogue_version(), catalogue);
    }
}

#[tokio::test]
async fn a_command_on_the_generic_face_reaches_them_too() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let board = player_with_a_drink(&world, &anna, "d1").await;
    let list = ok(world.get(&anna, "/api/sessions?game=drinks")).await;
    let catalogue = text(&list["sessions"][0]["id"]);
    let rename = json!({"command": {"do": "rename", "drink_id": "d1", "name": "Spritz"}});
    ok(world.post(&anna, &format!("/api/sessions/{catalogue}/commands"), &rename)).await;
    let path = format!("/game/{board}");
    until(&world, &anna, &path, |body| drink_name(body) == "Spritz").await;
    // The catalogue is the server's: neither its users nor an admin end it.
    let admin = world.with_roles("boss", &["admin"]).await;
    for who in [&anna, &admin] {
        let path = format!("/api/sessions/{catalogue}");
        refused(world.delete(who, &path), 403, "FORBIDDEN").await;
    }
}

#[tokio::test]
async fn a_board_that_was_asleep_is_brought_up_to_date() {
    let world = World::with(|settings| settings.tables.idle_seconds = 1).await;
    let anna = world.guest("Anna").await;
    let id = player_with_a_drink(&world, &anna, "d1").await;
    let session = id.parse().unwrap();
    let asleep = async {
        while world.app().tables.get(session).is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, asleep).await.expect("it goes to sleep");
    ok(world.patch(&anna, "/game/drinks/d1", &json!({"name": "Spritz"}))).await;
    let board = ok(world.get(&anna, &format!("/game/{id}"))).await;
    assert_eq!(drink_name(&board), "Spritz", "in the first answer");
}

#[tokio::test]
async fn a_maker_of_boards_cannot_bring_a_catalogue_along() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let own = json!({"version": 99, "drinks": [{"id": "d1", "name": "Mine"}]});
    let options = json!({"title": "B", "catalogue": own});
    let wish = json!({"game": "scoreboard", "options": options});
    let made = created(world.post(&anna, "/api/sessions", &wish)).await;
    let other = created(world.post(&anna, "/game", &options)).await;
    for id in [text(&made["session"]), text(&other["id"])] {
        created(world.post(&anna, &format!("/game/{id}/player"), &json!({"name": "P"}))).await;
        let one = json!({"drink_id": "d1"});
        let board = ok(world.patch(&anna, &format!("/game/{id}/player/p1/drink"), &one)).await;
        assert_eq!(drink_name(&board), "Aperol Spritz");
    }
}

#[tokio::test]
async fn the_catalogue_can_be_left_to_admins() {
    let world =
        World::with(|settings| settings.scoreboard.catalogue_editors = CatalogueEditors::Admins)
            .await;
    let anna = world.guest("Anna").await;
    let admin = world.with_roles("boss", &["admin"]).await;
    let water = json!({"name": "Water"});
    refused(world.post(&anna, "/game/drinks", &water), 403, "FORBIDDEN").await;
    let command = json!({"command": {"do": "add", "name": "Water"}});
    refused(world.post(&anna, "/api/sessions/1/commands", &command), 403, "FORBIDDEN").await;
    created(world.post(&admin, "/game/drinks", &water)).await;
}
