//! The log: chained, so that a change shows; complete, so that it plays again to the same state.

mod common;

use common::toy::Toy;
use common::{Store, Table, json, seed};
use engine::{
    BrokenChain, EntryKind, Hash, Input, LogEntry, ReplayError, erase, replay, verify_chain,
};
use game::{Actor, Seed, SessionId, Timestamp, Version};

/// A session with a bit of everything, deleted in the end.
fn played() -> Store {
    let mut store = Store::with(r#"{ "due" : 2000 }"#);
    let mut table = Table::open(&store);
    for body in [
        r#"{"do":"roll"}"#,
        r#"{ "n":5, "do":"add" }"#,
        r#"{"do":"sit","seat":3,"secret":"s"}"#,
        r#"{"do":"roll"}"#,
    ] {
        table.ask(body);
    }
    table.now = Timestamp(2000);
    table.give(Input::Clock);
    table.ask(r#"{"do":"roll"}"#);
    table.delete_as("ann");
    table.settle_all(&mut store);
    assert_eq!(store.version(), Version(8));
    store
}

#[test]
fn a_log_plays_again_to_the_stored_state() {
    let store = played();
    let log = store.log();
    let head = store.taken.last().unwrap().head;
    assert_eq!(verify_chain(&log), Ok((Version(8), head)));
    let game = erase::<Toy>();
    for length in 1..=log.len() {
        let state = replay(&*game, &seed(), &log[..length]).unwrap();
        assert_eq!(game.write_state(&state), store.taken[length - 1].state, "version {length}");
        assert_eq!(Hash::of(&game.write_state(&state)), log[length - 1].state_hash);
    }
    assert_eq!(game.write_state(&replay(&*game, &seed(), &log).unwrap()), store.taken[7].state);
}

#[test]
fn the_log_holds_what_was_done() {
    let log = played().log();
    let kinds: Vec<EntryKind> = log.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds[0], EntryKind::Created);
    assert!(kinds[1..7].iter().all(|kind| *kind == EntryKind::Command));
    assert_eq!(kinds[7], EntryKind::Deleted);
    assert_eq!(log[0].command.get(), r#"{ "due" : 2000 }"#, "options as they were given");
    assert_eq!(
        log[2].command.get(),
        r#"{"do":"add","n":5}"#,
        "commands as the game understood them"
    );
    assert_eq!(log[2].events[0].get(), r#"{"added":5}"#);
    assert_eq!((&log[5].actor, log[5].at), (&Actor::Clock, Timestamp(2000)));
    assert_eq!(log[0].previous, Hash::ZERO);
}

#[test]
fn entries_travel_as_json() {
    for entry in played().log() {
        let text = serde_json::to_string(&entry).unwrap();
        let back: LogEntry = serde_json::from_str(&text).unwrap();
        assert_eq!(back.hash(), entry.hash(), "{text}");
    }
}

#[test]
fn the_empty_log_holds_together_and_plays_to_nothing() {
    assert_eq!(verify_chain([]), Ok((Version::NONE, Hash::ZERO)));
    let outcome = replay(&*erase::<Toy>(), &seed(), &[]);
    assert!(matches!(outcome, Err(ReplayError::Empty)));
}

#[test]
fn a_missing_doubled_or_moved_entry_shows() {
    let log = played().log();
    let wrong = |expected, found| {
        Err(BrokenChain::Version { expected: Version(expected), found: Version(found) })
    };
    let mut missing = log.clone();
    missing.remove(3);
    assert_eq!(verify_chain(&missing), wrong(4, 5));
    assert_eq!(verify_chain(&log[1..]), wrong(1, 2));
    let mut doubled = log.clone();
    doubled.insert(3, log[2].clone());
    assert_eq!(verify_chain(&doubled), wrong(4, 3));
    let mut moved = log.clone();
    moved.swap(3, 4);
    assert_eq!(verify_chain(&moved), wrong(4, 5));
}

/// What is changed, and how.
type Change = (&'static str, fn(&mut LogEntry));

/// Every field of an entry is under its hash: changed, the next entry does not follow; in the last
/// entry, the hash is not the session's head.
#[test]
fn a_change_to_any_field_shows() {
    let store = played();
    let head = store.taken.last().unwrap().head;
    let changes: [Change; 8] = [
        ("session", |entry| entry.session = SessionId::new(43).unwrap()),
        ("time", |entry| entry.at = Timestamp(entry.at.0 + 1)),
        ("kind", |entry| {
            entry.kind = match entry.kind {
                EntryKind::Created => EntryKind::Command,
                _ => EntryKind::Created,
            }
        }),
        ("actor", |entry| entry.actor = Actor::System),
        ("command", |entry| entry.command = json(&format!("[{}]", entry.command.get()))),
        ("events", |entry| entry.events.push(json("0"))),
        ("state", |entry| entry.state_hash = Hash::of(b"another")),
        ("previous", |entry| entry.previous = Hash::of(b"another")),
    ];
    for (what, change) in changes {
        for place in 0..store.taken.len() {
            let mut log = store.log();
            let before = log[place].hash();
            change(&mut log[place]);
            assert_ne!(log[place].hash(), before, "{what} of entry {place} is not under the hash");
            assert_ne!(verify_chain(&log), Ok((Version(8), head)), "{what} of entry {place}");
        }
    }
}

/// Where one field ends and the next begins is under the hash too.
#[test]
fn fields_cannot_be_pushed_into_each_other() {
    let mut one = played().log().remove(2);
    one.events = vec![json("1"), json("2")];
    let mut other = one.clone();
    other.events = vec![json("12")];
    assert_ne!(one.hash(), other.hash());
    other.events = vec![];
    other.command = json(&format!("[{},1,2]", one.command.get()));
    assert_ne!(one.hash(), other.hash());
}

/// Changes an entry and makes the chain whole again behind it: only the rules can tell.
fn forged(mut log: Vec<LogEntry>, place: usize, change: impl Fn(&mut LogEntry)) -> Vec<LogEntry> {
    change(&mut log[place]);
    for next in place + 1..log.len() {
        log[next].previous = log[next - 1].hash();
    }
    verify_chain(&log).expect("the forger knows the formula");
    log
}

#[test]
fn a_forged_log_does_not_play() {
    let log = played().log();
    let play = |log: &[LogEntry]| replay(&*erase::<Toy>(), &seed(), log).map(|_| ());
    play(&log).unwrap();
    let differs = |outcome, version| {
        assert!(
            matches!(outcome, Err(ReplayError::Differs(Version(at), _)) if at == version),
            "{outcome:?}"
        );
    };
    // Another command, another die, another state.
    let add = |n: i64| json(&format!(r#"{{"do":"add","n":{n}}}"#));
    differs(play(&forged(log.clone(), 2, |entry| entry.command = add(6))), 3);
    let die = |entry: &mut LogEntry| entry.events = vec![json(r#"{"added":7}"#)];
    differs(play(&forged(log.clone(), 1, die)), 2);
    differs(play(&forged(log.clone(), 4, |entry| entry.state_hash = Hash::ZERO)), 5);
    differs(play(&forged(log.clone(), 4, |entry| entry.events.clear())), 5);
    differs(play(&forged(log.clone(), 7, |entry| entry.state_hash = Hash::ZERO)), 8);
    differs(play(&forged(log.clone(), 4, |entry| entry.kind = EntryKind::Created)), 5);
    differs(play(&forged(log.clone(), 0, |entry| entry.kind = EntryKind::Command)), 1);
    // What the rules do not allow.
    let refused = play(&forged(log.clone(), 2, |entry| entry.command = add(-99)));
    assert!(matches!(refused, Err(ReplayError::Refused(Version(3), _))), "{refused:?}");
    let not_the_clock = |entry: &mut LogEntry| entry.actor = Actor::System;
    let refused = play(&forged(log.clone(), 5, not_the_clock));
    assert!(matches!(refused, Err(ReplayError::Refused(Version(6), _))), "{refused:?}");
    // A seed that was not the one.
    let outcome = replay(&*erase::<Toy>(), &Seed::new([8; 32]), &log).map(|_| ());
    assert!(matches!(outcome, Err(ReplayError::Differs(..))), "{outcome:?}");
    // And a chain is played no further than it holds.
    let mut broken = log;
    broken[3].at = Timestamp(0);
    assert!(matches!(play(&broken), Err(ReplayError::Chain(BrokenChain::Link(Version(5))))));
}
