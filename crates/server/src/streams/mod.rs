//! Streams beside the sessions: what happens to one user, and, for monitors, what happens to all.
//! Must not know any game: the games say what is announced, and to whom.
//!
//! One lock orders everything. What is announced goes into the buffer and to the hub under it, and
//! who begins to follow is given what the buffer holds and a place in the hub under it: so nothing
//! is lost or doubled between the two.

mod position;
mod spelled;
mod watch;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use game::{Announcement, UserId};
use hub::{Broadcast, Channel, ConnId, Frame, Hub, Part, PartBody, Subscribe};

pub use position::Position;
pub(crate) use spelled::acknowledged;
pub use spelled::{event_text, user_value};
pub(crate) use watch::watch;

/// Events that are remembered for those who come back: some seconds of a busy floor, a few MiB.
const REMEMBERED: usize = 10_000;

/// Events that a stream begins with at the most: what a page shows at once. Who has missed more is
/// told of a gap, and reads what it needs over HTTP.
const AT_FIRST: usize = 1_000;

/// Streams of the hub that are no sessions: session ids are below 2^53.
const MONITORS: Channel = Channel::new(1 << 53, 0);
const FIRST_OF_USERS: u64 = MONITORS.stream + 1;

/// All streams of this node. A clone is one more handle on the same.
#[derive(Clone)]
pub struct Streams(Arc<Inner>);

struct Inner {
    hub: Hub,
    state: Mutex<State>,
}

/// Invariants: `users` holds no user without sockets; `of_conn` names the user of each of them; no
/// two users ever have the same channel; `published` never goes back.
#[derive(Default)]
struct State {
    recent: VecDeque<Told>,
    /// The number of what went to the hub last. Who begins to follow begins there, so that the hub
    /// knows whom an event concerns that found a shard's queue full.
    published: u64,
    users: HashMap<UserId, Followers>,
    of_conn: HashMap<ConnId, UserId>,
    monitors: HashSet<ConnId>,
    channels: u64,
    /// Who has come and who has gone since monitors were told.
    joined: BTreeSet<UserId>,
    left: BTreeSet<UserId>,
    /// How many sockets there were then.
    connections_told: usize,
}

struct Followers {
    channel: Channel,
    conns: HashSet<ConnId>,
}

/// One announcement, spelled once for all who get it.
struct Told {
    position: Position,
    user: UserId,
    to_monitors: bool,
    frame: Frame,
}

/// What a stream begins with.
pub struct Beginning<'a> {
    /// The client has missed more than is remembered; `None` if it did not say where it was.
    pub gap: Option<bool>,
    /// Everyone who follows their own stream.
    connected: &'a HashMap<UserId, Followers>,
    connections: usize,
    recent: Vec<&'a Told>,
}

impl Streams {
    /// Nobody follows anything yet.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        Self(Arc::new(Inner { hub, state: Mutex::default() }))
    }

    /// What they are sent through.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Every change is made after all that can fail.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everyone who follows; in the order of the calls.
    pub fn tell(&self, announced: Vec<(Position, Announcement)>) {
        let told = announced.into_iter().map(|(position, announcement)| {
            let frame = Frame::text(&event_text(position, &announcement));
            let Announcement { user, to_monitors, .. } = announcement;
            Told { position, user, to_monitors, frame }
        });
        let told: Vec<Told> = told.collect();
        let mut state = self.state();
        let mut to_monitors = Vec::new();
        for one in told {
            let part = |channel| Part { channel, body: PartBody::Event(one.frame.clone()) };
            if let Some(channel) = state.users.get(&one.user).map(|followers| followers.channel) {
                self.publish(&mut state, channel, vec![part(channel)]);
            }
            if one.to_monitors && !state.monitors.is_empty() {
                to_monitors.push(part(MONITORS));
            }
            if state.recent.len() >= REMEMBERED {
                state.recent.pop_front();
            }
            state.recent.push_back(one);
        }
        if !to_monitors.is_empty() {
            self.publish(&mut state, MONITORS, to_monitors);
        }
    }

    fn publish(&self, state: &mut State, channel: Channel, parts: Vec<Part>) {
        state.published += 1;
        self.0.hub.publish(Arc::new(Broadcast::new(channel.stream, state.published, parts)));
    }

    /// The socket follows what happens to its user from now on. `first` makes the frame before all
    /// others; a socket that follows already begins afresh.
    pub fn follow_user(
        &self,
        conn: ConnId,
        user: &UserId,
        since: Option<&str>,
        first: impl FnOnce(Option<bool>) -> Frame,
    ) {
        let mut state = self.state();
        let channel = state.follow(conn, user);
        let (gap, missed) = state.missed(since, |told| told.user == *user);
        let missed = missed.into_iter().map(|told| told.frame.clone());
        let first = std::iter::once(first(gap)).chain(missed).collect();
        self.0.hub.subscribe(conn, channel, Subscribe { first, version: state.published });
    }

    /// The socket follows what happens to all users from now on. Whether it may is its caller's to
    /// know. `before` goes out before the snapshot.
    pub fn follow_all(&self, conn: ConnId, since: Option<&str>, before: Option<Frame>) {
        let mut state = self.state();
        // The snapshot has who came and went since the last tick. Who watches already must hear of
        // it first: a coming and its going would cancel each other out, and the newcomer, whose
        // snapshot had one of them, would never hear of the other.
        self.flush_presence(&mut state);
        state.monitors.insert(conn);
        let (gap, missed) = state.missed(since, |told| told.to_monitors);
        let recent = match gap {
            Some(false) => missed,
            _ => state.newest(|told| told.to_monitors),
        };
        let connections = state.of_conn.len();
        let beginning = Beginning { gap, connected: &state.users, connections, recent };
        let snapshot = Frame::text(&spelled::snapshot_text(&beginning));
        let first = before.into_iter().chain([snapshot]).collect();
        self.0.hub.subscribe(conn, MONITORS, Subscribe { first, version: state.published });
    }

    /// The socket follows its user's stream no more, or is gone.
    pub fn leave_user(&self, conn: ConnId) {
        if let Some(channel) = self.state().leave(conn) {
            self.0.hub.unsubscribe(conn, channel);
        }
    }

    /// The socket follows all users no more, or is gone. Did it?
    pub fn leave_all(&self, conn: ConnId) -> bool {
        let did = self.state().monitors.remove(&conn);
        if did {
            self.0.hub.unsubscribe(conn, MONITORS);
        }
        did
    }

    /// Tells monitors who has come and gone since the last time.
    fn tell_presence(&self) {
        self.flush_presence(&mut self.state());
    }

    fn flush_presence(&self, state: &mut State) {
        let (joined, left) = (std::mem::take(&mut state.joined), std::mem::take(&mut state.left));
        let connections = state.of_conn.len();
        let before = std::mem::replace(&mut state.connections_told, connections);
        let news = !joined.is_empty() || !left.is_empty() || before != connections;
        if state.monitors.is_empty() || !news {
            return;
        }
        let text = spelled::presence_text(&joined, &left, state.users.len(), connections);
        let body = PartBody::Event(Frame::text(&text));
        self.publish(state, MONITORS, vec![Part { channel: MONITORS, body }]);
    }

    /// Tells monitors something of which only the latest counts.
    fn tell_monitors(&self, frame: Frame) {
        let mut state = self.state();
        if !state.monitors.is_empty() {
            let part = Part { channel: MONITORS, body: PartBody::Control(frame) };
            self.publish(&mut state, MONITORS, vec![part]);
        }
    }
}

impl State {
    fn follow(&mut self, conn: ConnId, user: &UserId) -> Channel {
        // A socket has one user for its whole life.
        self.of_conn.insert(conn, user.clone());
        if let Some(followers) = self.users.get_mut(user) {
            followers.conns.insert(conn);
            return followers.channel;
        }
        let channel = Channel::new(FIRST_OF_USERS + self.channels, 0);
        self.channels += 1;
        let followers = Followers { channel, conns: HashSet::from([conn]) };
        self.users.insert(user.clone(), followers);
        if !self.left.remove(user) {
            self.joined.insert(user.clone());
        }
        channel
    }

    fn leave(&mut self, conn: ConnId) -> Option<Channel> {
        let user = self.of_conn.remove(&conn)?;
        let followers = self.users.get_mut(&user)?;
        followers.conns.remove(&conn);
        let channel = followers.channel;
        if followers.conns.is_empty() {
            self.users.remove(&user);
            if !self.joined.remove(&user) {
                self.left.insert(user);
            }
        }
        Some(channel)
    }

    /// What a client that was at `since` has missed, and whether that is not all of it.
    fn missed(
        &self,
        since: Option<&str>,
        wanted: impl Fn(&Told) -> bool,
    ) -> (Option<bool>, Vec<&Told>) {
        let Some(since) = since else { return (None, Vec::new()) };
        let place = since.parse().ok().and_then(|position: Position| {
            // Who comes back was here a moment ago.
            self.recent.iter().rposition(|told| told.position == position)
        });
        let Some(place) = place else { return (Some(true), Vec::new()) };
        let missed: Vec<&Told> =
            self.recent.range(place + 1..).filter(|told| wanted(told)).collect();
        if missed.len() > AT_FIRST { (Some(true), Vec::new()) } else { (Some(false), missed) }
    }

    fn newest(&self, wanted: impl Fn(&Told) -> bool) -> Vec<&Told> {
        let newest = self.recent.iter().rev().filter(|told| wanted(told)).take(AT_FIRST);
        let mut newest: Vec<&Told> = newest.collect();
        newest.reverse();
        newest
    }
}

#[cfg(test)]
mod tests;
