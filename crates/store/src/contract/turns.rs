//! Whose turn it is, and since when. Must not know what a turn is.

use game::{Status, Timestamp};

use super::Place;
use super::records::{Script, session, user, users};
use crate::{ListQuery, Store};

async fn waiting<S: Store>(store: &S, name: &str) -> Vec<(u64, u64)> {
    let found = store.waiting(&user(name), None, 99).await.expect("it answers");
    found.into_iter().map(|(session, since)| (session.get(), since.0)).collect()
}

/// Sessions of one moment by their id; of one game or of all; up to the limit.
pub async fn the_longest_wait_comes_first<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for (number, at, game, to_act) in [
        (1, 50, "dice", "ann bob"),
        (2, 20, "cards", "ann"),
        (3, 40, "dice", "bob"),
        (4, 20, "dice", "ann"),
        (5, 10, "dice", ""),
        (6, 30, "cards", "ann bob"),
    ] {
        let mut record = Script::new(number).create();
        record.entry.at = Timestamp(at);
        record.head = record.entry.hash();
        record.to_act = Some(users(to_act));
        record.created.as_mut().expect("a first commit").game = game.to_owned();
        store.commit(record).await.expect("it is new");
    }
    for (name, game, limit, expected) in [
        ("ann", None, 9, vec![(2, 20), (4, 20), (6, 30), (1, 50)]),
        ("ann", None, 3, vec![(2, 20), (4, 20), (6, 30)]),
        ("ann", None, 0, vec![]),
        ("ann", Some("dice"), 9, vec![(4, 20), (1, 50)]),
        ("ann", Some("dice"), 1, vec![(4, 20)]),
        ("ann", Some("chess"), 9, vec![]),
        ("bob", None, 9, vec![(6, 30), (3, 40), (1, 50)]),
        ("bob", Some("cards"), 9, vec![(6, 30)]),
        ("cid", None, 9, vec![]),
    ] {
        let found = store.waiting(&user(name), game, limit).await.expect("it answers");
        let expected: Vec<_> =
            expected.into_iter().map(|(id, since)| (session(id), Timestamp(since))).collect();
        assert_eq!(found, expected, "{name} {game:?} {limit}");
    }
}

/// Commits during which it stays theirs do not renew it, whether they name them again or say
/// nothing; a turn that has passed away and comes back begins anew.
pub async fn a_turn_lasts_until_a_commit_takes_it_away<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    // Commits of the first session come at 1002, 1003, and so on.
    for (to_act, ann, bob) in [
        (Some("ann"), Some(1002), None),
        (None, Some(1002), None),
        (Some("ann"), Some(1002), None),
        (Some("ann bob"), Some(1002), Some(1005)),
        (None, Some(1002), Some(1005)),
        (Some("bob"), None, Some(1005)),
        (Some("ann"), Some(1008), None),
        (Some(""), None, None),
        (Some("ann bob"), Some(1010), Some(1010)),
    ] {
        let mut record = script.command("1");
        record.to_act = to_act.map(users);
        store.commit(record).await.expect("it follows");
        for (name, since) in [("ann", ann), ("bob", bob)] {
            let expected: Vec<(u64, u64)> = since.into_iter().map(|since| (1, since)).collect();
            assert_eq!(waiting(&store, name).await, expected, "{name} after {to_act:?}");
        }
    }
}

/// Ended or deleted, even when the commit that ends it takes no turn away.
pub async fn nobody_waits_for_what_is_over<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut scripts: Vec<Script> = (1..=5).map(Script::new).collect();
    for script in &mut scripts {
        let mut record = script.create();
        record.to_act = Some(users("ann"));
        store.commit(record).await.expect("it is new");
    }
    let all = [(1, 1000), (2, 2000), (3, 3000), (4, 4000), (5, 5000)];
    assert_eq!(waiting(&store, "ann").await, all);
    for (place, taken_away) in [(0, false), (1, true)] {
        let mut record = scripts[place].command("1");
        record.status = Status::Ended;
        record.to_act = taken_away.then(Vec::new);
        store.commit(record).await.expect("it follows");
    }
    for (place, taken_away) in [(2, false), (3, true)] {
        let mut record = scripts[place].delete();
        record.to_act = taken_away.then(Vec::new);
        store.commit(record).await.expect("it follows");
    }
    assert_eq!(waiting(&store, "ann").await, [(5, 5000)]);
}

/// With the time at which each turn began; and the first commit after it, which names all again,
/// changes nothing.
pub async fn members_and_turns_outlast_a_restart<P: Place>() {
    let place = P::fresh();
    let mut store = place.open().await;
    let mut script = Script::new(1);
    let mut record = script.create();
    (record.members, record.to_act) = (Some(users("ann bob")), Some(users("ann")));
    store.commit(record).await.expect("it is new");
    store.commit(script.command("1")).await.expect("it follows");
    if P::LASTS {
        store.close().await.expect("it closes");
        store = place.open().await;
    }
    for named in [false, true] {
        let mut record = script.command("2");
        if named {
            (record.members, record.to_act) = (Some(users("ann bob")), Some(users("ann")));
        }
        store.commit(record).await.expect("it follows");
        assert_eq!(waiting(&store, "ann").await, [(1, 1000)]);
        assert_eq!(waiting(&store, "bob").await, []);
        for name in ["ann", "bob"] {
            let query = ListQuery { member: Some(user(name)), limit: 9, ..ListQuery::default() };
            let listed = store.list(query).await.expect("it answers");
            assert_eq!(listed.len(), 1, "{name}");
            assert_eq!(listed[0].session, session(1));
        }
    }
}
