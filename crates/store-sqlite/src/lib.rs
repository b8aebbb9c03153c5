//! [`SqliteStore`]: the [`Store`] contract kept in one SQLite file. Must not know games, sockets or
//! other adapters.
//!
//! One thread writes, in groups (`writer`); a few read (`readers`). Neither ever makes an async
//! worker wait: what does not fit into their queues is refused as overload.

mod checkpoints;
mod failure;
mod files;
mod limits;
mod readers;
mod schema;
mod sql;
mod writer;

#[cfg(test)]
mod faults;

use std::fs::File;
use std::path::Path;

use async_trait::async_trait;
use engine::{CommitRecord, LogEntry, Stored};
use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use game::{SessionId, Timestamp, UserId, Version};
use rusqlite::Connection;
use store::{
    Account, CommitError, Epoch, Family, ListQuery, PasswordHash, RefreshToken, Renewed,
    SessionSummary, SiteId, Store, StoreError, TokenHash, User, UserMark,
};

use checkpoints::Checkpoints;
use failure::Failure;
use files::DataDir;
use readers::Readers;
use writer::{Writer, given_up};

/// What the store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To serve it: one process at a time.
    Serve,
    /// For a command beside the server (`parlor user`, `parlor token`), whether it runs or not.
    Tool,
}

/// A store in the file `parlor.db` of a data directory.
pub struct SqliteStore {
    epoch: Epoch,
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the store of this data directory, and makes it where there is none. Blocks for a few
    /// file operations. A directory that is being served is refused in [`Mode::Serve`].
    pub fn open(data_dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        let open = || {
            let dir = DataDir::prepare(data_dir)?;
            match mode {
                Mode::Serve => Self::serve(&dir),
                Mode::Tool => Self::beside(&dir),
            }
        };
        open().map_err(|failure: Failure| failure.0)
    }

    fn serve(dir: &DataDir) -> Result<Self, Failure> {
        let lock = dir.lock()?.ok_or_else(|| dir.in_use())?;
        let db = dir.writing()?;
        schema::migrate(&db)?;
        Self::start(dir, db, Some(lock))
    }

    /// Migrates only when nobody serves: a server knows the schema that it has started with.
    fn beside(dir: &DataDir) -> Result<Self, Failure> {
        let db = dir.writing()?;
        let found = schema::found(&db)?;
        if found < schema::KNOWN {
            let _until_migrated = dir.lock()?.ok_or_else(|| {
                StoreError::Unavailable(format!(
                    "the running server uses schema {found} and this program {}: restart the \
                     server with this version first",
                    schema::KNOWN
                ))
            })?;
            schema::migrate(&db)?;
        }
        Self::start(dir, db, None)
    }

    fn start(dir: &DataDir, mut db: Connection, lock: Option<File>) -> Result<Self, Failure> {
        let readers: Result<Vec<_>, Failure> =
            (0..limits::READERS).map(|_| dir.reading()).collect();
        let checkpoints = Checkpoints::start(&mut db, dir.writing()?)?;
        Ok(Self {
            epoch: sql::epoch(&db)?,
            readers: Readers::start(readers?)?,
            writer: Writer::start(db, checkpoints, lock)?,
        })
    }

    /// Writes something small.
    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(0, work)?.await.unwrap_or_else(|_| Err(given_up()))
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn commit(&self, record: CommitRecord) -> BoxFuture<'static, Result<(), CommitError>> {
        let bytes = record.state.len() + record.entry.command.get().len();
        match self.writer.write(bytes, move |db| sql::commit(db, &record)) {
            Ok(reply) => async {
                let answer = reply.await.unwrap_or_else(|_| Err(given_up()));
                answer.unwrap_or_else(|error| Err(error.into()))
            }
            .boxed(),
            Err(error) => future::ready(Err(error.into())).boxed(),
        }
    }

    async fn load(&self, session: SessionId) -> Result<Option<Stored>, StoreError> {
        self.readers.read(move |db| sql::load(db, session)).await
    }

    async fn versions(
        &self,
        sessions: &[SessionId],
    ) -> Result<Vec<(SessionId, Version)>, StoreError> {
        let sessions = sessions.to_vec();
        self.readers.read(move |db| sql::versions(db, &sessions)).await
    }

    async fn list(&self, query: ListQuery) -> Result<Vec<SessionSummary>, StoreError> {
        self.readers.read(move |db| sql::list(db, &query)).await
    }

    async fn waiting(
        &self,
        user: &UserId,
        game: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SessionId, Timestamp)>, StoreError> {
        let (user, game) = (user.clone(), game.map(str::to_owned));
        self.readers.read(move |db| sql::waiting(db, &user, game.as_deref(), limit)).await
    }

    async fn log(
        &self,
        session: SessionId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<LogEntry>, StoreError> {
        self.readers.read(move |db| sql::log(db, session, after, limit)).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<SessionId>, StoreError> {
        self.readers.read(move |db| sql::due(db, now, limit)).await
    }

    async fn put_user(&self, user: User) -> Result<(), StoreError> {
        self.write(move |db| sql::put_user(db, &user)).await
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let id = id.clone();
        self.readers.read(move |db| sql::user(db, &id)).await
    }

    async fn users(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        let after = after.cloned();
        self.readers.read(move |db| sql::users(db, after.as_ref(), limit)).await
    }

    async fn set_role(
        &self,
        user: &UserId,
        role: &str,
        held: bool,
    ) -> Result<Option<User>, StoreError> {
        let (user, role) = (user.clone(), role.to_owned());
        self.write(move |db| sql::set_role(db, &user, &role, held)).await
    }

    async fn changed_users(
        &self,
        after: Option<UserMark>,
        limit: usize,
    ) -> Result<(UserMark, Vec<UserId>), StoreError> {
        self.readers.read(move |db| sql::changed_users(db, after, limit)).await
    }

    async fn add_account(&self, user: User, account: Account) -> Result<bool, StoreError> {
        self.write(move |db| sql::add_account(db, &user, &account)).await
    }

    async fn account(&self, site_id: &SiteId) -> Result<Option<Account>, StoreError> {
        let site_id = site_id.clone();
        self.readers.read(move |db| sql::account(db, &site_id)).await
    }

    async fn account_of(&self, user: &UserId) -> Result<Option<Account>, StoreError> {
        let user = user.clone();
        self.readers.read(move |db| sql::account_of(db, &user)).await
    }

    async fn set_password(
        &self,
        user: &UserId,
        password: PasswordHash,
    ) -> Result<bool, StoreError> {
        let user = user.clone();
        self.write(move |db| sql::set_password(db, &user, &password)).await
    }

    async fn put_refresh(&self, token: RefreshToken) -> Result<bool, StoreError> {
        self.write(move |db| sql::put_refresh(db, &token)).await
    }

    async fn refresh(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, StoreError> {
        let hash = *hash;
        self.readers.read(move |db| sql::refresh(db, hash)).await
    }

    async fn renew_refresh(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Renewed, StoreError> {
        let (old, new) = (*old, *new);
        self.write(move |db| sql::renew_refresh(db, old, new, expires_at, now)).await
    }

    async fn end_logins_of(
        &self,
        user: &UserId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let user = user.clone();
        self.write(move |db| sql::end_logins_of(db, &user, from, until)).await
    }

    async fn end_login(
        &self,
        user: &UserId,
        family: &Family,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (user, family) = (user.clone(), family.clone());
        self.write(move |db| sql::end_login(db, &user, &family, until)).await
    }

    async fn login_ended(&self, family: &Family) -> Result<bool, StoreError> {
        let family = family.clone();
        self.readers.read(move |db| sql::login_ended(db, &family)).await
    }

    async fn claim(
        &self,
        name: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |db| sql::claim(db, &name, now, expires)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(move |db| sql::sweep(db, now)).await
    }

    /// Goes through the writer, so that a writer that hangs shows. Once a group has failed, only a
    /// write that the disk takes makes it well again.
    async fn ready(&self) -> Result<(), StoreError> {
        let failing = self.writer.failing();
        self.write(move |db| if failing { sql::touch(db) } else { Ok(()) }).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close().await;
        self.writer.close().await;
        Ok(())
    }
}
