//! The routes of accounts: sign-up, log-in, and how often.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{Person, World, expect, header, ok, refused, text};

const SIGNUP: &str = "/api/auth/signup";
const LOGIN: &str = "/api/auth/login";

async fn sign_up(world: &World, site_id: &str) -> Value {
    let wish = json!({"site_id": site_id, "nickname": "Anna", "password": "correct horse"});
    ok(world.post(&Person::nobody(), SIGNUP, &wish)).await
}

fn person(login: &Value) -> Person {
    Person {
        id: login["user"]["id"].to_string(),
        token: Some(text(&login["access_token"])),
        refresh: Some(text(&login["refresh_token"])),
    }
}

#[tokio::test]
async fn who_signs_up_logs_in_renews_and_leaves() {
    let world = World::start().await;
    let nobody = Person::nobody();
    let wish = json!({"site_id": "Anna.K", "nickname": " Anna ", "password": "correct horse"});
    let response = world.post(&nobody, SIGNUP, &wish).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    let made: Value = response.json().await.unwrap();
    let id = made["user"]["id"].as_u64().expect("a number");
    let user = json!({"id": id, "site_id": "anna.k", "nickname": "Anna", "name": "Anna",
                      "role": "user", "roles": []});
    assert_eq!((&made["token_type"], &made["user"]), (&json!("bearer"), &user));
    assert!(made["expires_in"].as_u64().unwrap() > 0);
    assert_eq!(ok(world.get(&person(&made), "/api/auth/me")).await, user);

    let given = json!({"site_id": "anna.K", "password": "correct horse"});
    let response = world.post(&nobody, LOGIN, &given).send().await.unwrap();
    assert_eq!(
        (response.status(), header(&response, "cache-control").as_str()),
        (StatusCode::OK, "no-store")
    );
    let login: Value = response.json().await.unwrap();
    assert_eq!(login["user"], user);
    let renew = json!({"refresh_token": login["refresh_token"]});
    let renewed = ok(world.post(&nobody, "/api/auth/refresh", &renew)).await;
    assert_eq!(renewed["user"], user);
    assert_ne!(renewed["refresh_token"], login["refresh_token"]);

    // The log-out ends this login: both of its access tokens, and no other login.
    let leave = world.post(&person(&renewed), "/api/auth/logout", &json!({}));
    expect(leave, StatusCode::NO_CONTENT).await;
    for login in [&login, &renewed] {
        refused(world.get(&person(login), "/api/auth/me"), 401, "UNAUTHORIZED").await;
    }
    let renew = json!({"refresh_token": renewed["refresh_token"]});
    refused(world.post(&nobody, "/api/auth/refresh", &renew), 401, "UNAUTHORIZED").await;
    ok(world.get(&person(&made), "/api/auth/me")).await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_login_everywhere() {
    let world = World::start().await;
    let nobody = Person::nobody();
    let first = sign_up(&world, "anna").await;
    let given = json!({"site_id": "anna", "password": "correct horse"});
    let other = ok(world.post(&nobody, LOGIN, &given)).await;
    let renew = json!({"refresh_token": first["refresh_token"]});
    let second = ok(world.post(&nobody, "/api/auth/refresh", &renew)).await;
    // A node that has just seen the login as good.
    let beside = world.beside().await;
    ok(beside.get(&person(&second), "/api/auth/me")).await;

    refused(world.post(&nobody, "/api/auth/refresh", &renew), 401, "UNAUTHORIZED").await;
    for login in [&first, &second] {
        refused(world.get(&person(login), "/api/auth/me"), 401, "UNAUTHORIZED").await;
        let renew = json!({"refresh_token": login["refresh_token"]});
        refused(world.post(&nobody, "/api/auth/refresh", &renew), 401, "UNAUTHORIZED").await;
    }
    ok(world.get(&person(&other), "/api/auth/me")).await;
    let waiting = async {
        while beside.get(&person(&second), "/api/auth/me").send().await.unwrap().status() == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, waiting).await.expect("it ends there, too");
}

/// Of a renewal and a log-out everywhere at once, whoever comes first: no token is good afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_renewal_outlives_a_log_out_everywhere() {
    let world = World::with(|settings| settings.limits.off = true).await;
    let nobody = Person::nobody();
    for round in 0..40 {
        let login = sign_up(&world, &format!("anna-{round}")).await;
        let renew = json!({"refresh_token": login["refresh_token"]});
        let renewal = world.post(&nobody, "/api/auth/refresh", &renew).send();
        let leave = json!({"everywhere": true});
        let leaving = world.post(&person(&login), "/api/auth/logout", &leave).send();
        let (renewed, left) = tokio::join!(tokio::spawn(renewal), tokio::spawn(leaving));
        assert_eq!(left.unwrap().unwrap().status(), 204);
        let renewed = renewed.unwrap().unwrap();
        if renewed.status() == 200 {
            let renewed: Value = renewed.json().await.unwrap();
            refused(world.get(&person(&renewed), "/api/auth/me"), 401, "UNAUTHORIZED").await;
            let again = json!({"refresh_token": renewed["refresh_token"]});
            let again = world.post(&nobody, "/api/auth/refresh", &again);
            refused(again, 401, "UNAUTHORIZED").await;
        }
    }
}

#[tokio::test]
async fn who_has_no_good_access_token_logs_out_with_the_refresh_token() {
    let world = World::start().await;
    let login = sign_up(&world, "anna").await;
    let leave = json!({"refresh_token": login["refresh_token"]});
    let expired = Person { token: Some("expired".to_owned()), ..person(&login) };
    let other = json!({"refresh_token": "another"});
    refused(world.post(&expired, "/api/auth/logout", &other), 401, "UNAUTHORIZED").await;
    refused(world.post(&expired, "/api/auth/logout", &json!({})), 401, "UNAUTHORIZED").await;
    let all = json!({"refresh_token": login["refresh_token"], "everywhere": true});
    refused(world.post(&expired, "/api/auth/logout", &all), 401, "UNAUTHORIZED").await;
    ok(world.get(&person(&login), "/api/auth/me")).await;
    expect(world.post(&expired, "/api/auth/logout", &leave), StatusCode::NO_CONTENT).await;
    refused(world.get(&person(&login), "/api/auth/me"), 401, "UNAUTHORIZED").await;
    refused(world.post(&expired, "/api/auth/refresh", &leave), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn what_was_typed_as_a_password_is_not_said_again() {
    let world = World::start().await;
    let nobody = Person::nobody();
    for body in [
        json!({"site_id": "anna", "password": 4_711_471_147_u64}),
        json!({"site_id": "anna", "password": ["4711471147, expected a string"]}),
        json!("4711471147"),
    ] {
        let problem = refused(world.post(&nobody, LOGIN, &body), 400, "BAD_JSON").await;
        let detail = text(&problem["detail"]);
        assert!(detail.contains("expected") && detail.contains("line 1"), "{detail}");
        assert!(!problem.to_string().contains("4711471147"), "{problem}");
    }
}

#[tokio::test]
async fn what_is_no_account_is_refused_with_its_code() {
    let world = World::start().await;
    let nobody = Person::nobody();
    sign_up(&world, "anna").await;
    let good = json!({"site_id": "ben", "nickname": "Ben", "password": "correct horse"});
    for (key, value, status, code) in [
        ("site_id", json!("ANNA"), 409, "SITE_ID_TAKEN"),
        ("site_id", json!("an"), 422, "INVALID_SITE_ID"),
        ("site_id", json!("x".repeat(33)), 422, "INVALID_SITE_ID"),
        ("site_id", json!("änna"), 422, "INVALID_SITE_ID"),
        ("site_id", json!("an na"), 422, "INVALID_SITE_ID"),
        ("nickname", json!(""), 422, "INVALID_NICKNAME"),
        ("nickname", json!("  "), 422, "INVALID_NICKNAME"),
        ("nickname", json!("x".repeat(65)), 422, "INVALID_NICKNAME"),
        ("nickname", json!("a\nb"), 422, "INVALID_NICKNAME"),
        ("password", json!("seven.."), 422, "INVALID_PASSWORD"),
        ("password", json!("x".repeat(129)), 422, "INVALID_PASSWORD"),
        ("password", json!(null), 400, "BAD_JSON"),
        ("site_id", json!(7), 400, "BAD_JSON"),
    ] {
        let mut wish = good.clone();
        wish[key] = value;
        let body = refused(world.post(&nobody, SIGNUP, &wish), status, code).await;
        assert!(!body.to_string().contains("correct horse"), "{body}");
    }
    ok(world.post(&nobody, SIGNUP, &good)).await;
}

#[tokio::test]
async fn who_is_nobody_and_who_errs_are_told_the_same() {
    let world = World::start().await;
    sign_up(&world, "anna").await;
    let mut told = Vec::new();
    for (site_id, password) in [
        ("anna", "wrong horse"),
        ("anna", ""),
        ("eve", "correct horse"),
        ("no name", "correct horse"),
    ] {
        let given = json!({"site_id": site_id, "password": password});
        let mut body =
            refused(world.post(&Person::nobody(), LOGIN, &given), 401, "WRONG_CREDENTIALS").await;
        body.as_object_mut().unwrap().remove("trace_id");
        told.push(body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:#?}");
}

#[tokio::test]
async fn an_operator_can_let_nobody_sign_up() {
    let world = World::with(|settings| settings.auth.signup = false).await;
    let wish = json!({"site_id": "anna", "nickname": "Anna", "password": "correct horse"});
    refused(world.post(&Person::nobody(), SIGNUP, &wish), 403, "FORBIDDEN").await;
}

/// Asks, and answers with the status and with `Retry-After`.
async fn asked(world: &World, path: &str, body: &Value) -> (u16, Option<u64>) {
    let response = world.post(&Person::nobody(), path, body).send().await.expect("an answer");
    let wait = response.headers().get("retry-after");
    let wait = wait.map(|value| value.to_str().expect("plain text").parse().expect("seconds"));
    (response.status().as_u16(), wait)
}

#[tokio::test]
async fn guesses_at_one_account_come_to_a_stop() {
    let world = World::with(|settings| {
        settings.limits.off = false;
        settings.limits.failed_logins_per_account = 3;
    })
    .await;
    sign_up(&world, "anna").await;
    sign_up(&world, "ben").await;
    let wrong = |site_id: &str| json!({"site_id": site_id, "password": "wrong horse"});
    let right = |site_id: &str| json!({"site_id": site_id, "password": "correct horse"});
    for _ in 0..2 {
        assert_eq!(asked(&world, LOGIN, &wrong("anna")).await, (401, None));
    }
    // A good one starts the count anew.
    assert_eq!(asked(&world, LOGIN, &right("anna")).await, (200, None));
    for site_id in ["anna", "ANNA", "Anna"] {
        assert_eq!(asked(&world, LOGIN, &wrong(site_id)).await, (401, None));
    }
    for given in [wrong("anna"), right("anna"), right("aNNa")] {
        let (status, wait) = asked(&world, LOGIN, &given).await;
        assert_eq!(status, 429);
        let wait = wait.unwrap();
        assert!((800..=901).contains(&wait), "{wait} of 900 seconds");
    }
    // Names that nobody has are counted, too: or else who asks would know.
    for status in [401, 401, 401, 429] {
        assert_eq!(asked(&world, LOGIN, &wrong("nobody")).await.0, status);
    }
    assert_eq!(asked(&world, LOGIN, &right("ben")).await, (200, None));
    refused(world.post(&Person::nobody(), LOGIN, &right("anna")), 429, "RATE_LIMITED").await;
}

#[tokio::test]
async fn one_address_signs_up_logs_in_and_renews_so_often_a_minute() {
    let world = World::with(|settings| {
        settings.limits.off = false;
        settings.limits.signups_per_minute_per_address = 2;
        settings.limits.logins_per_minute_per_address = 2;
        settings.limits.refreshes_per_minute_per_address = 2;
    })
    .await;
    let mut login = sign_up(&world, "anna").await;
    sign_up(&world, "ben").await;
    let wish = json!({"site_id": "carl", "nickname": "Carl", "password": "correct horse"});
    let right = json!({"site_id": "anna", "password": "correct horse"});
    for _ in 0..2 {
        assert_eq!(asked(&world, LOGIN, &right).await, (200, None));
        let renew = json!({"refresh_token": login["refresh_token"]});
        login = ok(world.post(&Person::nobody(), "/api/auth/refresh", &renew)).await;
    }
    let renew = json!({"refresh_token": login["refresh_token"]});
    for (path, body) in [(SIGNUP, &wish), (LOGIN, &right), ("/api/auth/refresh", &renew)] {
        let (status, wait) = asked(&world, path, body).await;
        assert_eq!(status, 429, "{path}");
        assert!((1..=31).contains(&wait.unwrap()), "{path}: {wait:?}");
        refused(world.post(&Person::nobody(), path, body), 429, "RATE_LIMITED").await;
    }
    // Who is refused so is not out of their login.
    ok(world.get(&person(&login), "/api/auth/me")).await;
}

#[tokio::test]
async fn limits_can_be_lifted() {
    let world = World::with(|settings| {
        settings.limits.off = true;
        settings.limits.failed_logins_per_account = 1;
        settings.limits.logins_per_minute_per_address = 1;
    })
    .await;
    for _ in 0..3 {
        let given = json!({"site_id": "anna", "password": "wrong horse"});
        assert_eq!(asked(&world, LOGIN, &given).await, (401, None));
    }
}
