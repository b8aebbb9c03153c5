//! The turn clock at this table: when it runs, grace, pause, and what a time-out does.

use game::{Actor, Game, SeatId, Timestamp};
use nommie::{Command, Event, EventView, Nommie};
use serde_json::json;

use crate::world::World;

fn timed() -> World {
    let clock = json!({"kind": "fixed", "seconds": 30, "grace_seconds": 20});
    World::of_people(1, json!({"bot_pace_ms": 500, "turn_clock": clock}))
}

fn due(world: &World) -> Option<(u64, Command)> {
    Nommie::deadline(&world.table).map(|due| (due.at.0, due.command))
}

#[test]
fn a_turn_has_its_time_and_a_bot_moves_when_it_is_up() {
    let mut world = timed();
    assert_eq!(due(&world), Some((30_000, Command::TimeOut)));
    let clock = world.open()["turn_clock"].clone();
    assert_eq!([&clock["seat"], &clock["deadline"], &clock["seconds"]], [1, 30_000, 30]);
    world.now = 12_000;
    world.move_on();
    assert_eq!(due(&world), Some((42_000, Command::TimeOut)));
    let events = world.tick();
    let [Event::Public(EventView::Bid { seat: 2, timed_out: true, .. })] = events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(due(&world), Some((72_000, Command::TimeOut)), "the next one's turn");
    assert!(!world.open()["game"]["seating"][2]["is_ai"].as_bool().unwrap(), "the seat is hers");
}

#[test]
fn without_a_clock_nobody_is_hurried_and_presence_is_no_commit() {
    let world = World::of_people(1, json!({}));
    assert_eq!(due(&world), None);
    assert!(world.open().get("turn_clock").is_none());
    assert_eq!(Nommie::seat_presence(&world.table, SeatId(1), false), None);
}

#[test]
fn who_drops_in_their_turn_gets_grace_once() {
    let mut world = timed();
    for here in [false, true, false] {
        let command = Nommie::seat_presence(&world.table, SeatId(1), here).expect("heeded");
        assert_eq!(Nommie::seat_presence(&world.table, SeatId(1), !here), None, "no news");
        world.give(Actor::System, command).expect("the server says so");
        assert_eq!(due(&world), Some((50_000, Command::TimeOut)));
    }
    assert_eq!(world.open()["turn_clock"]["away"], json!([1]));
}

#[test]
fn a_pause_by_all_stops_clock_and_moves_until_one_goes_on() {
    let mut world = timed();
    world.must("dan", json!({"do": "leave"}));
    for name in ["ann", "ben"] {
        world.must(name, json!({"do": "pause", "pause": true}));
    }
    assert_eq!(world.open()["turn_clock"]["pause_asked"], json!([0, 1]));
    assert!(due(&world).is_some());
    world.now = 10_000;
    world.must("cat", json!({"do": "pause", "pause": true}));
    assert_eq!(due(&world), None);
    assert_eq!(world.open()["turn_clock"]["paused_ms"], 20_000);
    assert_eq!(world.refused("ben", json!({"do": "bid", "bid": 1})), "PAUSED");
    assert_eq!(world.refused("eve", json!({"do": "pause", "pause": false})), "NOT_A_MEMBER");
    world.now = 100_000;
    world.must("ann", json!({"do": "pause", "pause": false}));
    assert_eq!(due(&world), Some((120_000, Command::TimeOut)));
    world.must("ben", json!({"do": "bid", "bid": 1}));
}

#[test]
fn a_pause_on_a_bots_turn_gives_it_its_pace_again() {
    let mut world = timed();
    world.must("ben", json!({"do": "leave"}));
    assert_eq!(due(&world), Some((500, Command::BotMove)));
    for name in ["ann", "cat", "dan"] {
        world.must(name, json!({"do": "pause", "pause": true}));
    }
    assert_eq!(due(&world), None);
    world.now = 60_000;
    world.must("dan", json!({"do": "pause", "pause": false}));
    assert_eq!(due(&world), Some((60_500, Command::BotMove)));
}

#[test]
fn a_pause_needs_a_clock_and_a_turn() {
    let mut world = World::of_people(1, json!({}));
    assert_eq!(world.refused("ann", json!({"do": "pause", "pause": true})), "NO_TURN_CLOCK");
    let mut world = World::new(1, json!({"turn_clock": {"kind": "fixed", "seconds": 9}}));
    assert_eq!(world.refused("ann", json!({"do": "pause", "pause": true})), "PHASE_MISMATCH");
}

#[test]
fn a_stock_of_time_runs_down_over_a_game() {
    let clock = json!({"kind": "increment", "seconds": 60, "increment": 5});
    let mut world = World::of_people(1, json!({ "turn_clock": clock }));
    world.now = 20_000;
    world.move_on();
    assert_eq!(world.open()["turn_clock"]["left_ms"], json!([60_000, 45_000, 60_000, 60_000]));
    world.must("ben", json!({"do": "leave"}));
    assert_eq!(Nommie::deadline(&world.table).map(|due| due.at), Some(Timestamp(80_000)));
}
