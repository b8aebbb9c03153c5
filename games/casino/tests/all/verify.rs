//! A revealed seed is checked against what was told: honest plays hold, each lie is found.

use casino::verify::{Report, Revealed, Told, verify};
use serde_json::{Value, json};

use crate::world::Table;

/// Plays under two seeds, and the second one revealed.
fn evening() -> (Revealed, Vec<Told>) {
    let mut table = Table::new(31);
    table.grant(100_000);
    for seed in ["first", "second"] {
        for round in 0..30 {
            table.ask(&json!({ "do": "spin", "bet_amount": 3 }));
            table.ask(&json!({ "do": "rps", "choice": "rock", "bet_amount": 3 }));
            table.ask(&json!({ "do": "pull", "pull_count": if round % 2 == 0 { 1 } else { 10 } }));
            table.ask(
                &json!({ "do": "crash_bet", "bet_amount": 3, "auto_cashout_multiplier": 1.5 }),
            );
            table.now = table.now.plus(10_000_000);
            table.ask_as(&game::Actor::Clock, &json!({ "do": "settle" })).unwrap();
        }
        if seed == "first" {
            table.ask(&json!({ "do": "rotate", "client_seed": "mine" }));
        }
    }
    let revealed = table.ask(&json!({ "do": "rotate" }))["revealed"].take();
    let told = table.plays.iter().enumerate().map(|(at, play)| Told {
        id: at.to_string(),
        game_type: play.game_type.clone(),
        bet: play.bet,
        result: play.result.clone(),
    });
    (serde_json::from_value(revealed).unwrap(), told.collect())
}

fn checked(revealed: &Revealed, told: &[Told]) -> Report {
    verify(revealed, told).expect("a seed")
}

#[test]
fn honest_plays_hold_and_are_those_of_their_seed() {
    let (revealed, told) = evening();
    let report = checked(&revealed, &told);
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.plays.len() as u64, report.missing), (revealed.plays, 0));
    let numbers: Vec<u64> = report.plays.iter().map(|play| play.counter).collect();
    assert_eq!(numbers, (0..revealed.plays).collect::<Vec<_>>());
    // The second evening's plays, not those of the first with the same numbers.
    assert_eq!(report.plays[0].id, "150");
}

#[test]
fn each_lie_is_found_at_its_play() {
    let (revealed, told) = evening();
    let of = |game: &str, wanted: &dyn Fn(&Value) -> bool| {
        let is = |one: &Told| one.game_type == game && wanted(&one.result);
        150 + told[150..].iter().position(is).expect("one of them")
    };
    let lies: Vec<(usize, &str, Value)> = vec![
        (of("slot", &|_| true), "reels", json!([["🍒", "🍒", "🍒"]])),
        (of("slot", &|_| true), "win_amount", json!(4711)),
        (of("rps", &|_| true), "computer_choice", json!("well")),
        (of("rps", &|_| true), "win_amount", json!(5)),
        (of("gacha", &|_| true), "items", json!([])),
        (of("gacha", &|_| true), "pity", json!(77)),
        (of("crash", &|result| result["phase"] == "bet"), "commitment", json!("00")),
        (of("crash", &|result| result["phase"] != "bet"), "crash_point", json!(1.23)),
        (of("crash", &|result| result["phase"] != "bet"), "salt", json!("00")),
        (of("crash", &|result| result["phase"] == "cashed_out"), "win_amount", json!(1)),
        (of("crash", &|result| result["phase"] == "crashed"), "multiplier", json!(900)),
    ];
    for (at, key, lie) in lies {
        let mut told = told.clone();
        assert_ne!(told[at].result[key], lie, "{at} {key}: that is the truth");
        told[at].result[key] = lie;
        let report = checked(&revealed, &told);
        assert_eq!(report.faults(), 1, "{at} {key}: {report:?}");
        assert!(!report.holds());
        // What is wrong with the end of a crash round shows at its bet.
        let found = report.plays.iter().find(|play| play.fault.is_some()).unwrap();
        let found: usize = found.id.parse().unwrap();
        assert!(found == at || found + 1 == at, "{key} at {at}, found at {found}");
    }
}

#[test]
fn a_seed_that_is_another_does_not_hold() {
    let (revealed, told) = evening();
    let other = Revealed { server_seed: "ab".repeat(32), ..revealed.clone() };
    let report = checked(&other, &told);
    assert!(!report.seed_fits && report.faults() > 60, "{}", report.faults());
    let client = Revealed { client_seed: "theirs".to_owned(), ..revealed.clone() };
    let report = checked(&client, &told);
    assert!(report.seed_fits && report.faults() > 60, "{}", report.faults());
    assert!(
        verify(&Revealed { server_seed: "ab".to_owned(), ..revealed.clone() }, &told).is_none()
    );
    // Nothing was told of the seed's plays: nothing is wrong, but it says how many are missing.
    let report = checked(&revealed, &told[..150]);
    assert_eq!(report.missing + report.plays.len() as u64, revealed.plays);
    let nothing = checked(&revealed, &[]);
    assert_eq!((nothing.plays.len(), nothing.missing), (0, revealed.plays));
}
