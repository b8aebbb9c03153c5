//! What the store says of a user, remembered for a moment so that a request costs no query. Must
//! not know tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use game::{Timestamp, UserId};
use store::{Store, StoreError};

/// How long it is remembered: by then, what another process has written counts here too.
const MEMORY: Duration = Duration::from_secs(3);

/// Users remembered at once; past it all are forgotten. A few MiB at the most.
const MOST: usize = 20_000;

/// What a login needs to know of a user.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: Arc<str>,
    pub(super) roles: Arc<[String]>,
    /// Logins older than this do not count.
    pub(super) valid_from: Timestamp,
}

pub(super) struct People {
    store: Arc<dyn Store>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    people: HashMap<UserId, (Instant, Option<Person>)>,
    /// Moves with each change, so that what was read before a change is not remembered after it.
    changes: u64,
}

impl People {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// The user, as it was a moment ago; `None` when there is none.
    pub(super) async fn find(&self, id: &UserId) -> Result<Option<Person>, StoreError> {
        let changes = {
            let known = self.known();
            match known.people.get(id) {
                Some((since, person)) if since.elapsed() < MEMORY => return Ok(person.clone()),
                _ => known.changes,
            }
        };
        let person = self.store.user(id).await?.map(|user| Person {
            name: user.name.into(),
            roles: user.roles.into(),
            valid_from: user.valid_from,
        });
        let mut known = self.known();
        if known.changes == changes {
            if known.people.len() >= MOST {
                known.people.clear();
            }
            known.people.insert(id.clone(), (Instant::now(), person.clone()));
        }
        Ok(person)
    }

    /// The user has changed.
    pub(super) fn forget(&self, id: &UserId) {
        let mut known = self.known();
        known.changes += 1;
        known.people.remove(id);
    }

    /// Nothing in there can panic half-way.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
