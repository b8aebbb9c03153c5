//! Streams of events: who sees which, and what can be resumed.

mod common;

use common::{Store, Table};
use engine::limits::RECENT_EVENTS;
use game::{SeatId, Version, Viewer};

fn places(table: &Table, version: u64, index: u32) -> Option<Vec<(u64, u32)>> {
    let events = table.session.events_since(Version(version), index)?;
    Some(events.iter().map(|event| (event.version.0, event.index)).collect())
}

fn shout(times: u32) -> String {
    format!(r#"{{"do":"shout","times":{times}}}"#)
}

#[test]
fn a_stream_goes_on_after_any_event() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for times in [2, 0, 3] {
        table.ask(&shout(times));
    }
    table.settle(&mut store);
    assert_eq!(places(&table, 0, 0), Some(vec![(2, 0), (2, 1)]), "only what is confirmed");
    table.settle_all(&mut store);
    let all = [(2, 0), (2, 1), (4, 0), (4, 1), (4, 2)];
    for (version, index, from) in [
        (0, 0, 0),
        (1, u32::MAX, 0),
        (2, 0, 1),
        (2, 1, 2),
        (3, 9, 2),
        (4, 1, 4),
        (4, 2, 5),
        (9, 0, 5),
    ] {
        assert_eq!(
            places(&table, version, index).as_deref(),
            Some(&all[from..]),
            "{version}.{index}"
        );
    }
}

#[test]
fn secret_events_are_for_their_seat() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask(r#"{"do":"sit","seat":3,"secret":"s"}"#);
    table.settle(&mut store);
    let events = table.session.events_since(Version(1), 0).unwrap();
    let seen = |viewer| {
        table.session.event_view(&events[0], viewer).map(|told| told.result.get().to_owned())
    };
    assert_eq!(seen(Viewer::Seat(SeatId(3))), Some(r#"{"sat":3}"#.to_owned()));
    assert_eq!(seen(Viewer::Seat(SeatId(2))), None);
    assert_eq!(seen(Viewer::Spectator), None);
}

/// Half of the events of one commit are held no more: to go on from within it would leave a gap.
#[test]
fn what_is_held_no_more_is_said_so() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let most = u32::try_from(RECENT_EVENTS).unwrap();
    table.ask(&shout(6));
    table.ask(&shout(most - 4));
    table.settle_all(&mut store);
    // Two are over: 2.0 and 2.1.
    assert_eq!(places(&table, 1, u32::MAX), None);
    assert_eq!(places(&table, 2, 0), None);
    assert_eq!(places(&table, 2, 1).map(|held| held.len()), Some(RECENT_EVENTS));
    assert_eq!(places(&table, 2, 1).unwrap()[0], (2, 2));
    table.ask(&shout(most + 10));
    table.settle_all(&mut store);
    assert_eq!(places(&table, 3, u32::MAX), None);
    assert_eq!(places(&table, 4, 8), None);
    assert_eq!(places(&table, 4, 9).map(|held| held.len()), Some(RECENT_EVENTS));
}

#[test]
fn a_loaded_session_has_the_events_that_came_with_it() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for _ in 0..5 {
        table.ask(r#"{"do":"add","n":1}"#);
    }
    table.settle_all(&mut store);
    store.recent = 2;
    let later = Table::open(&store);
    assert_eq!(places(&later, 3, u32::MAX), None);
    assert_eq!(places(&later, 4, 0), None, "there may have been a 4.1");
    assert_eq!(places(&later, 4, u32::MAX), Some(vec![(5, 0), (6, 0)]));
    store.recent = 0;
    let later = Table::open(&store);
    assert_eq!(places(&later, 5, u32::MAX), None);
    assert_eq!(places(&later, 6, u32::MAX), Some(vec![]));
}

#[test]
fn a_reload_brings_the_events_in_between_or_says_that_some_are_missing() {
    let mut store = Store::new();
    let mut rival = Table::open(&store);
    let (mut near, mut far) = (Table::open(&store), Table::open(&store));
    for _ in 0..3 {
        rival.ask(&shout(1));
    }
    rival.settle_all(&mut store);
    assert_eq!(near.reload(&store), ["publish 4 2.0 3.0 4.0"]);
    assert_eq!(places(&near, 1, 0), Some(vec![(2, 0), (3, 0), (4, 0)]));
    store.recent = 1;
    assert_eq!(far.reload(&store), ["publish 4 4.0"]);
    assert_eq!(places(&far, 2, u32::MAX), None);
    assert_eq!(places(&far, 3, u32::MAX), Some(vec![(4, 0)]));
}

/// The place of an event is the same on every node, whether each of them can read all of it or not.
#[test]
fn events_keep_their_places_when_one_cannot_be_read() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask(&shout(4));
    assert_eq!(table.settle(&mut store), ["1: ok 2 null", "publish 2 2.0 2.1 2.2 2.3"]);
    let later = Table::open(&store);
    assert_eq!(places(&later, 1, 0), Some(vec![(2, 0), (2, 2)]));
}
