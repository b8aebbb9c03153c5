//! Bots: when they move, what they choose, and that one move is one commit.

use game::{Game, Timestamp};
use nommie::{Event, EventView, Nommie};
use serde_json::{Value, json};

use crate::world::World;

/// Ann and three bots; it is the turn of the bot in seat 1.
fn with_bots(seed: u8, profile: &str, pace: u32) -> World {
    let mut world = World::new(seed, json!({"bot_pace_ms": pace}));
    for _ in 0..3 {
        world.must("ann", json!({"do": "add_bot", "profile": profile}));
    }
    world.must("ann", json!({"do": "ready", "is_ready": true}));
    world
}

#[test]
fn a_bot_waits_its_pace_and_makes_one_move() {
    let mut world = with_bots(1, "heuristic", 600);
    for seat in 1..=3u8 {
        let due = Nommie::deadline(&world.table).expect("a bot's turn");
        assert_eq!(due.at, Timestamp(world.now + 600));
        let events = world.tick();
        let [Event::Public(EventView::Bid { seat: by, timed_out: false, .. })] = events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(by, seat);
    }
    assert_eq!(Nommie::deadline(&world.table), None, "a person's turn has no end here");
}

#[test]
fn the_pace_is_the_same_whatever_a_bot_holds() {
    let paces: Vec<u64> = (0..20)
        .map(|seed| Nommie::deadline(&with_bots(seed, "heuristic", 250).table).unwrap().at.0)
        .collect();
    assert_eq!(paces, [250; 20]);
}

#[test]
fn a_random_bot_makes_every_legal_bid_and_no_other() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..=255 {
        let mut world = with_bots(seed, "random", 0);
        world.tick();
        seen.insert(world.data()["bids"][1].as_u64().expect("a bid"));
    }
    assert_eq!(seen, (0..=13).collect());
}

/// Seats 1 and 3 play by their profile in whole games against two `random` ones.
#[test]
fn the_heuristic_bot_beats_the_random_one() {
    let (mut clever, mut dull) = (0, 0);
    for seed in 0..10 {
        let mut world = World::new(seed, json!({"bot_pace_ms": 0}));
        for profile in ["heuristic", "random", "heuristic"] {
            world.must("ann", json!({"do": "add_bot", "profile": profile}));
        }
        world.must("ann", json!({"do": "ready", "is_ready": true}));
        world.must("ann", json!({"do": "leave"}));
        while world.phase() != "GameOver" {
            world.tick();
        }
        let open = world.open();
        let scores: Vec<u64> = open["game"]["scores_total"]
            .as_array()
            .unwrap()
            .iter()
            .map(|score| score.as_u64().unwrap())
            .collect();
        // Seat 0 is `heuristic` too, since its bot stands in; it is left out.
        clever += (scores[1] + scores[3]) / 2;
        dull += scores[2];
    }
    println!("ten games: heuristic {clever}, random {dull}");
    assert!(clever > dull * 5 / 4, "heuristic {clever}, random {dull}");
}

#[test]
fn a_bot_that_stands_in_moves_at_its_pace_from_then_on() {
    let mut world = World::of_people(1, json!({"bot_pace_ms": 700}));
    world.now = 10_000;
    world.must("cat", json!({"do": "leave"}));
    assert_eq!(Nommie::deadline(&world.table), None, "it is ben's turn");
    world.must("ben", json!({"do": "leave"}));
    assert_eq!(Nommie::deadline(&world.table).map(|due| due.at), Some(Timestamp(10_700)));
    world.now = 10_400;
    world.must("dan", json!({"do": "leave"}));
    let due = Nommie::deadline(&world.table).map(|due| due.at);
    assert_eq!(due, Some(Timestamp(10_700)), "another's leaving does not put it off");
    let names: Vec<Value> =
        (0..4).map(|seat| world.open()["game"]["seating"][seat]["display_name"].clone()).collect();
    assert_eq!(names, ["Player", "Blaise", "Ada", "Edsger"]);
}
