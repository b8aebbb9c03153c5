//! The [`Store`] trait: where sessions, their logs, users and tokens are kept. Must not know SQL.
//!
//! Every adapter passes the suite in [`contract`]; [`memory`] is one of them, and production code
//! for parties that may be forgotten.

mod account;
pub mod contract;
mod error;
pub mod limits;
pub mod memory;
mod model;

use async_trait::async_trait;
use engine::{CommitRecord, LogEntry, Stored};
use futures_util::future::BoxFuture;
use game::{SessionId, Timestamp, UserId, Version};

pub use account::{Account, BadSiteId, PasswordHash, SiteId};
pub use error::{CommitError, StoreError};
pub use model::{
    Epoch, Family, ListQuery, RefreshToken, Renewed, SessionSummary, TokenHash, User, UserMark,
};

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

    /// Adds a user, or replaces the one with this id; its `valid_from` never goes back.
    async fn put_user(&self, user: User) -> Result<(), StoreError>;

    /// One user.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// Users by name, from `after` (exclusive) on, at most `limit`; a name may stand twice.
    async fn users(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError>;

    /// Gives a user a role (`held`) or takes it away, and answers with the user as it is then; `None`
    /// when there is none.
    async fn set_role(
        &self,
        user: &UserId,
        role: &str,
        held: bool,
    ) -> Result<Option<User>, StoreError>;

    /// Users that were put, or lost a login, after this mark, the longest ago first, at most `limit`;
    /// with the mark to go on from. Without a mark nobody, and the newest mark. One who changed
    /// several times comes once.
    async fn changed_users(
        &self,
        after: Option<UserMark>,
        limit: usize,
    ) -> Result<(UserMark, Vec<UserId>), StoreError>;

    /// Adds a user (or replaces the one with this id) with what they log in with: both or neither.
    /// `false`, and nothing is changed, when the site id is taken or the user has an account.
    async fn add_account(&self, user: User, account: Account) -> Result<bool, StoreError>;

    /// The account with this site id.
    async fn account(&self, site_id: &SiteId) -> Result<Option<Account>, StoreError>;

    /// The account of this user.
    async fn account_of(&self, user: &UserId) -> Result<Option<Account>, StoreError>;

    /// Replaces the password of a user; `false` when they have no account.
    async fn set_password(&self, user: &UserId, password: PasswordHash)
    -> Result<bool, StoreError>;

    /// Keeps a refresh token, not used yet. `false`, and it is not kept, when its login has ended.
    async fn put_refresh(&self, token: RefreshToken) -> Result<bool, StoreError>;

    /// A refresh token, used or not, as it is kept.
    async fn refresh(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, StoreError>;

    /// Trades a refresh token for the next one of its login, both or neither: it is good once, until
    /// it expires. A used one is remembered until then, so that who comes with a copy is noticed.
    async fn renew_refresh(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Renewed, StoreError>;

    /// Ends all logins of a user, all of it or nothing: `valid_from` moves on, to `from` at least; no
    /// refresh token stays, and of the logins that they belonged to is remembered until `until` that
    /// they have ended. `false` when there is no such user.
    async fn end_logins_of(
        &self,
        user: &UserId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends a login: takes out all its refresh tokens, and remembers until `until` that it has ended.
    async fn end_login(
        &self,
        user: &UserId,
        family: &Family,
        until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Was this login ended?
    async fn login_ended(&self, family: &Family) -> Result<bool, StoreError>;

    /// Claims a name until `expires`: true for the first caller, false for all others until then.
    async fn claim(
        &self,
        name: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Forgets claims, refresh tokens and ended logins that have expired by `now`; answers how many.
    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Does the store answer, and could it write?
    async fn ready(&self) -> Result<(), StoreError>;

    /// Waits until everything queued is durable, and lets go of files.
    async fn close(&self) -> Result<(), StoreError>;
}
