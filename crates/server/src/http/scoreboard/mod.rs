//! The scoreboard face, under `/game`: boards as their own REST resources, and the catalogue of
//! drinks that all of them share. Must not know how a board changes (the game does).

mod boards;
mod catalogue;
mod drinks;
mod editors;
mod players;
mod teams;

use ::scoreboard::{BoardView, Scoreboard, canonical};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::RawJson;
use game::{Game, SessionId, Version};
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Fields, PathParts, command, raw, session_id, take_version};
use super::sessions;
use super::sessions::{Shown, carry_out};
use crate::app::App;
use crate::auth::Login;
use crate::problem::Problem;
use crate::tables::{Published, Request, Table, TableError};
use crate::trace;

pub(crate) use catalogue::check_right;
pub(super) use catalogue::{fill_options, follow, freshen, is_catalogue};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(boards::list, boards::create))
        .routes(routes!(boards::get, boards::rename, boards::delete))
        .routes(routes!(teams::add))
        .routes(routes!(teams::rename, teams::remove))
        .routes(routes!(players::add))
        .routes(routes!(players::edit, players::remove))
        .routes(routes!(players::add_drink))
        .routes(routes!(editors::invite))
        .routes(routes!(editors::join))
        .routes(routes!(editors::grant, editors::revoke))
        .routes(routes!(drinks::list, drinks::add))
        .routes(routes!(drinks::rename, drinks::remove))
}

/// A board that the path names as `{id}`, up to date with the catalogue.
struct Board {
    app: App,
    table: Table,
    parts: PathParts,
}

impl FromRequestParts<App> for Board {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let parts = PathParts::from_request_parts(parts, app).await?;
        let id: SessionId = session_id(parts.text("id"))?;
        let table = super::open_table(app, id).await?;
        if table.now().game() != Scoreboard::NAME {
            return Err(TableError::NotFound.into());
        }
        Ok(Self { app: app.clone(), table, parts })
    }
}

/// What a write makes of a board, for its answer.
struct Written {
    board: Board,
    login: Login,
    version: Version,
    reply: RawJson,
}

impl Board {
    /// Carries out a command of this user, made of a verb, the path and the body.
    async fn write(
        self,
        login: Login,
        key: Option<String>,
        verb: &str,
        path: &[(&str, &str)],
        mut fields: Fields,
    ) -> Result<Written, Problem> {
        let expected = take_version(&mut fields)?;
        let body = command(verb, path, fields);
        self.give(login, key, body, expected).await
    }

    async fn give(
        self,
        login: Login,
        key: Option<String>,
        body: RawJson,
        expected: Option<Version>,
    ) -> Result<Written, Problem> {
        let begun = trace::request_began();
        let request = Request { actor: login.actor(), body: Some(body), expected, key, begun };
        match carry_out(&self.table, request).await {
            Ok(answered) => {
                let (version, reply) = (answered.version, answered.reply);
                Ok(Written { board: self, login, version, reply })
            }
            Err(error) => Err(self.refused(error)),
        }
    }

    /// Why not; when the version was stale, with the fresh board.
    fn refused(&self, error: TableError) -> Problem {
        sessions::refused_with(error, || state(&self.table.now()))
    }
}

impl Written {
    /// The canonical state.
    fn answer(self) -> Response {
        let published = self.board.table.now();
        let shown = Shown::to(&self.board.app, published, Some(&self.login.user));
        shown.with_headers(sessions::json(state(&shown.published).get().to_owned()))
    }

    /// What was made, with its version.
    fn made(self) -> Response {
        let mut fields: Fields = serde_json::from_str(self.reply.get()).unwrap_or_default();
        fields.insert("lock_version".to_owned(), raw(&self.version));
        let body = raw(&fields).get().to_owned();
        (StatusCode::CREATED, sessions::json(body)).into_response()
    }

    /// What the game replied.
    fn reply(self) -> Response {
        sessions::json(self.reply.get().to_owned())
    }
}

/// The canonical state of a board.
fn state(published: &Published) -> Box<RawValue> {
    let view = published.view(game::Viewer::Spectator);
    match serde_json::from_str::<BoardView>(view.get()) {
        Ok(board) => raw(&canonical(board, published.version)),
        Err(error) => {
            tracing::error!(session = %published.session, %error, "a board's view is no board");
            RawValue::NULL.to_owned()
        }
    }
}

/// An answer to a request that made a board.
fn created(response: Response, place: &str) -> Response {
    let mut response = (StatusCode::CREATED, response).into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
