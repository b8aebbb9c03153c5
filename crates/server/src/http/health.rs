//! Is it alive, can it serve, what does it count: for the machines around the server. Must not know
//! sessions.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::metrics::CONTENT_TYPE;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// The server is alive.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok", "version": "0.1.0", "uptime_seconds": 3600}))]
struct Alive {
    /// `ok`.
    status: &'static str,
    /// Version of the server.
    version: &'static str,
    /// Seconds since its start.
    uptime_seconds: u64,
}

/// Is it alive?
///
/// 200 as long as the process answers. Restart it when this fails, not when `/readyz` does.
#[utoipa::path(
    get, path = "/healthz", tag = "operations", operation_id = "healthz",
    responses((status = 200, description = "Alive", body = Alive)),
)]
async fn alive(State(app): State<App>) -> Json<Alive> {
    Json(Alive {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: app.started.elapsed().as_secs(),
    })
}

/// Whether the server can serve, and why not.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "ready": false,
    "checks": {"bus": "ok", "draining": "ok", "sockets": "ok", "store": "does not answer"}
}))]
struct Ready {
    /// All checks are `ok`.
    ready: bool,
    /// Each check: `ok`, or what is wrong.
    checks: BTreeMap<&'static str, &'static str>,
}

/// Can it serve?
///
/// 503 while the store or the bus does not answer, while there is no room for sockets, and from the
/// moment that the server is asked to stop. Send it no new clients then.
#[utoipa::path(
    get, path = "/readyz", tag = "operations", operation_id = "readyz",
    responses(
        (status = 200, description = "Ready", body = Ready),
        (status = 503, description = "Not ready", body = Ready),
    ),
)]
async fn ready(State(app): State<App>) -> (StatusCode, Json<Ready>) {
    let (store, bus) = tokio::join!(app.store.ready(), app.bus.ready());
    if let Err(error) = &store {
        tracing::warn!(%error, "not ready: the store");
    }
    if let Err(error) = &bus {
        tracing::warn!(%error, "not ready: the bus");
    }
    let word = |good: bool, bad| if good { "ok" } else { bad };
    // A place that is given back at once.
    let room = app.hub.reserve().is_ok();
    let checks = BTreeMap::from([
        ("store", word(store.is_ok(), "does not answer")),
        ("bus", word(bus.is_ok(), "does not answer")),
        ("draining", word(!app.draining.load(Ordering::Relaxed), "going down")),
        ("sockets", word(room, "all places are taken")),
    ]);
    let ready = checks.values().all(|check| *check == "ok");
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, checks }))
}

/// What is counted
///
/// In the text format of Prometheus (OpenMetrics).
#[utoipa::path(
    get, path = "/metrics", tag = "operations", operation_id = "metrics",
    responses((status = 200, description = "Metrics", body = String,
        content_type = "application/openmetrics-text")),
)]
async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], app.metrics.render(&app)).into_response()
}
