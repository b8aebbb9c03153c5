//! Opening and closing. Must not know where a store is kept.

use game::Version;

use super::Place;
use super::records::{Script, session};
use crate::{CommitError, Store, StoreError};

/// The same one as long as what was committed is there, another one for another store.
pub async fn an_epoch_names_one_incarnation<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let first = store.epoch().clone();
    let hex = first.as_str().bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(hex && first.as_str().len() == 16, "not 16 hex digits: {first}");
    store.close().await.expect("it closes");
    let again = place.open().await;
    assert_eq!(*again.epoch() == first, P::LASTS, "{first}, then {}", again.epoch());
    let elsewhere = P::fresh();
    assert_ne!(*elsewhere.open().await.epoch(), first);
}

/// What was called before `close` is done when `close` is.
pub async fn closing_waits_for_what_is_queued<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let mut script = Script::new(1);
    let mut flying = vec![store.commit(script.create())];
    flying.extend((2..=50).map(|number| store.commit(script.command(&number.to_string()))));
    store.close().await.expect("it closes");
    for commit in flying {
        commit.await.expect("it was queued before");
    }
    let again = place.open().await;
    let loaded = again.load(session(1)).await.expect("it answers");
    assert_eq!(loaded.map(|stored| stored.version), P::LASTS.then_some(Version(50)));
}

/// It refuses, without a panic, and can be closed once more.
pub async fn a_closed_store_says_so<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    store.close().await.expect("it closes");
    store.close().await.expect("it is closed");
    let unavailable = |error: &StoreError| matches!(error, StoreError::Unavailable(_));
    assert!(store.load(session(1)).await.is_err_and(|error| unavailable(&error)));
    assert!(store.ready().await.is_err_and(|error| unavailable(&error)));
    let outcome = store.commit(Script::new(1).create()).await;
    assert!(
        matches!(&outcome, Err(CommitError::Store(error)) if unavailable(error)),
        "{outcome:?}"
    );
}
