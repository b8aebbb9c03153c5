//! Whole games: by bots alone, and by people and bots who do anything that is legal at random.

use game::{Draws, Game, SeatId, Seed, SessionId, Status, Version};
use nommie::{Nommie, Table, hand_size, history};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{PEOPLE, World, person};

/// What holds at every moment of a game.
fn check(world: &World) {
    let table = serde_json::to_string(&world.table).expect("JSON");
    let again: Table = serde_json::from_str(&table).expect("what is stored can be read");
    assert_eq!(again, world.table);
    assert_eq!(serde_json::to_string(&again).expect("JSON"), table);
    let open = world.open();
    let scores: Vec<u64> = numbers(&open["game"]["scores_total"]);
    let rounds = serde_json::to_value(history(&world.table)).expect("JSON");
    for round in rounds.as_array().expect("rounds") {
        let tricks = numbers(&round["tricks_won"]);
        assert_eq!(tricks.iter().sum::<u64>(), round["hand_size"].as_u64().unwrap(), "{round}");
        let bids = numbers(&round["bids"]);
        assert_ne!(bids.iter().sum::<u64>(), round["hand_size"].as_u64().unwrap(), "{round}");
        for seat in 0..4 {
            let bonus = if tricks[seat] == bids[seat] { 10 } else { 0 };
            assert_eq!(round["round_scores"][seat], tricks[seat] + bonus, "{round}");
        }
    }
    let total = |seat: usize| -> u64 {
        rounds.as_array().unwrap().iter().map(|r| r["round_scores"][seat].as_u64().unwrap()).sum()
    };
    assert_eq!(scores, (0..4).map(total).collect::<Vec<_>>());
    if let Some(last) = rounds.as_array().unwrap().last() {
        assert_eq!(numbers(&last["scores_total"]), scores);
    }
    if let Some(seat) = open["phase"]["data"]["to_act"].as_u64() {
        let seat = SeatId(seat as u8);
        let legal = Nommie::legal(&world.table, seat);
        assert!(!legal.is_empty() || world.table_is_paused(), "no legal move: {open}");
        let shown = &world.view(Some(seat.0))["viewer_legal"];
        let listed: usize = ["bids", "trumps", "cards"]
            .iter()
            .filter_map(|kind| shown[kind].as_array().map(Vec::len))
            .sum();
        assert!(listed == legal.len() || world.table_is_paused(), "{shown}");
    }
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().expect("a list").iter().map(|n| n.as_u64().expect("a number")).collect()
}

#[test]
fn four_bots_play_all_26_rounds() {
    for profile in ["heuristic", "random"] {
        let mut world = World::new(3, json!({"bot_pace_ms": 0}));
        for _ in 0..3 {
            world.must("ann", json!({"do": "add_bot", "profile": profile}));
        }
        world.must("ann", json!({"do": "ready", "is_ready": true}));
        world.must("ann", json!({"do": "leave"}));
        let mut commits = 0;
        while world.phase() != "GameOver" {
            world.tick();
            check(&world);
            commits += 1;
        }
        // Four bids, a trump, four cards a trick and the next deal: each a commit of its own.
        let expected: u32 = (1..=26).map(|round| 4 + 1 + 4 * u32::from(hand_size(round)) + 1).sum();
        assert_eq!(commits, expected);
        let open = world.open();
        let scores = numbers(&open["game"]["scores_total"]);
        let best = scores.iter().max().expect("four");
        let winners: Vec<usize> = (0..4).filter(|seat| scores[*seat] == *best).collect();
        assert_eq!(open["game"]["winners"], json!(winners));
        assert_eq!(history(&world.table).len(), 26);
        assert_eq!(Nommie::status(&world.table), Status::Ended);
        assert_eq!(Nommie::deadline(&world.table), None);
        assert_eq!(world.replayed().table, world.table);
        println!("{profile}: {commits} commits, scores {scores:?}");
    }
}

/// Plays at random: legal moves, leaving and coming back, pauses, presence, the clock.
fn play_at_random(seed: u8, steps: u64) -> World {
    let clock = json!({"kind": "increment", "seconds": 9, "increment": 1, "grace_seconds": 3});
    let clock = if seed.is_multiple_of(2) { clock } else { Value::Null };
    let mut world = World::new(seed, json!({"bot_pace_ms": 10, "turn_clock": clock}));
    for name in &PEOPLE[1..] {
        world.must(name, json!({"do": "join"}));
    }
    for name in PEOPLE {
        world.must(name, json!({"do": "ready", "is_ready": true}));
    }
    for step in 0..steps {
        let session = SessionId::new(1).expect("an id");
        let mut random = Draws::new(&Seed::new([seed; 32]), session, Version(step));
        let name = PEOPLE[random.below(4) as usize];
        world.now += random.below(40);
        let seat = SeatId(PEOPLE.iter().position(|n| *n == name).expect("one of them") as u8);
        match random.below(40) {
            0 => drop(world.ask(name, json!({"do": "leave"}))),
            1 | 2 => drop(world.ask(name, json!({"do": "rejoin"}))),
            3 => drop(world.ask(name, json!({"do": "pause", "pause": true}))),
            4 => drop(world.ask(name, json!({"do": "pause", "pause": false}))),
            5 => {
                let here = random.below(2) == 0;
                if let Some(command) = Nommie::seat_presence(&world.table, seat, here) {
                    world.give(game::Actor::System, command).expect("the server says so");
                }
            }
            _ => {
                let legal = Nommie::legal(&world.table, seat);
                if let Some(command) = random.pick(&legal).cloned()
                    && Nommie::seat_of(&world.table, person(name).user().unwrap()) == Some(seat)
                {
                    world.give(person(name), command).expect("it is legal");
                } else if Nommie::deadline(&world.table).is_some() {
                    world.tick();
                }
            }
        }
        check(&world);
        if world.phase() == "GameOver" {
            break;
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_happens_rules_hold_and_the_log_leads_to_the_same_state(seed: u8) {
        let world = play_at_random(seed, 1_500);
        prop_assert!(world.log.len() > 300, "too little happened: {}", world.log.len());
        let again = world.replayed();
        prop_assert_eq!(
            serde_json::to_string(&again.table).unwrap(),
            serde_json::to_string(&world.table).unwrap()
        );
    }
}
