//! Nommie's face, under `/api/games`: tables as their own REST resources. Must not know the rules of
//! the game.

mod games;
mod moves;
mod seats;
mod shapes;

use ::nommie::Nommie;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use game::{Game, SessionId, Version};
use protocol::codes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::etag::Tag;
use super::extract::{Fields, PathParts, command, raw, take_version};
use super::sessions::{self, Shown, carry_out};
use crate::app::App;
use crate::auth::Login;
use crate::frames;
use crate::problem::Problem;
use crate::tables::{Request, Table, TableError};
use crate::trace;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(games::list, games::create))
        .routes(routes!(games::waiting_longest))
        .routes(routes!(games::delete))
        .routes(routes!(games::snapshot))
        .routes(routes!(games::history))
        .routes(routes!(seats::join))
        .routes(routes!(seats::ready))
        .routes(routes!(seats::leave))
        .routes(routes!(seats::rejoin))
        .routes(routes!(seats::spectate))
        .routes(routes!(seats::add_ai))
        .routes(routes!(seats::update_ai))
        .routes(routes!(seats::remove_ai))
        .routes(routes!(seats::remove_player))
        .routes(routes!(seats::rename))
        .routes(routes!(seats::pause))
        .routes(routes!(moves::bid))
        .routes(routes!(moves::trump))
        .routes(routes!(moves::play))
}

/// A table that the path names as `{id}`, and who asks.
struct Place {
    login: Login,
    table: Table,
}

impl FromRequestParts<App> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let login = <Login as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let named = PathParts::from_request_parts(parts, app).await?;
        let id: SessionId = named
            .text("id")
            .parse()
            .map_err(|why: game::BadId| Problem::new(&codes::INVALID_GAME_ID, why.to_string()))?;
        let opened = super::open_table(app, id).await;
        let table = opened.and_then(|table| {
            let ours = table.now().game() == Nommie::NAME;
            ours.then_some(table).ok_or(TableError::NotFound)
        });
        Ok(Self { login, table: table.map_err(problem)? })
    }
}

/// Why not, in the words of this face.
fn problem(error: TableError) -> Problem {
    let problem = Problem::from(error);
    if problem.code() == codes::SESSION_NOT_FOUND.name {
        return Problem::new(&codes::GAME_NOT_FOUND, codes::GAME_NOT_FOUND.meaning);
    }
    problem
}

impl Place {
    fn shown(&self) -> Shown {
        let published = self.table.now();
        let viewer = published.viewer(Some(&self.login.user));
        let tag = Tag::of_table(published.session, viewer, published.version);
        Shown { published, viewer, tag }
    }

    /// Gives a command made of a verb and the fields of the body, on any version.
    async fn give(
        &self,
        key: Option<String>,
        verb: &str,
        mut fields: Fields,
    ) -> Result<Version, Problem> {
        let expected = take_version(&mut fields)?;
        let request = Request {
            actor: self.login.actor(),
            body: Some(command(verb, &[], fields)),
            expected,
            key,
            begun: trace::request_began(),
        };
        match carry_out(&self.table, request).await {
            Ok(answered) => Ok(answered.version),
            Err(error) => Err(self.refused(error)),
        }
    }

    /// The same for what must name the version that it rests on.
    async fn give_exactly(
        &self,
        key: Option<String>,
        verb: &str,
        fields: Fields,
    ) -> Result<Response, Problem> {
        if !fields.contains_key("lock_version") {
            let why = "`lock_version` is needed: the version that you see";
            return Err(Problem::new(&codes::BAD_REQUEST, why));
        }
        let version = self.give(key, verb, fields).await?;
        Ok(self.done(version))
    }

    /// Why not; when the version was stale, with the fresh snapshot of whoever asked.
    fn refused(&self, error: TableError) -> Problem {
        if matches!(&error, TableError::Refused(engine::Refused::Stale { .. })) {
            return sessions::refused_with(error, || envelope(&self.shown()));
        }
        problem(error)
    }

    /// Nothing but the tag of the version that the command made, even if there is a newer one.
    fn done(&self, version: Version) -> Response {
        let shown = self.shown();
        let tag = Tag::of_table(self.table.id(), shown.viewer, version);
        Shown { tag, ..shown }.with_headers(StatusCode::NO_CONTENT.into_response())
    }

    /// The snapshot of whoever asked.
    fn answer(&self) -> Response {
        let shown = self.shown();
        shown.with_headers(sessions::json(envelope(&shown).get().to_owned()))
    }

    /// The fields with the name of whoever asks, so that nobody takes another's.
    fn with_player(&self, mut fields: Fields) -> Fields {
        add_player(&mut fields, &self.login);
        fields
    }
}

fn add_player(fields: &mut Fields, login: &Login) {
    fields.remove("player");
    if let Some(name) = login.name.as_ref().filter(|name| game::Name::new(name).is_ok()) {
        fields.insert("player".to_owned(), raw(name));
    }
}

/// The snapshot envelope: what this viewer sees, and at which version.
fn envelope(shown: &Shown) -> Box<serde_json::value::RawValue> {
    frames::with_version(&shown.published.view(shown.viewer), shown.published.version)
}
