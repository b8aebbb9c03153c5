//! The topic `user`: whose turn it is in sessions that a socket does not look at. Must not know the
//! rules by which turns pass.

use std::sync::Arc;

use bus::{Signal, Turn};
use game::UserId;
use tokio::sync::broadcast::error::RecvError;

use super::Sockets;
use super::peers::Peer;
use crate::app::App;
use crate::frames;

/// Sessions that a socket is told of when it begins to follow the topic: those with the longest
/// wait.
const AT_FIRST: usize = 20;

/// Tells sockets of turns that begin and end, until the server stops.
pub(crate) async fn tell(app: App) {
    let stop = app.tasks.stopping();
    let mut signals = app.bus.signals();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            signal = signals.recv() => match signal {
                Ok(Signal::Turn(turn)) => app.sockets.tell_turn(&app, &turn),
                Ok(Signal::Moved(..)) => {}
                // A page that has missed one asks again with its next connection.
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "turns were not told"),
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Tells a socket that follows the topic from now on what waits for its user already.
pub(super) async fn tell_all(app: &App, peer: &Arc<Peer>, user: &UserId) {
    let waiting = match app.store.waiting(user, None, AT_FIRST).await {
        Ok(waiting) => waiting,
        Err(error) => return tracing::warn!(%error, "the store was not asked for turns"),
    };
    for (session, _) in waiting {
        let Ok(table) = app.tables.open(session).await else { continue };
        let now = table.now();
        let turn = Turn {
            user: user.clone(),
            session,
            game: now.game(),
            title: now.title.clone(),
            version: now.version,
            waiting: true,
        };
        if peer.wants_turns_of(session) {
            app.hub.send(peer.conn(), frames::your_turn(&turn));
        }
    }
}

impl Sockets {
    fn tell_turn(&self, app: &App, turn: &Turn) {
        for conn in self.0.peers.of_user(&turn.user) {
            let wants = |peer: &Arc<Peer>| peer.wants_turns_of(turn.session);
            if self.0.peers.get(conn).as_ref().is_some_and(wants) {
                app.hub.send(conn, frames::your_turn(turn));
            }
        }
    }
}
