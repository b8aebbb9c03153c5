//! Who may commit, in which order, and what a refused commit leaves. Must not know keys.

use std::thread;

use engine::verify_chain;
use futures_util::future::join_all;
use game::{Timestamp, Version};

use super::Place;
use super::records::{Script, session, user, users, versions, whole, with_key};
use crate::{CommitError, ListQuery, Store};

fn assert_conflict(outcome: &Result<(), CommitError>) {
    assert!(matches!(outcome, Err(CommitError::Conflict)), "not a conflict: {outcome:?}");
}

/// A second first commit conflicts, even when it is the same one.
pub async fn a_session_is_created_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let first = Script::new(1).create();
    store.commit(first.clone()).await.expect("it is new");
    assert_conflict(&store.commit(first).await);
    let mut rival = Script::new(1).create();
    rival.title = "mine".to_owned();
    assert_conflict(&store.commit(rival).await);
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!(loaded.version, Version(1));
}

/// There is nothing that it could follow.
pub async fn a_commit_to_no_session_conflicts<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    script.create();
    assert_conflict(&store.commit(script.command("1")).await);
    assert!(store.load(session(1)).await.expect("it answers").is_none());
}

/// Neither a version that is gone nor one that is yet to come.
pub async fn a_commit_on_another_version_conflicts<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let mut behind = script.clone();
    store.commit(script.command("1")).await.expect("it follows");
    let mut ahead = script.clone();
    ahead.command("2");
    assert_conflict(&store.commit(behind.command("3")).await);
    assert_conflict(&store.commit(ahead.command("4")).await);
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!((loaded.version, loaded.head), (script.version, script.head));
}

/// Two nodes made version 2 each: the number alone would let the loser's version 3 in.
pub async fn a_commit_on_another_head_conflicts<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut winner = Script::new(1);
    store.commit(winner.create()).await.expect("it is new");
    let mut loser = winner.clone();
    store.commit(winner.command("\"winner\"")).await.expect("it follows");
    loser.command("\"loser\"");
    assert_eq!(winner.version, loser.version);
    assert_conflict(&store.commit(loser.command("\"loser again\"")).await);
    store.commit(winner.command("\"winner again\"")).await.expect("it follows");
}

/// A node with commits in flight one behind the other loses the first of them, and so all.
pub async fn what_rests_on_a_conflict_conflicts<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut winner = Script::new(1);
    store.commit(winner.create()).await.expect("it is new");
    let mut loser = winner.clone();
    let won = store.commit(winner.command("\"winner\""));
    let lost: Vec<_> =
        (0..4).map(|number| store.commit(loser.command(&number.to_string()))).collect();
    let won_too = store.commit(winner.command("\"winner again\""));
    won.await.expect("it was first");
    for outcome in join_all(lost).await {
        assert_conflict(&outcome);
    }
    won_too.await.expect("it follows");
    let log = store.log(session(1), Version::NONE, 10).await.expect("it answers");
    assert_eq!(verify_chain(&log), Ok((Version(3), winner.head)));
}

/// Not its state, nor its title, log entry, key or time.
pub async fn a_refused_commit_leaves_nothing<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let mut behind = script.clone();
    store.commit(with_key(script.command("1"), "ann", "a")).await.expect("it follows");
    let before = store.load(session(1)).await.expect("it answers").expect("it is there");

    let mut stale = with_key(behind.command("2"), "ann", "b");
    stale.due_at = Some(Timestamp(1));
    stale.title = "stale".to_owned();
    (stale.members, stale.to_act) = (Some(users("ann")), Some(users("ann")));
    assert_conflict(&store.commit(stale).await);
    let mut repeated = with_key(script.clone().command("3"), "ann", "a");
    repeated.due_at = Some(Timestamp(1));
    repeated.title = "repeated".to_owned();
    (repeated.members, repeated.to_act) = (Some(users("ann")), Some(users("ann")));
    let outcome = store.commit(repeated).await;
    assert!(matches!(outcome, Err(CommitError::Duplicate(_))), "{outcome:?}");

    let after = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!(whole(&after), whole(&before));
    let log = store.log(session(1), Version::NONE, 10).await.expect("it answers");
    assert_eq!(versions(&log), [1, 2]);
    assert!(store.due(Timestamp(9), 9).await.expect("it answers").is_empty());
    let query = ListQuery { limit: 1, ..ListQuery::default() };
    let listed = store.list(query).await.expect("it answers");
    assert_eq!(listed[0].title, "session 1 at 2");
    let query = ListQuery { member: Some(user("ann")), limit: 1, ..ListQuery::default() };
    assert!(store.list(query).await.expect("it answers").is_empty());
    assert!(store.waiting(&user("ann"), None, 1).await.expect("it answers").is_empty());
    // The key of the refused commit is still free.
    store.commit(with_key(script.command("4"), "ann", "b")).await.expect("it follows");
}

/// Whatever the order in which the futures are awaited.
pub async fn commits_take_effect_in_the_order_of_calls<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    let mut flying = vec![store.commit(script.create())];
    flying.extend((2..=200).map(|number| store.commit(script.command(&number.to_string()))));
    for (place, commit) in flying.into_iter().enumerate().rev() {
        commit.await.unwrap_or_else(|error| panic!("commit {place}: {error}"));
    }
    let log = store.log(session(1), Version::NONE, 1000).await.expect("it answers");
    assert_eq!(log.len(), 200);
    assert_eq!(verify_chain(&log), Ok((script.version, script.head)));
}

/// A commit whose future is dropped takes place all the same.
pub async fn nobody_need_wait_for_a_commit<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    drop(store.commit(script.create()));
    for number in 2..=9 {
        drop(store.commit(script.command(&number.to_string())));
    }
    store.commit(script.command("10")).await.expect("it follows those");
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!((loaded.version, loaded.head), (Version(10), script.head));
}

/// Each thread is the one node of its sessions.
pub async fn many_threads_commit_to_many_sessions<P: Place>() {
    const THREADS: u64 = 8;
    const SESSIONS: u64 = 4;
    const COMMITS: u64 = 20;
    let place = P::fresh();
    let store = place.open().await;
    let write = |thread: u64| {
        let mut scripts: Vec<Script> =
            (1..=SESSIONS).map(|number| Script::new(thread * SESSIONS + number)).collect();
        let mut flying: Vec<_> =
            scripts.iter_mut().map(|script| store.commit(script.create())).collect();
        for number in 1..COMMITS {
            let next = |script: &mut Script| store.commit(script.command(&number.to_string()));
            flying.extend(scripts.iter_mut().map(next));
        }
        (scripts, flying)
    };
    let written: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || write(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    for (scripts, flying) in written {
        for outcome in join_all(flying).await {
            outcome.expect("nobody else writes to this session");
        }
        for script in scripts {
            let log = store.log(script.id, Version::NONE, 1000).await.expect("it answers");
            assert_eq!(verify_chain(&log), Ok((Version(COMMITS), script.head)));
        }
    }
}

/// Of each round of rivals exactly one wins.
pub async fn many_threads_race_for_one_session<P: Place>() {
    const RIVALS: u64 = 8;
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    for round in 0..10 {
        let race = |rival: u64| {
            let mut mine = script.clone();
            let outcome = store.commit(mine.command(&format!("[{round},{rival}]")));
            (mine, outcome)
        };
        let raced: Vec<_> = thread::scope(|scope| {
            let race = &race;
            let rivals: Vec<_> =
                (0..RIVALS).map(|rival| scope.spawn(move || race(rival))).collect();
            rivals.into_iter().map(|rival| rival.join().expect("it does not panic")).collect()
        });
        let mut winners = Vec::new();
        for (mine, outcome) in raced {
            match outcome.await {
                Ok(()) => winners.push(mine),
                refused => assert_conflict(&refused),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        script = winners.remove(0);
        let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
        assert_eq!((loaded.version, loaded.head), (script.version, script.head));
    }
}
