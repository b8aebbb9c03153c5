//! Makes sessions. Must not know any game.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::RawJson;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::view::{Shown, current, json};
use crate::app::App;
use crate::auth::Login;
use crate::http::extract::Json;
use crate::http::openapi::WriteErrors;
use crate::http::scoreboard;
use crate::http::shapes::{NewSession, SessionBody};
use crate::problem::Problem;

/// What to make.
#[derive(Deserialize)]
pub(super) struct Wish {
    game: String,
    options: Option<Box<RawValue>>,
}

/// Makes a session
///
/// `options` are the game's: a scoreboard needs a `title`, a mirror takes `title`, `public`, `seats`
/// and `players` and needs a service token. Whoever makes a session owns it.
#[utoipa::path(
    post, path = "/api/sessions", tag = "sessions", operation_id = "createSession",
    request_body = NewSession,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The session as its maker sees it", body = SessionBody,
            headers(
                ("location" = String, description = "Where it is"),
                ("etag" = String, description = "Names this representation"),
            )),
        WriteErrors,
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    login: Login,
    Json(wish): Json<Wish>,
) -> Result<Response, Problem> {
    let options = wish.options.map_or_else(empty, RawJson::from);
    let options = scoreboard::fill_options(&app, &wish.game, options).await?;
    let (table, _) = app.tables.create(&wish.game, login.actor(), options).await?;
    let shown = Shown::to(&app, table.now(), Some(&login.user));
    let mut response = shown.with_headers(json(current(&app, &shown)));
    *response.status_mut() = StatusCode::CREATED;
    let place = format!("/api/sessions/{}", table.id());
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response.into_response())
}

fn empty() -> RawJson {
    crate::http::extract::raw(&serde_json::Map::new()).into()
}
