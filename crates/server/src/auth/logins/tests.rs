//! Accounts, on a store in memory: sign-up, log-in, and passwords that change.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use store::Store;
use store::memory::MemoryStore;

use super::*;
use crate::settings::Settings;

struct World {
    auth: Auth,
    store: Arc<MemoryStore>,
    _dir: tempfile::TempDir,
}

fn world(change: impl FnOnce(&mut Settings)) -> World {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = Settings { data_dir: dir.path().join("data"), ..Settings::default() };
    change(&mut settings);
    let store = Arc::new(MemoryStore::new());
    World { auth: Auth::new(&settings, store.clone()).unwrap(), store, _dir: dir }
}

async fn sign_up(world: &World, site_id: &str, password: &str) -> Result<LoginBody, AuthError> {
    world.auth.sign_up(NewAccount::new(site_id, "Ada L.", password)?).await
}

async fn log_in(world: &World, site_id: &str, password: &str) -> Result<LoginBody, AuthError> {
    world.auth.log_in(site_id, Password::given(password)).await
}

#[tokio::test]
async fn who_signs_up_can_log_in_by_that_name_in_any_case() {
    let world = world(|_| {});
    let first = sign_up(&world, "Ada.L", "correct horse").await.unwrap();
    let login = world.auth.api(&first.access_token).await.unwrap();
    let id: u64 = login.user.as_str().parse().unwrap();
    let user = json!({"id": id, "site_id": "ada.l", "nickname": "Ada L.", "name": "Ada L.",
                      "role": "user", "roles": []});
    assert_eq!(serde_json::to_value(&first.user).unwrap(), user);
    let kept = world.store.user(&login.user).await.unwrap().unwrap();
    assert!(!kept.guest);
    for site_id in ["ada.l", "ADA.L", "Ada.l"] {
        let again = log_in(&world, site_id, "correct horse").await.unwrap();
        assert_eq!(again.user, first.user);
        let other = world.auth.api(&again.access_token).await.unwrap();
        assert_ne!(other.family, login.family, "each log-in is a login of its own");
        assert_eq!(world.auth.user_body(&other).await.unwrap(), first.user);
    }
    let renewed = world.auth.refresh(&first.refresh_token).await.unwrap();
    assert_eq!(renewed.user, first.user);
}

#[tokio::test]
async fn what_cannot_be_signed_up_with_is_refused_and_leaves_nobody() {
    let world = world(|_| {});
    for (site_id, nickname, password, why) in [
        ("ad", "Ada", "correct horse", AuthError::BadSiteId(store::BadSiteId)),
        ("ada l", "Ada", "correct horse", AuthError::BadSiteId(store::BadSiteId)),
        ("ada", " ", "correct horse", AuthError::BadNickname),
        ("ada", &"x".repeat(65), "correct horse", AuthError::BadNickname),
        ("ada", "Ada", "1234567", AuthError::BadPassword),
        ("ada", "Ada", &"x".repeat(129), AuthError::BadPassword),
    ] {
        let error = NewAccount::new(site_id, nickname, password).unwrap_err();
        assert_eq!(error, why, "{site_id:?} {nickname:?}");
    }
    sign_up(&world, "ada", "correct horse").await.unwrap();
    let taken = sign_up(&world, "ADA", "other horse").await.unwrap_err();
    assert_eq!(taken, AuthError::SiteIdTaken);
    assert_eq!(world.store.users(None, 9).await.unwrap().len(), 1);
    let tries = (0..4).map(|_| sign_up(&world, "ben", "correct horse"));
    let made = futures_util::future::join_all(tries).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert_eq!(world.store.users(None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn wrong_is_wrong_in_one_way() {
    let world = world(|_| {});
    sign_up(&world, "ada", "correct horse").await.unwrap();
    for (site_id, password) in [
        ("ada", "correct horsf"),
        ("ada", ""),
        ("ada", "correct horse "),
        ("eve", "correct horse"),
        ("no name", "correct horse"),
        ("", ""),
    ] {
        let error = log_in(&world, site_id, password).await.unwrap_err();
        assert_eq!(error, AuthError::WrongCredentials, "{site_id:?} {password:?}");
    }
}

#[tokio::test]
async fn an_operator_can_close_the_door_and_still_let_people_in() {
    let world = world(|settings| settings.auth.signup = false);
    assert_eq!(sign_up(&world, "ada", "correct horse").await.unwrap_err(), AuthError::SignupOff);
    let user = world.auth.new_user("Ada".to_owned()).await.unwrap();
    let (site_id, password) = (SiteId::new("ada").unwrap(), Password::given("correct horse"));
    world.auth.give_account(user, site_id, password).await.unwrap();
    assert!(log_in(&world, "ada", "correct horse").await.is_ok());
}

#[tokio::test]
async fn another_password_ends_every_login() {
    let world = world(|_| {});
    let before = sign_up(&world, "ada", "correct horse").await.unwrap();
    let login = world.auth.api(&before.access_token).await.unwrap();
    let new = Password::chosen("battery staple").unwrap();
    assert!(world.auth.set_password(&login.user, new.clone()).await.unwrap());
    assert_eq!(world.auth.api(&before.access_token).await, Err(AuthError::Revoked));
    assert!(world.auth.refresh(&before.refresh_token).await.is_err());
    let old = log_in(&world, "ada", "correct horse").await.unwrap_err();
    assert_eq!(old, AuthError::WrongCredentials);
    let after = log_in(&world, "ada", "battery staple").await.unwrap();
    assert!(world.auth.api(&after.access_token).await.is_ok());
    let guest = UserId::new("1").unwrap();
    assert!(!world.auth.set_password(&guest, new).await.unwrap());
}

/// Neither is quick for want of a hash: medians of a few, since a machine has moments.
#[tokio::test]
async fn nobody_takes_as_long_as_a_wrong_password() {
    let world = world(|_| {});
    sign_up(&world, "ada", "correct horse").await.unwrap();
    let mut medians = Vec::new();
    for site_id in ["ada", "eve", "no name"] {
        let mut times = Vec::new();
        for _ in 0..5 {
            let begun = std::time::Instant::now();
            log_in(&world, site_id, "wrong horse").await.unwrap_err();
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        medians.push(times[2]);
    }
    assert!(medians.iter().all(|one| *one * 4 > medians[0]), "{medians:?}");
    assert!(medians[0] > Duration::from_millis(1), "a hash was made: {medians:?}");
}

#[tokio::test]
async fn nothing_shows_a_password() {
    let wish = NewAccount::new("ada", "Ada", "correct horse").unwrap();
    assert!(!format!("{wish:?}").contains("horse"));
}
