//! A file from before there were accounts: its users and refresh tokens go on as they were.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

use std::collections::HashSet;
use std::path::Path;

use game::{Timestamp, UserId};
use rusqlite::{Connection, params};
use store::{Account, Family, PasswordHash, RefreshToken, Renewed, SiteId, Store as _, TokenHash};
use store_sqlite::{Mode, SqliteStore};
use tempfile::TempDir;

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

/// A file of schema 2 with two users and three refresh tokens, the last one of somebody who has no
/// record.
fn file_of_schema_2(folder: &Path) {
    let db = Connection::open(folder.join("parlor.db")).unwrap();
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    db.execute_batch(include_str!("../migrations/0001_first.sql")).unwrap();
    db.execute_batch(include_str!("../migrations/0002_lists.sql")).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    for id in ["ann", "bob"] {
        db.execute("INSERT INTO user VALUES (?1, ?1, '[\"admin\"]', 0, 5, 6)", [id]).unwrap();
    }
    for (number, owner) in [(1_u8, "ann"), (2, "ann"), (3, "far")] {
        db.execute(
            "INSERT INTO refresh_token VALUES (?1, ?2, ?3)",
            params![[number; 32], owner, 100],
        )
        .unwrap();
    }
}

async fn kept(store: &SqliteStore, number: u8) -> Option<RefreshToken> {
    store.refresh(&TokenHash([number; 32])).await.unwrap()
}

#[tokio::test]
async fn refresh_tokens_of_before_can_be_renewed() {
    let folder = TempDir::new().unwrap();
    file_of_schema_2(folder.path());
    let store = SqliteStore::open(folder.path(), Mode::Serve).unwrap();
    let (old, new) = (TokenHash([1; 32]), TokenHash([4; 32]));
    let renewed = store.renew_refresh(&old, &new, Timestamp(100), Timestamp(99)).await.unwrap();
    assert!(matches!(renewed, Renewed::First(ann, _) if ann.id == user("ann")));
    store.close().await.unwrap();
}

#[tokio::test]
async fn refresh_tokens_of_before_become_logins_of_their_own() {
    let folder = TempDir::new().unwrap();
    file_of_schema_2(folder.path());
    let store = SqliteStore::open(folder.path(), Mode::Serve).unwrap();
    let mut families = HashSet::new();
    for (number, owner) in [(1, "ann"), (2, "ann"), (3, "far")] {
        let token = kept(&store, number).await.unwrap();
        assert_eq!((&token.user, token.expires_at), (&user(owner), Timestamp(100)));
        assert_eq!(token.family.as_str().len(), 32);
        families.insert(token.family);
    }
    assert_eq!(families.len(), 3, "no two are one login");

    let family = families.iter().next().unwrap();
    store.end_login(&user("ann"), family, Timestamp(200)).await.unwrap();
    let mut left = 0;
    for number in 1..=3 {
        left += usize::from(kept(&store, number).await.is_some());
    }
    assert_eq!(left, 2);
    assert_eq!(store.sweep(Timestamp(100)).await.unwrap(), 2);
    assert!(store.login_ended(family).await.unwrap());
    store.close().await.unwrap();

    let db = Connection::open(folder.path().join("parlor.db")).unwrap();
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    for (text, index) in [
        ("SELECT hash FROM refresh_token WHERE family = 'f'", "refresh_token_of_family"),
        ("SELECT max(changed) FROM user", "user_by_change"),
        ("SELECT id FROM user WHERE changed > 7 ORDER BY changed, id LIMIT 5", "user_by_change"),
    ] {
        let plan = format!("EXPLAIN QUERY PLAN {text}");
        let plan: String = db.query_row(&plan, [], |row| row.get(3)).unwrap();
        assert!(plan.contains(index), "{text}: {plan}");
    }
}

#[tokio::test]
async fn users_of_before_can_be_given_accounts() {
    let folder = TempDir::new().unwrap();
    file_of_schema_2(folder.path());
    let store = SqliteStore::open(folder.path(), Mode::Serve).unwrap();
    let (start, nobody) = store.changed_users(None, 9).await.unwrap();
    assert_eq!(nobody, []);
    assert_eq!(store.changed_users(Some(start), 9).await.unwrap(), (start, vec![]));
    let ann = store.user(&user("ann")).await.unwrap().unwrap();
    assert_eq!((ann.roles.as_slice(), ann.valid_from), (&["admin".to_owned()][..], Timestamp(6)));
    let account = Account {
        site_id: SiteId::new("ann").unwrap(),
        user: ann.id.clone(),
        password: PasswordHash::new("$one"),
        signed_up: false,
    };
    assert!(store.add_account(ann.clone(), account.clone()).await.unwrap());
    assert_eq!(store.account_of(&ann.id).await.unwrap(), Some(account));
    let (mark, changed) = store.changed_users(Some(start), 9).await.unwrap();
    assert_eq!(changed, [user("ann")]);
    let family = Family::new("f");
    store.end_login(&user("bob"), &family, Timestamp(9)).await.unwrap();
    assert_eq!(store.changed_users(Some(mark), 9).await.unwrap().1, [user("bob")]);
    let late = RefreshToken {
        hash: TokenHash([9; 32]),
        user: user("bob"),
        family,
        expires_at: Timestamp(9),
    };
    assert!(!store.put_refresh(late).await.unwrap());
}
