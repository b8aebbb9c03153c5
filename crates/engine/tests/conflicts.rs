//! Two nodes on one session, and a store that is away: commits that do not come about.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod common;

use common::{Store, Table, user};
use engine::limits::PENDING_COMMITS;
use engine::{Hash, Input, Undone, replay, verify_chain};
use game::Version;

fn add(n: i64) -> String {
    format!(r#"{{"do":"add","n":{n}}}"#)
}

/// Two tables of two nodes; what they do at the same moment differs all the same.
fn two() -> (Store, Table, Table) {
    let store = Store::new();
    let (table, mut rival) = (Table::open(&store), Table::open(&store));
    rival.now = rival.now.plus(1);
    (store, table, rival)
}

fn assert_sound(store: &Store, table: &mut Table) {
    let log = store.log();
    let last = store.taken.last().unwrap();
    assert_eq!(verify_chain(&log), Ok((last.entry.version, last.head)));
    let game = engine::erase::<common::toy::Toy>();
    let state = replay(&*game, &common::seed(), &log).unwrap();
    assert_eq!(game.write_state(&state), last.state);
    assert_eq!(game.write_state(table.session.state()), last.state);
}

#[test]
fn the_loser_reloads_and_asks_again() {
    let (mut store, mut table, mut rival) = two();
    rival.ask(&add(10));
    rival.settle(&mut store);
    table.ask(&add(1));
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.value(), 0, "nothing is shown of what was not stored");
    assert_eq!(table.reload(&store), ["publish 2 2.0", "commit 3"]);
    assert_eq!(table.settle(&mut store), ["1: ok 3 11", "publish 3 3.0"]);
    assert_sound(&store, &mut table);
}

#[test]
fn what_was_in_flight_behind_it_is_asked_again_in_its_order() {
    let (mut store, mut table, mut rival) = two();
    rival.ask(&add(10));
    rival.settle(&mut store);
    for n in 1..=3 {
        table.ask(&add(n));
    }
    table.ask(&add(-10));
    assert_eq!(table.settle(&mut store), [""; 0]);
    table.ask(&add(4));
    assert_eq!(table.settle(&mut store), [""; 0]);
    assert_eq!(table.settle(&mut store), ["reload"]);
    table.ask(&add(5));
    // What was refused at 6 is fine at 16.
    assert_eq!(
        table.reload(&store),
        ["publish 2 2.0", "commit 3", "commit 4", "commit 5", "commit 6", "commit 7", "commit 8"]
    );
    table.settle_all(&mut store);
    let told: Vec<String> = table.outcomes.values().map(common::told).collect();
    assert_eq!(told, ["ok 3 11", "ok 4 13", "ok 5 16", "ok 6 6", "ok 7 10", "ok 8 15"]);
    assert_sound(&store, &mut table);
}

/// Both nodes decide the very same entry (a deadline fires everywhere in the same millisecond). The
/// loser's next commit then follows the winner's first: it is in the store, and must not be again.
#[test]
fn a_commit_that_follows_the_winners_twin_is_carried_out_once() {
    let (mut store, mut table, mut rival) = two();
    rival.now = table.now;
    rival.ask(&add(10));
    rival.settle(&mut store);
    table.ask(&add(10));
    table.ask_as("ann", "k", &add(1));
    table.ask(&add(-99));
    assert_eq!(table.settle(&mut store), [""; 0]);
    assert_eq!(table.settle(&mut store), ["2: ok 3 11", "reload"]);
    assert_eq!(table.session.version(), Version(1), "not shown before the reload");
    assert_eq!(table.ask_as("ann", "k", &add(1)), ["4: ok 3 11"]);
    assert_eq!(table.reload(&store), ["publish 3 2.0 3.0", "commit 4"]);
    assert_eq!(table.settle(&mut store), ["1: ok 4 21", "publish 4 4.0", "3: refused BELOW_ZERO"]);
    assert_sound(&store, &mut table);
}

#[test]
fn a_conflict_may_follow_another() {
    let (mut store, mut table, mut rival) = two();
    table.ask(&add(1));
    for n in [10, 20, 30] {
        rival.ask(&add(n));
        rival.settle(&mut store);
        assert_eq!(table.settle(&mut store), ["reload"]);
        let effects = table.reload(&store);
        assert_eq!(effects.len(), 2, "{effects:?}");
    }
    assert_eq!(table.settle(&mut store), ["1: ok 5 61", "publish 5 5.0"]);
}

#[test]
fn notices_about_other_commits_mean_nothing() {
    let (mut store, mut table, _) = two();
    table.ask(&add(1));
    table.ask(&add(2));
    let second = table.flying[1].head;
    for input in [
        Input::Committed(Hash::of(b"another")),
        Input::NotCommitted(Hash::of(b"another"), Undone::Conflict),
        Input::Committed(second),
        Input::NotCommitted(second, Undone::Conflict),
    ] {
        assert_eq!(table.give(input), [""; 0]);
    }
    assert_eq!(table.settle(&mut store), ["1: ok 2 1", "publish 2 2.0"]);
    assert_eq!(table.settle(&mut store), ["2: ok 3 3", "publish 3 3.0"]);
    assert_eq!(table.give(Input::Committed(second)), [""; 0]);
}

#[test]
fn a_store_that_is_away_is_said_so_and_asked_where_the_session_is() {
    let (mut store, mut table, _) = two();
    table.ask(&add(1));
    table.ask(&add(2));
    table.ask(&add(-99));
    let lost = table.flying[0].clone();
    let (_, effects) = table.lose();
    assert_eq!(effects, ["1: unavailable gone"]);
    let (_, effects) = table.lose();
    assert_eq!(effects, ["2: unavailable gone", "reload"]);
    assert_eq!(table.ask(&add(5)), [""; 0], "it waits until the session knows where it is");
    // The first one had been taken after all.
    store.commit(lost).unwrap();
    assert_eq!(table.reload(&store), ["publish 2 2.0", "3: refused BELOW_ZERO", "commit 3"]);
    assert_eq!(table.settle(&mut store), ["4: ok 3 6", "publish 3 3.0"]);
    assert_sound(&store, &mut table);
}

#[test]
fn what_rested_on_a_lost_commit_and_conflicts_is_asked_again() {
    let (mut store, mut table, _) = two();
    table.ask(&add(1));
    table.ask(&add(2));
    assert_eq!(table.lose().1, ["1: unavailable gone"]);
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), ["commit 2"]);
    assert_eq!(table.settle(&mut store), ["2: ok 2 2", "publish 2 2.0"]);
}

#[test]
fn what_waits_for_a_reload_is_bounded() {
    let (mut store, mut table, mut rival) = two();
    rival.ask(&add(10));
    rival.settle(&mut store);
    (0..10).for_each(|_| drop(table.ask(&add(1))));
    (0..10).for_each(|_| drop(table.settle(&mut store)));
    assert!(!table.session.is_full());
    for n in 10..PENDING_COMMITS {
        assert_eq!(table.ask(&add(1)), [""; 0], "{n}");
    }
    assert!(table.session.is_full());
    assert_eq!(table.ask(&add(1)), ["257: busy"]);
    table.reload(&store);
    assert_eq!(table.flying.len(), PENDING_COMMITS, "all that were let in are asked again");
    table.settle_all(&mut store);
    assert_eq!(table.value(), 10 + PENDING_COMMITS as i64);
}

#[test]
fn a_signal_from_another_node_loads_what_it_made() {
    let (mut store, mut table, mut rival) = two();
    rival.ask(r#"{"do":"sit","seat":3,"secret":"s"}"#);
    rival.ask(&add(10));
    rival.settle_all(&mut store);
    assert_eq!(table.give(Input::Moved(Version(1))), [""; 0], "it knows as much");
    assert_eq!(table.give(Input::Moved(Version(3))), ["reload"]);
    assert_eq!(table.reload(&store), ["publish 3 2.0 3.0"]);
    assert_eq!(table.reload(&store), [""; 0], "nothing new");
    assert_eq!(table.value(), 10);
    assert_eq!(table.session.viewer(Some(&user("ann"))), game::Viewer::Seat(game::SeatId(3)));
}

#[test]
fn an_older_reload_changes_nothing() {
    let (mut store, mut table, _) = two();
    let old = store.stored();
    table.ask(&add(1));
    table.settle(&mut store);
    assert_eq!(table.give(Input::Reloaded(Box::new(old))), [""; 0]);
    assert_eq!((table.session.version(), table.value()), (Version(2), 1));
}

/// The signal for version 3 comes while our own version 2 is in flight, and the load brings both
/// before the store's notice of ours: ours first, then the other one, not forgotten.
#[test]
fn a_reload_that_overtakes_a_notice_is_made_up_for() {
    let (mut store, mut table, _) = two();
    table.ask(&add(1));
    let mine = table.flying.pop_front().unwrap();
    let head = mine.head;
    store.commit(mine).unwrap();
    let mut rival = Table::open(&store);
    rival.ask(&add(10));
    rival.settle(&mut store);
    assert_eq!(table.give(Input::Moved(Version(3))), ["reload"]);
    assert_eq!(table.reload(&store), [""; 0]);
    assert_eq!(table.give(Input::Committed(head)), ["1: ok 2 1", "publish 2 2.0", "reload"]);
    assert_eq!(table.reload(&store), ["publish 3 3.0"]);
}

#[test]
fn a_deletion_elsewhere_ends_it_here() {
    let (mut store, mut table, mut rival) = two();
    rival.delete_as("ann");
    rival.settle(&mut store);
    table.ask(&add(1));
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), ["publish 2", "deleted", "1: deleted"]);
}

#[test]
fn a_stored_state_that_cannot_be_read_is_no_reason_to_hang() {
    let mut store = Store::with(r#"{"poison":7,"due":1}"#);
    let mut table = Table::open(&store);
    let mut rival = Table::open(&store);
    rival.now = rival.now.plus(1);
    rival.ask(&add(7));
    rival.settle(&mut store);
    table.ask(&add(1));
    table.settle(&mut store);
    let effects = table.reload(&store);
    assert_eq!(effects.len(), 2, "{effects:?}");
    assert!(effects[0].starts_with("1: unavailable"), "{effects:?}");
    assert!(effects[0].contains("poisoned"), "{effects:?}");
    // Its deadline is over and cannot be committed: it does not try again and again.
    assert_eq!(effects[1], "wake never");
    assert_eq!(table.give(Input::Clock), [""; 0]);
    assert_eq!(table.session.version(), Version(1));
}
