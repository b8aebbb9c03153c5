//! Refresh tokens, logins that have ended, and claims. Must not know sessions.

use futures_util::future::{join, join_all};
use game::{Timestamp, UserId};

use super::Place;
use super::people::person;
use super::records::user;
use crate::{Family, RefreshToken, Renewed, Store, TokenHash, User};

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

/// Who holds the tokens of these tests.
async fn ann(store: &impl Store) -> User {
    let ann = person("ann", "Ann");
    store.put_user(ann.clone()).await.expect("it takes it");
    ann
}

fn hash(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

/// Trades token `old` for token `new`, which is good until 80, at 40.
async fn renew(store: &impl Store, old: u8, new: u8) -> Renewed {
    let renewed = store.renew_refresh(&hash(old), &hash(new), Timestamp(80), Timestamp(40)).await;
    renewed.expect("it answers")
}

async fn is_there(store: &impl Store, number: u8) -> bool {
    store.refresh(&hash(number)).await.expect("it answers").is_some()
}

/// Then it is known as used; the next one is of the same login, and good once, too.
pub async fn a_refresh_token_is_traded_once<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = ann(&store).await;
    let kept = token(1, &ann.id, "f", 50);
    put(&store, &kept).await;
    assert_eq!(renew(&store, 9, 2).await, Renewed::Unknown);
    assert!(!is_there(&store, 2).await);
    let first = Renewed::First(Box::new(ann.clone()), Family::new("f"));
    assert_eq!(renew(&store, 1, 2).await, first);
    let next = RefreshToken { expires_at: Timestamp(80), ..token(2, &ann.id, "f", 0) };
    assert_eq!(store.refresh(&hash(2)).await.expect("it answers"), Some(next));
    for _ in 0..2 {
        assert_eq!(renew(&store, 1, 3).await, Renewed::Again(kept.clone()));
        assert!(!is_there(&store, 3).await);
    }
    assert_eq!(renew(&store, 2, 3).await, first);
}

/// One that has expired is as unknown as one whose user there is not.
pub async fn a_refresh_token_is_good_until_it_expires<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = ann(&store).await;
    put(&store, &token(1, &ann.id, "f", 40)).await;
    put(&store, &token(2, &ann.id, "f", 41)).await;
    put(&store, &token(3, &user("nobody"), "g", 41)).await;
    assert_eq!(renew(&store, 1, 4).await, Renewed::Unknown);
    assert_eq!(renew(&store, 3, 4).await, Renewed::Unknown);
    assert!(matches!(renew(&store, 2, 4).await, Renewed::First(..)));
}

/// Of many that ask at once one gets it, and all others are told that it was used.
pub async fn a_refresh_token_is_traded_once_by_many<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = ann(&store).await;
    for round in 0..8 {
        let kept = token(round, &ann.id, "f", 50);
        put(&store, &kept).await;
        let traded = join_all((0..16).map(|many| renew(&store, round, 100 + many))).await;
        let first = traded.iter().filter(|one| matches!(one, Renewed::First(..)));
        assert_eq!(first.count(), 1, "round {round}");
        let again = traded.iter().filter(|one| **one == Renewed::Again(kept.clone()));
        assert_eq!(again.count(), 15, "round {round}");
    }
}

/// All of theirs, used or not, and their logins are known as ended; nobody else's. `valid_from` moves
/// on, whatever it was.
pub async fn all_logins_of_a_user_end<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, bob) = (ann(&store).await, person("bob", "Bob"));
    store.put_user(bob.clone()).await.expect("it takes it");
    for (number, owner) in [(1, &ann), (2, &bob), (3, &ann)] {
        put(&store, &token(number, &owner.id, &number.to_string(), 50)).await;
    }
    renew(&store, 3, 4).await;
    let (mark, _) = store.changed_users(None, 9).await.expect("it answers");
    for (from, expected) in [(30, 30), (10, 31), (31, 32)] {
        let known = store.end_logins_of(&ann.id, Timestamp(from), Timestamp(90)).await;
        assert!(known.expect("it does"));
        let now = store.user(&ann.id).await.expect("it answers").expect("she is there");
        assert_eq!(now, User { valid_from: Timestamp(expected), ..ann.clone() });
    }
    let (_, changed) = store.changed_users(Some(mark), 9).await.expect("it answers");
    assert_eq!(changed, std::slice::from_ref(&ann.id));
    for (number, there) in [(1, false), (2, true), (3, false), (4, false)] {
        assert_eq!(is_there(&store, number).await, there, "token {number}");
    }
    for (family, ended) in [("1", true), ("2", false), ("3", true)] {
        let now = store.login_ended(&Family::new(family)).await.expect("it answers");
        assert_eq!(now, ended, "login {family}");
    }
    let nobody = store.end_logins_of(&user("carl"), Timestamp(1), Timestamp(2)).await;
    assert!(!nobody.expect("it answers"));
}

/// Of a renewal and the end of all logins at once, no good token is left behind.
pub async fn no_token_outlives_the_end_of_all_logins<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = ann(&store).await;
    for round in 0..16 {
        let name = format!("round {round}");
        put(&store, &token(1, &ann.id, &name, 50)).await;
        let end = store.end_logins_of(&ann.id, Timestamp(round), Timestamp(50));
        let (_, ended) = join(renew(&store, 1, 2), end).await;
        assert!(ended.expect("it does"));
        for number in [1, 2] {
            assert!(!is_there(&store, number).await, "{name}: token {number}");
        }
        let ended = store.login_ended(&Family::new(&name)).await.expect("it answers");
        assert!(ended, "{name}: its access tokens are known by it");
    }
}

/// No token of it is good any more, whether used, unused or still to come; other logins of the same
/// user stay.
pub async fn a_login_ends_with_all_its_tokens<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = ann(&store).await.id;
    for (number, family) in [(1, "here"), (2, "here"), (3, "there")] {
        put(&store, &token(number, &ann, family, 50)).await;
    }
    renew(&store, 1, 5).await;
    let (here, there) = (Family::new("here"), Family::new("there"));
    assert!(!store.login_ended(&here).await.expect("it answers"));
    store.end_login(&ann, &here, Timestamp(90)).await.expect("it does");
    store.end_login(&ann, &here, Timestamp(70)).await.expect("it does, again");
    assert!(store.login_ended(&here).await.expect("it answers"));
    assert!(!store.login_ended(&there).await.expect("it answers"));
    let late = token(4, &ann, "here", 50);
    assert!(!store.put_refresh(late).await.expect("it answers"), "its login has ended");
    for (number, there) in [(1, false), (2, false), (3, true), (4, false), (5, false)] {
        assert_eq!(is_there(&store, number).await, there, "token {number}");
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
            assert!(!is_there(&store, number).await, "{name}: token {number}");
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
        let name = number.to_string();
        assert!(store.claim(&name, Timestamp(0), Timestamp(expires)).await.expect("it answers"));
        let family = Family::new(&name);
        store.end_login(&ann, &family, Timestamp(expires)).await.expect("it does");
    }
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 6);
    assert_eq!(store.sweep(Timestamp(20)).await.expect("it answers"), 0);
    for (number, there) in [(1, false), (2, false), (3, true)] {
        assert_eq!(is_there(&store, number).await, there, "token {number}");
        let name = number.to_string();
        let claimed = store.claim(&name, Timestamp(20), Timestamp(21)).await;
        assert_eq!(claimed.expect("it answers"), !there, "claim {number}");
        let ended = store.login_ended(&Family::new(&name)).await.expect("it answers");
        assert_eq!(ended, there, "login {number}");
    }
}
