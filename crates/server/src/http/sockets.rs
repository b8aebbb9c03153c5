//! Where sockets are opened. Must not know what is said on them.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use protocol::codes;
use protocol::from_client::Since;
use serde::Deserialize;
use utoipa::{IntoParams, IntoResponses};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{PathParts, Query, is_on};
use super::shapes;
use crate::app::App;
use crate::problem::Problem;
use crate::sockets::{self, Face};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(multi))
        .routes(routes!(session))
        .routes(routes!(board))
        .routes(routes!(table))
        .routes(routes!(user))
        .routes(routes!(monitor))
        .routes(routes!(given_up))
}

/// What a socket may say in its address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Address {
    /// A token, for those who can send neither a header nor a subprotocol.
    #[allow(dead_code, reason = "read from the raw query, where it stands unescaped")]
    token: Option<String>,
}

/// How to follow the session of the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct How {
    /// `1`: send patches (RFC 6902) where they are smaller than the view.
    patch: Option<String>,
    /// Go on after this position, `<epoch>:<lock_version>:<class>`.
    since: Option<String>,
    /// A token, for those who can send neither a header nor a subprotocol.
    #[allow(dead_code, reason = "read from the raw query, where it stands unescaped")]
    token: Option<String>,
}

/// How an upgrade is answered.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "for the description alone")]
enum Upgrade {
    /// A WebSocket follows
    #[response(status = 101)]
    Follows,
    /// This address is for sockets
    #[response(status = 426, content_type = "application/problem+json")]
    Required(#[to_schema] shapes::Problem),
    /// Too many sockets
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] shapes::Problem),
    /// No room, or going down
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] shapes::Problem),
}

/// Opens a socket for many topics
///
/// The first message is `ack`. A token comes by `Authorization`, as the subprotocol
/// `parlor.token.<token>` beside `parlor.v1`, or as `?token=`. Who may not come in is told so after
/// the upgrade, by an `error` message and a close code.
#[utoipa::path(
    get, path = "/ws", tag = "sockets", operation_id = "socket", params(Address),
    security((), ("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn multi(State(app): State<App>, RawQuery(query): RawQuery, request: Request) -> Response {
    open(app, Face::Multi, query, request).await
}

/// Opens a socket for one session
///
/// `ack`, then the `snapshot` without asking (or what was missed since `since`), then `update` or
/// `patch`, `game_event`, `presence`, `closed`.
#[utoipa::path(
    get, path = "/ws/sessions/{id}", tag = "sockets", operation_id = "sessionSocket",
    params(("id" = String, Path, description = "Session id", example = "4711"), How),
    security((), ("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn session(
    State(app): State<App>,
    parts: PathParts,
    Query(how): Query<How>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let id = parts.text("id").parse();
    let since = how.since.as_deref().and_then(Since::from_query);
    let patch = is_on(how.patch.as_deref());
    open(app, Face::Session { id, patch, since }, query, request).await
}

/// Opens a socket for one board
///
/// The scoreboard's own: `snapshot`, then `update` after each change. Anonymous.
#[utoipa::path(
    get, path = "/ws/game/{id}", tag = "sockets", operation_id = "boardSocket",
    params(("id" = String, Path, description = "Session id", example = "4711"), Address),
    security((), ("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn board(
    State(app): State<App>,
    parts: PathParts,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let face = Face::Scoreboard { id: parts.text("id").parse() };
    Ok(open(app, face, query, request).await)
}

/// Opens a socket for one game of Nommie
///
/// `ack`, then `snapshot`, then a `snapshot` after each change: `data` is what
/// `GET /api/games/{id}/snapshot` answers. For users; spectators see no hands.
#[utoipa::path(
    get, path = "/ws/games/{id}", tag = "sockets", operation_id = "gameSocket",
    params(("id" = u64, Path, description = "Id of the game", example = 4711), Address),
    security(("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn table(
    State(app): State<App>,
    parts: PathParts,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let face = Face::Nommie { id: parts.text("id").parse() };
    Ok(open(app, face, query, request).await)
}

/// How to follow a stream of events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct From {
    /// Go on after this event, an `id`. What the server does not remember any more is a gap, and it
    /// says so.
    #[param(example = "1755345296789-4711-000000000012-0000")]
    since: Option<String>,
    /// A token, for those who can send neither a header nor a subprotocol.
    #[allow(dead_code, reason = "read from the raw query, where it stands unescaped")]
    token: Option<String>,
}

/// Opens a socket for what happens to the caller
///
/// `ws_ack`, then `game_event`, `balance` and `reward` for everything that the caller does in the
/// casino, wherever it was done.
#[utoipa::path(
    get, path = "/api/games/ws", tag = "sockets", operation_id = "userSocket", params(From),
    security(("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn user(
    State(app): State<App>,
    Query(from): Query<From>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    open(app, Face::User { since: from.since }, query, request).await
}

/// Opens a socket for what happens to all users
///
/// For admins. `monitor_snapshot`, then `game_event` of every user, `presence` and `stats`.
#[utoipa::path(
    get, path = "/api/games/ws/monitor", tag = "sockets", operation_id = "monitorSocket",
    params(From),
    security(("bearer" = []), ("query_token" = [])),
    responses(Upgrade),
)]
async fn monitor(
    State(app): State<App>,
    Query(from): Query<From>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    open(app, Face::Monitor { since: from.since }, query, request).await
}

/// Names what took this path's place
///
/// The casino's socket of old.
#[utoipa::path(
    get, path = "/ws/games", tag = "sockets", operation_id = "socketOfOld",
    responses((status = 410, description = "It was given up", body = shapes::Problem,
        content_type = "application/problem+json")),
)]
async fn given_up() -> Problem {
    let text = "use /api/games/ws for your own events, or /api/games/ws/monitor for those of all";
    Problem::new(&codes::GONE, text)
        .with("user", "/api/games/ws")
        .with("monitor", "/api/games/ws/monitor")
}

async fn open(app: App, face: Face, query: Option<String>, request: Request) -> Response {
    let login = app.auth.of_upgrade(request.headers(), query.as_deref()).await;
    // The answer will be a good upgrade, so nothing further out counts this.
    if let Err(error) = &login {
        app.metrics.auth_failure(error.reason());
    }
    sockets::upgrade(app, face, request, login)
}
