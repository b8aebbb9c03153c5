//! Routes of logins: guests, accounts, renewal, the end, and tokens for sockets. Must not know how a
//! token is made or checked.

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::close;
use serde::{Deserialize, Serialize};
use store::SiteId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Json, OptionalJson};
use super::openapi::{ReadErrors, WriteErrors};
use super::shapes;
use crate::app::App;
use crate::auth::{AuthError, Login, NewAccount, Password};
use crate::problem::Problem;
use crate::rate::{ClientAddress, Rates};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(guest))
        .routes(routes!(signup))
        .routes(routes!(login))
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

/// Who somebody wants to be from now on.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"site_id": "anna", "nickname": "Anna", "password": "<password>"}))]
struct SignUp {
    /// The name to log in with: 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_`, `-`. Case does not count.
    site_id: String,
    /// The name to show: 1 to 64 characters.
    nickname: String,
    /// 8 to 128 characters.
    password: String,
}

/// Signs up
///
/// Makes a user with an account, and logs them in.
#[utoipa::path(
    post, path = "/api/auth/signup", tag = "auth", operation_id = "signup",
    request_body = SignUp,
    responses((status = 200, description = "The login", body = shapes::AccountLogin), WriteErrors),
)]
async fn signup(
    State(app): State<App>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(rates): Extension<Rates>,
    Json(wish): Json<SignUp>,
) -> Result<Response, Problem> {
    let wish = NewAccount::new(&wish.site_id, &wish.nickname, &wish.password)?;
    rates.sign_up(address)?;
    Ok(secret(app.auth.sign_up(wish).await?))
}

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"site_id": "anna", "password": "<password>"}))]
struct LogIn {
    /// The name from the sign-up, in any case.
    site_id: String,
    /// The password.
    password: String,
}

/// Logs in with a password
///
/// A name that nobody has and a wrong password are refused alike.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth", operation_id = "login",
    request_body = LogIn,
    responses((status = 200, description = "The login", body = shapes::AccountLogin), WriteErrors),
)]
async fn login(
    State(app): State<App>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(rates): Extension<Rates>,
    Json(given): Json<LogIn>,
) -> Result<Response, Problem> {
    rates.log_in(address)?;
    let attempt = match SiteId::new(&given.site_id) {
        Ok(site_id) => Some(rates.attempt(&site_id)?),
        // Of nobody, so there is nothing to guess.
        Err(_) => None,
    };
    let outcome = app.auth.log_in(&given.site_id, Password::given(&given.password)).await;
    match (&outcome, attempt) {
        (Ok(_), Some(attempt)) => attempt.succeeded(),
        (Err(AuthError::WrongCredentials), _) | (_, None) => {}
        (Err(_), Some(attempt)) => attempt.undecided(),
    }
    Ok(secret(outcome?))
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
/// The refresh token works once; the answer has a new one. A token that comes a second time ends its
/// whole login: somebody has a copy.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth", operation_id = "refresh",
    request_body = Refresh,
    responses((status = 200, description = "The login", body = shapes::AnyLogin), WriteErrors),
)]
async fn refresh(
    State(app): State<App>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(rates): Extension<Rates>,
    Json(refresh): Json<Refresh>,
) -> Result<Response, Problem> {
    rates.refresh(address)?;
    let outcome = app.auth.refresh(&refresh.refresh_token).await;
    if let Err(AuthError::Reused { user, family }) = &outcome {
        app.sockets.end_login(user, family, close::LOGIN);
    }
    Ok(secret(outcome?))
}

/// Says who is logged in
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth", operation_id = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "The user", body = shapes::AnyUser), ReadErrors),
)]
async fn me(State(app): State<App>, login: Login) -> Result<Response, Problem> {
    Ok(secret(app.auth.user_body(&login).await?))
}

/// What to end.
#[derive(Default, Deserialize, ToSchema)]
struct Leave {
    /// A refresh token of this user: its login ends too. Needed for access tokens of before there were
    /// accounts, which do not say what login they belong to.
    refresh_token: Option<String>,
    /// `true`: end all logins of this user, on all devices, and close their sockets.
    #[serde(default)]
    everywhere: bool,
}

/// Logs out
///
/// Ends the login that the access token belongs to, or with `everywhere` all logins of the user. Its
/// tokens are refused and its sockets are closed at once. Without a good access token (it may have
/// expired) a good `refresh_token` ends its own login.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth", operation_id = "logout",
    request_body(content = Option<Leave>),
    security(("bearer" = []), ()),
    responses((status = 204, description = "Done"), WriteErrors),
)]
async fn logout(
    State(app): State<App>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(rates): Extension<Rates>,
    login: Result<Login, Problem>,
    OptionalJson(leave): OptionalJson<Leave>,
) -> Result<StatusCode, Problem> {
    let refresh = leave.refresh_token.as_deref();
    let (user, ended) = match (login, refresh) {
        (Ok(login), _) => {
            let ended = app.auth.logout(&login, leave.everywhere, refresh).await?;
            if leave.everywhere {
                app.sockets.end_user(&login.user, close::LOGIN);
            }
            (login.user, ended)
        }
        (Err(_), Some(token)) if !leave.everywhere => {
            rates.refresh(address)?;
            let (user, family) = app.auth.logout_by_refresh(token).await?;
            (user, vec![family])
        }
        (Err(problem), _) => return Err(problem),
    };
    for family in &ended {
        app.sockets.end_login(&user, family, close::LOGIN);
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
