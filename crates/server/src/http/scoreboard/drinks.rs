//! The catalogue of drinks as a REST resource. Must not know how boards hear of it (that is
//! `catalogue`).

use ::scoreboard::DrinkId;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Answered;
use game::Viewer;

use super::catalogue;
use crate::app::App;
use crate::auth::Login;
use crate::http::extract::{
    Fields, Json, Key, PathParts, Query, command, take_version, version_field,
};
use crate::http::openapi::{ReadErrors, WriteErrors};
use crate::http::sessions::{self, Shown, WhichVersion};
use crate::http::shapes;
use crate::problem::Problem;
use crate::tables::Request;
use crate::trace;

/// Lists drinks
///
/// The catalogue that all boards share.
#[utoipa::path(
    get, path = "/game/drinks", tag = "drinks", operation_id = "listDrinks",
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The drinks", body = [shapes::Drink]),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let shown = Shown::to(&app, catalogue::open(&app).await?.now(), None);
    let view = |shown: &Shown| shown.published.view(Viewer::Spectator).get().to_owned();
    Ok(shown.answer(&headers, view))
}

/// Adds a drink
#[utoipa::path(
    post, path = "/game/drinks", tag = "drinks", operation_id = "addDrinkToCatalogue",
    request_body = shapes::Named,
    security(("bearer" = [])),
    responses((status = 201, description = "The drink", body = shapes::Drink), WriteErrors),
)]
pub(super) async fn add(
    State(app): State<App>,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let drink = write(&app, &login, key, "add", &[], fields).await?;
    Ok((StatusCode::CREATED, sessions::json(drink.reply.get().to_owned())).into_response())
}

/// Renames a drink
///
/// The new name reaches every open board.
#[utoipa::path(
    patch, path = "/game/drinks/{drink}", tag = "drinks", operation_id = "renameDrink",
    params(("drink" = String, Path, description = "Drink id", example = "d1")),
    request_body = shapes::Named,
    security(("bearer" = [])),
    responses((status = 200, description = "The drink", body = shapes::Drink), WriteErrors),
)]
pub(super) async fn rename(
    State(app): State<App>,
    parts: PathParts,
    login: Login,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let id: DrinkId = parts.get("drink")?;
    let path = [("drink_id", id.as_str())];
    let drink = write(&app, &login, key, "rename", &path, fields).await?;
    Ok(sessions::json(drink.reply.get().to_owned()))
}

/// Removes a drink
///
/// It is served no more; what was drunk of it stays counted.
#[utoipa::path(
    delete, path = "/game/drinks/{drink}", tag = "drinks", operation_id = "removeDrink",
    params(("drink" = String, Path, description = "Drink id", example = "d1"), WhichVersion),
    security(("bearer" = [])),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
pub(super) async fn remove(
    State(app): State<App>,
    parts: PathParts,
    login: Login,
    Key(key): Key,
    Query(which): Query<WhichVersion>,
) -> Result<StatusCode, Problem> {
    let id: DrinkId = parts.get("drink")?;
    let fields = version_field(which.lock_version);
    write(&app, &login, key, "remove", &[("drink_id", id.as_str())], fields).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn write(
    app: &App,
    login: &Login,
    key: Option<String>,
    verb: &str,
    path: &[(&str, &str)],
    mut fields: Fields,
) -> Result<Answered, Problem> {
    let table = catalogue::open(app).await?;
    catalogue::check_right(app, table.id(), login)?;
    let expected = take_version(&mut fields)?;
    let body = command(verb, path, fields);
    let begun = trace::request_began();
    let request = Request { actor: login.actor(), body: Some(body), expected, key, begun };
    let answered = sessions::carry_out(&table, request).await.map_err(|error| {
        sessions::refused_with(error, || {
            crate::http::extract::raw(&*table.now().view(Viewer::Spectator))
        })
    })?;
    let _ = tokio::time::timeout(sessions::SHOWN_WITHIN, catalogue::tell_boards(app)).await;
    Ok(answered)
}
