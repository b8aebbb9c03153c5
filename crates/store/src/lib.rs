//! The [`Store`] trait: where sessions, their logs, users and tokens are kept. Must not know SQL.
//!
//! Every adapter passes the suite in [`contract`]; [`memory`] is one of them, and production code
//! for parties that may be forgotten.

pub mod contract;
mod error;
pub mod limits;
pub mod memory;
mod model;

use async_trait::async_trait;
use engine::{CommitRecord, LogEntry, Stored};
use futures_util::future::BoxFuture;
use game::{SessionId, Timestamp, UserId, Version};

pub use error::{CommitError, StoreError};
pub use model::{Epoch, ListQuery, RefreshToken, SessionSummary, TokenHash, User};

/// What a store does. All methods may be called from many tasks at once.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Names this incarnation of the store: made with it, and another one after a restore.
    fn epoch(&self) -> &Epoch;

    /// Appends a commit if the session is where the record expects it: same version **and** same
    /// head. All of it is kept or nothing, and the future is ready only when it is durable.
    ///
    /// The order of calls is the order of commits: the record is queued before this returns, not
    /// when the future is polled. Dropping the future does not undo the commit.
    fn commit(&self, record: CommitRecord) -> BoxFuture<'static, Result<(), CommitError>>;

    /// A session with its newest keyed answers and log entries; deleted ones too.
    async fn load(&self, session: SessionId) -> Result<Option<Stored>, StoreError>;

    /// The versions of these sessions; sessions that are not there are left out.
    async fn versions(
        &self,
        sessions: &[SessionId],
    ) -> Result<Vec<(SessionId, Version)>, StoreError>;

    /// Sessions that are not deleted, newest first.
    async fn list(&self, query: ListQuery) -> Result<Vec<SessionSummary>, StoreError>;

    /// Live sessions (neither deleted nor ended) where this user is to act, the longest wait first,
    /// at most `limit`; with the time of the commit that gave them the turn. As long as it stays
    /// theirs, later commits do not change that time.
    async fn waiting(
        &self,
        user: &UserId,
        game: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SessionId, Timestamp)>, StoreError>;

    /// Log entries with a version above `after`, oldest first, at most `limit`.
    async fn log(
        &self,
        session: SessionId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<LogEntry>, StoreError>;

    /// Sessions that wanted to be woken by `now`, the longest overdue first.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<SessionId>, StoreError>;

    /// Adds a user, or replaces the one with this id.
    async fn put_user(&self, user: User) -> Result<(), StoreError>;

    /// One user.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// Users by name, from `after` (exclusive) on, at most `limit`; a name may stand twice.
    async fn users(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError>;

    /// Keeps a refresh token.
    async fn put_refresh(&self, token: RefreshToken) -> Result<(), StoreError>;

    /// Takes a refresh token out, so that it works once; `None` when it is not there.
    async fn take_refresh(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, StoreError>;

    /// Takes out all refresh tokens of a user.
    async fn drop_refresh_of(&self, user: &UserId) -> Result<(), StoreError>;

    /// Claims a name until `expires`: true for the first caller, false for all others until then.
    async fn claim(
        &self,
        name: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Forgets claims and refresh tokens that have expired by `now`; answers how many.
    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Does the store answer, and could it write?
    async fn ready(&self) -> Result<(), StoreError>;

    /// Waits until everything queued is durable, and lets go of files.
    async fn close(&self) -> Result<(), StoreError>;
}
