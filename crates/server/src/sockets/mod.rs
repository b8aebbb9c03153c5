//! Live sockets as people: who is behind each, what they follow, what their messages ask for. Must
//! not know frames' bytes (the hub does) nor any game.

mod messages;
mod peers;
mod standing;
mod turns;
mod upgrade;

use std::sync::{Arc, OnceLock};

use game::{SessionId, UserId};
use hub::{CloseInfo, ConnId, Handler};
use protocol::close::Close;
use protocol::from_client::Since;
use store::Family;

pub use peers::Counts;
use peers::{Peer, Peers};
pub(crate) use standing::watch as watch_logins;
pub(crate) use turns::tell as tell_turns;
pub use upgrade::upgrade;

use crate::app::App;

/// Which URL a socket was opened at: decides what it follows from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Face {
    /// `/ws`: topics on demand.
    Multi,
    /// `/ws/sessions/{id}`: one session from the start.
    Session {
        /// The session, if the path named one.
        id: Result<SessionId, game::BadId>,
        /// Send patches.
        patch: bool,
        /// Where the client is.
        since: Option<Since>,
    },
    /// `/ws/game/{id}`: the scoreboard's original face.
    Scoreboard {
        /// The board, if the path named one.
        id: Result<SessionId, game::BadId>,
    },
    /// `/ws/games/{id}`: Nommie's face, for users.
    Nommie {
        /// The table, if the path named one.
        id: Result<SessionId, game::BadId>,
    },
    /// `/api/games/ws`: what happens to the user.
    User {
        /// The event that the client had last.
        since: Option<String>,
    },
    /// `/api/games/ws/monitor`: what happens to all users, for admins.
    Monitor {
        /// The event that the client had last.
        since: Option<String>,
    },
}

impl Face {
    const fn name(&self) -> &'static str {
        match self {
            Self::Multi => "multi",
            Self::Session { .. } => "session",
            Self::Scoreboard { .. } => "scoreboard",
            Self::Nommie { .. } => "nommie",
            Self::User { .. } => "user",
            Self::Monitor { .. } => "monitor",
        }
    }
}

/// All live sockets of this node. The hub reports to it.
#[derive(Clone, Default)]
pub struct Sockets(Arc<Inner>);

#[derive(Default)]
struct Inner {
    peers: Peers,
    /// Set once, right after the hub has started and before the first socket comes.
    app: OnceLock<App>,
}

impl Sockets {
    /// Tells the sockets what they can use. Called once.
    pub fn connect(&self, app: App) {
        assert!(self.0.app.set(app).is_ok(), "the sockets are connected once");
    }

    /// Who is here.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.peers.counts()
    }

    /// Live sockets of one user.
    #[must_use]
    pub fn of_user(&self, user: &UserId) -> usize {
        self.0.peers.of_user(user).len()
    }

    /// Live sockets from one address.
    #[must_use]
    pub fn of_address(&self, address: std::net::IpAddr) -> usize {
        self.0.peers.of_address(address)
    }

    /// Closes all sockets of a user.
    pub fn end_user(&self, user: &UserId, why: Close) {
        if let Some(app) = self.0.app.get() {
            for conn in self.0.peers.of_user(user) {
                app.hub.close(conn, why.code, why.word);
            }
        }
    }

    /// Closes the sockets of one login of a user.
    pub fn end_login(&self, user: &UserId, family: &Family, why: Close) {
        let Some(app) = self.0.app.get() else { return };
        for conn in self.0.peers.of_user(user) {
            let login = self.0.peers.get(conn).and_then(|peer| peer.login());
            if login.is_some_and(|login| login.family.as_ref() == Some(family)) {
                app.hub.close(conn, why.code, why.word);
            }
        }
    }

    fn peer(&self, conn: ConnId) -> Option<(&App, Arc<Peer>)> {
        Some((self.0.app.get()?, self.0.peers.get(conn)?))
    }
}

impl Handler for Sockets {
    fn on_message(&self, conn: ConnId, text: &str) {
        if let Some((app, peer)) = self.peer(conn) {
            messages::take(app, &peer, text);
        }
    }

    fn on_close(&self, conn: ConnId, why: &CloseInfo) {
        let (Some(app), Some(peer)) = (self.0.app.get(), self.0.peers.remove(conn)) else { return };
        app.streams.leave_user(conn);
        app.streams.leave_all(conn);
        for table in peer.end() {
            if let Err(full) = table.leave(conn) {
                app.tasks.spawn(async move {
                    // The server is going down: then the table goes as well.
                    let _ = table.insist(full).await;
                });
            }
        }
        tracing::info!(
            %conn,
            trace_id = peer.trace_id(),
            user = peer.user().as_ref().map(tracing::field::display),
            face = peer.face(),
            code = why.code,
            reason = why.reason,
            by = ?why.by,
            lived_ms = u64::try_from(why.lived.as_millis()).unwrap_or(u64::MAX),
            messages_out = why.messages_out,
            bytes_out = why.bytes_out,
            "socket closed"
        );
    }
}
