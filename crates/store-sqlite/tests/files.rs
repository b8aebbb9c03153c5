//! The data directory: who may read it, who may serve it, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use game::{Timestamp, UserId};
use rusqlite::Connection;
use store::{Store as _, StoreError, User};
use store_sqlite::{Mode, SqliteStore};
use tempfile::TempDir;

fn serve(folder: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(folder, Mode::Serve)
}

fn ann() -> User {
    User {
        id: UserId::new("ann").unwrap(),
        name: "Ann".to_owned(),
        roles: Vec::new(),
        guest: false,
        created_at: Timestamp(1),
        valid_from: Timestamp(1),
    }
}

fn refusal(outcome: Result<SqliteStore, StoreError>) -> String {
    outcome.err().expect("it was opened").to_string()
}

#[tokio::test]
async fn one_server_at_a_time_and_tools_beside_it() {
    let folder = TempDir::new().unwrap();
    let early = SqliteStore::open(folder.path(), Mode::Tool).unwrap();
    early.put_user(ann()).await.unwrap();
    let server = serve(folder.path()).unwrap();
    let refused = refusal(serve(folder.path()));
    assert!(refused.contains("another `parlor serve` uses"), "{refused}");
    assert!(refused.contains(&folder.path().display().to_string()), "{refused}");

    assert_eq!(server.user(&ann().id).await.unwrap(), Some(ann()));
    let tool = SqliteStore::open(folder.path(), Mode::Tool).unwrap();
    let admin = User { roles: vec!["admin".to_owned()], ..ann() };
    tool.put_user(admin.clone()).await.unwrap();
    assert_eq!(server.user(&admin.id).await.unwrap(), Some(admin.clone()));
    assert_eq!(tool.epoch(), server.epoch());
    tool.close().await.unwrap();
    early.close().await.unwrap();
    server.put_user(ann()).await.unwrap();

    server.close().await.unwrap();
    let next = serve(folder.path()).unwrap();
    assert_eq!(next.user(&admin.id).await.unwrap(), Some(ann()));
}

#[tokio::test]
async fn a_server_and_tools_write_at_once() {
    let folder = TempDir::new().unwrap();
    let server = serve(folder.path()).unwrap();
    let tool = SqliteStore::open(folder.path(), Mode::Tool).unwrap();
    let user = |number: u32| User { id: UserId::new(&number.to_string()).unwrap(), ..ann() };
    for number in 0..50 {
        let (one, two) = (user(2 * number), user(2 * number + 1));
        let (one, two) = tokio::join!(server.put_user(one), tool.put_user(two));
        one.unwrap();
        two.unwrap();
    }
    assert_eq!(server.users(None, 1000).await.unwrap().len(), 100);
}

#[tokio::test]
async fn only_the_owner_may_read() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/data");
    let store = serve(&folder).unwrap();
    store.put_user(ann()).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 3, "data, lock and write-ahead log: {files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    store.close().await.unwrap();

    let data = folder.join("parlor.db");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o644)).unwrap();
    serve(&folder).unwrap();
    assert_eq!(mode(&data), 0o600);
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_all() {
    let folder = TempDir::new().unwrap();
    serve(folder.path()).unwrap().close().await.unwrap();
    let db = Connection::open(folder.path().join("parlor.db")).unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
    for mode in [Mode::Serve, Mode::Tool] {
        let error = SqliteStore::open(folder.path(), mode).err().expect("it was opened");
        assert!(matches!(error, StoreError::Newer { found: 999, .. }), "{error}");
    }
}

#[tokio::test]
async fn a_tool_does_not_migrate_under_a_running_server() {
    let folder = TempDir::new().unwrap();
    let server = serve(folder.path()).unwrap();
    let db = Connection::open(folder.path().join("parlor.db")).unwrap();
    db.pragma_update(None, "user_version", 0).unwrap();
    let refused = refusal(SqliteStore::open(folder.path(), Mode::Tool));
    assert!(refused.contains("restart the server"), "{refused}");
    server.close().await.unwrap();
}

#[test]
fn what_is_no_data_file_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("parlor.db"), [b'x'; 10_000]).unwrap();
    let error = serve(folder.path()).err().expect("it was opened");
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    let file = folder.path().join("parlor.db");
    let refused = refusal(serve(&file));
    assert!(refused.contains("parlor.db"), "{refused}");
}
