//! Logins behind live sockets that change under them: ended by another process (`parlor user end`, a
//! log-out on another node), or with other roles than when the socket was opened. Must not know how a
//! login is ended.
//!
//! The store counts changes of users, so that a look costs one small query however many sockets there
//! are; only users who changed are checked, and what was remembered of them is forgotten. What is ended
//! on this node closes its sockets at once, and does not wait for the look.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use game::UserId;
use protocol::close::{self, Close};
use store::UserMark;
use tokio::time::MissedTickBehavior;

use super::Sockets;
use super::peers::Peer;
use crate::app::App;
use crate::auth::{ADMIN, AuthError, Login};
use crate::frames;

/// Between two looks: what another process has ended lasts so much longer here.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Users that changed, read at once.
const PAGE: usize = 500;

/// The face that shows what everyone does: only admins may look.
const MONITOR: &str = "monitor";

/// A login may be believed for so long on the word of before it changed, and its socket be under way
/// to its place meanwhile: who changed is looked at again then.
const LATECOMERS: Duration = Duration::from_secs(5);

/// Looks for users who have changed, until the server stops.
pub(crate) async fn watch(app: App) {
    let stop = app.tasks.stopping();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut changes = Changes::default();
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                let looked = changes.look(&app).await;
                if let (Err(error), false) = (&looked, failing) {
                    tracing::warn!(%error, "logins of live sockets could not be checked");
                }
                failing = looked.is_err();
            }
        }
    }
}

#[derive(Default)]
struct Changes {
    seen: Option<UserMark>,
    /// Users whose logins are to be checked; who could not be stays: there will be no other word.
    due: HashSet<UserId>,
    /// Users to be looked at again, and when.
    later: VecDeque<(Instant, UserId)>,
}

impl Changes {
    async fn look(&mut self, app: &App) -> Result<(), AuthError> {
        loop {
            let (mark, users) = app.store.changed_users(self.seen, PAGE).await?;
            let last = users.len() < PAGE;
            let users: HashSet<UserId> = users.into_iter().collect();
            if !users.is_empty() {
                app.auth.forget(&users);
            }
            let again = Instant::now() + LATECOMERS;
            self.later.extend(users.iter().map(|user| (again, user.clone())));
            self.due.extend(users);
            self.seen = Some(mark);
            if last {
                break;
            }
        }
        let now = Instant::now();
        let come = self.later.partition_point(|(at, _)| *at <= now);
        self.due.extend(self.later.drain(..come).map(|(_, user)| user));
        self.due.retain(|user| app.sockets.of_user(user) > 0);
        for user in self.due.iter().cloned().collect::<Vec<_>>() {
            app.sockets.check(&user).await?;
            self.due.remove(&user);
        }
        Ok(())
    }
}

impl Sockets {
    /// Checks the logins behind the sockets of a user again, as the store has them now: closes those
    /// whose login has ended with 4401, those with the face `monitor` whose user is no admin (any more)
    /// with 4503, takes the topic `monitor` from other sockets of theirs, and has all others act with
    /// the roles of now. Runs by itself within a second of each change of a user; call it where that
    /// is too late.
    pub async fn check(&self, user: &UserId) -> Result<(), AuthError> {
        let Some(app) = self.0.app.get() else { return Ok(()) };
        for conn in self.0.peers.of_user(user) {
            let Some(peer) = self.0.peers.get(conn) else { continue };
            let Some(login) = peer.login() else { continue };
            let now = app.auth.as_of_now(&login).await?;
            if let Some(why) = verdict(peer.face(), now.as_ref()) {
                app.hub.close(conn, why.code, why.word);
            } else if let Some(now) = now {
                if !now.has(ADMIN) && app.streams.leave_all(conn) {
                    app.hub.send(conn, frames::withdrawn(MONITOR));
                }
                renew(&peer, &login, now);
            }
        }
        Ok(())
    }
}

/// Why a socket is to be closed whose login is `now` like this.
fn verdict(face: &str, now: Option<&Login>) -> Option<Close> {
    match now {
        None => Some(close::LOGIN),
        Some(login) if face == MONITOR && !login.has(ADMIN) => Some(close::FORBIDDEN),
        Some(_) => None,
    }
}

/// Unless the client has brought another login meanwhile.
fn renew(peer: &Peer, before: &Arc<Login>, now: Login) {
    if **before != now {
        peer.renew_if(before, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::SERVICE;

    #[test]
    fn a_monitor_is_for_admins_and_a_login_that_has_ended_for_nobody() {
        let (admin, service) = (Login::of_test("a", &[ADMIN]), Login::of_test("b", &[SERVICE]));
        for (face, login, why) in [
            ("monitor", Some(&admin), None),
            ("monitor", Some(&service), Some(4503)),
            ("monitor", None, Some(4401)),
            ("multi", Some(&service), None),
            ("multi", None, Some(4401)),
        ] {
            assert_eq!(verdict(face, login).map(|why| why.code), why, "{face} {login:?}");
        }
    }
}
