//! What is read of a session is what was written. Must not know lists or people.

use std::fmt::Write as _;

use engine::verify_chain;
use game::Version;

use super::Place;
use super::records::{Script, json, session, user, versions, whole};
use crate::limits::RECENT_ENTRIES;
use crate::{ListQuery, Store};
use game::Timestamp;

/// Nothing is there, and asking for it is no error.
pub async fn a_store_is_empty_at_first<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    assert!(store.load(session(1)).await.expect("it answers").is_none());
    assert!(store.versions(&[session(1)]).await.expect("it answers").is_empty());
    assert!(store.log(session(1), Version::NONE, 10).await.expect("it answers").is_empty());
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    assert!(store.list(query).await.expect("it answers").is_empty());
    assert!(store.due(Timestamp(u64::MAX), 10).await.expect("it answers").is_empty());
    assert!(store.waiting(&user("ann"), None, 10).await.expect("it answers").is_empty());
    assert!(store.users(None, 10).await.expect("it answers").is_empty());
    store.ready().await.expect("it is ready");
}

/// All fields of a commit come back.
pub async fn a_commit_is_kept_whole<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(7);
    let mut first = script.create();
    first.due_at = Some(Timestamp(77));
    let expected = first.as_stored().expect("a first commit is a session");
    store.commit(first).await.expect("it is new");
    let loaded = store.load(session(7)).await.expect("it answers").expect("it is there");
    assert_eq!(whole(&loaded), whole(&expected));

    let second = script.command("{\"do\":\"this\"}");
    let mut expected = expected;
    expected.version = second.entry.version;
    expected.head = second.head;
    expected.state = second.state.clone();
    expected.recent.push(second.entry.clone());
    store.commit(second).await.expect("it follows");
    let loaded = store.load(session(7)).await.expect("it answers").expect("it is there");
    assert_eq!(whole(&loaded), whole(&expected));
    let (version, head) = verify_chain(&loaded.recent).expect("the chain holds");
    assert_eq!((version, head), (loaded.version, loaded.head));
}

/// Hashes are over text: not a blank may change, nor the spelling of a number.
pub async fn json_keeps_its_every_byte<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let odd = "{ \"n\" : 1.50e+3 ,\"big\":123456789012345678901234567890, \"n\":\"\\u0000\\ud83d\\ude00é😀\"\n}";
    let mut record = script.command(odd);
    record.entry.events = vec![json("[ ]"), json(odd), json("\"a\\/b\"")];
    let mut state = String::from("\"");
    (0..40_000).for_each(|n| write!(state, "{n:06}").expect("writing to a String"));
    record.state = (state + "\"").into_bytes().into();
    record.title = "Ünï 😀 'quoted' \"twice\"; --".to_owned();
    record.head = record.entry.hash();
    let expected = record.clone();
    store.commit(record).await.expect("it follows");
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert!(loaded.state == expected.state, "the state differs");
    assert_eq!(loaded.head, expected.head);
    let entry = loaded.recent.last().expect("it has entries");
    assert_eq!(entry.hash(), expected.entry.hash());
    assert_eq!(entry.command.get(), odd);
    let query = ListQuery { limit: 1, ..ListQuery::default() };
    let listed = store.list(query).await.expect("it answers");
    assert_eq!(listed[0].title, expected.title);
}

/// Deleting hides a session; it takes nothing away.
pub async fn a_deleted_session_still_loads<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    let mut first = script.create();
    first.due_at = Some(Timestamp(1));
    store.commit(first).await.expect("it is new");
    let last = script.delete();
    let state = last.state.clone();
    store.commit(last).await.expect("it follows");
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert!(loaded.deleted);
    assert_eq!((loaded.version, loaded.state), (Version(2), state));
    assert_eq!(versions(&loaded.recent), [1, 2]);
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    assert!(store.list(query).await.expect("it answers").is_empty(), "it is listed");
    assert!(store.due(Timestamp(9), 9).await.expect("it answers").is_empty(), "it is due");
    let there = store.versions(&[session(1)]).await.expect("it answers");
    assert_eq!(there, [(session(1), Version(2))]);
}

/// The newest ones, oldest first.
pub async fn the_newest_log_entries_come_with_a_session<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let last = RECENT_ENTRIES as u64 + 10;
    for number in 2..=last {
        store.commit(script.command(&number.to_string())).await.expect("it follows");
    }
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!(versions(&loaded.recent), (11..=last).collect::<Vec<_>>());
}

/// Pages follow each other without gap or overlap, and other sessions stay out.
pub async fn the_log_is_read_in_pages<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut scripts = [Script::new(1), Script::new(2)];
    for script in &mut scripts {
        store.commit(script.create()).await.expect("it is new");
    }
    for number in 2..=25 {
        for script in &mut scripts {
            store.commit(script.command(&number.to_string())).await.expect("it follows");
        }
    }
    let mut read = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let after = read.last().map_or(Version::NONE, |entry: &engine::LogEntry| entry.version);
        let page = store.log(session(2), after, 10).await.expect("it answers");
        sizes.push(page.len());
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert_eq!(sizes, [10, 10, 5, 0]);
    assert_eq!(versions(&read), (1..=25).collect::<Vec<_>>());
    let (version, head) = verify_chain(&read).expect("the chain holds");
    assert_eq!((version, head), (scripts[1].version, scripts[1].head));
}

/// As many as are there.
pub async fn versions_are_those_of_the_sessions_that_are_there<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut scripts = [Script::new(1), Script::new(2), Script::new(3)];
    for script in &mut scripts {
        store.commit(script.create()).await.expect("it is new");
    }
    store.commit(scripts[1].command("1")).await.expect("it follows");
    store.commit(scripts[2].delete()).await.expect("it follows");
    let asked = [session(3), session(9), session(2), session(1)];
    let mut there = store.versions(&asked).await.expect("it answers");
    there.sort_unstable();
    let expected = [(1, 1), (2, 2), (3, 2)].map(|(id, version)| (session(id), Version(version)));
    assert_eq!(there, expected);
    assert!(store.versions(&[]).await.expect("it answers").is_empty());
}
