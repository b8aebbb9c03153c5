//! Who else may change a board: invitations and editors. Must not know what they may do (the rules
//! say).

use axum::response::Response;
use game::UserId;

use super::Board;
use crate::auth::Login;
use crate::http::extract::{Fields, Json, Key, OptionalJson, Query, version_field};
use crate::http::openapi::WriteErrors;
use crate::http::sessions::WhichVersion;
use crate::http::shapes;
use crate::problem::Problem;

/// Invites editors
///
/// The owner's: makes a code with which others become editors. An older code ends.
#[utoipa::path(
    post, path = "/game/{id}/invite", tag = "scoreboard", operation_id = "invite",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    security(("bearer" = [])),
    responses((status = 200, description = "The code", body = shapes::Invite), WriteErrors),
)]
pub(super) async fn invite(
    board: Board,
    login: Login,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    Ok(board.write(login, key, "invite", &[], fields).await?.reply())
}

/// Becomes an editor
#[utoipa::path(
    post, path = "/game/{id}/join", tag = "scoreboard", operation_id = "join",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    request_body = shapes::Invite,
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn join(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(board.write(login, key, "join", &[], fields).await?.answer())
}

/// Lets a user edit
///
/// The owner's.
#[utoipa::path(
    put, path = "/game/{id}/editors/{user}", tag = "scoreboard", operation_id = "grant",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("user" = String, Path, description = "User id", example = "u_anna"),
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn grant(
    board: Board,
    login: Login,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    let user: UserId = board.parts.get("user")?;
    let path = [("user_id", user.as_str())];
    Ok(board.write(login, key, "grant", &path, fields).await?.answer())
}

/// Lets a user edit no more
///
/// The owner's.
#[utoipa::path(
    delete, path = "/game/{id}/editors/{user}", tag = "scoreboard", operation_id = "revoke",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("user" = String, Path, description = "User id", example = "u_anna"),
        WhichVersion,
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn revoke(
    board: Board,
    login: Login,
    Key(key): Key,
    Query(which): Query<WhichVersion>,
) -> Result<Response, Problem> {
    let user: UserId = board.parts.get("user")?;
    let path = [("user_id", user.as_str())];
    let fields = version_field(which.lock_version);
    Ok(board.write(login, key, "revoke", &path, fields).await?.answer())
}
