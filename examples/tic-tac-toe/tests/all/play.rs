//! Plays whole games through the `Game` trait, and looks for what a view gives away.

use game::{
    Actor, Ctx, Draws, Game, Refusal, Seed, SessionId, Status, Timestamp, UserId, Version, Viewer,
};
use game::{SeatId, Viewer::Seat, Viewer::Spectator};
use serde_json::{Value, json};
use tic_tac_toe::{State, TicTacToe};

fn ctx(seed: u8) -> Ctx {
    let session = SessionId::new(1).expect("in range");
    let random = Draws::new(&Seed::new([seed; 32]), session, Version(1));
    Ctx { session, now: Timestamp(0), random }
}

fn open(seed: u8) -> State {
    TicTacToe::create(json!({}), &Actor::System, &mut ctx(seed)).expect("always opens").state
}

/// `name` gives a command; the state after it, or the code of the refusal.
fn give(state: &State, name: &str, command: Value) -> Result<State, String> {
    let user = Actor::User(UserId::new(name).expect("a test names good users"));
    let command = serde_json::from_value(command).expect("a test gives good commands");
    let commit = TicTacToe::apply(state, &user, command, &mut ctx(0));
    commit.map(|commit| commit.state).map_err(|Refusal { code, .. }| code.into_owned())
}

fn mark(state: &State, name: &str, cell: usize) -> Result<State, String> {
    give(state, name, json!({"do": "mark", "cell": cell}))
}

/// Anna sits down, then Bob; each turns the coin over or not.
fn seated(seed: u8, anna: bool, bob: bool) -> State {
    let state = give(&open(seed), "anna", json!({"do": "sit", "turn_over": anna})).expect("room");
    give(&state, "bob", json!({"do": "sit", "turn_over": bob})).expect("room")
}

/// Who is to move, and who waits.
fn movers(state: &State) -> (&'static str, &'static str) {
    match TicTacToe::view(state, Spectator)["turn"].as_u64() {
        Some(0) => ("anna", "bob"),
        Some(1) => ("bob", "anna"),
        other => panic!("nobody is to move: {other:?}"),
    }
}

#[test]
fn a_game_is_won() {
    let mut state = seated(7, true, false);
    let (first, second) = movers(&state);
    assert_eq!(TicTacToe::status(&state), Status::Running);
    for (who, cell) in [(first, 0), (second, 4), (first, 1), (second, 8), (first, 2)] {
        state = mark(&state, who, cell).expect("a legal move");
    }
    let winner = u8::from(first == "bob");
    let (mine, other) = (json!(winner), json!(1 - winner));
    assert_eq!(
        TicTacToe::view(&state, Seat(SeatId(0))),
        json!({
            "cells": [mine, mine, mine, null, other, null, null, null, other],
            "seated": 2, "turn": null, "winner": winner, "turned_over": true,
        })
    );
    assert_eq!(TicTacToe::status(&state), Status::Ended);
    assert_eq!(mark(&state, second, 5).err().as_deref(), Some("NOT_YOUR_TURN"));
}

#[test]
fn a_game_can_end_with_nobody_winning() {
    let mut state = seated(7, true, true);
    for cell in [0, 1, 2, 4, 3, 5, 7, 6, 8] {
        let (who, _) = movers(&state);
        state = mark(&state, who, cell).expect("a legal move");
    }
    assert_eq!(TicTacToe::status(&state), Status::Ended);
    assert_eq!(TicTacToe::view(&state, Spectator)["winner"], Value::Null);
}

#[test]
fn every_line_wins() {
    const LINES: [[usize; 3]; 8] =
        [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
    for line in LINES {
        let mut state = seated(7, true, false);
        let (first, second) = movers(&state);
        // The other one marks what is left, and has only two marks when the line is full.
        let mut rest = (0..9).filter(|cell| !line.contains(cell));
        for cell in line {
            assert_eq!(TicTacToe::status(&state), Status::Running, "{line:?}");
            state = mark(&state, first, cell).expect("a legal move");
            if let Ok(next) = mark(&state, second, rest.next().expect("six are left")) {
                state = next;
            }
        }
        assert_eq!(TicTacToe::status(&state), Status::Ended, "{line:?}");
        let winner = TicTacToe::view(&state, Spectator)["winner"].clone();
        assert_eq!(winner, json!(u8::from(first == "bob")), "{line:?}");
    }
}

#[test]
fn what_the_rules_forbid_is_refused() {
    let sit = json!({"do": "sit", "turn_over": false});
    let empty = open(1);
    assert_eq!(TicTacToe::status(&empty), Status::Open);
    assert_eq!(mark(&empty, "anna", 0).err().as_deref(), Some("NOT_YOUR_TURN"));
    let one = give(&empty, "anna", sit.clone()).expect("room");
    assert_eq!(TicTacToe::status(&one), Status::Open);
    assert_eq!(give(&one, "anna", sit.clone()).err().as_deref(), Some("NO_SEAT"));
    assert_eq!(mark(&one, "anna", 0).err().as_deref(), Some("NOT_YOUR_TURN"));

    let state = seated(1, false, false);
    let (first, second) = movers(&state);
    assert_eq!(give(&state, "cleo", sit).err().as_deref(), Some("NO_SEAT"));
    assert_eq!(mark(&state, "cleo", 0).err().as_deref(), Some("NOT_YOUR_TURN"));
    assert_eq!(mark(&state, second, 0).err().as_deref(), Some("NOT_YOUR_TURN"));
    assert_eq!(mark(&state, first, 9).err().as_deref(), Some("NOT_FREE"));
    let next = mark(&state, first, 0).expect("a legal move");
    assert_eq!(mark(&next, second, 0).err().as_deref(), Some("NOT_FREE"));
    assert_eq!(mark(&next, first, 1).err().as_deref(), Some("NOT_YOUR_TURN"));
    let service = Actor::Service(UserId::new("bot").expect("a good id"));
    let command = serde_json::from_value(json!({"do": "mark", "cell": 1})).expect("a command");
    let refused = TicTacToe::apply(&next, &service, command, &mut ctx(0)).err();
    assert_eq!(refused.map(|refusal| refusal.code).as_deref(), Some("FORBIDDEN"));
}

#[test]
fn the_coin_is_drawn_and_both_may_turn_it() {
    let begins = |seed, anna, bob| movers(&seated(seed, anna, bob)).0;
    let by_seed: Vec<&str> = (0..32).map(|seed| begins(seed, false, false)).collect();
    assert!(by_seed.contains(&"anna") && by_seed.contains(&"bob"), "{by_seed:?}");
    for (seed, left) in (0..32).zip(by_seed) {
        assert_eq!(begins(seed, true, true), left, "turned twice");
        assert_ne!(begins(seed, true, false), left, "turned by Anna");
        assert_ne!(begins(seed, false, true), left, "turned by Bob");
    }
}

/// The bytes that `viewer` is sent.
fn bytes(state: &State, viewer: Viewer) -> String {
    TicTacToe::view(state, viewer).to_string()
}

/// The same session, had the coin fallen the other way.
fn other_coin(state: &State) -> State {
    let mut stored = serde_json::to_value(state).expect("a state is JSON");
    stored["tails"] = json!(!stored["tails"].as_bool().expect("the coin is a boolean"));
    serde_json::from_value(stored).expect("still a state")
}

#[test]
fn nobody_sees_the_coin_or_what_another_did_with_it() {
    let sit = |turn_over: bool| {
        give(&open(3), "anna", json!({"do": "sit", "turn_over": turn_over})).expect("room")
    };
    let (turned, left) = (sit(true), sit(false));
    for viewer in [Spectator, Seat(SeatId(1))] {
        let seen = bytes(&turned, viewer);
        for hidden in [&left, &other_coin(&left), &other_coin(&turned)] {
            assert_eq!(bytes(hidden, viewer), seen, "{viewer:?}");
        }
    }
    assert_eq!(bytes(&turned, Seat(SeatId(0))), bytes(&other_coin(&turned), Seat(SeatId(0))));
    assert_ne!(bytes(&turned, Seat(SeatId(0))), bytes(&left, Seat(SeatId(0))), "one's own shows");

    // Once both sit everyone sees who begins, and still not why.
    for bob in [false, true] {
        let one = seated(3, true, bob);
        let other = other_coin(&seated(3, false, bob));
        for viewer in [Spectator, Seat(SeatId(1))] {
            assert_eq!(bytes(&one, viewer), bytes(&other, viewer), "{viewer:?}");
        }
    }
}
