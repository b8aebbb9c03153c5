//! What happens by itself: once, on time, and never in a tight loop.

mod common;

use common::{Store, Table};
use engine::Input;
use engine::limits::{DEADLINE_RETRY, PENDING_COMMITS};
use game::{Actor, Timestamp};

fn due(at: u64) -> String {
    format!(r#"{{"do":"due","at":{at}}}"#)
}

#[test]
fn a_session_states_its_deadline_when_it_is_loaded_and_when_it_changes() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    assert_eq!(table.give(Input::Clock), ["wake (5000)"]);
    assert_eq!(table.ask(r#"{"do":"add","n":1}"#), ["commit 2"], "nothing new to say");
    assert_eq!(table.ask(&due(7000)), ["commit 3", "wake (7000)"]);
    assert_eq!(table.ask(r#"{"do":"due","at":null}"#), ["commit 4", "wake never"]);
    table.settle_all(&mut store);
    let stored: Vec<_> = store.taken.iter().map(|record| record.due_at).collect();
    let (five, seven) = (Some(Timestamp(5000)), Some(Timestamp(7000)));
    assert_eq!(stored, [five, five, seven, None]);
    assert_eq!(Table::open(&Store::new()).give(Input::Clock), [""; 0]);
}

#[test]
fn a_deadline_is_carried_out_once() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    assert_eq!(table.give(Input::Clock), ["wake (5000)"]);
    table.now = Timestamp(4999);
    assert_eq!(table.give(Input::Clock), ["wake (5000)"], "too early: ask again");
    table.now = Timestamp(5000);
    assert_eq!(table.give(Input::Clock), ["commit 2"]);
    assert_eq!(table.give(Input::Clock), [""; 0], "it is in flight");
    assert_eq!(table.settle(&mut store), ["publish 2 2.0"]);
    assert_eq!(table.give(Input::Clock), [""; 0], "it is done");
    assert_eq!(table.value(), 100);
    let entry = &store.taken[1].entry;
    assert_eq!((&entry.actor, entry.at), (&Actor::Clock, Timestamp(5000)));
}

#[test]
fn an_overdue_deadline_is_carried_out_as_soon_as_it_is_loaded() {
    let store = Store::with(r#"{"due":1}"#);
    let mut table = Table::open(&store);
    assert_eq!(table.give(Input::Clock), ["commit 2"]);
}

#[test]
fn the_next_deadline_follows() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    table.now = Timestamp(6000);
    table.give(Input::Clock);
    assert_eq!(table.ask(&due(5500)), ["commit 3", "wake (5500)"]);
    assert_eq!(table.give(Input::Clock), ["commit 4"]);
    table.settle_all(&mut store);
    assert_eq!(table.value(), 200);
}

#[test]
fn a_refused_deadline_is_told_once_and_left_until_the_state_changes() {
    let mut store = Store::with(r#"{"due":5000,"stubborn":true}"#);
    let mut table = Table::open(&store);
    table.now = Timestamp(5000);
    assert_eq!(table.give(Input::Clock), ["deadline refused NO_TICK"]);
    assert_eq!(table.give(Input::Clock), [""; 0]);
    assert_eq!(table.ask(r#"{"do":"add","n":1}"#), ["commit 2", "wake (5000)"]);
    assert_eq!(table.give(Input::Clock), ["deadline refused NO_TICK"]);
    table.settle(&mut store);
    assert_eq!(table.give(Input::Clock), [""; 0]);
}

/// Version 2 refused its deadline here, but another node's version 2 is another state.
#[test]
fn a_refusal_belongs_to_a_state_not_to_a_number() {
    let mut store = Store::with(r#"{"due":5000,"stubborn":true}"#);
    let (mut table, mut rival) = (Table::open(&store), Table::open(&store));
    table.now = Timestamp(5000);
    rival.ask(&due(4000));
    rival.settle(&mut store);
    table.ask(r#"{"do":"add","n":-1}"#);
    table.ask(r#"{"do":"add","n":1}"#);
    assert_eq!(table.give(Input::Clock), ["deadline refused NO_TICK"]);
    assert_eq!(table.settle(&mut store), ["reload"]);
    let effects = table.reload(&store);
    assert_eq!(effects, ["publish 2", "commit 3", "wake (4000)"]);
}

#[test]
fn a_deadline_that_another_node_carried_out_is_not_asked_again() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let (mut table, mut rival) = (Table::open(&store), Table::open(&store));
    table.now = Timestamp(5001);
    rival.now = Timestamp(5000);
    assert_eq!(rival.give(Input::Clock), ["commit 2"]);
    assert_eq!(table.give(Input::Clock), ["commit 2"]);
    rival.settle(&mut store);
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), ["publish 2 2.0"]);
    assert_eq!(table.value(), 100);
}

/// The clock strikes while the session waits for a reload; what comes back has the same deadline.
#[test]
fn a_deadline_that_comes_during_a_reload_is_asked_for_again() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let (mut table, mut rival) = (Table::open(&store), Table::open(&store));
    rival.now = rival.now.plus(1);
    assert_eq!(table.give(Input::Clock), ["wake (5000)"]);
    rival.ask(r#"{"do":"add","n":1}"#);
    rival.settle(&mut store);
    table.ask(r#"{"do":"roll"}"#);
    assert_eq!(table.settle(&mut store), ["reload"]);
    table.now = Timestamp(5000);
    assert_eq!(table.give(Input::Clock), [""; 0]);
    assert_eq!(table.reload(&store), ["publish 2 2.0", "commit 3", "wake (5000)"]);
    assert_eq!(table.give(Input::Clock), ["commit 4"]);
}

#[test]
fn a_deadline_that_comes_while_too_much_is_in_flight_is_asked_for_again() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    assert_eq!(table.give(Input::Clock), ["wake (5000)"]);
    (0..PENDING_COMMITS).for_each(|_| drop(table.ask(r#"{"do":"roll"}"#)));
    table.now = Timestamp(5000);
    assert_eq!(table.give(Input::Clock), [""; 0]);
    assert_eq!(table.settle(&mut store).last().unwrap(), "wake (5000)");
    assert_eq!(table.give(Input::Clock), ["commit 258"]);
}

/// A disk that is full refuses every write at once: the session does not try without a pause.
#[test]
fn a_deadline_waits_a_while_when_the_store_is_away() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    table.now = Timestamp(5000);
    table.give(Input::Clock);
    let later = 5000 + DEADLINE_RETRY;
    assert_eq!(table.lose().1, ["reload"]);
    assert_eq!(table.reload(&store), [format!("wake ({later})")]);
    assert_eq!(table.give(Input::Clock), [format!("wake ({later})")]);
    assert_eq!(table.ask(r#"{"do":"add","n":1}"#), ["commit 2"], "commands do not wait");
    table.settle(&mut store);
    table.now = Timestamp(later);
    assert_eq!(table.give(Input::Clock), ["commit 3"]);
    table.settle(&mut store);
    assert_eq!(table.value(), 101);
}

#[test]
fn an_ended_game_that_wants_more_is_told_in_the_log_alone() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    table.ask(r#"{"do":"end"}"#);
    table.settle(&mut store);
    table.now = Timestamp(5000);
    assert_eq!(table.give(Input::Clock), ["deadline refused DEADLINE_NOT_CARRIED_OUT"]);
    assert_eq!(table.give(Input::Clock), [""; 0]);
}
