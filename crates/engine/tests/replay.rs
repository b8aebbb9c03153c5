//! The stepper: one entry at a time, every hash checked, and the exact version at which a log
//! breaks.

mod common;

use common::toy::Toy;
use common::{Store, Table, id, json, seed};
use engine::{BrokenChain, Difference, EntryKind, Hash, LogEntry, Replay, ReplayError, erase};
use game::{Actor, SeatId, Timestamp, Version, Viewer};

/// Six versions: a die, a sum, a secret, another die.
fn played() -> Store {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for body in [
        r#"{"do":"roll"}"#,
        r#"{"do":"add","n":5}"#,
        r#"{"do":"sit","seat":3,"secret":"s"}"#,
        r#"{"do":"shout","times":2}"#,
        r#"{"do":"roll"}"#,
    ] {
        table.ask(body);
    }
    table.settle_all(&mut store);
    assert_eq!(store.version(), Version(6));
    store
}

/// Plays as far as it goes: the version that is reached, and why it is no later one.
fn play(log: &[LogEntry]) -> (Replay, Option<ReplayError>) {
    let game = erase::<Toy>();
    let mut replay = Replay::new(id(), seed());
    for entry in log {
        if let Err(why) = replay.step(&*game, entry) {
            return (replay, Some(why));
        }
    }
    (replay, None)
}

/// Where and why a log breaks; all versions before are good.
fn breaks(log: &[LogEntry], at: u64, why: &ReplayError) {
    let (replay, found) = play(log);
    assert_eq!(found.as_ref(), Some(why));
    assert_eq!(why.version(), Version(at), "{why}");
    assert_eq!(replay.version(), Version(at - 1), "it stays before what does not follow");
    let last = (at as usize).checked_sub(2).map(|last| log[last].hash());
    assert_eq!(replay.head(), last.unwrap_or(Hash::ZERO));
}

/// Makes the chain whole again behind a change.
fn forge(log: &mut [LogEntry]) {
    for next in 1..log.len() {
        log[next].previous = log[next - 1].hash();
    }
}

#[test]
fn every_version_is_rebuilt_with_what_each_viewer_saw() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let viewers = [Viewer::Spectator, Viewer::Seat(SeatId(3)), Viewer::Seat(SeatId(0))];
    let see = |table: &mut Table| viewers.map(|viewer| table.session.view(viewer));
    let mut seen = vec![see(&mut table)];
    for body in [r#"{"do":"roll"}"#, r#"{"do":"sit","seat":3,"secret":"s"}"#, r#"{"do":"roll"}"#] {
        table.ask(body);
        table.settle_all(&mut store);
        seen.push(see(&mut table));
    }
    let game = erase::<Toy>();
    let mut replay = Replay::new(id(), seed());
    assert_eq!((replay.version(), replay.state_bytes()), (Version::NONE, 0));
    assert!(replay.state().is_none());
    for (entry, seen) in store.log().iter().zip(seen) {
        replay.step(&*game, entry).unwrap();
        assert_eq!((replay.version(), replay.head()), (entry.version, entry.hash()));
        let state = replay.state().unwrap();
        assert_eq!(replay.state_bytes(), game.write_state(state).len());
        for (viewer, seen) in viewers.into_iter().zip(seen) {
            assert_eq!(game.view(state, viewer).get(), seen.get(), "{viewer:?}");
        }
    }
    replay.check_end(&store.stored()).unwrap();
}

#[test]
fn a_clone_is_a_point_to_go_on_from() {
    let (store, game) = (played(), erase::<Toy>());
    let log = store.log();
    let (half, _) = play(&log[..3]);
    let mut on = half.clone();
    for entry in &log[3..] {
        on.step(&*game, entry).unwrap();
    }
    on.check_end(&store.stored()).unwrap();
    assert_eq!(half.version(), Version(3), "the point itself stays");
}

#[test]
fn a_changed_command_shows_at_its_version() {
    let mut log = played().log();
    log[2].command = json(r#"{"do":"add","n":6}"#);
    log[2].events = vec![json(r#"{"added":6}"#)];
    breaks(&log, 3, &ReplayError::Differs(Version(3), Difference::State));
    log[2].events = vec![json(r#"{"added":5}"#)];
    breaks(&log, 3, &ReplayError::Differs(Version(3), Difference::Events));
    log[2].command = json(r#"{"do":"add","n":-99}"#);
    let (_, why) = play(&log);
    let why = why.unwrap();
    assert!(
        matches!(&why, ReplayError::Refused(Version(3), refusal) if refusal.code == "BELOW_ZERO")
    );
    breaks(&log, 3, &why);
}

#[test]
fn a_changed_hash_of_a_state_shows_at_its_version_even_when_the_chain_was_made_whole() {
    let mut log = played().log();
    log[3].state_hash = Hash::ZERO;
    forge(&mut log);
    breaks(&log, 4, &ReplayError::Differs(Version(4), Difference::State));
}

#[test]
fn a_change_that_the_rules_do_not_heed_shows_behind_it() {
    let mut log = played().log();
    log[2].at = Timestamp(7);
    breaks(&log, 4, &BrokenChain::Link(Version(4)).into());
}

#[test]
fn a_missing_entry_shows() {
    let mut log = played().log();
    log.remove(2);
    breaks(&log, 3, &BrokenChain::Version { expected: Version(3), found: Version(4) }.into());
    let log = played().log();
    breaks(&log[1..], 1, &BrokenChain::Version { expected: Version(1), found: Version(2) }.into());
}

#[test]
fn events_that_differ_show() {
    for change in [
        (|events| events.clear()) as fn(&mut Vec<engine::RawJson>),
        |events| events.reverse(),
        |events| events.push(json("0")),
        |events| events[0] = json(r#"{"added":7}"#),
    ] {
        let mut log = played().log();
        change(&mut log[4].events);
        forge(&mut log);
        breaks(&log, 5, &ReplayError::Differs(Version(5), Difference::Events));
    }
}

#[test]
fn nothing_follows_a_deletion_and_a_deletion_changes_nothing() {
    let mut store = played();
    let mut table = Table::open(&store);
    table.delete_as("ann");
    table.settle_all(&mut store);
    let log = store.log();
    assert_eq!(log[6].kind, EntryKind::Deleted);
    let (replay, why) = play(&log);
    assert_eq!((replay.version(), replay.deleted(), why), (Version(7), true, None));
    let game = erase::<Toy>();
    assert_eq!(Hash::of(&game.write_state(replay.state().unwrap())), log[5].state_hash);
    replay.check_end(&store.stored()).unwrap();

    let kind = |at| ReplayError::Differs(Version(at), Difference::Kind);
    for kind_after in [EntryKind::Command, EntryKind::Deleted] {
        let mut longer = log.clone();
        let mut after = LogEntry { version: Version(8), kind: kind_after, ..log[1].clone() };
        after.previous = longer[6].hash();
        longer.push(after);
        breaks(&longer, 8, &kind(8));
    }
    let mut other = log.clone();
    other[6].state_hash = Hash::ZERO;
    breaks(&other, 7, &ReplayError::Differs(Version(7), Difference::State));
    let mut eventful = log;
    eventful[6].events = vec![json("0")];
    breaks(&eventful, 7, &kind(7));
}

#[test]
fn an_entry_of_another_session_shows() {
    let mut log = played().log();
    log[1].session = game::SessionId::new(43).unwrap();
    breaks(&log, 2, &ReplayError::Differs(Version(2), Difference::Session));
}

#[test]
fn the_end_is_where_the_session_says() {
    let store = played();
    let (log, stored) = (store.log(), store.stored());
    let end = |log: &[LogEntry], stored: &engine::Stored| {
        let (replay, why) = play(log);
        assert_eq!(why, None);
        replay.check_end(stored)
    };
    end(&log, &stored).unwrap();
    let short = end(&log[..4], &stored).unwrap_err();
    assert_eq!(short, ReplayError::End { session: Version(6), log: Version(4) });
    assert_eq!(short.version(), Version(5));
    let mut last = log.clone();
    last[5].actor = Actor::System;
    let differs = |what| Err(ReplayError::Differs(Version(6), what));
    assert_eq!(end(&last, &stored), differs(Difference::Head), "only the head can tell");
    let other = engine::Stored { state: store.taken[2].state.clone(), ..stored };
    assert_eq!(end(&log, &other), differs(Difference::StoredState));
    let empty = Replay::new(id(), seed());
    assert!(matches!(empty.check_end(&other), Err(ReplayError::End { .. })));
}
