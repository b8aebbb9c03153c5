//! Refresh tokens, logins that have ended, and claims. Must not know sessions.

use futures_util::future::{join, join_all};
use game::{Timestamp, UserId};

use super::Place;
use super::records::user;
use crate::{Family, RefreshToken, Store, Taken, TokenHash};

/// Token `number` of `owner`, of the login that `family` names.
fn token(number: u8, owner: &UserId, family: &str, expires: u64) -> RefreshToken {
    RefreshToken {
        hash: TokenHash([number; 32]),
        user: owner.clone(),
        family: Family::new(family),
        expires_at: Timestamp(expires),
    }
}

async fn put(store: &impl Store, token: &RefreshToken) {
    assert!(store.put_refresh(token.clone()).await.expect("it takes it"), "{token:?}");
}

async fn take(store: &impl Store, number: u8) -> Taken {
    store.take_refresh(&TokenHash([number; 32])).await.expect("it answers")
}

/// Then it is known as used, until it is put again.
pub async fn a_refresh_token_is_taken_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let kept = token(1, &user("ann"), "f", 50);
    put(&store, &kept).await;
    assert_eq!(take(&store, 2).await, Taken::Unknown);
    for outcome in [Taken::First, Taken::Again, Taken::Again] {
        assert_eq!(store.refresh(&kept.hash).await.expect("it answers"), Some(kept.clone()));
        assert_eq!(take(&store, 1).await, outcome(kept.clone()));
    }
    assert_eq!(store.refresh(&TokenHash([2; 32])).await.expect("it answers"), None);
    let other = token(1, &user("bob"), "g", 60);
    put(&store, &other).await;
    assert_eq!(take(&store, 1).await, Taken::First(other));
}

/// Of many that ask at once one gets it, and all others are told that it was used.
pub async fn a_refresh_token_is_taken_once_by_many<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for round in 0..8 {
        let kept = token(round, &user("ann"), "f", 50);
        put(&store, &kept).await;
        let taken = join_all((0..16).map(|_| take(&store, round))).await;
        let first = taken.iter().filter(|taken| **taken == Taken::First(kept.clone()));
        assert_eq!(first.count(), 1, "round {round}");
        let again = taken.iter().filter(|taken| **taken == Taken::Again(kept.clone()));
        assert_eq!(again.count(), 15, "round {round}");
    }
}

/// All of theirs, used or not; nobody else's.
pub async fn refresh_tokens_of_one_user_are_dropped<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, bob) = (user("ann"), user("bob"));
    for (number, owner) in [(1, &ann), (2, &bob), (3, &ann)] {
        put(&store, &token(number, owner, &number.to_string(), 50)).await;
    }
    take(&store, 3).await;
    store.drop_refresh_of(&ann).await.expect("it does");
    for (number, there) in [(1, false), (2, true), (3, false)] {
        assert_eq!(take(&store, number).await != Taken::Unknown, there, "token {number}");
    }
}

/// No token of it is good any more, whether used, unused or still to come; other logins of the same
/// user stay.
pub async fn a_login_ends_with_all_its_tokens<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = user("ann");
    for (number, family) in [(1, "here"), (2, "here"), (3, "there")] {
        put(&store, &token(number, &ann, family, 50)).await;
    }
    take(&store, 1).await;
    let (here, there) = (Family::new("here"), Family::new("there"));
    assert!(!store.login_ended(&here).await.expect("it answers"));
    store.end_login(&ann, &here, Timestamp(90)).await.expect("it does");
    store.end_login(&ann, &here, Timestamp(70)).await.expect("it does, again");
    assert!(store.login_ended(&here).await.expect("it answers"));
    assert!(!store.login_ended(&there).await.expect("it answers"));
    let late = token(4, &ann, "here", 50);
    assert!(!store.put_refresh(late).await.expect("it answers"), "its login has ended");
    for (number, there) in [(1, false), (2, false), (3, true), (4, false)] {
        assert_eq!(take(&store, number).await != Taken::Unknown, there, "token {number}");
    }
    // Remembered until the later of the two times.
    store.sweep(Timestamp(89)).await.expect("it does");
    assert!(store.login_ended(&here).await.expect("it answers"));
    store.sweep(Timestamp(90)).await.expect("it does");
    assert!(!store.login_ended(&here).await.expect("it answers"));
}

/// Of a renewal and the end of its login at once, none leaves a good token behind.
pub async fn no_token_outlives_the_end_of_its_login<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = user("ann");
    for round in 0..16 {
        let name = format!("round {round}");
        let family = Family::new(&name);
        let (first, next) = (token(1, &ann, &name, 50), token(2, &ann, &name, 50));
        put(&store, &first).await;
        let (kept, ended) =
            join(store.put_refresh(next), store.end_login(&ann, &family, Timestamp(50))).await;
        kept.expect("it answers");
        ended.expect("it does");
        for number in [1, 2] {
            assert_eq!(take(&store, number).await, Taken::Unknown, "{name}: token {number}");
        }
    }
}

/// And again once the claim has expired.
pub async fn a_name_is_claimed_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for (name, now, expires, won) in [
        ("a", 10, 20, true),
        ("a", 11, 99, false),
        ("b", 11, 20, true),
        ("a", 19, 99, false),
        ("a", 20, 30, true),
        ("a", 29, 99, false),
        ("", 29, 30, true),
        ("A", 29, 30, true),
    ] {
        let claimed = store.claim(name, Timestamp(now), Timestamp(expires)).await;
        assert_eq!(claimed.expect("it answers"), won, "{name:?} at {now}");
    }
}

/// Of many that ask at once one gets it.
pub async fn a_name_is_claimed_once_by_many<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for round in 0..8 {
        let name = format!("round {round}");
        let ask = |_| store.claim(&name, Timestamp(1), Timestamp(2));
        let claims = join_all((0..16).map(ask)).await;
        let won = claims.into_iter().map(|claim| claim.expect("it answers"));
        assert_eq!(won.filter(|won| *won).count(), 1, "{name}");
    }
}

/// Claims, refresh tokens and ended logins, those of that very moment too; nothing else.
pub async fn what_has_expired_is_swept<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = user("ann");
    for (number, expires) in [(1, 10), (2, 20), (3, 30)] {
        put(&store, &token(number, &ann, "f", expires)).await;
        take(&store, number).await;
        let name = number.to_string();
        assert!(store.claim(&name, Timestamp(0), Timestamp(expires)).await.expect("it answers"));
        let family = Family::new(&name);
        store.end_login(&ann, &family, Timestamp(expires)).await.expect("it does");
    }
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 6);
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 0);
    for (number, there) in [(1, false), (2, false), (3, true)] {
        assert_eq!(take(&store, number).await != Taken::Unknown, there, "token {number}");
        let name = number.to_string();
        let claimed = store.claim(&name, Timestamp(20), Timestamp(21)).await;
        assert_eq!(claimed.expect("it answers"), !there, "claim {number}");
        let ended = store.login_ended(&Family::new(&name)).await.expect("it answers");
        assert_eq!(ended, there, "login {number}");
    }
}
