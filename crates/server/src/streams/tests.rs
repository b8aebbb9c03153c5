//! The buffer: what was missed, and what is newest. Must not know sockets, but for those of
//! `sockets`.

mod sockets;

use game::{SessionId, Timestamp, Version};

use super::*;

fn position(version: u64) -> Position {
    Position {
        at: Timestamp(1_000 + version),
        session: SessionId::new(7).unwrap(),
        version: Version(version),
        index: 0,
    }
}

/// So many events, of ann and of ben in turn.
fn with(events: u64) -> State {
    let told = |version: u64| Told {
        position: position(version),
        user: UserId::new(if version.is_multiple_of(2) { "ann" } else { "ben" }).unwrap(),
        to_monitors: true,
        frame: Frame::text(""),
    };
    State { recent: (1..=events).map(told).collect(), ..State::default() }
}

fn versions(told: &[&Told]) -> Vec<u64> {
    told.iter().map(|told| told.position.version.0).collect()
}

#[test]
fn what_was_missed_is_all_of_it_or_a_gap() {
    let state = with(3_000);
    let missed = |since: u64| state.missed(Some(&position(since).to_string()), |_| true);
    let (gap, all) = missed(2_990);
    assert_eq!((gap, versions(&all)), (Some(false), (2_991..=3_000).collect()));
    let (gap, none) = missed(3_000);
    assert_eq!((gap, none.len()), (Some(false), 0));
    let (gap, all) = missed(2_000);
    assert_eq!((gap, all.len()), (Some(false), AT_FIRST));
    let (gap, none) = missed(1_999);
    assert_eq!((gap, none.len()), (Some(true), 0), "one more than a stream begins with");
    let (gap, none) = missed(3_001);
    assert_eq!((gap, none.len()), (Some(true), 0), "nobody was told of that one");
    assert_eq!(state.missed(None, |_| true).0, None);
    // Of one user: those of others do not count.
    let ann = |told: &Told| told.user.as_str() == "ann";
    let (gap, own) = state.missed(Some(&position(1_500).to_string()), ann);
    assert_eq!((gap, own.len()), (Some(false), 750));
}

#[test]
fn the_newest_come_in_their_order() {
    let state = with(1_500);
    assert_eq!(versions(&state.newest(|_| true)), (501..=1_500).collect::<Vec<_>>());
}
