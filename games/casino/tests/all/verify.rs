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
    let numbers: Vec<_> = report.plays.iter().map(|play| play.counter).collect();
    assert_eq!(numbers, (0..revealed.plays).map(Some).collect::<Vec<_>>());
    // The second evening's plays, not those of the first with the same numbers.
    assert_eq!(report.plays[0].id, "150");
}

/// The place of the second seed's first play like this.
fn first_of(told: &[Told], game: &str, wanted: impl Fn(&Value) -> bool) -> usize {
    let is = |one: &Told| one.game_type == game && wanted(&one.result);
    150 + told[150..].iter().position(is).expect("one of them")
}

/// The one play that is at fault, with what is wrong.
fn caught(revealed: &Revealed, told: &[Told]) -> (usize, String) {
    let report = checked(revealed, told);
    assert!(!report.holds());
    let mut faults = report.plays.iter().filter_map(|play| Some((&play.id, play.fault.as_ref()?)));
    let (Some((id, fault)), None) = (faults.next(), faults.next()) else {
        panic!("not one fault: {report:?}");
    };
    (id.parse().unwrap(), fault.clone())
}

#[test]
fn each_lie_is_found_at_its_play() {
    let (revealed, told) = evening();
    let of = |game: &str, wanted: &dyn Fn(&Value) -> bool| first_of(&told, game, wanted);
    let cashed_out = of("crash", &|result| result["phase"] == "cashed_out");
    let lies: Vec<(usize, &str, Value)> = vec![
        (of("slot", &|_| true), "reels", json!([["🍒", "🍒", "🍒"]])),
        (of("slot", &|_| true), "win_amount", json!(4711)),
        (of("slot", &|_| true), "multiplier", json!(777)),
        (of("slot", &|_| true), "is_jackpot", json!(true)),
        (of("rps", &|_| true), "computer_choice", json!("well")),
        (of("rps", &|_| true), "win_amount", json!(5)),
        (of("rps", &|_| true), "result", json!("none")),
        (of("gacha", &|_| true), "items", json!([])),
        (of("gacha", &|_| true), "pity", json!(77)),
        (of("crash", &|result| result["phase"] == "bet"), "commitment", json!("00")),
        (of("crash", &|result| result["phase"] != "bet"), "crash_point", json!(1.23)),
        (of("crash", &|result| result["phase"] != "bet"), "salt", json!("00")),
        (of("crash", &|result| result["phase"] == "crashed"), "multiplier", json!(900)),
        (cashed_out, "win_amount", json!(1)),
        (cashed_out, "multiplier", json!(1.51)),
        (cashed_out, "multiplier", Value::Null),
    ];
    for (at, key, lie) in lies {
        let mut told = told.clone();
        assert_ne!(told[at].result[key], lie, "{at} {key}: that is the truth");
        told[at].result[key] = lie;
        let (found, fault) = caught(&revealed, &told);
        // What is wrong with the end of a crash round shows at its bet.
        assert!(found == at || found + 1 == at, "{key} at {at}, found at {found}: {fault}");
    }
}

#[test]
fn a_bet_that_is_told_otherwise_is_found() {
    let (revealed, told) = evening();
    let pull = first_of(&told, "gacha", |_| true);
    let end = first_of(&told, "crash", |result| result["phase"] == "crashed");
    let spin = first_of(&told, "slot", |result| result["win_amount"] != 0);
    let lies = [
        (pull, 49, "sold"),
        (end, 1, "another bet"),
        (spin, 4, "wins"),
        (spin, u64::MAX, "so much"),
    ];
    for (at, bet, why) in lies {
        let mut told = told.clone();
        told[at].bet = bet;
        let (found, fault) = caught(&revealed, &told);
        assert!(found == at || found + 1 == at, "{at}, found at {found}");
        assert!(fault.contains(why), "{fault}");
    }
}

#[test]
fn a_play_that_is_hidden_doubled_or_made_up_is_found() {
    let (revealed, told) = evening();
    let spin = first_of(&told, "slot", |_| true);
    let mut hidden = told.clone();
    hidden.remove(spin);
    let report = checked(&revealed, &hidden);
    assert_eq!((report.missing, report.faults(), report.holds()), (1, 0, false));
    // As a play of the seed before, of one that is never shown, and of none.
    let other = &told[0].result["seed"];
    for seed in [other, &json!("0000000000000000"), &json!(7), &Value::Null] {
        let mut moved = told.clone();
        moved[spin + 5].result["seed"] = seed.clone();
        let report = checked(&revealed, &moved);
        assert_eq!((report.missing, report.faults()), (1, 1), "{seed}");
        let mut added = told.clone();
        added.insert(spin + 5, Told { id: "4711".to_owned(), ..moved[spin + 5].clone() });
        let (found, _) = caught(&revealed, &added);
        assert_eq!(found, 4711, "{seed}");
        added[spin + 5].result["counter"] = json!("1");
        assert_eq!(caught(&revealed, &added).0, 4711, "{seed}");
    }

    let mut doubled = told.clone();
    doubled.push(Told { id: "4711".to_owned(), ..told[spin].clone() });
    assert_eq!(caught(&revealed, &doubled), (4711, "its number was before".to_owned()));
    let mut made_up = doubled.clone();
    made_up[told.len()].result["counter"] = json!(revealed.plays);
    assert_eq!(caught(&revealed, &made_up), (4711, "after the last play".to_owned()));

    let end = first_of(&told, "crash", |result| result["phase"] != "bet");
    let mut endless = told.clone();
    endless.remove(end);
    let (found, fault) = caught(&revealed, &endless);
    assert_eq!((found, fault.as_str()), (end - 1, "its end is missing"));
}

#[test]
fn a_round_ends_once_after_it_began_and_not_without_it() {
    let (revealed, told) = evening();
    let end = first_of(&told, "crash", |result| result["phase"] != "bet");
    let mut twice = told.clone();
    twice.insert(end + 1, told[end].clone());
    assert_eq!(caught(&revealed, &twice), (end - 1, "ends twice".to_owned()));
    let mut made_up = told.clone();
    let mut other = Told { id: "4711".to_owned(), ..told[end].clone() };
    other.result["game_id"] = json!(4711);
    made_up.insert(end + 1, other);
    assert_eq!(caught(&revealed, &made_up).0, 4711);
    let mut before = told.clone();
    before.swap(end - 1, end);
    assert!(!checked(&revealed, &before).holds());
    let mut backwards = told;
    backwards.reverse();
    assert!(checked(&revealed, &backwards).faults() > 60);
}

/// A page writes 2 where the server writes 2.0.
#[test]
fn numbers_count_however_they_are_written() {
    let (revealed, mut told) = evening();
    for play in &mut told {
        if let Some(times) = play.result["multiplier"].as_f64().filter(|times| times.fract() == 0.0)
        {
            play.result["multiplier"] = json!(times as u64);
        }
    }
    assert!(checked(&revealed, &told).holds());
}

#[test]
fn one_paytable_holds_for_all_spins() {
    let (revealed, mut told) = evening();
    let lost = |result: &Value| result["win_amount"] == 0;
    let later = |told: &[Told]| {
        let is =
            |(at, one): &(usize, &Told)| *at > 200 && one.game_type == "slot" && lost(&one.result);
        told.iter().enumerate().find(is).map(|(at, _)| at).expect("one of them")
    };
    let at = later(&told);
    told[at].result["paytable"] = json!("classic");
    assert_eq!(caught(&revealed, &told), (at, "paid by another table".to_owned()));
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
    // Nothing was told of the seed's plays: it says how many are missing.
    for told in [&told[..150], &[]] {
        let nothing = checked(&revealed, told);
        assert_eq!((nothing.plays.len(), nothing.missing), (0, revealed.plays));
        assert!(!nothing.holds());
    }
}
