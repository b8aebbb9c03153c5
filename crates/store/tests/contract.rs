//! The store in memory keeps the contract.

use store::contract::Place;
use store::memory::MemoryStore;

struct Memory;

impl Place for Memory {
    type Store = MemoryStore;
    const LASTS: bool = false;

    fn fresh() -> Self {
        Self
    }

    async fn open(&self) -> MemoryStore {
        MemoryStore::new()
    }
}

store::contract_tests!(Memory);
