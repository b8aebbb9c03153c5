//! What every face has in common: the handles on the store, the tables, the hub and the rest.
//! Must not know any route.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bus::Bus;
use hub::Hub;
use store::Store;

use crate::auth::Auth;
use crate::games::Games;
use crate::metrics::Metrics;
use crate::replay::Studio;
use crate::settings::Settings;
use crate::sockets::Sockets;
use crate::streams::Streams;
use crate::tables::Tables;
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
