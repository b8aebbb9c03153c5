//! Idempotency keys: the first answer is the only one. Must not know how keys are chosen.

use engine::Keyed;
use engine::limits::RECENT_ANSWERS;
use futures_util::future::join_all;
use game::Version;

use super::Place;
use super::records::{Script, answer, session, with_key};
use crate::{CommitError, Store};

fn first_answer(outcome: Result<(), CommitError>) -> Keyed {
    match outcome {
        Err(CommitError::Duplicate(keyed)) => *keyed,
        other => panic!("not a duplicate: {other:?}"),
    }
}

/// The second use is told what the first was answered: at once, later, and with another command.
pub async fn a_key_is_good_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let first = with_key(script.command("\"first\""), "ann", "k");
    let expected = first.keyed.clone().expect("it has a key");
    let again = with_key(script.clone().command("\"first\""), "ann", "k");
    let other = with_key(script.clone().command("\"other\""), "ann", "k");
    let mut outcomes =
        join_all([store.commit(first), store.commit(again.clone())]).await.into_iter();
    outcomes.next().expect("two outcomes").expect("it is the first");
    let told = first_answer(outcomes.next().expect("two outcomes"));
    assert_eq!(answer(&told), answer(&expected));
    for record in [again, other] {
        assert_eq!(answer(&first_answer(store.commit(record).await)), answer(&expected));
    }
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    assert_eq!(loaded.version, Version(2));
    assert_eq!(loaded.keyed.iter().map(answer).collect::<Vec<_>>(), [answer(&expected)]);
}

/// A repeated command that another node took hears of its answer, not of a conflict.
pub async fn a_key_counts_before_the_version<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    store.commit(script.create()).await.expect("it is new");
    let mut behind = script.clone();
    let first = with_key(script.command("1"), "ann", "k");
    let expected = first.keyed.clone().expect("it has a key");
    store.commit(first).await.expect("it follows");
    store.commit(script.command("2")).await.expect("it follows");
    let late = with_key(behind.command("1"), "ann", "k");
    assert_eq!(answer(&first_answer(store.commit(late).await)), answer(&expected));
}

/// What one user chose never meets another's, nor the same one's in another session.
pub async fn keys_belong_to_an_actor_and_a_session<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for number in [1, 2] {
        let mut script = Script::new(number);
        store.commit(with_key(script.create(), "ann", "k")).await.expect("it is new");
        store.commit(with_key(script.command("1"), "bob", "k")).await.expect("another's key");
        let again = with_key(script.command("2"), "ann", "k");
        assert_eq!(first_answer(store.commit(again).await).answer.version, Version(1));
    }
}

/// The newest ones, oldest first.
pub async fn the_newest_answers_come_with_a_session<P: Place>() {
    let (_place, store, _) = many_keys::<P>().await;
    let loaded = store.load(session(1)).await.expect("it answers").expect("it is there");
    let versions: Vec<u64> = loaded.keyed.iter().map(|keyed| keyed.answer.version.0).collect();
    // Every second commit has a key; the first 5 of these have been pushed out.
    let expected: Vec<u64> = (5..RECENT_ANSWERS as u64 + 5).map(|number| 2 * number + 3).collect();
    assert_eq!(versions, expected);
}

/// Those that are loaded no more are found all the same.
pub async fn old_keys_are_known_for_ever<P: Place>() {
    let (_place, store, mut script) = many_keys::<P>().await;
    let again = with_key(script.command("0"), "ann", "0");
    assert_eq!(first_answer(store.commit(again).await).answer.version, Version(3));
}

async fn many_keys<P: Place>() -> (P, P::Store, Script) {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    let mut flying = vec![store.commit(script.create())];
    for number in 0..RECENT_ANSWERS + 5 {
        flying.push(store.commit(script.command("\"no key\"")));
        let record = with_key(script.command(&number.to_string()), "ann", &number.to_string());
        flying.push(store.commit(record));
    }
    for outcome in join_all(flying).await {
        outcome.expect("it follows");
    }
    (place, store, script)
}
