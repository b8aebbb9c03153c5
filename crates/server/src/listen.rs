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
use crate::replay::Studio;
use crate::settings::{Settings, StoreKind};
use crate::sockets::Sockets;
use crate::streams::Streams;
use crate::tables::{self, Tables, TablesConfig};
use crate::tasks::Tasks;
use crate::{http, machine, streams, users};

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
    let streams = Streams::new(hub.clone());
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
        streams.clone(),
        games.clone(),
        metrics.clone(),
        tasks.clone(),
        config,
    );
    let auth = Auth::new(&settings, store.clone())?;
    let studio = Studio::new(store.clone(), games.clone(), tasks.clone());
    let app = App {
        settings: Arc::new(settings),
        store,
        bus,
        games,
        tables,
        studio,
        hub,
        streams,
        sockets,
        auth,
        metrics,
        tasks,
        draining: Arc::new(AtomicBool::new(false)),
        started: Instant::now(),
    };
    app.sockets.connect(app.clone());
    app.tasks.spawn(tables::sweep(app.tables.clone()));
    app.tasks.spawn(crate::sockets::tell_turns(app.clone()));
    app.tasks.spawn(streams::watch(app.clone()));
    app.tasks.spawn(crate::sockets::watch_logins(app.clone()));
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
    let hub = app.hub.clone();
    let places = Places::new(machine::in_use().max_files, move || hub.stats().alive);
    loop {
        let accepted = tokio::select! {
            () = until.cancelled() => return,
            () = stop.cancelled() => return,
            accepted = places.accept(&listener) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                // An answer is one small write; waiting for more would only delay it.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection was gone before it was served");
                    continue;
                }
                let served = connection(app.clone(), stream, peer, router.clone());
                app.tasks.spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Room for connections: those that the hub has, and those that speak HTTP, together. The hub takes at
/// most nine tenths of the process's files (see the settings); half of the rest is for HTTP, so that a
/// server full of sockets still answers, and half for the store and everything else.
struct Places<S> {
    http: Arc<()>,
    sockets: S,
    most: usize,
}

impl<S: Fn() -> u64> Places<S> {
    fn new(files: u64, sockets: S) -> Self {
        let most = usize::try_from(files / 20 * 19).unwrap_or(usize::MAX);
        Self { http: Arc::new(()), sockets, most }
    }

    fn are_taken(&self) -> bool {
        let sockets = usize::try_from((self.sockets)()).unwrap_or(usize::MAX);
        (Arc::strong_count(&self.http) - 1).saturating_add(sockets) >= self.most
    }

    /// The next connection, once there is room for it; those that come meanwhile wait in the kernel.
    /// It takes its place until the last part of the answer is dropped.
    async fn accept(
        &self,
        listener: &TcpListener,
    ) -> std::io::Result<(TcpStream, SocketAddr, Arc<()>)> {
        if self.are_taken() {
            tracing::warn!(connections = self.most, "no room for connections; they have to wait");
            while self.are_taken() {
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
        let (stream, peer) = listener.accept().await?;
        Ok((stream, peer, self.http.clone()))
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

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_connection_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // 19 places, 17 of them taken by sockets.
        let places = Places::new(20, || 17);
        let mut clients = Vec::new();
        let mut served = Vec::new();
        for _ in 0..2 {
            clients.push(TcpStream::connect(address).await.unwrap());
            served.push(places.accept(&listener).await.unwrap());
        }
        clients.push(TcpStream::connect(address).await.unwrap());
        let mut third = std::pin::pin!(places.accept(&listener));
        assert!(poll!(&mut third).is_pending(), "it is there, and has to wait");
        served.pop();
        let (_, peer, _place) = third.await.unwrap();
        assert_eq!(peer, clients[2].local_addr().unwrap());
    }
}
