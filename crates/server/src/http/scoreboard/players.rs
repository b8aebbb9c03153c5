//! Players of a board and what they have had. Must not know how a tally is kept.

use ::scoreboard::PlayerId;
use axum::response::Response;

use super::Board;
use crate::auth::Login;
use crate::http::extract::{Fields, Json, Key, Query, version_field};
use crate::http::openapi::WriteErrors;
use crate::http::sessions::WhichVersion;
use crate::http::shapes;
use crate::problem::Problem;

/// Adds a player
#[utoipa::path(
    post, path = "/game/{id}/player", tag = "scoreboard", operation_id = "addPlayer",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    request_body = shapes::NewPlayer,
    security(("bearer" = [])),
    responses((status = 201, description = "The player", body = shapes::Player), WriteErrors),
)]
pub(super) async fn add(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(board.write(login, key, "add_player", &[], fields).await?.made())
}

/// Changes a player
///
/// What is absent stays. `drinks` **sets** each listed amount.
#[utoipa::path(
    patch, path = "/game/{id}/player/{player}", tag = "scoreboard", operation_id = "editPlayer",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("player" = String, Path, description = "Player id", example = "p1"),
    ),
    request_body = shapes::PlayerChange,
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn edit(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let player: PlayerId = board.parts.get("player")?;
    let path = [("player_id", player.as_str())];
    Ok(board.write(login, key, "edit_player", &path, fields).await?.answer())
}

/// Removes a player
#[utoipa::path(
    delete, path = "/game/{id}/player/{player}", tag = "scoreboard", operation_id = "removePlayer",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("player" = String, Path, description = "Player id", example = "p1"),
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
    let player: PlayerId = board.parts.get("player")?;
    let path = [("player_id", player.as_str())];
    let fields = version_field(which.lock_version);
    Ok(board.write(login, key, "remove_player", &path, fields).await?.answer())
}

/// Adds drinks
///
/// **Adds** `amount` (1 by default) to what the player has had; it may be negative, but a tally
/// never falls below 0. Without `lock_version` this commutes with all others of its kind.
#[utoipa::path(
    patch, path = "/game/{id}/player/{player}/drink", tag = "scoreboard",
    operation_id = "addDrink",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("player" = String, Path, description = "Player id", example = "p1"),
    ),
    request_body = shapes::MoreDrinks,
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn add_drink(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let player: PlayerId = board.parts.get("player")?;
    let path = [("player_id", player.as_str())];
    Ok(board.write(login, key, "add_drink", &path, fields).await?.answer())
}
