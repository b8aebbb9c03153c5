//! Finds live tables by id; loads and drops them. Must not know what a table does.
//!
//! Invariant: a session has at most one table here. Handles are given out under the map's lock, so
//! a table that finds itself alone with the map (see [`Tables::retire`]) can be dropped safely.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bus::Bus;
use engine::{Answered, NewSession, RawJson, Session, Stored};
use game::{Actor, Seed, SessionId};
use hub::Hub;
use store::{CommitError, Store, StoreError};
use tokio::sync::{OnceCell, mpsc, watch};

use super::task::TableTask;
use super::{Handle, MAILBOX, Table, TableError};
use crate::clock;
use crate::games::Games;
use crate::metrics::Metrics;
use crate::streams::Streams;
use crate::tasks::Tasks;

/// Tries to find an id that is not taken: two random 53-bit numbers meet once in millions of
/// millions, so the second try is a courtesy.
const ID_TRIES: u32 = 4;

/// Settings of the tables.
#[derive(Debug, Clone, Copy)]
pub struct TablesConfig {
    /// A table without subscribers and commands is dropped after this time.
    pub idle: Duration,
    /// What one session may hold.
    pub limits: engine::limits::Limits,
}

/// All live tables of this node.
#[derive(Clone)]
pub struct Tables(Arc<Shared>);

pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) hub: Hub,
    pub(super) streams: Streams,
    pub(super) games: Games,
    pub(super) metrics: Metrics,
    pub(super) tasks: Tasks,
    pub(super) config: TablesConfig,
    live: Mutex<HashMap<SessionId, Arc<OnceCell<Table>>>>,
}

impl Shared {
    fn live(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<OnceCell<Table>>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<StoreError> for TableError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Corrupt(_) | StoreError::Newer { .. } => Self::Fault,
        }
    }
}

impl Tables {
    /// No tables yet.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        streams: Streams,
        games: Games,
        metrics: Metrics,
        tasks: Tasks,
        config: TablesConfig,
    ) -> Self {
        let (hub, live) = (streams.hub().clone(), Mutex::default());
        Self(Arc::new(Shared { store, bus, hub, streams, games, metrics, tasks, config, live }))
    }

    /// Makes a session; answers when its first commit is durable.
    pub async fn create(
        &self,
        game: &str,
        creator: Actor,
        options: RawJson,
    ) -> Result<(Table, Answered), TableError> {
        for _ in 0..ID_TRIES {
            let id = SessionId::from_random(random()?);
            match self.create_as(id, game, &creator, &options).await {
                Err(CreateError::Taken) => {}
                Err(CreateError::Other(error)) => return Err(error),
                Ok(table) => {
                    let null: RawJson = serde_json::value::RawValue::NULL.to_owned().into();
                    let answered = Answered { version: table.now().version, reply: null };
                    return Ok((table, answered));
                }
            }
        }
        Err(TableError::Unavailable("no free session id was found".to_owned()))
    }

    /// A session that every server has, under an id that is known beforehand; made by the system
    /// when it is missing.
    pub async fn ensure(
        &self,
        id: SessionId,
        game: &str,
        options: RawJson,
    ) -> Result<Table, TableError> {
        match self.open(id).await {
            Err(TableError::NotFound) => {}
            found => return found,
        }
        match self.create_as(id, game, &Actor::System, &options).await {
            Ok(table) => Ok(table),
            Err(CreateError::Taken) => self.open(id).await,
            Err(CreateError::Other(error)) => Err(error),
        }
    }

    async fn create_as(
        &self,
        id: SessionId,
        game: &str,
        creator: &Actor,
        options: &RawJson,
    ) -> Result<Table, CreateError> {
        let rules =
            self.0.games.get(game).ok_or_else(|| TableError::UnknownGame(game.to_owned()))?;
        let seed = Seed::new(random_bytes()?);
        let new = NewSession { id, creator, options, seed };
        let limits = self.0.config.limits;
        // The rules may panic; nothing of this session exists yet.
        let decide = || engine::create(&*rules, new, clock::now(), limits);
        let record = std::panic::catch_unwind(std::panic::AssertUnwindSafe(decide))
            .map_err(|_| TableError::Fault)?
            .map_err(TableError::Refused)?;
        let stored = record.as_stored().ok_or(TableError::Fault)?;
        match self.0.store.commit(record).await {
            Ok(()) => {}
            Err(CommitError::Conflict | CommitError::Duplicate(_)) => {
                return Err(CreateError::Taken);
            }
            Err(CommitError::Store(error)) => return Err(TableError::from(error).into()),
        }
        let cell = self.cell(id);
        let table = cell.get_or_try_init(|| async { self.start(stored) }).await?;
        Ok(table.clone())
    }

    /// The table of a session, loaded when it is not live.
    pub async fn open(&self, id: SessionId) -> Result<Table, TableError> {
        let cell = self.cell(id);
        let opened = cell
            .get_or_try_init(|| async {
                let stored = self.0.store.load(id).await?.ok_or(TableError::NotFound)?;
                if stored.deleted {
                    return Err(TableError::NotFound);
                }
                self.start(stored)
            })
            .await
            .cloned();
        match opened {
            Ok(table) if table.now().deleted => Err(TableError::NotFound),
            Ok(table) => Ok(table),
            Err(error) => {
                let mut live = self.0.live();
                // The map's handle and ours: nobody else is about to load it.
                if Arc::strong_count(&cell) == 2 && !cell.initialized() {
                    live.remove(&id);
                }
                Err(error)
            }
        }
    }

    /// The table of a session if it is live, without waiting.
    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<Table> {
        self.0.live().get(&id).and_then(|cell| cell.get().cloned())
    }

    /// The tables that are live now.
    #[must_use]
    pub fn live(&self) -> Vec<Table> {
        self.0.live().values().filter_map(|cell| cell.get().cloned()).collect()
    }

    fn cell(&self, id: SessionId) -> Arc<OnceCell<Table>> {
        self.0.live().entry(id).or_default().clone()
    }

    fn start(&self, stored: Stored) -> Result<Table, TableError> {
        let id = stored.session;
        let game = self.0.games.get(&stored.created.game).ok_or_else(|| {
            tracing::error!(session = %id, game = stored.created.game, "unknown game in the store");
            TableError::UnknownGame(stored.created.game.clone())
        })?;
        let session =
            Session::load(game.clone(), stored, self.0.config.limits).map_err(|error| {
                tracing::error!(session = %id, %error, "a stored session cannot be loaded");
                TableError::Fault
            })?;
        let (mailbox, inbox) = mpsc::channel(MAILBOX);
        let (publish, published) = watch::channel(TableTask::publishable(&session, game.clone()));
        let task = TableTask::new(session, game, self.clone(), inbox, publish);
        self.0.metrics.table_loaded();
        self.0.tasks.spawn(task.run());
        Ok(Table(Arc::new(Handle { session: id, mailbox, published })))
    }

    /// Takes a table out of the map if nobody else holds it; then nobody can send to it any more.
    /// What was sent before that is there by then: so `idle` is asked last.
    pub(super) fn retire(&self, id: SessionId, idle: impl FnOnce() -> bool) -> bool {
        let mut live = self.0.live();
        let alone = live.get(&id).is_none_or(|cell| {
            Arc::strong_count(cell) == 1
                && cell.get().is_none_or(|table| Arc::strong_count(&table.0) == 1)
        });
        // Whoever let go of a handle has sent what they had: see all of it.
        std::sync::atomic::fence(std::sync::atomic::Ordering::Acquire);
        let alone = alone && idle();
        if alone {
            live.remove(&id);
            self.0.metrics.table_dropped();
        }
        alone
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }
}

enum CreateError {
    Taken,
    Other(TableError),
}

impl From<TableError> for CreateError {
    fn from(error: TableError) -> Self {
        Self::Other(error)
    }
}

fn random() -> Result<u64, TableError> {
    Ok(u64::from_le_bytes(random_bytes()?))
}

/// From the operating system.
fn random_bytes<const N: usize>() -> Result<[u8; N], TableError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the operating system gives no randomness");
        TableError::Unavailable("no randomness".to_owned())
    })?;
    Ok(bytes)
}
