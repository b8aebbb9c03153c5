//! The table of live sockets. Must not know what their messages mean.
//!
//! Invariant: a socket stands in `by_user` exactly while it stands in its stripe with that user.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use game::{SessionId, UserId};
use hub::ConnId;
use smallvec::SmallVec;

use crate::auth::Login;
use crate::tables::Table;

/// Parts of the table, each with its own lock, so that shards do not wait for each other.
const STRIPES: usize = 16;

/// Messages of one socket that wait behind a slow one; past it the socket is closed with 4429.
const WAITING: usize = 64;

/// One live socket.
pub(super) struct Peer {
    conn: ConnId,
    face: &'static str,
    address: IpAddr,
    trace_id: Box<str>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    login: Option<Arc<Login>>,
    topics: SmallVec<[Table; 1]>,
    /// It follows the topic `user`.
    follows_user: bool,
    closed: bool,
    busy: bool,
    waiting: VecDeque<Box<str>>,
}

/// Whether a message may be handled now.
pub(super) enum Turn {
    /// Now, by the caller.
    Now,
    /// Later, by whoever is at work for this socket.
    Later,
    /// Too much waits.
    Flood,
}

impl Peer {
    /// A socket whose first messages wait until [`Peer::next`] is asked for them.
    pub(super) fn new(
        conn: ConnId,
        face: &'static str,
        address: IpAddr,
        trace_id: &str,
        login: Option<Login>,
    ) -> Self {
        let state = State { login: login.map(Arc::new), busy: true, ..State::default() };
        Self { conn, face, address, trace_id: trace_id.into(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn conn(&self) -> ConnId {
        self.conn
    }

    pub(super) const fn face(&self) -> &'static str {
        self.face
    }

    pub(super) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    pub(super) fn login(&self) -> Option<Arc<Login>> {
        self.state().login.clone()
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.state().login.as_ref().map(|login| login.user.clone())
    }

    pub(super) fn renew(&self, login: Login) {
        self.state().login = Some(Arc::new(login));
    }

    /// The same, if the login is still the one that it was.
    pub(super) fn renew_if(&self, before: &Arc<Login>, now: Login) {
        let mut state = self.state();
        if state.login.as_ref().is_some_and(|login| Arc::ptr_eq(login, before)) {
            state.login = Some(Arc::new(now));
        }
    }

    /// Whose turn it is; a message that waits is kept.
    pub(super) fn turn(&self, text: &str) -> Turn {
        let mut state = self.state();
        if !state.busy {
            return Turn::Now;
        }
        if state.waiting.len() >= WAITING {
            return Turn::Flood;
        }
        state.waiting.push_back(text.into());
        Turn::Later
    }

    /// From now on messages wait.
    pub(super) fn begin(&self) {
        self.state().busy = true;
    }

    /// The next message that waits; when there is none, messages are handled as they come again.
    pub(super) fn next(&self) -> Option<Box<str>> {
        let mut state = self.state();
        let next = state.waiting.pop_front();
        if next.is_none() {
            state.busy = false;
            state.waiting.shrink_to_fit();
        }
        next
    }

    /// Notes that the socket follows this session; false when it may follow no more, or is gone.
    pub(super) fn follow(&self, table: &Table, limit: usize) -> bool {
        let mut state = self.state();
        if state.closed {
            return false;
        }
        if state.topics.iter().any(|topic| topic.id() == table.id()) {
            return true;
        }
        if state.topics.len() >= limit {
            // Sessions that are over say nothing more, and take no place.
            state.topics.retain(|topic| !topic.is_over());
        }
        if state.topics.len() >= limit {
            return false;
        }
        state.topics.push(table.clone());
        true
    }

    pub(super) fn unfollow(&self, session: game::SessionId) -> Option<Table> {
        let mut state = self.state();
        let at = state.topics.iter().position(|topic| topic.id() == session)?;
        Some(state.topics.remove(at))
    }

    pub(super) fn topics(&self) -> SmallVec<[Table; 1]> {
        self.state().topics.clone()
    }

    /// From now on the socket follows the topic `user`, or no longer; answers with what it did
    /// before.
    pub(super) fn follow_user(&self, follow: bool) -> bool {
        std::mem::replace(&mut self.state().follows_user, follow)
    }

    /// Is the socket to be told of turns in this session? Not if its user looks at it there.
    pub(super) fn wants_turns_of(&self, session: SessionId) -> bool {
        let state = self.state();
        state.follows_user && !state.topics.iter().any(|topic| topic.id() == session)
    }

    pub(super) fn closed(&self) -> bool {
        self.state().closed
    }

    /// The socket is gone; answers with what it followed.
    pub(super) fn end(&self) -> SmallVec<[Table; 1]> {
        let mut state = self.state();
        state.closed = true;
        std::mem::take(&mut state.topics)
    }
}

/// How many are here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Live sockets.
    pub sockets: usize,
    /// Different users behind them; anonymous sockets count for none.
    pub users: usize,
}

#[derive(Default)]
pub(super) struct Peers {
    stripes: [Mutex<HashMap<ConnId, Arc<Peer>>>; STRIPES],
    by_user: Mutex<HashMap<UserId, HashSet<ConnId>>>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Peers {
    fn stripe(&self, conn: ConnId) -> MutexGuard<'_, HashMap<ConnId, Arc<Peer>>> {
        let mixed = conn.as_u64().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
        lock(&self.stripes[usize::try_from(mixed).unwrap_or(0) % STRIPES])
    }

    pub(super) fn insert(&self, peer: Arc<Peer>) {
        if let Some(user) = peer.user() {
            self.index_user(user, peer.conn);
        }
        *lock(&self.by_address).entry(peer.address).or_default() += 1;
        self.stripe(peer.conn).insert(peer.conn, peer);
    }

    pub(super) fn index_user(&self, user: UserId, conn: ConnId) {
        lock(&self.by_user).entry(user).or_default().insert(conn);
    }

    pub(super) fn forget_user(&self, user: &UserId, conn: ConnId) {
        let mut by_user = lock(&self.by_user);
        if let Some(conns) = by_user.get_mut(user) {
            conns.remove(&conn);
            if conns.is_empty() {
                by_user.remove(user);
            }
        }
    }

    pub(super) fn get(&self, conn: ConnId) -> Option<Arc<Peer>> {
        self.stripe(conn).get(&conn).cloned()
    }

    pub(super) fn remove(&self, conn: ConnId) -> Option<Arc<Peer>> {
        let peer = self.stripe(conn).remove(&conn)?;
        if let Some(user) = peer.user() {
            self.forget_user(&user, conn);
        }
        let mut by_address = lock(&self.by_address);
        if let Some(count) = by_address.get_mut(&peer.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&peer.address);
            }
        }
        Some(peer)
    }

    pub(super) fn of_user(&self, user: &UserId) -> Vec<ConnId> {
        lock(&self.by_user).get(user).map(|c| c.iter().copied().collect()).unwrap_or_default()
    }

    pub(super) fn of_address(&self, address: IpAddr) -> usize {
        lock(&self.by_address).get(&address).copied().unwrap_or_default()
    }

    pub(super) fn counts(&self) -> Counts {
        let sockets = self.stripes.iter().map(|stripe| lock(stripe).len()).sum();
        Counts { sockets, users: lock(&self.by_user).len() }
    }
}
