//! Plays: what they answer, what they refuse, and that tokens only move.

use game::Actor;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{Table, ann, user};

#[test]
fn each_play_takes_the_stake_and_brings_the_win() {
    let mut table = Table::new(1);
    for (command, game) in [
        (json!({ "do": "spin", "bet_amount": 10 }), "slot"),
        (json!({ "do": "rps", "choice": "paper", "bet_amount": 10 }), "rps"),
        (json!({ "do": "pull", "pull_count": 1 }), "gacha"),
        (json!({ "do": "pull", "pull_count": 10 }), "gacha"),
    ] {
        let before = table.balance();
        let answer = table.ask(&command);
        let play = table.plays.last().unwrap().clone();
        assert_eq!((play.game_type.as_str(), &play.user), (game, &user("ann")));
        let win = answer["win_amount"].as_u64().unwrap_or(0);
        assert_eq!(table.balance(), before - play.bet + win);
        assert_eq!(answer["balance"], table.balance());
        assert_eq!(answer["success"], true);
        assert!(answer["message"].is_string());
    }
    let ten = &table.plays[3];
    assert_eq!((ten.bet, ten.result["items"].as_array().unwrap().len()), (450, 10));
    assert_eq!(table.ask(&json!({ "do": "spin", "bet_amount": 1 }))["reels"][0][2], {
        table.plays[4].result["reels"][0][2].clone()
    });
}

#[test]
fn bad_amounts_get_a_code_and_change_nothing() {
    let mut table = Table::new(2);
    let huge: Value = serde_json::from_str("1e30").unwrap();
    let bets = [
        (json!(0), "INVALID_BET"),
        (json!(-1), "INVALID_BET"),
        (json!(1.5), "INVALID_BET"),
        (json!("ten"), "INVALID_BET"),
        (json!(null), "INVALID_BET"),
        (json!([1]), "INVALID_BET"),
        (json!(-1e30), "INVALID_BET"),
        (huge, "INSUFFICIENT_TOKENS"),
        (json!(u64::MAX), "INSUFFICIENT_TOKENS"),
        (json!(1_001), "INSUFFICIENT_TOKENS"),
        (json!(1_000.5), "INSUFFICIENT_TOKENS"),
    ];
    for (bet, code) in bets {
        for command in [
            json!({ "do": "spin", "bet_amount": bet }),
            json!({ "do": "rps", "choice": "rock", "bet_amount": bet }),
            json!({ "do": "crash_bet", "bet_amount": bet }),
        ] {
            assert_eq!(table.refused(&ann(), &command), code, "{command}");
        }
    }
    for (command, code) in [
        (json!({ "do": "rps", "choice": "well", "bet_amount": 1 }), "INVALID_CHOICE"),
        (json!({ "do": "rps", "choice": 1, "bet_amount": 1 }), "INVALID_CHOICE"),
        (json!({ "do": "pull", "pull_count": 2 }), "INVALID_PULL_COUNT"),
        (json!({ "do": "pull", "pull_count": "1" }), "INVALID_PULL_COUNT"),
        (json!({ "do": "pull", "pull_count": 1.0 }), "INVALID_PULL_COUNT"),
        (json!({ "do": "settle" }), "FORBIDDEN"),
        (json!({ "do": "grant", "amount": 5 }), "FORBIDDEN"),
    ] {
        assert_eq!(table.refused(&ann(), &command), code, "{command}");
    }
    let spin = json!({ "do": "spin", "bet_amount": 1 });
    for other in
        [Actor::User(user("eve")), Actor::Service(user("ann")), Actor::System, Actor::Clock]
    {
        assert_eq!(table.refused(&other, &spin), "FORBIDDEN", "{other}");
    }
    for (amount, code) in [
        (json!(0), "INVALID_AMOUNT"),
        (json!(-5), "INVALID_AMOUNT"),
        (json!(u64::MAX), "HOUSE_LIMIT"),
    ] {
        let grant = json!({ "do": "grant", "amount": amount });
        assert_eq!(table.refused(&Actor::System, &grant), code);
    }
    // All that is there may be bet, and no more than could be paid out.
    table.ask(&json!({ "do": "spin", "bet_amount": 1_000 }));
    table.grant(casino::limits::MOST_TOKENS / 100);
    let bet = table.balance() / 2;
    assert_eq!(table.refused(&ann(), &json!({ "do": "spin", "bet_amount": bet })), "HOUSE_LIMIT");
}

#[test]
fn nothing_brings_a_wallet_above_its_limit_or_stops_it_there() {
    use casino::limits::MOST_TOKENS;
    let mut table = Table::new(4);
    table.grant(9_000_000_000_000);
    let bet = json!({ "do": "crash_bet", "bet_amount": 8_000_000_000_000_u64,
                      "auto_cashout_multiplier": 1.01 });
    table.ask(&bet);
    // What the open round may win is kept free.
    let room = MOST_TOKENS - table.balance();
    let grant = json!({ "do": "grant", "amount": room });
    assert_eq!(table.refused(&Actor::System, &grant), "HOUSE_LIMIT");
    table.now = table.now.plus(10_000_000);
    table.ask_as(&Actor::Clock, &json!({ "do": "settle" })).unwrap();
    assert!(table.balance() <= MOST_TOKENS);

    let mut full = Table::new(5);
    full.grant(MOST_TOKENS - 1_000);
    assert_eq!(full.balance(), MOST_TOKENS);
    let spin = json!({ "do": "spin", "bet_amount": 1 });
    assert_eq!(full.refused(&ann(), &spin), "HOUSE_LIMIT");
    full.ask(&json!({ "do": "pull", "pull_count": 10 }));
    assert_eq!(full.balance(), MOST_TOKENS - 450);
    full.ask(&json!({ "do": "rps", "choice": "rock", "bet_amount": 450 }));
    assert!(full.balance() <= MOST_TOKENS);
}

#[test]
fn wins_in_a_row_are_counted() {
    let mut table = Table::new(3);
    let mut streak = 0;
    for _ in 0..200 {
        let answer = table.ask(&json!({ "do": "rps", "choice": "rock", "bet_amount": 1 }));
        match answer["result"].as_str().unwrap() {
            "win" => streak += 1,
            "lose" => streak = 0,
            _ => {}
        }
        assert_eq!(table.view()["streak"], streak);
    }
}

/// A command as people and programs send them, good and bad.
fn any_command() -> impl Strategy<Value = Value> {
    let amount = prop_oneof![
        (1u64..60).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!("ten")),
    ];
    let auto = prop_oneof![
        Just(Value::Null),
        (1.0f64..3.0).prop_map(|m| json!((m * 100.0).round() / 100.0))
    ];
    prop_oneof![
        amount.clone().prop_map(|bet| json!({ "do": "spin", "bet_amount": bet })),
        amount.clone().prop_map(|bet| json!({ "do": "rps", "choice": "rock", "bet_amount": bet })),
        prop_oneof![Just(1), Just(10), Just(3)]
            .prop_map(|n| json!({ "do": "pull", "pull_count": n })),
        (amount.clone(), auto).prop_map(|(bet, auto)| {
            json!({ "do": "crash_bet", "bet_amount": bet, "auto_cashout_multiplier": auto })
        }),
        Just(json!({ "do": "crash_cashout", "game_id": 0 })),
        Just(json!({ "do": "settle" })),
        Just(json!({ "do": "rotate" })),
        amount.prop_map(|amount| json!({ "do": "grant", "amount": amount })),
    ]
}

proptest! {
    /// What is granted and won and was not staked is there: no more, no less.
    #[test]
    fn tokens_are_conserved(seed: u8, commands in prop::collection::vec((any_command(), 0u64..9_000), 1..60)) {
        let mut table = Table::new(seed);
        let mut balance = table.balance();
        for (mut command, pause) in commands {
            table.now = table.now.plus(pause);
            let actor = match command["do"].as_str().unwrap() {
                "grant" => Actor::System,
                "settle" => Actor::Clock,
                _ => ann(),
            };
            if command["do"] == "crash_cashout" {
                command["game_id"] = table.view()["crash"]["game_id"].clone();
            }
            let outcome = table.ask_as(&actor, &command);
            if let Ok(commit) = &outcome {
                let told: i64 = commit.events.iter().map(|event| match event {
                    casino::Event::Balance { delta, .. } | casino::Event::Reward { delta, .. } => *delta,
                    _ => 0,
                }).sum();
                prop_assert_eq!(balance.checked_add_signed(told), Some(table.balance()));
            }
            balance = table.balance();
            let stored = table.stored();
            let sum = |field: &str| stored[field].as_u64().unwrap();
            prop_assert_eq!(sum("balance") + sum("staked"), sum("granted") + sum("won"));
        }
    }
}
