//! Users and their accounts. Must not know sessions.

use futures_util::future::{join_all, join3};
use game::Timestamp;

use super::Place;
use super::records::user;
use crate::{Account, Family, PasswordHash, SiteId, Store, User, UserMark};

pub(super) fn person(id: &str, name: &str) -> User {
    User {
        id: user(id),
        name: name.to_owned(),
        roles: vec!["admin".to_owned(), "service".to_owned()],
        guest: false,
        created_at: Timestamp(5),
        valid_from: Timestamp(6),
    }
}

fn account(site_id: &str, owner: &User, password: &str) -> Account {
    Account {
        site_id: SiteId::new(site_id).expect("a good site id"),
        user: owner.id.clone(),
        password: PasswordHash::new(password),
        signed_up: site_id.len().is_multiple_of(2),
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

/// Each by itself, whatever others write at the same moment; and a `valid_from` never goes back.
pub async fn a_change_of_a_user_undoes_no_other<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = User { roles: Vec::new(), ..person("ann", "Ann") };
    store.put_user(ann.clone()).await.expect("it takes it");
    for round in 10..26 {
        let (given, ended, taken) = join3(
            store.set_role(&ann.id, "service", true),
            store.end_logins_of(&ann.id, Timestamp(round), Timestamp(99)),
            store.set_role(&ann.id, "admin", round % 3 == 0),
        )
        .await;
        assert!(
            given.expect("it does").is_some_and(|user| user.roles.ends_with(&["service".into()]))
        );
        assert!(ended.expect("it does"));
        let taken = taken.expect("it does").expect("she is there");
        assert_eq!(taken.roles.contains(&"admin".to_owned()), round % 3 == 0);
        let now = store.user(&ann.id).await.expect("it answers").expect("she is there");
        assert_eq!(now.valid_from, Timestamp(round));
        assert_eq!(now.roles.len(), if round % 3 == 0 { 2 } else { 1 });
    }
    store.put_user(ann.clone()).await.expect("it takes it");
    let now = store.user(&ann.id).await.expect("it answers").expect("she is there");
    assert_eq!(now, User { valid_from: Timestamp(25), ..ann });
    assert_eq!(store.set_role(&user("bob"), "admin", true).await.expect("it answers"), None);
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

/// Found by site id, whatever its case, and by user; the password can be replaced.
pub async fn accounts_are_found_by_site_id_and_user<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, bob) = (person("1", "Ann"), person("2", "Bob"));
    let of_ann = account("Ann.L", &ann, "$one");
    assert!(store.add_account(ann.clone(), of_ann.clone()).await.expect("it takes it"));
    // One who is there already, as others change it.
    store.put_user(bob.clone()).await.expect("it takes it");
    let of_bob = account("bob", &bob, "$two");
    let bob = User { name: "Bobby".to_owned(), ..bob };
    assert!(store.add_account(bob.clone(), of_bob.clone()).await.expect("it takes it"));
    for (kept, owner) in [(&of_ann, &ann), (&of_bob, &bob)] {
        let found = store.account(&kept.site_id).await.expect("it answers");
        assert_eq!(found.as_ref(), Some(kept));
        let found = store.account_of(&owner.id).await.expect("it answers");
        assert_eq!(found.as_ref(), Some(kept));
        assert_eq!(store.user(&owner.id).await.expect("it answers").as_ref(), Some(owner));
    }
    let nobody = SiteId::new("nobody").expect("a good site id");
    assert_eq!(store.account(&nobody).await.expect("it answers"), None);
    assert_eq!(store.account_of(&user("3")).await.expect("it answers"), None);

    let other = PasswordHash::new("$three");
    assert!(store.set_password(&ann.id, other.clone()).await.expect("it does"));
    assert!(!store.set_password(&user("3"), other.clone()).await.expect("it answers"));
    let found = store.account(&of_ann.site_id).await.expect("it answers");
    assert_eq!(found, Some(Account { password: other, ..of_ann }));
    assert_eq!(store.account_of(&bob.id).await.expect("it answers"), Some(of_bob));
}

/// A site id that is taken, or a second account of a user: nothing is changed.
pub async fn an_account_is_made_with_its_user_or_not_at_all<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (ann, eve) = (person("1", "Ann"), person("2", "Eve"));
    let kept = account("ann", &ann, "$one");
    assert!(store.add_account(ann.clone(), kept.clone()).await.expect("it takes it"));
    let refused = store.add_account(eve.clone(), account("ANN", &eve, "$two")).await;
    assert!(!refused.expect("it answers"));
    assert_eq!(store.user(&eve.id).await.expect("it answers"), None);
    assert_eq!(store.account_of(&eve.id).await.expect("it answers"), None);
    let renamed = User { name: "Anna".to_owned(), ..ann.clone() };
    let refused = store.add_account(renamed, account("anna", &ann, "$two")).await;
    assert!(!refused.expect("it answers"));
    assert_eq!(store.user(&ann.id).await.expect("it answers"), Some(ann));
    assert_eq!(store.account(&kept.site_id).await.expect("it answers"), Some(kept));
}

/// Of many that ask at once one gets it, and only that one is a user.
pub async fn a_site_id_is_taken_once_by_many<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    for round in 0..8 {
        let ask = |number: u64| {
            let person = person(&format!("{round}-{number}"), "Ann");
            let account = account(&format!("ann-{round}"), &person, "$one");
            store.add_account(person, account)
        };
        let made = join_all((0..16).map(ask)).await;
        let won = made.into_iter().filter(|made| *made.as_ref().expect("it answers")).count();
        assert_eq!(won, 1, "round {round}");
        let users = store.users(None, 999).await.expect("it answers");
        assert_eq!(users.len(), round + 1, "round {round}");
    }
}

/// All that was put of a user, where the place outlasts its store.
pub async fn accounts_and_logins_outlast_a_restart<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let ann = person("1", "Ann");
    let kept = account("ann", &ann, "$one");
    assert!(store.add_account(ann.clone(), kept.clone()).await.expect("it takes it"));
    let family = Family::new("f");
    store.end_login(&ann.id, &family, Timestamp(9)).await.expect("it does");
    let (mark, _) = store.changed_users(None, 9).await.expect("it answers");
    store.close().await.expect("it closes");
    if P::LASTS {
        let store = place.open().await;
        assert_eq!(store.account_of(&ann.id).await.expect("it answers"), Some(kept));
        assert!(store.login_ended(&family).await.expect("it answers"));
        assert_eq!(store.changed_users(None, 9).await.expect("it answers"), (mark, vec![]));
    }
}

/// In the order of their last changes: what put them, gave them an account or ended a login.
pub async fn users_that_change_are_told_in_order<P: Place>() {
    let place = P::fresh();
    let store = place.open().await;
    let (start, nobody) = store.changed_users(None, 9).await.expect("it answers");
    assert_eq!(nobody, []);
    let [ann, bob, eve] = ["1", "2", "3"].map(|id| person(id, "Ann"));
    for one in [&ann, &bob] {
        store.put_user(one.clone()).await.expect("it takes it");
    }
    assert!(store.add_account(eve.clone(), account("eve", &eve, "$")).await.expect("it does"));
    let told = async |after: UserMark, limit: usize| {
        let (mark, users) = store.changed_users(Some(after), limit).await.expect("it answers");
        (mark, users.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>())
    };
    let (middle, first) = told(start, 2).await;
    assert_eq!(first, ["1", "2"]);
    let (end, rest) = told(middle, 2).await;
    assert_eq!(rest, ["3"]);
    assert_eq!(told(end, 2).await, (end, vec![]));
    assert_eq!(store.changed_users(None, 9).await.expect("it answers"), (end, vec![]));

    store.put_user(bob.clone()).await.expect("it takes it");
    store.end_login(&ann.id, &Family::new("a"), Timestamp(9)).await.expect("it does");
    store.end_login(&user("9"), &Family::new("b"), Timestamp(9)).await.expect("it does");
    store.put_user(bob).await.expect("it takes it");
    let (newest, users) = told(end, 9).await;
    assert_eq!(users, ["1", "2"], "each once, at its last change");
    assert_eq!(told(newest, 9).await, (newest, vec![]));
    assert_eq!(told(start, 9).await.1, ["3", "1", "2"]);
}
