//! The store in a SQLite file keeps the contract.

use store::contract::Place;
use store_sqlite::{Mode, SqliteStore};
use tempfile::TempDir;

struct Folder(TempDir);

impl Place for Folder {
    type Store = SqliteStore;
    const LASTS: bool = true;

    fn fresh() -> Self {
        Self(TempDir::new().expect("a folder of its own"))
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.path(), Mode::Serve).expect("nobody else has it")
    }
}

store::contract_tests!(Folder);
