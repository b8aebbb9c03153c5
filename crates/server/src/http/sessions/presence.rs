//! Who is here: on the whole server, and on one session. Must not know what they watch.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use game::SessionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Login;
use crate::http::extract::Session;
use crate::http::openapi::ReadErrors;
use crate::problem::Problem;

/// Who is here, on this server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sockets": 12, "users": 5, "sessions": {"4711": 9}}))]
pub(super) struct OfServer {
    /// Open sockets.
    sockets: u64,
    /// Different users among them.
    users: u64,
    /// Sockets that follow each session that has some.
    sessions: BTreeMap<String, u64>,
}

/// Counts who is here
///
/// Sockets of the whole server. Streams and polls over HTTP are not among them.
#[utoipa::path(
    get, path = "/api/presence", tag = "presence", operation_id = "getPresence",
    security((), ("bearer" = [])),
    responses((status = 200, description = "Counts", body = OfServer), ReadErrors),
)]
pub(super) async fn of_server(State(app): State<App>) -> Json<OfServer> {
    let counts = app.sockets.counts();
    let live = app.tables.live();
    let watched = live.iter().map(|table| (table.id(), app.hub.subscribers(table.id().get())));
    let watched = watched.filter(|(_, count)| *count > 0);
    Json(OfServer {
        sockets: counts.sockets as u64,
        users: counts.users as u64,
        sessions: watched.map(|(id, count)| (id.to_string(), count as u64)).collect(),
    })
}

/// Who is here, on one session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"session": "4711", "seats": {"0": true}, "viewers": 3}))]
pub(super) struct OfSession {
    /// The session's id.
    #[schema(value_type = String)]
    session: SessionId,
    /// The seats with a live socket or stream.
    seats: BTreeMap<String, bool>,
    /// Live sockets and streams without a seat.
    viewers: u64,
}

/// Says who is at a session
#[utoipa::path(
    get, path = "/api/sessions/{id}/presence", tag = "presence",
    operation_id = "getSessionPresence",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    security((), ("bearer" = [])),
    responses((status = 200, description = "Who is here", body = OfSession), ReadErrors),
)]
pub(super) async fn of_session(
    State(app): State<App>,
    Session(id): Session,
    login: Option<Login>,
) -> Result<Json<OfSession>, Problem> {
    let presence = super::open(&app, id, login.as_ref()).await?.presence().await?;
    let seats = presence.seats.iter().map(|seat| (seat.to_string(), true)).collect();
    Ok(Json(OfSession { session: id, seats, viewers: presence.viewers }))
}
