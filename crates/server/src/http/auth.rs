//! Routes of logins: guests, renewal, the end, and tokens for sockets. Must not know how a token is
//! made or checked.

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::close;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Json, OptionalJson};
use super::openapi::{ReadErrors, WriteErrors};
use super::shapes;
use crate::app::App;
use crate::auth::{Login, UserBody};
use crate::problem::Problem;
use crate::rate::{ClientAddress, Rates};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(guest))
        .routes(routes!(refresh))
        .routes(routes!(me))
        .routes(routes!(logout))
        .routes(routes!(socket_token, socket_token_by_post))
}

/// An answer with a secret in it, which no cache may keep.
fn secret(body: impl Serialize) -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, axum::Json(body)).into_response()
}

/// Who a guest wants to be.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Anna"}))]
struct NewGuest {
    /// 1 to 64 characters; without one, the server picks a name.
    name: Option<String>,
}

/// Logs in as a guest
#[utoipa::path(
    post, path = "/api/auth/guest", tag = "auth", operation_id = "guest",
    request_body(content = Option<NewGuest>),
    responses((status = 200, description = "The login", body = shapes::LoginBody), WriteErrors),
)]
async fn guest(
    State(app): State<App>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(rates): Extension<Rates>,
    OptionalJson(guest): OptionalJson<NewGuest>,
) -> Result<Response, Problem> {
    rates.guest(address)?;
    Ok(secret(app.auth.guest(guest.name.as_deref()).await?))
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh_token": "<token>"}))]
struct Refresh {
    /// From the login or the last renewal. Works once.
    refresh_token: String,
}

/// Renews a login
///
/// The refresh token works once; the answer has a new one.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth", operation_id = "refresh",
    request_body = Refresh,
    responses((status = 200, description = "The login", body = shapes::LoginBody), WriteErrors),
)]
async fn refresh(
    State(app): State<App>,
    Json(refresh): Json<Refresh>,
) -> Result<Response, Problem> {
    Ok(secret(app.auth.refresh(&refresh.refresh_token).await?))
}

/// Says who is logged in
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth", operation_id = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "The user", body = shapes::User), ReadErrors),
)]
async fn me(login: Login) -> Response {
    let name = login.name.clone().unwrap_or_else(|| login.user.to_string());
    secret(UserBody { id: login.user, name, roles: login.roles })
}

/// What to end.
#[derive(Default, Deserialize, ToSchema)]
struct Leave {
    /// The refresh token of this login, which ends with it.
    refresh_token: Option<String>,
    /// `true`: end all logins of this user, on all devices, and close their sockets.
    #[serde(default)]
    everywhere: bool,
}

/// Logs out
///
/// Ends the refresh token that is given, or with `everywhere` all logins of the user at once.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth", operation_id = "logout",
    request_body(content = Option<Leave>),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), WriteErrors),
)]
async fn logout(
    State(app): State<App>,
    login: Login,
    OptionalJson(leave): OptionalJson<Leave>,
) -> Result<StatusCode, Problem> {
    app.auth.logout(&login, leave.everywhere, leave.refresh_token.as_deref()).await?;
    if leave.everywhere {
        app.sockets.end_user(&login.user, close::LOGIN);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A token that opens one socket.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"token": "<token>", "expires_in": 90}))]
struct SocketToken {
    /// Single use, for sockets alone.
    token: String,
    /// Seconds.
    expires_in: u64,
}

fn make_socket_token(app: &App, login: &Login) -> Result<Response, Problem> {
    let (token, expires_in) = app.auth.socket_token(login)?;
    Ok(secret(SocketToken { token, expires_in }))
}

/// Makes a socket token
///
/// For browsers, which cannot send headers with a socket: as the subprotocol
/// `parlor.token.<token>` beside `parlor.v1`, or as `?token=`. Works once, for 90 seconds, and not
/// for REST.
#[utoipa::path(
    get, path = "/api/ws/token", tag = "auth", operation_id = "socketToken",
    security(("bearer" = [])),
    responses((status = 200, description = "The token", body = SocketToken), ReadErrors),
)]
async fn socket_token(State(app): State<App>, login: Login) -> Result<Response, Problem> {
    make_socket_token(&app, &login)
}

/// Makes a socket token
///
/// The same, for clients that would rather not `GET` a secret.
#[utoipa::path(
    post, path = "/api/ws/token", tag = "auth", operation_id = "socketTokenByPost",
    security(("bearer" = [])),
    responses((status = 200, description = "The token", body = SocketToken), ReadErrors),
)]
async fn socket_token_by_post(State(app): State<App>, login: Login) -> Result<Response, Problem> {
    make_socket_token(&app, &login)
}
