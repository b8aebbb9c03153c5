//! Crash rounds: hidden, by the server's clock, settled once.

use casino::{Casino, crash};
use game::{Actor, Game, Timestamp};
use serde_json::{Value, json};

use crate::world::{START, Table, ann, user};

const BET: u64 = 100;

/// An open round, and where it will crash.
fn round(seed: u8, auto: Option<f64>) -> (Table, u64, u32) {
    let mut table = Table::new(seed);
    let bet = json!({ "do": "crash_bet", "bet_amount": BET, "auto_cashout_multiplier": auto });
    let answer = table.ask(&bet);
    let point = table.stored()["round"]["point"].as_u64().unwrap() as u32;
    (table, answer["game_id"].as_u64().unwrap(), point)
}

/// Seeds whose rounds crash at least, or at most, there.
fn seeds(crashes: impl Fn(u32) -> bool) -> impl Iterator<Item = u8> {
    (0..=255).filter(move |seed| crashes(round(*seed, None).2)).take(5)
}

fn cash_out(id: u64) -> Value {
    json!({ "do": "crash_cashout", "game_id": id })
}

#[test]
fn who_cashes_out_in_time_wins_by_the_servers_clock() {
    for seed in seeds(|point| point > 250) {
        let (mut table, id, point) = round(seed, None);
        assert_eq!(table.balance(), 900);
        table.now = START.plus(crash::reached_after(200));
        let answer = table.ask(&cash_out(id));
        assert_eq!((&answer["multiplier"], &answer["win_amount"]), (&json!(2.0), &json!(200)));
        assert_eq!((&answer["balance"], table.balance()), (&json!(1_100), 1_100));
        let told = &table.plays[1].result;
        assert_eq!(told["crash_point"], f64::from(point) / 100.0);
        assert_eq!(table.refused(&ann(), &cash_out(id)), "ROUND_OVER", "once");
        assert_eq!(Casino::deadline(&table.wallet), None);
    }
}

#[test]
fn the_last_moment_is_that_of_the_crash_point() {
    for seed in seeds(|point| (120..100_000).contains(&point)) {
        let (mut table, id, point) = round(seed, None);
        let crash_at = START.plus(crash::reached_after(point + 1));
        assert_eq!(Casino::deadline(&table.wallet).unwrap().at, crash_at);
        table.now = crash_at;
        assert_eq!(table.refused(&ann(), &cash_out(id)), "ROUND_OVER", "too late");
        table.now = Timestamp(crash_at.0 - 1);
        let answer = table.ask(&cash_out(id));
        assert_eq!(answer["win_amount"], BET * u64::from(point) / 100);
    }
}

#[test]
fn a_round_without_a_cash_out_is_lost_however_late_the_clock() {
    for seed in seeds(|point| point < 300) {
        let (mut table, id, _) = round(seed, None);
        table.now = START.plus(86_400_000);
        assert_eq!(table.refused(&ann(), &cash_out(id)), "ROUND_OVER");
        let settled = table.ask_as(&Actor::Clock, &json!({ "do": "settle" })).unwrap();
        assert_eq!(settled.reply["win_amount"], 0);
        assert_eq!(table.balance(), 900);
        assert_eq!(table.refused(&Actor::Clock, &json!({ "do": "settle" })), "ROUND_OVER");
    }
}

#[test]
fn it_cashes_out_by_itself_at_what_was_asked_for() {
    for seed in seeds(|point| point >= 150) {
        let (mut table, _, _) = round(seed, Some(1.5));
        let due = Casino::deadline(&table.wallet).unwrap();
        assert_eq!(due.at, START.plus(crash::reached_after(150)));
        // The server was away: what it pays is what was asked for.
        table.now = due.at.plus(3_600_000);
        let settled = table.ask_as(&Actor::Clock, &json!({ "do": "settle" })).unwrap();
        assert_eq!(
            (&settled.reply["multiplier"], &settled.reply["win_amount"]),
            (&json!(1.5), &json!(150))
        );
        assert_eq!(table.balance(), 1_050);
    }
    for seed in seeds(|point| point < 150) {
        let (mut table, _, _) = round(seed, Some(1.5));
        table.now = Casino::deadline(&table.wallet).unwrap().at;
        table.ask_as(&Actor::Clock, &json!({ "do": "settle" })).unwrap();
        assert_eq!(table.balance(), 900);
    }
}

#[test]
fn rounds_that_cannot_be_are_refused() {
    let (mut table, id, _) = round(9, None);
    let bet = |auto: Value| json!({ "do": "crash_bet", "bet_amount": 1, "auto_cashout_multiplier": auto });
    assert_eq!(table.refused(&ann(), &bet(Value::Null)), "ROUND_OPEN");
    assert_eq!(table.refused(&ann(), &json!({ "do": "rotate" })), "ROUND_OPEN");
    assert_eq!(table.refused(&ann(), &cash_out(id + 1)), "ROUND_NOT_FOUND");
    assert_eq!(
        table.refused(&ann(), &json!({ "do": "crash_cashout", "game_id": "x" })),
        "ROUND_NOT_FOUND"
    );
    assert_eq!(table.refused(&Actor::User(user("eve")), &cash_out(id)), "FORBIDDEN");
    let mut fresh = Table::new(10);
    for auto in [json!(1.0), json!(1.005), json!(1000.01), json!(-2), json!("2"), json!(1e300)] {
        assert_eq!(fresh.refused(&ann(), &bet(auto.clone())), "INVALID_MULTIPLIER", "{auto}");
    }
    fresh.ask(&bet(json!(1.01)));
}

#[test]
fn nothing_tells_where_it_will_crash() {
    let mut table = Table::new(11);
    let commit = table.ask_as(&ann(), &json!({ "do": "crash_bet", "bet_amount": 5 })).unwrap();
    let stored = table.stored();
    let told = [
        table.view().to_string(),
        commit.reply.to_string(),
        serde_json::to_string(&commit.events).unwrap(),
    ];
    for secret in [&stored["round"]["salt"], &stored["seeds"]["server"]] {
        let secret = secret.as_str().unwrap();
        assert_eq!(secret.len(), 64);
        assert!(told.iter().all(|text| !text.contains(secret)));
    }
    assert!(told.iter().all(|text| !text.contains("point")));
    let spectator = Casino::view(&table.wallet, game::Viewer::Spectator);
    assert_eq!(serde_json::to_value(spectator).unwrap(), Value::Null);
}
