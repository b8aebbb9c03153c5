//! The routes of logins.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Person, World, expect, header, ok, refused, text};

#[tokio::test]
async fn a_guest_logs_in_renews_and_leaves() {
    let world = World::start().await;
    let nobody = Person::nobody();
    let response =
        world.post(&nobody, "/api/auth/guest", &json!({"name": "Anna"})).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    let login: Value = response.json().await.unwrap();
    assert_eq!((&login["token_type"], &login["user"]["name"]), (&json!("bearer"), &json!("Anna")));
    assert_eq!(login["user"]["roles"], json!([]));
    assert!(login["expires_in"].as_u64().unwrap() > 0);
    let anna = Person {
        id: text(&login["user"]["id"]),
        token: Some(text(&login["access_token"])),
        refresh: None,
    };
    assert_eq!(ok(world.get(&anna, "/api/auth/me")).await, login["user"]);

    let renew = json!({"refresh_token": login["refresh_token"]});
    let renewed = ok(world.post(&nobody, "/api/auth/refresh", &renew)).await;
    assert_eq!(renewed["user"], login["user"]);
    let leave = json!({"refresh_token": renewed["refresh_token"]});
    expect(world.post(&anna, "/api/auth/logout", &leave), StatusCode::NO_CONTENT).await;
    for login in [&login, &renewed] {
        let renew = json!({"refresh_token": login["refresh_token"]});
        refused(world.post(&nobody, "/api/auth/refresh", &renew), 401, "UNAUTHORIZED").await;
    }
    refused(world.get(&anna, "/api/auth/me"), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn a_guest_needs_no_name_and_no_body() {
    let world = World::start().await;
    for request in [
        world.ask(Method::POST, "/api/auth/guest"),
        world.ask(Method::POST, "/api/auth/guest").json(&json!({})),
        world.ask(Method::POST, "/api/auth/guest").json(&json!({"name": null})),
    ] {
        assert!(!text(&ok(request).await["user"]["name"]).is_empty());
    }
    let long = json!({"name": "x".repeat(65)});
    refused(world.ask(Method::POST, "/api/auth/guest").json(&long), 400, "BAD_REQUEST").await;
}

#[tokio::test]
async fn guests_can_be_turned_away() {
    let world = World::with(|settings| settings.auth.guests = false).await;
    refused(world.ask(Method::POST, "/api/auth/guest"), 403, "FORBIDDEN").await;
}

#[tokio::test]
async fn logging_out_everywhere_ends_every_login() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let everywhere = json!({"everywhere": true});
    expect(world.post(&anna, "/api/auth/logout", &everywhere), StatusCode::NO_CONTENT).await;
    refused(world.get(&anna, "/api/auth/me"), 401, "UNAUTHORIZED").await;
    let renew = json!({"refresh_token": anna.refresh});
    refused(world.post(&Person::nobody(), "/api/auth/refresh", &renew), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn a_socket_token_is_for_sockets() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    for method in [Method::GET, Method::POST] {
        let body = ok(anna.sign(world.ask(method, "/api/ws/token"))).await;
        assert_eq!(body["expires_in"], 90);
        let socket = Person { token: Some(text(&body["token"])), ..Person::default() };
        refused(world.get(&socket, "/api/auth/me"), 401, "UNAUTHORIZED").await;
        refused(world.get(&socket, "/api/ws/token"), 401, "UNAUTHORIZED").await;
    }
    refused(world.ask(Method::GET, "/api/ws/token"), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn floods_are_refused_by_user_and_by_guests() {
    let world = World::with(|settings| {
        settings.limits.off = false;
        settings.limits.requests_per_second = 1;
        settings.limits.guests_per_minute_per_address = 2;
    })
    .await;
    let anna = world.guest("Anna").await;
    world.guest("Ben").await;
    refused(world.ask(Method::POST, "/api/auth/guest"), 429, "RATE_LIMITED").await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(world.get(&anna, "/api/auth/me").send().await.unwrap().status().as_u16());
    }
    assert_eq!(answers[..2], [200, 200]);
    assert!(answers.contains(&429), "{answers:?}");
    ok(world.ask(Method::GET, "/healthz")).await;
}

#[tokio::test]
async fn an_expired_token_stops_counting() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let id = world.board(&anna, "A").await;
    let user = store::User {
        id: game::UserId::new(&anna.id).unwrap(),
        name: "Anna".to_owned(),
        roles: Vec::new(),
        guest: true,
        created_at: game::Timestamp(0),
        valid_from: game::Timestamp(0),
    };
    let token = world.app().auth.issue_for(&user, std::time::Duration::ZERO).unwrap();
    let late = Person { token: Some(token), ..anna.clone() };
    // Clocks of others may differ by seconds, so it counts for as long.
    let waiting = async {
        while world.get(&late, "/api/auth/me").send().await.unwrap().status() == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, waiting).await.expect("it expires");
    let tag = world.tag(&id).await;
    let title = json!({"title": "B"});
    for request in [
        world.patch(&late, &format!("/game/{id}"), &title),
        world.delete(&late, &format!("/api/sessions/{id}")),
        world.get(&late, &format!("/api/sessions/{id}")),
        world.get(&late, &format!("/api/sessions/{id}/stream")),
        world.get(&late, "/api/ws/token"),
    ] {
        let response = request.send().await.unwrap();
        assert!(header(&response, "www-authenticate").contains("expired"));
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.tag(&id).await, tag);
}
