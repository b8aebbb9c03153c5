//! What an operator does with users, on a store in memory.

use store::memory::MemoryStore;
use tempfile::TempDir;

use super::*;
use crate::auth::NewAccount;

fn desk(kind: StoreKind) -> (TempDir, Users) {
    let dir = tempfile::tempdir().unwrap();
    let settings =
        Settings { data_dir: dir.path().join("data"), store: kind, ..Settings::default() };
    let users = Users::new(&settings, Arc::new(MemoryStore::new())).unwrap();
    (dir, users)
}

fn hour() -> Duration {
    Duration::from_secs(3600)
}

#[tokio::test]
async fn users_are_added_found_and_listed() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let root = users.add(" Root ", &[ADMIN]).await.unwrap();
    assert_eq!((root.name.as_str(), root.guest), ("Root", false));
    assert_eq!(root.roles, [ADMIN]);
    let ada = users.add("Ada", &[]).await.unwrap();
    let again = users.add("Root", &[]).await.unwrap_err();
    assert_eq!(again.to_string(), format!("there is a user \"Root\" already, with id {}", root.id));
    assert_eq!(users.list().await.unwrap(), [ada.clone(), root.clone()]);
    assert_eq!(users.find("Root").await.unwrap(), root);
    assert_eq!(users.find(ada.id.as_str()).await.unwrap(), ada);
    assert!(matches!(users.find("Nobody").await, Err(UsersError::NotFound(_))));
    assert!(matches!(users.add("a\nb", &[]).await, Err(UsersError::BadName(_))));
    assert!(matches!(users.add("Eve", &["root"]).await, Err(UsersError::BadRole(_))));
}

#[tokio::test]
async fn many_users_are_all_listed() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let all = 2 * PAGE;
    for _ in 0..all {
        users.auth.guest(Some("Twin")).await.unwrap();
    }
    let listed = users.list().await.unwrap();
    assert_eq!(listed.len(), all);
    let ids: std::collections::BTreeSet<_> = listed.iter().map(|user| &user.id).collect();
    assert_eq!(ids.len(), all);
    // Guests may be called anything, and do not stand in the way of an operator's names.
    assert!(matches!(users.find("Twin").await, Err(UsersError::NotFound(_))));
    let twin = users.add("Twin", &[]).await.unwrap();
    assert_eq!(users.find("Twin").await.unwrap(), twin);
}

#[tokio::test]
async fn roles_are_granted_and_taken() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let ada = users.add("Ada", &[]).await.unwrap();
    users.grant("Ada", SERVICE).await.unwrap();
    users.grant("Ada", ADMIN).await.unwrap();
    let both = users.grant(ada.id.as_str(), ADMIN).await.unwrap();
    assert_eq!(both.roles, [ADMIN, SERVICE]);
    let one = users.revoke("Ada", ADMIN).await.unwrap();
    assert_eq!(one.roles, [SERVICE]);
    assert!(matches!(users.grant("Ada", "king").await, Err(UsersError::BadRole(_))));
    assert!(matches!(users.grant("Ben", ADMIN).await, Err(UsersError::NotFound(_))));
}

#[tokio::test]
async fn a_token_makes_its_user_and_grants_its_role() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let (backend, token) = users.token("backend", Some(SERVICE), hour()).await.unwrap();
    let login = users.auth.api(&token).await.unwrap();
    assert_eq!((&login.user, login.has(SERVICE)), (&backend.id, true));
    let (same, plain) = users.token("backend", None, hour()).await.unwrap();
    assert_eq!(same.id, backend.id);
    assert!(users.auth.api(&plain).await.unwrap().has(SERVICE));
    let (root, _) = users.token("backend", Some(ADMIN), hour()).await.unwrap();
    assert_eq!(root.roles, [ADMIN, SERVICE]);
    // Taking the role away takes it from tokens that are out already.
    users.revoke("backend", SERVICE).await.unwrap();
    assert!(!users.auth.api(&token).await.unwrap().has(SERVICE));
    let ended = users.end("backend", true).await.unwrap();
    assert!(ended.roles.is_empty());
    assert!(users.auth.api(&token).await.is_err());
}

/// Of another identity provider, whatever their tokens call them.
#[tokio::test]
async fn nobody_else_s_user_is_meant_by_a_name_or_an_id_that_they_chose() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    for id in ["auth0|mallory", "backend"] {
        users.end_foreign(id).await.unwrap();
        let kept = users.store.user(&UserId::new(id).unwrap()).await.unwrap().unwrap();
        assert_eq!((kept.guest, kept.name.as_str()), (true, id));
        assert!(kept.valid_from > kept.created_at);
        users.end_foreign(id).await.unwrap();
        assert!(matches!(users.find(id).await, Err(UsersError::NotFound(_))), "{id}");
    }
    let (backend, _) = users.token("backend", Some(SERVICE), hour()).await.unwrap();
    assert_ne!(backend.id.as_str(), "backend");
    assert!(matches!(users.end_foreign("a b").await, Err(UsersError::BadId(_))));
    assert!(matches!(users.end("auth0|mallory", false).await, Err(UsersError::NotFound(_))));
}

#[tokio::test]
async fn beside_a_store_in_memory_the_token_speaks_for_itself() {
    let (dir, users) = desk(StoreKind::Memory);
    let (user, token) = users.token("backend", Some(SERVICE), hour()).await.unwrap();
    assert!(users.list().await.unwrap().is_empty());
    // The running server has another store, and the same secret.
    let settings = Settings { data_dir: dir.path().join("data"), ..Settings::default() };
    let server = Auth::new(&settings, Arc::new(MemoryStore::new())).unwrap();
    let login = server.api(&token).await.unwrap();
    assert_eq!((login.user.clone(), login.has(SERVICE)), (user.id, true));
    let (short, _) = server.socket_token(&login).unwrap();
    let opened = server.socket(&short, crate::auth::Via::Query).await.unwrap();
    assert!(opened.has(SERVICE));
}

#[tokio::test]
async fn a_user_with_a_login_can_log_in_with_the_role() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let (root, account) =
        users.add_with_login("Root", &[ADMIN], "Root", "correct horse").await.unwrap();
    assert_eq!((account.site_id.as_str(), account.signed_up), ("root", false));
    let body = users.auth.log_in("ROOT", Password::given("correct horse")).await.unwrap();
    let login = users.auth.api(&body.access_token).await.unwrap();
    assert_eq!((&login.user, login.has(ADMIN)), (&root.id, true));

    let again = users.add_with_login("Other", &[], "root", "correct horse").await.unwrap_err();
    assert_eq!(again.to_string(), "somebody logs in as root already");
    for (name, site_id, password) in [
        ("Root", "other", "correct horse"),
        ("Other", "o", "correct horse"),
        ("Other", "other", "short"),
    ] {
        assert!(users.add_with_login(name, &[], site_id, password).await.is_err(), "{name}");
    }
    assert_eq!(users.list().await.unwrap(), [root]);
}

#[tokio::test]
async fn a_password_makes_an_account_or_replaces_the_old_one() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let ada = users.add("Ada", &[]).await.unwrap();
    users.add("Ada the Second", &[]).await.unwrap();
    let (_, account) = users.set_password("Ada", None, "correct horse").await.unwrap();
    assert_eq!((account.site_id.as_str(), &account.user), ("ada", &ada.id));
    let body = users.auth.log_in("ada", Password::given("correct horse")).await.unwrap();
    users.set_password("@ada", Some("ADA"), "battery staple").await.unwrap();
    assert_eq!(users.auth.api(&body.access_token).await, Err(AuthError::Revoked));
    assert!(users.auth.log_in("ada", Password::given("correct horse")).await.is_err());
    assert!(users.auth.log_in("ada", Password::given("battery staple")).await.is_ok());

    let no_login = users.set_password("Ada the Second", None, "correct horse").await;
    assert!(matches!(no_login, Err(UsersError::NoLogin(_))), "{no_login:?}");
    let other = users.set_password("Ada", Some("adah"), "correct horse").await;
    assert!(matches!(other, Err(UsersError::OtherLogin(..))), "{other:?}");
    let second = users.set_password("Ada the Second", Some("ada-2"), "correct horse").await;
    assert_eq!(second.unwrap().1.site_id.as_str(), "ada-2");
}

#[tokio::test]
async fn who_signed_up_is_never_taken_for_somebody_of_the_operator() {
    let (_dir, users) = desk(StoreKind::Sqlite);
    let wish = NewAccount::new("backend", "backend", "correct horse").unwrap();
    let body = users.auth.sign_up(wish).await.unwrap();
    let stranger = users.auth.api(&body.access_token).await.unwrap().user;
    assert!(matches!(users.find("backend").await, Err(UsersError::NotFound(_))));
    let (backend, _) = users.token("backend", Some(SERVICE), hour()).await.unwrap();
    assert_ne!(backend.id, stranger);
    assert!(users.find(stranger.as_str()).await.unwrap().roles.is_empty());
    assert_eq!(users.find("backend").await.unwrap().id, backend.id);
    // But an operator who means them can name them.
    assert_eq!(users.grant("@Backend", ADMIN).await.unwrap().id, stranger);
}
