//! The casino over HTTP: wallets, plays, history, every refusal.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{Person, World, expect, ok, refused, text, until};

pub(crate) async fn me(world: &World, who: &Person) -> Value {
    let mut me = ok(world.get(who, "/api/users/me")).await;
    me["now"].take();
    me
}

async fn history(world: &World, who: &Person) -> Vec<Value> {
    let body = ok(world.get(who, "/api/games/history?limit=1000")).await;
    assert_eq!(body["more"], false);
    body["events"].as_array().expect("a list").clone()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a number, not {value}"))
}

/// A round that ends by itself soon, at 1.01 or before; answers with its id once it is over.
async fn short_round(world: &World, who: &Person) -> u64 {
    let bet = json!({"bet_amount": 10, "auto_cashout_multiplier": 1.01});
    let begun = ok(world.post(who, "/api/games/crash/bet", &bet)).await;
    until(world, who, "/api/users/me", |me| me["crash"].is_null()).await;
    begun["game_id"].as_u64().expect("an id")
}

#[tokio::test]
async fn every_play_is_paid_told_and_kept() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    let fresh = me(&world, &ann).await;
    assert_eq!((&fresh["balance"], &fresh["nickname"]), (&json!(1000), &json!("Ann")));
    assert_eq!(fresh["id"].to_string(), ann.id, "ids of own users are numbers here");
    assert_eq!((&fresh["role"], &fresh["crash"]), (&json!("user"), &Value::Null));

    let mut balance = 1000;
    for (path, bet, cost) in [
        ("slot/spin", json!({"bet_amount": 10}), 10),
        ("rps/play", json!({"choice": "rock", "bet_amount": 20}), 20),
        ("gacha/pull", json!({"pull_count": 1}), 50),
        ("gacha/pull", json!({"pull_count": 10}), 450),
    ] {
        let answer = ok(world.post(&ann, &format!("/api/games/{path}"), &bet)).await;
        assert_eq!(answer["success"], true, "{answer}");
        assert!(answer["message"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
        balance += answer["win_amount"].as_i64().unwrap_or(0) - cost;
        assert_eq!(number(&answer["balance"]), balance, "{answer}");
    }
    let round = short_round(&world, &ann).await;

    let events = history(&world, &ann).await;
    let types: Vec<&str> =
        events.iter().map(|event| event["game_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["slot", "rps", "gacha", "gacha", "crash", "crash"]);
    for event in &events {
        assert_eq!((&event["type"], &event["schema"]), (&json!("game_event"), &json!(1)));
        assert_eq!(event["user_id"].to_string(), ann.id);
        assert!(event["ts"].as_str().is_some_and(|ts| ts.len() == 24 && ts.ends_with('Z')));
    }
    let ids: Vec<String> = events.iter().map(|event| text(&event["id"])).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let (bet, end) = (&events[4]["result"], &events[5]["result"]);
    assert_eq!((bet["game_id"].as_u64(), end["game_id"].as_u64()), (Some(round), Some(round)));
    balance += number(&end["win_amount"]) - 10;
    assert_eq!(number(&me(&world, &ann).await["balance"]), balance);
    // The point was fixed before the bet was answered.
    let point = (end["crash_point"].as_f64().expect("a number") * 100.0).round();
    let opened = format!("{round}:{point}:{}", text(&end["salt"]));
    assert_eq!(bet["commitment"], hex::encode(Sha256::digest(opened)));

    // A page, and what comes after it, and what came before.
    let page = ok(world.get(&ann, "/api/games/history?limit=2")).await;
    assert_eq!(
        (page["events"].as_array().unwrap(), &page["more"]),
        (&events[4..].to_vec(), &json!(true))
    );
    let before = format!("/api/games/history?limit=3&before={}", ids[4]);
    let page = ok(world.get(&ann, &before)).await;
    assert_eq!(
        (page["events"].as_array().unwrap(), &page["more"]),
        (&events[1..4].to_vec(), &json!(true))
    );
    let since = format!("/api/games/history?limit=4&since={}", ids[0]);
    let page = ok(world.get(&ann, &since)).await;
    assert_eq!(
        (page["events"].as_array().unwrap(), &page["more"]),
        (&events[1..5].to_vec(), &json!(true))
    );
    let ben = world.guest("Ben").await;
    assert_eq!(history(&world, &ben).await, Vec::<Value>::new());
    refused(world.get(&ben, &since), 400, "BAD_REQUEST").await;
    // An id counts only as a whole.
    let parts: Vec<&str> = ids[0].split('-').collect();
    let of = |at: &str, version: &str, index: &str| format!("{at}-{}-{version}-{index}", parts[1]);
    let unpadded = |text: &str| text.parse::<u64>().unwrap().to_string();
    let made_up = [
        of("0000000000001", parts[2], parts[3]),
        of(parts[0], "999999", parts[3]),
        of(parts[0], "0", parts[3]),
        of(parts[0], parts[2], "77"),
    ];
    for id in made_up {
        for way in ["since", "before"] {
            let path = format!("/api/games/history?{way}={id}");
            refused(world.get(&ann, &path), 400, "BAD_REQUEST").await;
        }
    }
    let both = format!("/api/games/history?since={}&before={}", ids[0], ids[4]);
    refused(world.get(&ann, &both), 400, "BAD_REQUEST").await;
    let older = of(parts[0], &unpadded(parts[2]), &unpadded(parts[3]));
    let again = ok(world.get(&ann, &format!("/api/games/history?limit=4&since={older}"))).await;
    assert_eq!(again, page, "as ids were written before");
    refused(world.get(&Person::nobody(), "/api/games/history"), 401, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn no_bad_bet_passes_and_the_wallet_stays_as_it_is() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    let fresh = me(&world, &ann).await;
    let bets: [(Value, u16, &str); 12] = [
        (json!(0), 422, "INVALID_BET"),
        (json!(-1), 422, "INVALID_BET"),
        (json!(1.5), 422, "INVALID_BET"),
        (json!("ten"), 422, "INVALID_BET"),
        (json!("10"), 422, "INVALID_BET"),
        (json!(null), 422, "INVALID_BET"),
        (json!([10]), 422, "INVALID_BET"),
        (json!(true), 422, "INVALID_BET"),
        (json!(1001), 409, "INSUFFICIENT_TOKENS"),
        (json!(u64::MAX), 409, "INSUFFICIENT_TOKENS"),
        (json!(1e30), 409, "INSUFFICIENT_TOKENS"),
        (json!(i64::MIN), 422, "INVALID_BET"),
    ];
    for (bet, status, code) in &bets {
        for (path, body) in [
            ("slot/spin", json!({"bet_amount": bet})),
            ("rps/play", json!({"choice": "paper", "bet_amount": bet})),
            ("crash/bet", json!({"bet_amount": bet})),
        ] {
            let request = world.post(&ann, &format!("/api/games/{path}"), &body);
            let why = refused(request, *status, code).await;
            assert!(!why.to_string().contains("seed"), "{why}");
        }
    }
    for (path, body, status, code) in [
        ("slot/spin", json!({}), 400, "BAD_COMMAND"),
        ("slot/spin", json!({"bet_amount": 1, "reels": ["7️⃣", "7️⃣", "7️⃣"]}), 400, "BAD_COMMAND"),
        ("rps/play", json!({"choice": "well", "bet_amount": 1}), 422, "INVALID_CHOICE"),
        ("rps/play", json!({"choice": 1, "bet_amount": 1}), 422, "INVALID_CHOICE"),
        ("gacha/pull", json!({"pull_count": 2}), 422, "INVALID_PULL_COUNT"),
        ("gacha/pull", json!({"pull_count": -1}), 422, "INVALID_PULL_COUNT"),
        (
            "crash/bet",
            json!({"bet_amount": 1, "auto_cashout_multiplier": 1}),
            422,
            "INVALID_MULTIPLIER",
        ),
        (
            "crash/bet",
            json!({"bet_amount": 1, "auto_cashout_multiplier": 1000.01}),
            422,
            "INVALID_MULTIPLIER",
        ),
        ("crash/cashout", json!({"game_id": 4711}), 404, "ROUND_NOT_FOUND"),
        ("crash/cashout", json!({"game_id": "4711"}), 404, "ROUND_NOT_FOUND"),
        ("fairness/rotate", json!({"client_seed": ""}), 422, "INVALID_CLIENT_SEED"),
        ("fairness/rotate", json!({"client_seed": "x".repeat(65)}), 422, "INVALID_CLIENT_SEED"),
        ("fairness/rotate", json!({"client_seed": 5}), 400, "BAD_COMMAND"),
    ] {
        refused(world.post(&ann, &format!("/api/games/{path}"), &body), status, code).await;
    }
    assert_eq!(me(&world, &ann).await, fresh);
    assert_eq!(history(&world, &ann).await, Vec::<Value>::new());
    let nobody = Person::nobody();
    for path in ["slot/spin", "rps/play", "gacha/pull", "crash/bet", "crash/cashout"] {
        let request = world.post(&nobody, &format!("/api/games/{path}"), &json!({"bet_amount": 1}));
        refused(request, 401, "UNAUTHORIZED").await;
    }
}

#[tokio::test]
async fn a_token_is_spent_once_whatever_number_of_windows_and_nodes_try() {
    let world = World::start().await;
    let other = world.beside().await;
    let ann = world.guest("Ann").await;
    me(&world, &ann).await;
    // 40 windows on two nodes: 100 tokens each of 1,000.
    let tries = (0..40).map(|window| {
        let world = if window % 2 == 0 { &world } else { &other };
        let request =
            world.post(&ann, "/api/games/rps/play", &json!({"choice": "rock", "bet_amount": 100}));
        async {
            let response = request.send().await.expect("an answer");
            (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
        }
    });
    let answers = join_all(tries).await;
    let done: Vec<&Value> =
        answers.iter().filter(|(status, _)| *status == 200).map(|(_, body)| body).collect();
    // The last play may have been at the other node, of which this one hears a moment later.
    let all = |me: &Value| me["fairness"]["counter"] == done.len();
    until(&world, &ann, "/api/users/me", all).await;
    let events = history(&world, &ann).await;
    for (status, body) in &answers {
        assert!(*status == 200 || body["code"] == "INSUFFICIENT_TOKENS", "{status} {body}");
    }
    assert!(done.len() >= 10, "{}", done.len());
    assert_eq!(events.len(), done.len(), "each play was told once");
    let mut balance = 1000;
    for event in &events {
        assert!(balance >= 100, "overdrawn");
        balance += number(&event["result"]["win_amount"]) - 100;
    }
    assert_eq!(number(&me(&world, &ann).await["balance"]), balance);
    // Each play has a draw of its own.
    let mut counters: Vec<i64> = done.iter().map(|body| number(&body["counter"])).collect();
    counters.sort_unstable();
    assert_eq!(counters, (0..done.len() as i64).collect::<Vec<_>>());
}

/// A play, or a gift, as dice have it.
fn any_play(dice: &mut u64) -> (&'static str, Value) {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let (kind, bet) = ((*dice >> 33) % 7, (*dice >> 40) % 120);
    match kind {
        0 | 1 => ("games/slot/spin", json!({"bet_amount": bet})),
        2 | 3 => ("games/rps/play", json!({"choice": "scissors", "bet_amount": bet})),
        4 => ("games/gacha/pull", json!({"pull_count": if bet % 2 == 0 { 1 } else { 10 }})),
        5 => ("games/crash/bet", json!({"bet_amount": bet, "auto_cashout_multiplier": 1.01})),
        _ => ("grant", json!({"amount": bet})),
    }
}

#[tokio::test]
async fn tokens_are_conserved_over_concurrent_plays_of_many_users_on_two_nodes() {
    let seed: u64 = std::env::var("SEED").map_or(20_261_121, |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let world = World::start().await;
    let other = world.beside().await;
    let admin = world.with_roles("7001", &["admin"]).await;
    let mut users = Vec::new();
    for name in ["Ann", "Ben", "Cat"] {
        users.push(world.guest(name).await);
    }
    let mut dice = seed;
    let tries = (0..240).map(|number: usize| {
        let (node, who) =
            (if number.is_multiple_of(2) { &world } else { &other }, &users[number % 3]);
        let (path, body) = any_play(&mut dice);
        let (by, path) = match path {
            "grant" => (&admin, format!("/api/users/{}/tokens", who.id)),
            path => (who, format!("/api/{path}")),
        };
        let (given, request) = (body["amount"].as_i64(), node.post(by, &path, &body));
        async move {
            let status = request.send().await.expect("an answer").status().as_u16();
            assert!([200, 409, 422].contains(&status), "{path} {body}: {status}");
            (number % 3, given.filter(|_| status == 200).unwrap_or(0), status)
        }
    });
    let answers = join_all(tries).await;
    let refused = answers.iter().filter(|(_, _, status)| *status != 200).count();
    assert!((10..200).contains(&refused), "{refused} of 240 were refused");
    for (index, who) in users.iter().enumerate() {
        until(&world, who, "/api/users/me", |me| me["crash"].is_null()).await;
        until(&other, who, "/api/users/me", |me| me["crash"].is_null()).await;
        let granted: i64 =
            answers.iter().filter(|(whose, _, _)| *whose == index).map(|(_, given, _)| given).sum();
        let (mut staked, mut won) = (0, 0);
        for event in history(&world, who).await {
            // The end of a crash round names the bet again, which was staked when it began.
            if event["result"]["phase"].is_null() || event["result"]["phase"] == "bet" {
                staked += number(&event["bet"]);
            }
            won += event["result"]["win_amount"].as_i64().unwrap_or(0);
        }
        for node in [&world, &other] {
            let balance = number(&me(node, who).await["balance"]);
            assert_eq!(balance, 1000 + granted + won - staked, "{} SEED={seed}", who.id);
            assert!(balance >= 0);
        }
    }
}

#[tokio::test]
async fn a_repeated_key_is_one_play() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    let spin = || {
        world
            .post(&ann, "/api/games/slot/spin", &json!({"bet_amount": 10}))
            .header("idempotency-key", "spin-1")
    };
    let first = ok(spin()).await;
    let answers = join_all((0..8).map(|_| ok(spin()))).await;
    assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
    assert_eq!(history(&world, &ann).await.len(), 1);
    let other = world
        .post(&ann, "/api/games/slot/spin", &json!({"bet_amount": 11}))
        .header("idempotency-key", "spin-1");
    refused(other, 409, "KEY_REUSED").await;
    assert_eq!(me(&world, &ann).await["balance"], first["balance"]);
}

#[tokio::test]
async fn a_crash_round_is_settled_once_and_only_for_its_player() {
    let world = World::start().await;
    let (ann, ben) = (world.guest("Ann").await, world.guest("Ben").await);
    let cash = |who: &Person, round: u64| {
        world.post(who, "/api/games/crash/cashout", &json!({"game_id": round}))
    };
    let over = short_round(&world, &ann).await;
    refused(cash(&ann, over), 409, "ROUND_OVER").await;
    refused(cash(&ben, over), 404, "ROUND_NOT_FOUND").await;

    // One in a hundred crashes at once: then another is begun.
    let mut cashed = None;
    for _ in 0..20 {
        let begun = ok(world.post(&ann, "/api/games/crash/bet", &json!({"bet_amount": 10}))).await;
        let round = begun["game_id"].as_u64().expect("an id");
        let open = me(&world, &ann).await["crash"].clone();
        if open.is_null() {
            continue;
        }
        assert_eq!(
            (&open["game_id"], &open["commitment"]),
            (&begun["game_id"], &begun["commitment"])
        );
        assert!(open.get("point").is_none() && open.get("salt").is_none(), "{open}");
        let again = world.post(&ann, "/api/games/crash/bet", &json!({"bet_amount": 10}));
        let rotated = world.post(&ann, "/api/games/fairness/rotate", &json!({}));
        let (again, rotated) = (again.send().await.unwrap(), rotated.send().await.unwrap());
        refused(cash(&ben, round), 404, "ROUND_NOT_FOUND").await;
        let response = cash(&ann, round).send().await.expect("an answer");
        if response.status() == 200 {
            assert_eq!((again.status().as_u16(), rotated.status().as_u16()), (409, 409));
            let paid: Value = response.json().await.expect("JSON");
            cashed = Some((round, paid));
            break;
        }
        until(&world, &ann, "/api/users/me", |me| me["crash"].is_null()).await;
    }
    let (round, paid) = cashed.expect("one of twenty rounds lasts for a moment");
    assert!(paid["multiplier"].as_f64().is_some_and(|times| times >= 1.0), "{paid}");
    let twice = join_all((0..4).map(|_| cash(&ann, round).send())).await;
    assert!(twice.iter().all(|answer| answer.as_ref().unwrap().status() == 409));
    assert_eq!(me(&world, &ann).await["balance"], paid["balance"]);
    let of_round = history(&world, &ann).await;
    let of_round =
        of_round.iter().filter(|event| event["result"]["game_id"].as_u64() == Some(round));
    assert_eq!(of_round.count(), 2, "a bet and an end");
}

#[tokio::test]
async fn two_nodes_settle_a_round_once() {
    let world = World::start().await;
    let other = world.beside().await;
    let ann = world.guest("Ann").await;
    let bet = json!({"bet_amount": 10, "auto_cashout_multiplier": 1.02});
    ok(world.post(&ann, "/api/games/crash/bet", &bet)).await;
    // The wallet is live on both, and both want to fire its deadline.
    me(&other, &ann).await;
    until(&other, &ann, "/api/users/me", |me| me["crash"].is_null()).await;
    until(&world, &ann, "/api/users/me", |me| me["crash"].is_null()).await;
    let events = history(&world, &ann).await;
    assert_eq!(events.len(), 2, "{events:?}");
    let balance = 990 + number(&events[1]["result"]["win_amount"]);
    for node in [&world, &other] {
        assert_eq!(number(&me(node, &ann).await["balance"]), balance);
    }
}

#[tokio::test]
async fn only_admins_give_tokens() {
    let world = World::start().await;
    let (ann, admin) = (world.guest("Ann").await, world.with_roles("7001", &["admin"]).await);
    let path = format!("/api/users/{}/tokens", ann.id);
    let give = |who: &Person, amount: Value| world.post(who, &path, &json!({"amount": amount}));
    refused(give(&ann, json!(5)), 403, "FORBIDDEN").await;
    refused(give(&Person::nobody(), json!(5)), 401, "UNAUTHORIZED").await;
    for bad in [json!(0), json!(-5), json!(2.5), json!("5"), json!(null)] {
        refused(give(&admin, bad), 422, "INVALID_AMOUNT").await;
    }
    refused(give(&admin, json!(u64::MAX)), 422, "HOUSE_LIMIT").await;
    refused(
        world.post(&admin, "/api/users/4711/tokens", &json!({"amount": 5})),
        404,
        "USER_NOT_FOUND",
    )
    .await;
    assert_eq!(ok(give(&admin, json!(250))).await["balance"], 1250);
    assert_eq!(me(&world, &ann).await["balance"], 1250);
    assert_eq!(me(&world, &admin).await["role"], "admin");

    // Two admins may have the same idea of a key.
    let other = world.with_roles("7002", &["admin"]).await;
    for (who, balance) in [(&admin, 1260), (&other, 1270), (&admin, 1260), (&other, 1270)] {
        let grant = give(who, json!(10)).header("idempotency-key", "k1");
        assert_eq!(ok(grant).await["balance"], balance);
    }
    assert_eq!(me(&world, &ann).await["balance"], 1270);
}

#[tokio::test]
async fn a_wallet_is_nobody_elses_business() {
    let world = World::start().await;
    let (ann, ben) = (world.guest("Ann").await, world.guest("Ben").await);
    let admin = world.with_roles("7001", &["admin"]).await;
    ok(world.post(&ann, "/api/games/slot/spin", &json!({"bet_amount": 10}))).await;
    let spun = history(&world, &ann).await;
    let wallet = text(&spun[0]["id"]).split('-').nth(1).expect("the session").to_owned();

    for query in ["", "?game=casino", "?mine=true", &format!("?owner={}", ann.id)] {
        let list = ok(world.get(&ann, &format!("/api/sessions{query}"))).await;
        assert!(!list.to_string().contains(&wallet), "{query}: {list}");
    }
    let path = format!("/api/sessions/{wallet}");
    // Not even that it is there, and when it changed, is told to others; who runs the server sees that.
    for part in ["", "/events", "/history", "/presence", "/stream", "?wait=1&since=1", "/legal"] {
        for who in [&ben, &Person::nobody()] {
            let path = format!("{path}{part}");
            refused(world.get(who, &path), 404, "SESSION_NOT_FOUND").await;
        }
    }
    assert_eq!(ok(world.get(&admin, &path)).await["data"], Value::Null);
    let events = ok(world.get(&admin, &format!("{path}/events"))).await;
    assert_eq!(events["events"], json!([]));
    assert_eq!(
        ok(world.get(&ann, &path)).await["data"]["balance"],
        me(&world, &ann).await["balance"]
    );
    for command in [
        json!({"do": "spin", "bet_amount": 1}),
        json!({"do": "grant", "amount": 1}),
        json!({"do": "settle"}),
    ] {
        let body = json!({"command": command});
        let path = format!("{path}/commands");
        refused(world.post(&ben, &path, &body), 404, "SESSION_NOT_FOUND").await;
        refused(world.post(&admin, &path, &body), 403, "FORBIDDEN").await;
    }
    for command in [json!({"do": "grant", "amount": 1}), json!({"do": "settle"})] {
        let body = json!({"command": command});
        refused(world.post(&ann, &format!("{path}/commands"), &body), 403, "FORBIDDEN").await;
    }
    refused(world.delete(&ben, &path), 404, "SESSION_NOT_FOUND").await;
    for who in [&ann, &admin] {
        refused(world.delete(who, &path), 403, "FORBIDDEN").await;
    }
    let wish = json!({"game": "casino", "options": {"user": ben.id}});
    refused(world.post(&ben, "/api/sessions", &wish), 403, "FORBIDDEN").await;
    // And the games of Nommie are other games.
    refused(world.get(&ann, &format!("/api/games/{wallet}/snapshot")), 404, "GAME_NOT_FOUND").await;
}

#[tokio::test]
async fn the_socket_of_old_names_the_new_ones() {
    let world = World::start().await;
    let gone = refused(world.ask(Method::GET, "/ws/games"), 410, "GONE").await;
    assert_eq!(
        (&gone["extensions"]["user"], &gone["extensions"]["monitor"]),
        (&json!("/api/games/ws"), &json!("/api/games/ws/monitor"))
    );
    for path in ["/api/games/ws", "/api/games/ws/monitor"] {
        refused(world.ask(Method::GET, path), 426, "UPGRADE_REQUIRED").await;
    }
    let _ = expect(world.ask(Method::GET, "/api/openapi.json"), reqwest::StatusCode::OK).await;
}
