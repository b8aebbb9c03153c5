//! Who follows a session: sockets through the hub, their viewer classes and forms, and streams over
//! HTTP, which only count as present. Must not know what they are sent.
//!
//! Invariants: `channels` counts the members of each class and form, and holds none with 0 members;
//! `users` counts the members of each user.

use std::collections::{BTreeMap, HashMap};
use std::sync::Weak;

use game::{SessionId, UserId, Viewer};
use hub::{Channel, ConnId};

use super::{Form, Presence};

/// The hub channel of a viewer class and form.
pub(super) fn channel(session: SessionId, viewer: Viewer, form: Form) -> Channel {
    let seat = viewer.seat().map_or(0, |seat| u64::from(seat.0) + 1);
    Channel::new(session.get(), seat << 8 | form as u64)
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) user: Option<UserId>,
    pub(super) viewer: Viewer,
    pub(super) form: Form,
    pub(super) sole: bool,
}

#[derive(Debug, Default)]
pub(super) struct Audience {
    members: HashMap<ConnId, Member>,
    channels: BTreeMap<(Viewer, Form), usize>,
    users: HashMap<UserId, usize>,
    streams: Vec<Stream>,
}

/// A stream, there for as long as somebody holds `here`.
#[derive(Debug)]
struct Stream {
    here: Weak<()>,
    user: Option<UserId>,
}

impl Audience {
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a member; answers with the place it had before, if it was here already.
    pub(super) fn join(&mut self, conn: ConnId, member: Member) -> Option<Member> {
        let before = self.leave(conn);
        *self.channels.entry((member.viewer, member.form)).or_default() += 1;
        if let Some(user) = &member.user {
            *self.users.entry(user.clone()).or_default() += 1;
        }
        self.members.insert(conn, member);
        before
    }

    /// A member has a login now; shown to them by [`Audience::moved`].
    pub(super) fn sign_in(&mut self, conn: ConnId, user: UserId) {
        if let Some(member) = self.members.get(&conn).cloned() {
            self.join(conn, Member { user: Some(user), ..member });
        }
    }

    pub(super) fn leave(&mut self, conn: ConnId) -> Option<Member> {
        let member = self.members.remove(&conn)?;
        decrement(&mut self.channels, &(member.viewer, member.form));
        if let Some(user) = &member.user
            && let Some(count) = self.users.get_mut(user)
        {
            *count -= 1;
            if *count == 0 {
                self.users.remove(user);
            }
        }
        Some(member)
    }

    /// The classes and forms that have members, seats before spectators.
    pub(super) fn channels(&self) -> impl Iterator<Item = (Viewer, Form)> {
        self.channels.keys().rev().copied()
    }

    /// Members whose class is another one by now.
    pub(super) fn moved(&self, viewer: impl Fn(&UserId) -> Viewer) -> Vec<(ConnId, Member)> {
        let now: HashMap<&UserId, Viewer> = self.users.keys().map(|u| (u, viewer(u))).collect();
        if now.is_empty() {
            return Vec::new();
        }
        let moved = |(conn, member): (&ConnId, &Member)| {
            let viewer = *now.get(member.user.as_ref()?)?;
            (viewer != member.viewer).then(|| (*conn, Member { viewer, ..member.clone() }))
        };
        self.members.iter().filter_map(moved).collect()
    }

    /// Takes everyone out.
    pub(super) fn dismiss(&mut self) -> HashMap<ConnId, Member> {
        self.channels.clear();
        self.users.clear();
        std::mem::take(&mut self.members)
    }

    pub(super) fn add_stream(&mut self, here: Weak<()>, user: Option<UserId>) {
        self.streams.push(Stream { here, user });
    }

    /// Who is here. `viewer` says as whom a user sees the session.
    pub(super) fn presence(&mut self, viewer: impl Fn(&UserId) -> Viewer) -> Presence {
        self.streams.retain(|stream| stream.here.strong_count() > 0);
        let streams = self.streams.iter().map(|stream| {
            let user = stream.user.as_ref();
            (user.map_or(Viewer::Spectator, &viewer), 1)
        });
        let sockets = self.channels.iter().map(|((viewer, _), count)| (*viewer, *count));
        let mut presence = Presence::default();
        for (viewer, count) in sockets.chain(streams) {
            match viewer.seat() {
                Some(seat) => presence.seats.push(seat),
                None => presence.viewers += count as u64,
            }
        }
        presence.seats.sort_unstable();
        presence.seats.dedup();
        presence
    }
}

fn decrement<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
