//! Boards: list, make, show, rename, delete. Must not know what is on them.

use ::scoreboard::Scoreboard;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::RawJson;
use game::{Game, Version};
use serde::Deserialize;
use serde_json::value::RawValue;
use store::ListQuery;
use utoipa::IntoParams;

use super::{Board, created, fill_options, state};
use crate::app::App;
use crate::auth::Login;
use crate::http::extract::{Fields, Json, Key, Query, raw};
use crate::http::openapi::{ReadErrors, WriteErrors};
use crate::http::sessions::{self, Shown, WhichVersion};
use crate::http::shapes;
use crate::problem::Problem;
use crate::tables::TableError;

/// Boards in one answer, when the caller names no number.
const PAGE: usize = 20;

/// Most boards in one answer: each is loaded and shown whole.
const PAGE_MOST: usize = 100;

/// Which boards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Leave out so many first.
    skip: Option<usize>,
    /// At most so many, up to 100.
    limit: Option<usize>,
}

/// Lists boards
///
/// Newest first, each as its canonical state.
#[utoipa::path(
    get, path = "/game", tag = "scoreboard", operation_id = "listBoards", params(Which),
    security((), ("bearer" = [])),
    responses((status = 200, description = "Boards", body = [shapes::Board]), ReadErrors),
)]
pub(super) async fn list(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let limit = which.limit.unwrap_or(PAGE).min(PAGE_MOST);
    let skip = which.skip.unwrap_or_default();
    let query =
        ListQuery { game: Some(Scoreboard::NAME.to_owned()), skip, limit, ..ListQuery::default() };
    let mut boards: Vec<Box<RawValue>> = Vec::with_capacity(limit);
    for line in app.store.list(query).await? {
        match crate::http::open_table(&app, line.session).await {
            Ok(table) => boards.push(state(&table.now())),
            // Deleted since it was listed.
            Err(TableError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sessions::json(raw(&boards).get().to_owned()))
}

/// Makes a board
#[utoipa::path(
    post, path = "/game", tag = "scoreboard", operation_id = "createBoard",
    request_body = shapes::NewBoard,
    security(("bearer" = [])),
    responses((status = 201, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn create(
    State(app): State<App>,
    login: Login,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let options: RawJson = raw(&fields).into();
    let options = fill_options(&app, Scoreboard::NAME, options).await?;
    let (table, _) = app.tables.create(Scoreboard::NAME, login.actor(), options).await?;
    let shown = Shown::to(&app, table.now(), Some(&login.user));
    let answer = shown.with_headers(sessions::json(state(&shown.published).get().to_owned()));
    Ok(created(answer, &format!("/game/{}", table.id())))
}

/// Shows a board
#[utoipa::path(
    get, path = "/game/{id}", tag = "scoreboard", operation_id = "getBoard",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The canonical state", body = shapes::Board),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn get(board: Board, login: Option<Login>, headers: HeaderMap) -> Response {
    let user = login.as_ref().map(|login| &login.user);
    let shown = Shown::to(&board.app, board.table.now(), user);
    shown.answer(&headers, |shown| state(&shown.published).get().to_owned())
}

/// Renames a board
#[utoipa::path(
    patch, path = "/game/{id}", tag = "scoreboard", operation_id = "renameBoard",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    request_body = shapes::Titled,
    security(("bearer" = [])),
    responses((status = 200, description = "The board", body = shapes::Board), WriteErrors),
)]
pub(super) async fn rename(
    board: Board,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(board.write(login, key, "set_title", &[], fields).await?.answer())
}

/// Deletes a board
///
/// For its owner and for admins. Every viewer gets a last message, `closed`.
#[utoipa::path(
    delete, path = "/game/{id}", tag = "scoreboard", operation_id = "deleteBoard",
    params(("id" = String, Path, description = "Session id", example = "4711"), WhichVersion),
    security(("bearer" = [])),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
pub(super) async fn delete(
    board: Board,
    login: Login,
    Query(which): Query<WhichVersion>,
) -> Result<StatusCode, Problem> {
    let expected = which.lock_version.map(Version);
    sessions::end(&board.table, &login, expected).await.map_err(|error| board.refused(error))
}
