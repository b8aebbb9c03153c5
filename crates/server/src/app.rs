//! What every face has in common: the handles on the store, the tables, the hub and the rest.
//! Must not know any route.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bus::Bus;
use hub::Hub;
use store::Store;

use crate::auth::{ADMIN, Auth, Login, SERVICE};
use crate::games::Games;
use crate::metrics::Metrics;
use crate::replay::Studio;
use crate::settings::Settings;
use crate::sockets::Sockets;
use crate::streams::Streams;
use crate::tables::{Table, Tables};
use crate::tasks::Tasks;

/// One server. A clone is one more handle on the same.
#[derive(Clone)]
pub struct App {
    /// Settings as they were at start.
    pub settings: Arc<Settings>,
    /// Where sessions and users are kept.
    pub store: Arc<dyn Store>,
    /// How nodes tell each other of changes.
    pub bus: Arc<dyn Bus>,
    /// The games.
    pub games: Games,
    /// Live sessions.
    pub tables: Tables,
    /// Rebuilds versions that were.
    pub studio: Studio,
    /// Live sockets, as bytes.
    pub hub: Hub,
    /// What happens to users, beside the sessions.
    pub streams: Streams,
    /// Live sockets, as people.
    pub sockets: Sockets,
    /// Logins.
    pub auth: Auth,
    /// Counters.
    pub metrics: Metrics,
    /// Every task.
    pub tasks: Tasks,
    /// The server is going down: readiness is red, and nothing new begins.
    pub draining: Arc<AtomicBool>,
    /// When it started: for `/healthz`.
    pub started: std::time::Instant,
}

impl App {
    /// Is the session nobody's business but that of who sits there? So it is with games that no list
    /// shows: others are told that there is no such session. Who runs the server may know.
    #[must_use]
    pub fn hides(&self, table: &Table, login: Option<&Login>) -> bool {
        let published = table.now();
        let listed = self.games.get(published.game()).is_none_or(|game| game.is_listed());
        let seated = || published.viewer(login.map(|login| &login.user)).seat().is_some();
        let runs = || login.is_some_and(|login| login.has(ADMIN) || login.has(SERVICE));
        !listed && !seated() && !runs()
    }
}
