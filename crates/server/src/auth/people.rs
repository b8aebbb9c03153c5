//! What the store says of a user and of a login, remembered for a moment so that a request costs no
//! query. Must not know tokens.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use game::{Timestamp, UserId};
use store::{Family, Store, StoreError};

/// How long it is remembered: by then, what another process has written counts here too.
const MEMORY: Duration = Duration::from_secs(3);

/// Users, and logins, remembered at once; past it all are forgotten. A few MiB at the most.
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
    people: Memory<UserId, Option<Person>>,
    /// Has this login of that user been ended?
    logins: Memory<Family, (UserId, bool)>,
}

impl People {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, people: Memory::default(), logins: Memory::default() }
    }

    /// The user, as it was a moment ago; `None` when there is none.
    pub(super) async fn find(&self, id: &UserId) -> Result<Option<Person>, StoreError> {
        let changes = match self.people.recall(id) {
            Ok(person) => return Ok(person),
            Err(changes) => changes,
        };
        let person = self.store.user(id).await?.map(|user| Person {
            name: user.name.into(),
            roles: user.roles.into(),
            valid_from: user.valid_from,
        });
        self.people.keep(id, person.clone(), changes);
        Ok(person)
    }

    /// Has this login of the user been ended, as of a moment ago?
    pub(super) async fn ended(&self, user: &UserId, family: &Family) -> Result<bool, StoreError> {
        let changes = match self.logins.recall(family) {
            Ok((_, ended)) => return Ok(ended),
            Err(changes) => changes,
        };
        let ended = self.store.login_ended(family).await?;
        self.logins.keep(family, (user.clone(), ended), changes);
        Ok(ended)
    }

    /// The user has changed.
    pub(super) fn forget(&self, id: &UserId) {
        self.people.forget(id);
    }

    /// The login has ended.
    pub(super) fn forget_login(&self, family: &Family) {
        self.logins.forget(family);
    }

    /// All that is remembered of these users and of their logins.
    pub(super) fn forget_all(&self, users: &HashSet<UserId>) {
        self.people.forget_those(|id, _| users.contains(id));
        self.logins.forget_those(|_, (user, _)| users.contains(user));
    }
}

/// What was read from the store a moment ago.
struct Memory<K, V>(Mutex<Known<K, V>>);

struct Known<K, V> {
    found: HashMap<K, (Instant, V)>,
    /// Moves with each change, so that what was read before a change is not remembered after it.
    changes: u64,
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Known { found: HashMap::new(), changes: 0 }))
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Memory<K, V> {
    /// What is remembered, or else the number of changes so far.
    fn recall(&self, key: &K) -> Result<V, u64> {
        let known = self.known();
        match known.found.get(key) {
            Some((since, value)) if since.elapsed() < MEMORY => Ok(value.clone()),
            _ => Err(known.changes),
        }
    }

    /// Remembers what was read after so many changes.
    fn keep(&self, key: &K, value: V, changes: u64) {
        let mut known = self.known();
        if known.changes == changes {
            if known.found.len() >= MOST {
                known.found.clear();
            }
            known.found.insert(key.clone(), (Instant::now(), value));
        }
    }

    fn forget(&self, key: &K) {
        let mut known = self.known();
        known.changes += 1;
        known.found.remove(key);
    }

    fn forget_those(&self, which: impl Fn(&K, &V) -> bool) {
        let mut known = self.known();
        known.changes += 1;
        known.found.retain(|key, (_, value)| !which(key, value));
    }

    /// Nothing in there can panic half-way.
    fn known(&self) -> MutexGuard<'_, Known<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
