//! Starts a server, accepts connections, and goes down in good order. Must not know what is asked
//! over a connection.
//!
//! Going down: readiness turns red, the balancer gets time to look elsewhere, no connection is
//! accepted any more, sockets are closed spread over a window, commits under way are finished, the
//! store is closed.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::extract::ConnectInfo;
use bus::LocalBus;
use hub::Hub;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use protocol::close;
use store::Store;
use store::memory::MemoryStore;
pub use store_sqlite::Mode;
use store_sqlite::SqliteStore;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::auth::Auth;
use crate::games::Games;
use crate::metrics::Metrics;
use crate::settings::{Settings, StoreKind};
use crate::sockets::Sockets;
use crate::tables::{self, Tables, TablesConfig};
use crate::tasks::Tasks;
use crate::{http, users};

/// A client that has not sent its request's head after this time is cut off.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// A request's line and headers, in bytes: a token and some cookies of a proxy fit many times.
/// hyper's own limit of 400 KiB would let few clients take much memory before they are known.
const HEAD_BYTES: usize = 64 * 1024;

/// Pause after an accept that failed, for want of files mostly.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// How often a drain looks whether all sockets are gone.
const DRAIN_LOOK: Duration = Duration::from_millis(20);

/// A server that listens.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves with.
    pub app: App,
    accepting: CancellationToken,
}

/// Serves until SIGTERM or SIGINT, then goes down in good order.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let running = start(settings).await?;
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on http://{}", running.address)?;
        out.flush()?;
    }
    if let Some(hint) = users::first_admin_hint(&running.app).await {
        eprintln!("{hint}");
    }
    stop_signal().await?;
    tracing::info!("stopping");
    running.stop().await
}

/// Opens the store, starts everything, and listens.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    let store = open_store(&settings, Mode::Serve)?;
    start_with(settings, store, Games::default()).await
}

/// The same with a store and games of the caller's own.
pub async fn start_with(
    settings: Settings,
    store: Arc<dyn Store>,
    games: Games,
) -> anyhow::Result<Running> {
    settings.warn_of_risks();
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let sockets = Sockets::default();
    let hub = Hub::start(settings.hub_config(), Arc::new(sockets.clone()))
        .context("the hub could not start")?;
    let bus = Arc::new(LocalBus::default());
    let tasks = Tasks::default();
    let metrics = Metrics::default();
    let config = TablesConfig {
        idle: Duration::from_secs(settings.tables.idle_seconds),
        limits: engine::limits::Limits { state_bytes: settings.limits.state_bytes },
    };
    let tables = Tables::new(
        store.clone(),
        bus.clone(),
        hub.clone(),
        games.clone(),
        metrics.clone(),
        tasks.clone(),
        config,
    );
    let auth = Auth::new(&settings, store.clone())?;
    let app = App {
        settings: Arc::new(settings),
        store,
        bus,
        games,
        tables,
        hub,
        sockets,
        auth,
        metrics,
        tasks,
        draining: Arc::new(AtomicBool::new(false)),
        started: Instant::now(),
    };
    app.sockets.connect(app.clone());
    app.tasks.spawn(tables::sweep(app.tables.clone()));
    let accepting = CancellationToken::new();
    let router = http::router(app.clone());
    app.tasks.spawn(accept(app.clone(), listener, router, accepting.clone()));
    Ok(Running { address, app, accepting })
}

/// The store that the settings name: as the server that works on it, or as a tool beside it.
pub fn open_store(settings: &Settings, mode: Mode) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match settings.store {
        StoreKind::Memory => Arc::new(MemoryStore::new()),
        StoreKind::Sqlite => Arc::new(SqliteStore::open(&settings.data_dir, mode)?),
    })
}

async fn accept(app: App, listener: TcpListener, router: Router, until: CancellationToken) {
    let stop = app.tasks.stopping();
    loop {
        let accepted = tokio::select! {
            () = until.cancelled() => return,
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // An answer is one small write; waiting for more would only delay it.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection was gone before it was served");
                    continue;
                }
                app.tasks.spawn(connection(app.clone(), stream, peer, router.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

async fn connection(app: App, stream: TcpStream, peer: SocketAddr, router: Router) {
    let service = router.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(HEAD_BYTES);
    let served = builder
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let stop = app.tasks.stopping();
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

impl Running {
    /// Goes down in good order.
    pub async fn stop(self) -> anyhow::Result<()> {
        let app = &self.app;
        let drain = &app.settings.drain;
        app.draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(drain.lame_duck_seconds)).await;
        self.accepting.cancel();
        let window = Duration::from_secs(drain.window_seconds);
        let grace = Duration::from_secs(drain.grace_seconds);
        let back = window.as_millis().try_into().unwrap_or(u64::MAX);
        app.hub.drain(window, close::DRAIN.code, move |conn| {
            // Spread over a window of the same length, so that not all come back at once.
            let spread = conn.as_u64().wrapping_mul(0x9e37_79b9_7f4a_7c15) % (back + 1);
            close::DRAIN.reason(Some(500 + spread))
        });
        let until = Instant::now() + window + grace;
        while app.hub.stats().alive > 0 && Instant::now() < until {
            tokio::time::sleep(DRAIN_LOOK).await;
        }
        if !app.tasks.stop(grace).await {
            tracing::warn!("some tasks did not end in time");
        }
        app.hub.shutdown();
        app.store.close().await?;
        tracing::info!("stopped");
        Ok(())
    }

    /// Ends without any order, as a crash would: for tests.
    pub fn abandon(self) {
        self.accepting.cancel();
    }
}

#[cfg(unix)]
async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
