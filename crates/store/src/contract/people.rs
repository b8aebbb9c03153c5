//! Users, refresh tokens and claims. Must not know sessions.

use futures_util::future::join_all;
use game::{Timestamp, UserId};

use super::Place;
use super::records::user;
use crate::{RefreshToken, Store, TokenHash, User};

fn person(id: &str, name: &str) -> User {
    User {
        id: user(id),
        name: name.to_owned(),
        roles: vec!["admin".to_owned(), "service".to_owned()],
        guest: false,
        created_at: Timestamp(5),
        valid_from: Timestamp(6),
    }
}

fn token(number: u8, owner: &UserId, expires: u64) -> RefreshToken {
    RefreshToken {
        hash: TokenHash([number; 32]),
        user: owner.clone(),
        expires_at: Timestamp(expires),
    }
}

/// All fields come back; the id decides who is replaced.
pub async fn users_are_put_and_replaced<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = person("ann", "Änn 😀");
    let bob = person("bob", "Bob");
    store.put_user(ann.clone()).await.expect("it takes it");
    store.put_user(bob.clone()).await.expect("it takes it");
    assert_eq!(store.user(&ann.id).await.expect("it answers"), Some(ann.clone()));
    assert_eq!(store.user(&user("carl")).await.expect("it answers"), None);
    let other = User {
        name: "Anna".to_owned(),
        roles: Vec::new(),
        guest: true,
        valid_from: Timestamp(99),
        ..ann
    };
    store.put_user(other.clone()).await.expect("it takes it");
    assert_eq!(store.user(&other.id).await.expect("it answers"), Some(other));
    assert_eq!(store.user(&bob.id).await.expect("it answers"), Some(bob));
}

/// By name, then by id, in pages; two may have one name.
pub async fn users_are_listed_by_name<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for (id, name) in [("5", "Bob"), ("1", "Zoe"), ("4", "Ann"), ("2", "Bob"), ("3", "ann")] {
        store.put_user(person(id, name)).await.expect("it takes it");
    }
    for (after, limit, expected) in [
        (None, 9, vec!["4", "2", "5", "1", "3"]),
        (None, 2, vec!["4", "2"]),
        (Some("2"), 2, vec!["5", "1"]),
        (Some("3"), 9, vec![]),
        (Some("nobody"), 9, vec![]),
    ] {
        let after = after.map(user);
        let page = store.users(after.as_ref(), limit).await.expect("it answers");
        let ids: Vec<&str> = page.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(ids, expected, "after {after:?}");
    }
}

/// Then it is gone.
pub async fn a_refresh_token_is_taken_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let kept = token(1, &user("ann"), 50);
    store.put_refresh(kept.clone()).await.expect("it takes it");
    assert_eq!(store.take_refresh(&TokenHash([2; 32])).await.expect("it answers"), None);
    assert_eq!(store.take_refresh(&kept.hash).await.expect("it answers"), Some(kept.clone()));
    assert_eq!(store.take_refresh(&kept.hash).await.expect("it answers"), None);
}

/// Of many that ask at once one gets it.
pub async fn a_refresh_token_is_taken_once_by_many<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for round in 0..8 {
        let kept = token(round, &user("ann"), 50);
        store.put_refresh(kept.clone()).await.expect("it takes it");
        let taken = join_all((0..16).map(|_| store.take_refresh(&kept.hash))).await;
        let got: Vec<RefreshToken> =
            taken.into_iter().filter_map(|taken| taken.expect("it answers")).collect();
        assert_eq!(got, [kept], "round {round}");
    }
}

/// All of theirs, nobody else's.
pub async fn refresh_tokens_of_one_user_are_dropped<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, bob) = (user("ann"), user("bob"));
    for (number, owner) in [(1, &ann), (2, &bob), (3, &ann)] {
        store.put_refresh(token(number, owner, 50)).await.expect("it takes it");
    }
    store.drop_refresh_of(&ann).await.expect("it does");
    for (number, there) in [(1, false), (2, true), (3, false)] {
        let taken = store.take_refresh(&TokenHash([number; 32])).await.expect("it answers");
        assert_eq!(taken.is_some(), there, "token {number}");
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

/// Claims and refresh tokens, those of that very moment too; nothing else.
pub async fn what_has_expired_is_swept<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = user("ann");
    for (number, expires) in [(1, 10), (2, 20), (3, 30)] {
        store.put_refresh(token(number, &ann, expires)).await.expect("it takes it");
        let name = number.to_string();
        assert!(store.claim(&name, Timestamp(0), Timestamp(expires)).await.expect("it answers"));
    }
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 4);
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 0);
    for (number, there) in [(1, false), (2, false), (3, true)] {
        let taken = store.take_refresh(&TokenHash([number; 32])).await.expect("it answers");
        assert_eq!(taken.is_some(), there, "token {number}");
        let claimed = store.claim(&number.to_string(), Timestamp(20), Timestamp(21)).await;
        assert_eq!(claimed.expect("it answers"), !there, "claim {number}");
    }
}
