//! Teams of a board. Must not know what a team means for its players.

use ::scoreboard::TeamId;
use axum::response::Response;

use super::Board;
use crate::auth::Login;
use crate::http::extract::{Fields, Json, Key, Query, version_field};
use crate::http::openapi::WriteErrors;
use crate::http::sessions::WhichVersion;
use crate::http::shapes;
use crate::problem::Problem;

/// Adds a team
#[utoipa::path(
    post, path = "/game/{id}/team", tag = "scoreboard", operation_id = "addTeam",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    request_body = shapes::Named,
    security(("bearer" = [])),
    responses((status = 201, description = "The team", body = shapes::Team), WriteErrors),
)]
pub(super) async fn add(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(board.write(login, key, "add_team", &[], fields).await?.made())
}

/// Renames a team
#[utoipa::path(
    patch, path = "/game/{id}/team/{team}", tag = "scoreboard", operation_id = "renameTeam",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("team" = String, Path, description = "Team id", example = "t1"),
    ),
    request_body = shapes::Named,
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn rename(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let team: TeamId = board.parts.get("team")?;
    let path = [("team_id", team.as_str())];
    Ok(board.write(login, key, "rename_team", &path, fields).await?.answer())
}

/// Removes a team
///
/// Its players stay, without a team.
#[utoipa::path(
    delete, path = "/game/{id}/team/{team}", tag = "scoreboard", operation_id = "removeTeam",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("team" = String, Path, description = "Team id", example = "t1"),
        WhichVersion,
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn remove(
    board: Board,
    login: Login,
    Key(key): Key,
    Query(which): Query<WhichVersion>,
) -> Result<Response, Problem> {
    let team: TeamId = board.parts.get("team")?;
    let path = [("team_id", team.as_str())];
    let fields = version_field(which.lock_version);
    Ok(board.write(login, key, "remove_team", &path, fields).await?.answer())
}
