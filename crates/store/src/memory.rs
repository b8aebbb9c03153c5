//! [`MemoryStore`]: everything in this process, gone with it. For tests, and for parties that may
//! be forgotten. Must not know any other adapter.
//!
//! One lock over plain maps: each call holds it for a few lookups and never waits inside. A commit
//! takes effect in the call itself, so the order of calls is the order of commits.

mod people;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use engine::limits::RECENT_ANSWERS;
use engine::{CommitRecord, Created, Hash, Key, Keyed, LogEntry, RawJson, Stored};
use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use game::{SessionId, Status, Timestamp, UserId, Version};

use crate::limits::RECENT_ENTRIES;
use crate::{
    Account, CommitError, Epoch, Family, ListQuery, PasswordHash, RefreshToken, Renewed,
    SessionSummary, SiteId, Store, StoreError, TokenHash, User, UserMark,
};
use people::People;

/// A store in memory.
pub struct MemoryStore {
    epoch: Epoch,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    sessions: BTreeMap<SessionId, Session>,
    people: People,
    closed: bool,
}

/// Invariants: `log` holds versions 1 to `version` in order; `keyed` is in the order of its
/// versions; `by_key` leads to the place of each key in `keyed`.
struct Session {
    created: Created,
    version: Version,
    head: Hash,
    state: std::sync::Arc<[u8]>,
    status: Status,
    title: String,
    summary: Option<RawJson>,
    members: BTreeSet<UserId>,
    /// Whose turn it is, and since when.
    turns: BTreeMap<UserId, Timestamp>,
    due_at: Option<Timestamp>,
    deleted: bool,
    log: Vec<LogEntry>,
    keyed: Vec<Keyed>,
    by_key: HashMap<Key, usize>,
}

impl MemoryStore {
    /// An empty store with an epoch of its own.
    #[must_use]
    pub fn new() -> Self {
        // The standard library keys every `RandomState` from the operating system's random source.
        Self::with_epoch(Epoch::from_random(RandomState::new().hash_one("epoch")))
    }

    /// An empty store with this epoch.
    #[must_use]
    pub fn with_epoch(epoch: Epoch) -> Self {
        Self { epoch, kept: Mutex::default() }
    }

    /// A panic cannot leave `kept` half changed: every change is made after all that can fail.
    fn kept(&self) -> Result<MutexGuard<'_, Kept>, StoreError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.closed {
            return Err(StoreError::Unavailable("it is closed".to_owned()));
        }
        Ok(kept)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Kept {
    fn commit(&mut self, record: CommitRecord) -> Result<(), CommitError> {
        let id = record.entry.session;
        match (self.sessions.get_mut(&id), record.created.clone()) {
            (Some(session), created) => session.commit(record, created.is_some()),
            (None, Some(created)) if record.expected == Version::NONE => {
                self.sessions.insert(id, Session::new(created, record));
                Ok(())
            }
            (None, _) => Err(CommitError::Conflict),
        }
    }
}

impl Session {
    fn new(created: Created, record: CommitRecord) -> Self {
        let mut session = Self {
            created,
            version: Version::NONE,
            head: Hash::ZERO,
            state: record.state.clone(),
            status: record.status,
            title: String::new(),
            summary: None,
            members: BTreeSet::new(),
            turns: BTreeMap::new(),
            due_at: None,
            deleted: false,
            log: Vec::new(),
            keyed: Vec::new(),
            by_key: HashMap::new(),
        };
        session.append(record);
        session
    }

    fn commit(&mut self, record: CommitRecord, first: bool) -> Result<(), CommitError> {
        let known = record.keyed.as_ref().and_then(|keyed| self.by_key.get(&keyed.key));
        if let Some(place) = known {
            return Err(CommitError::Duplicate(Box::new(self.keyed[*place].clone())));
        }
        if first || record.expected != self.version || record.entry.previous != self.head {
            return Err(CommitError::Conflict);
        }
        self.append(record);
        Ok(())
    }

    fn append(&mut self, record: CommitRecord) {
        self.version = record.entry.version;
        self.head = record.head;
        self.state = record.state;
        self.status = record.status;
        self.title = record.title;
        self.summary = record.summary;
        if let Some(members) = record.members {
            self.members = members.into_iter().collect();
        }
        if let Some(to_act) = record.to_act {
            let at = record.entry.at;
            let since = |user: &UserId| self.turns.get(user).copied().unwrap_or(at);
            self.turns = to_act.into_iter().map(|user| (user.clone(), since(&user))).collect();
        }
        self.due_at = record.due_at;
        self.deleted = record.deleted;
        self.log.push(record.entry);
        if let Some(keyed) = record.keyed {
            self.by_key.insert(keyed.key.clone(), self.keyed.len());
            self.keyed.push(keyed);
        }
    }

    fn stored(&self, session: SessionId) -> Stored {
        Stored {
            session,
            created: self.created.clone(),
            version: self.version,
            head: self.head,
            state: self.state.clone(),
            deleted: self.deleted,
            keyed: newest(&self.keyed, RECENT_ANSWERS).to_vec(),
            recent: newest(&self.log, RECENT_ENTRIES).to_vec(),
        }
    }

    fn summary(&self, session: SessionId) -> SessionSummary {
        SessionSummary {
            session,
            game: self.created.game.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            status: self.status,
            owner: self.created.owner.clone(),
            version: self.version,
            created_at: self.created.at,
            updated_at: self.log.last().map_or(self.created.at, |entry| entry.at),
        }
    }

    fn listed_by(&self, query: &ListQuery) -> bool {
        !self.deleted
            && query.game.as_ref().is_none_or(|game| *game == self.created.game)
            && !query.without.contains(&self.created.game.as_str())
            && query.status.is_none_or(|status| status == self.status)
            && query.owner.as_ref().is_none_or(|owner| self.created.owner.as_ref() == Some(owner))
            && query.member.as_ref().is_none_or(|member| self.members.contains(member))
    }
}

fn newest<T>(all: &[T], limit: usize) -> &[T] {
    &all[all.len().saturating_sub(limit)..]
}

#[async_trait]
impl Store for MemoryStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn commit(&self, record: CommitRecord) -> BoxFuture<'static, Result<(), CommitError>> {
        let outcome = match self.kept() {
            Ok(mut kept) => kept.commit(record),
            Err(error) => Err(error.into()),
        };
        future::ready(outcome).boxed()
    }

    async fn load(&self, session: SessionId) -> Result<Option<Stored>, StoreError> {
        Ok(self.kept()?.sessions.get(&session).map(|kept| kept.stored(session)))
    }

    async fn versions(
        &self,
        sessions: &[SessionId],
    ) -> Result<Vec<(SessionId, Version)>, StoreError> {
        let kept = self.kept()?;
        let version = |id: &SessionId| kept.sessions.get(id).map(|session| (*id, session.version));
        Ok(sessions.iter().filter_map(version).collect())
    }

    async fn list(&self, query: ListQuery) -> Result<Vec<SessionSummary>, StoreError> {
        let kept = self.kept()?;
        let after = match query.after {
            None => None,
            Some(id) => match kept.sessions.get(&id) {
                Some(session) => Some((session.created.at, id)),
                None => return Ok(Vec::new()),
            },
        };
        let mut found: Vec<_> = kept
            .sessions
            .iter()
            .map(|(id, session)| ((session.created.at, *id), session))
            .filter(|(place, session)| {
                session.listed_by(&query) && after.is_none_or(|after| *place < after)
            })
            .collect();
        found.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
        let page = found.into_iter().skip(query.skip).take(query.limit);
        Ok(page.map(|((_, id), session)| session.summary(id)).collect())
    }

    async fn waiting(
        &self,
        user: &UserId,
        game: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SessionId, Timestamp)>, StoreError> {
        let kept = self.kept()?;
        let live = |session: &Session| !session.deleted && session.status != Status::Ended;
        let mut found: Vec<_> = kept
            .sessions
            .iter()
            .filter(|(_, session)| live(session))
            .filter(|(_, session)| game.is_none_or(|game| game == session.created.game))
            .filter_map(|(id, session)| Some((*session.turns.get(user)?, *id)))
            .collect();
        found.sort_unstable();
        Ok(found.into_iter().take(limit).map(|(since, id)| (id, since)).collect())
    }

    async fn log(
        &self,
        session: SessionId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let kept = self.kept()?;
        let log = kept.sessions.get(&session).map_or(&[][..], |session| &session.log);
        Ok(log.iter().filter(|entry| entry.version > after).take(limit).cloned().collect())
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<SessionId>, StoreError> {
        let kept = self.kept()?;
        let due = |(id, session): (&SessionId, &Session)| Some((session.due_at?, *id));
        let mut found: Vec<_> =
            kept.sessions.iter().filter_map(due).filter(|(at, _)| *at <= now).collect();
        found.sort_unstable();
        Ok(found.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    async fn put_user(&self, user: User) -> Result<(), StoreError> {
        self.kept()?.people.put_user(user);
        Ok(())
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.kept()?.people.user(id))
    }

    async fn users(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        Ok(self.kept()?.people.users(after, limit))
    }

    async fn set_role(
        &self,
        user: &UserId,
        role: &str,
        held: bool,
    ) -> Result<Option<User>, StoreError> {
        Ok(self.kept()?.people.set_role(user, role, held))
    }

    async fn changed_users(
        &self,
        after: Option<UserMark>,
        limit: usize,
    ) -> Result<(UserMark, Vec<UserId>), StoreError> {
        Ok(self.kept()?.people.changed(after, limit))
    }

    async fn add_account(&self, user: User, account: Account) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.add_account(user, account))
    }

    async fn account(&self, site_id: &SiteId) -> Result<Option<Account>, StoreError> {
        Ok(self.kept()?.people.account(site_id))
    }

    async fn account_of(&self, user: &UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.kept()?.people.account_of(user))
    }

    async fn set_password(
        &self,
        user: &UserId,
        password: PasswordHash,
    ) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.set_password(user, password))
    }

    async fn put_refresh(&self, token: RefreshToken) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.put_refresh(token))
    }

    async fn refresh(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, StoreError> {
        Ok(self.kept()?.people.refresh(hash))
    }

    async fn renew_refresh(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Renewed, StoreError> {
        Ok(self.kept()?.people.renew_refresh(old, new, expires_at, now))
    }

    async fn end_logins_of(
        &self,
        user: &UserId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.end_logins_of(user, from, until))
    }

    async fn end_login(
        &self,
        user: &UserId,
        family: &Family,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.kept()?.people.end_login(user, family, until);
        Ok(())
    }

    async fn login_ended(&self, family: &Family) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.login_ended(family))
    }

    async fn claim(
        &self,
        name: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.kept()?.people.claim(name, now, expires))
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.kept()?.people.sweep(now))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.kept().map(|_| ())
    }

    async fn close(&self) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.closed = true;
        Ok(())
    }
}
