//! Lists of sessions, and which of them are due. Must not know what a list is shown for.

use engine::CommitRecord;
use game::{SessionId, Status, Timestamp, UserId};

use super::Place;
use super::records::{Script, json, session, user, users};
use crate::{ListQuery, SessionSummary, Store};

fn ids(listed: &[SessionSummary]) -> Vec<u64> {
    listed.iter().map(|summary| summary.session.get()).collect()
}

fn at(number: u64, created: u64, game: &str, owner: Option<UserId>) -> (Script, CommitRecord) {
    let mut script = Script::new(number);
    let mut record = script.create();
    let about = record.created.as_mut().expect("a first commit");
    (about.at, about.game, about.owner) = (Timestamp(created), game.to_owned(), owner);
    (script, record)
}

/// By their creation, sessions of one moment by their id; every filter alone and all together.
pub async fn lists_are_newest_first_and_filtered<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, bob) = (user("ann"), user("bob"));
    for (number, created, game, owner, status) in [
        (5, 100, "dice", Some(&ann), Status::Open),
        (4, 300, "dice", Some(&bob), Status::Running),
        (9, 200, "cards", Some(&ann), Status::Open),
        (3, 200, "dice", None, Status::Ended),
        (8, 200, "dice", Some(&ann), Status::Running),
    ] {
        let (_, mut record) = at(number, created, game, owner.cloned());
        record.status = status;
        store.commit(record).await.expect("it is new");
    }
    let (mut gone, record) = at(6, 400, "dice", Some(ann.clone()));
    store.commit(record).await.expect("it is new");
    store.commit(gone.delete()).await.expect("it follows");

    let all = ListQuery { limit: 100, ..ListQuery::default() };
    let dice = ListQuery { game: Some("dice".to_owned()), ..all.clone() };
    let of_ann = ListQuery { owner: Some(ann), ..all.clone() };
    let running = ListQuery { status: Some(Status::Running), ..all.clone() };
    let open = ListQuery { status: Some(Status::Open), ..all.clone() };
    let ended = ListQuery { status: Some(Status::Ended), ..all.clone() };
    let three = ListQuery { owner: of_ann.owner.clone(), status: running.status, ..dice.clone() };
    let no_dice = ListQuery { without: vec!["dice", "chess"], ..all.clone() };
    let nobody = ListQuery { owner: Some(user("nobody")), ..all.clone() };
    for (query, expected) in [
        (all, vec![4, 9, 8, 3, 5]),
        (dice, vec![4, 8, 3, 5]),
        (of_ann, vec![9, 8, 5]),
        (running, vec![4, 8]),
        (open, vec![9, 5]),
        (ended, vec![3]),
        (three, vec![8]),
        (no_dice, vec![9]),
        (nobody, vec![]),
    ] {
        let listed = store.list(query.clone()).await.expect("it answers");
        assert_eq!(ids(&listed), expected, "{query:?}");
    }
    let query = ListQuery { limit: 1, ..ListQuery::default() };
    let listed = store.list(query).await.expect("it answers");
    let (_, record) = at(4, 300, "dice", Some(bob.clone()));
    let expected = SessionSummary {
        session: session(4),
        game: "dice".to_owned(),
        title: record.title,
        summary: None,
        status: Status::Running,
        owner: Some(bob),
        version: record.entry.version,
        created_at: Timestamp(300),
        updated_at: record.entry.at,
    };
    assert_eq!(format!("{listed:?}"), format!("{:?}", [expected]));
}

/// `after`, `skip` and `limit`, alone and together, also when the session of `after` is gone.
pub async fn lists_come_in_pages<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut scripts = Vec::new();
    for number in 1..=10 {
        let (script, record) = at(number, 100 + number / 3, "dice", None);
        store.commit(record).await.expect("it is new");
        scripts.push(script);
    }
    store.commit(scripts[5].delete()).await.expect("it follows");
    let id = |number: Option<u64>| -> Option<SessionId> { number.map(session) };
    for (after, skip, limit, expected) in [
        (None, 0, 3, vec![10, 9, 8]),
        (None, 0, 0, vec![]),
        (None, 2, 3, vec![8, 7, 5]),
        (Some(8), 0, 3, vec![7, 5, 4]),
        (Some(8), 1, 2, vec![5, 4]),
        (Some(6), 0, 2, vec![5, 4]),
        (Some(2), 0, 5, vec![1]),
        (Some(1), 0, 5, vec![]),
        (None, 20, 5, vec![]),
        (Some(99), 0, 5, vec![]),
    ] {
        let query = ListQuery { after: id(after), skip, limit, ..ListQuery::default() };
        let listed = store.list(query.clone()).await.expect("it answers");
        assert_eq!(ids(&listed), expected, "{query:?}");
    }
}

/// Newest first and in pages like all lists, with every other filter; who has left is gone from it.
pub async fn lists_of_a_member_hold_their_sessions<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut scripts = Vec::new();
    for (number, created, game, owner, members) in [
        (1, 100, "dice", "ann", Some("ann bob")),
        (2, 300, "dice", "bob", Some("ann")),
        (3, 300, "cards", "ann", Some("ann bob cid")),
        (4, 200, "dice", "ann", None),
        (5, 150, "dice", "bob", Some("bob")),
        (6, 250, "dice", "ann", Some("ann")),
    ] {
        let (script, mut record) = at(number, created, game, Some(user(owner)));
        record.members = members.map(users);
        store.commit(record).await.expect("it is new");
        scripts.push(script);
    }
    let of = |name: &str| ListQuery { member: Some(user(name)), limit: 9, ..ListQuery::default() };
    let dice = ListQuery { game: Some("dice".to_owned()), ..of("ann") };
    let own = ListQuery { owner: Some(user("ann")), ..of("ann") };
    let ended = ListQuery { status: Some(Status::Ended), ..of("ann") };
    let first = ListQuery { limit: 2, ..of("ann") };
    let second = ListQuery { after: Some(session(2)), ..first.clone() };
    let third = ListQuery { after: Some(session(1)), ..first.clone() };
    let skipping = ListQuery { skip: 1, ..first.clone() };
    for (query, expected) in [
        (of("ann"), vec![3, 2, 6, 1]),
        (of("bob"), vec![3, 5, 1]),
        (of("cid"), vec![3]),
        (of("dan"), vec![]),
        (dice, vec![2, 6, 1]),
        (own, vec![3, 6, 1]),
        (ended, vec![]),
        (first, vec![3, 2]),
        (second, vec![6, 1]),
        (third, vec![]),
        (skipping, vec![2, 6]),
    ] {
        let listed = store.list(query.clone()).await.expect("it answers");
        assert_eq!(ids(&listed), expected, "{query:?}");
    }

    // Says nothing of members; another one; nobody; deleted.
    store.commit(scripts[1].command("1")).await.expect("it follows");
    let mut next = scripts[2].command("1");
    next.members = Some(users("bob dan"));
    store.commit(next).await.expect("it follows");
    let mut next = scripts[4].command("1");
    next.members = Some(Vec::new());
    store.commit(next).await.expect("it follows");
    store.commit(scripts[5].delete()).await.expect("it follows");
    for (name, expected) in
        [("ann", vec![2, 1]), ("bob", vec![3, 1]), ("cid", vec![]), ("dan", vec![3])]
    {
        let listed = store.list(of(name)).await.expect("it answers");
        assert_eq!(ids(&listed), expected, "{name}");
    }
}

/// To the byte, and none when there is none any more.
pub async fn a_list_shows_the_newest_summary<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    let summaries = [None, Some("{ \"a\":1.50 }"), Some("{\"b\":\"\u{e9}\"}"), None];
    for (number, summary) in summaries.into_iter().enumerate() {
        let mut record = if number == 0 { script.create() } else { script.command("1") };
        record.summary = summary.map(json);
        store.commit(record).await.expect("it follows");
        let query = ListQuery { limit: 1, ..ListQuery::default() };
        let listed = store.list(query).await.expect("it answers");
        assert_eq!(listed[0].summary.as_ref().map(|json| json.get()), summary);
    }
}

/// Those whose time has come, up to the limit.
pub async fn sessions_are_due_the_longest_overdue_first<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for (number, due) in [(1, Some(30)), (2, Some(10)), (3, None), (4, Some(20)), (5, Some(40))] {
        let mut record = Script::new(number).create();
        record.due_at = due.map(Timestamp);
        store.commit(record).await.expect("it is new");
    }
    for (now, limit, expected) in [
        (9, 9, vec![]),
        (10, 9, vec![2]),
        (39, 9, vec![2, 4, 1]),
        (39, 2, vec![2, 4]),
        (u64::MAX, 9, vec![2, 4, 1, 5]),
    ] {
        let due = store.due(Timestamp(now), limit).await.expect("it answers");
        let due: Vec<u64> = due.into_iter().map(SessionId::get).collect();
        assert_eq!(due, expected, "at {now}");
    }
}

/// Later, earlier, away.
pub async fn a_commit_moves_the_time_a_session_is_due<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    for due in [Some(50), Some(20), None, Some(70)] {
        let mut record = script.command("1");
        record.due_at = due.map(Timestamp);
        store.commit(record).await.expect("it follows");
        for now in [19, 20, 49, 50, 69, 70] {
            let found = store.due(Timestamp(now), 9).await.expect("it answers");
            assert_eq!(!found.is_empty(), due.is_some_and(|due| due <= now), "{due:?} at {now}");
        }
    }
}
