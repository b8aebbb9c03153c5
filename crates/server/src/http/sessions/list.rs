//! Lists sessions, newest first. Must not know any game.

use axum::Json;
use axum::extract::State;
use engine::RawJson;
use game::{SessionId, Status, UserId};
use protocol::codes;
use serde::{Deserialize, Serialize};
use store::{ListQuery, SessionSummary};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::{AuthError, Login};
use crate::http::extract::{Query, is_on, session_id};
use crate::http::openapi::ReadErrors;
use crate::problem::Problem;
use crate::{clock, frames};

/// Sessions on a page, when the caller names no number.
const PAGE: usize = 50;

/// Most sessions on a page: some 30 KiB of JSON, and 400 KiB of summaries at the most.
const PAGE_MOST: usize = 200;

/// Which sessions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this game.
    #[param(example = "scoreboard")]
    game: Option<String>,
    /// Only sessions that are `open`, `running` or `ended`.
    status: Option<String>,
    /// Only sessions that this user made.
    owner: Option<String>,
    /// `true`: only sessions that the caller is a member of, by the rules of each game: who has a
    /// seat, or may come back to one. Needs a login.
    mine: Option<String>,
    /// Go on after this session: `next` of the page before.
    after: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// A page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// The sessions, newest first.
    sessions: Vec<Line>,
    /// Give this as `after` for the next page; `null` at the end.
    #[schema(value_type = Option<String>, example = "4711")]
    next: Option<SessionId>,
}

/// A session in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4711", "session": "4711", "game": "scoreboard", "title": "Friday", "summary": null,
    "status": "running", "owner": "u_anna", "lock_version": 7,
    "created_at": "2026-01-01T12:00:00.000Z", "updated_at": "2026-01-01T12:05:00.000Z",
    "viewers": 3
}))]
struct Line {
    /// The session's id.
    #[schema(value_type = String)]
    id: SessionId,
    /// The same, under the name that it has in messages.
    #[schema(value_type = String)]
    session: SessionId,
    /// Name of its game.
    game: String,
    /// What it is called.
    title: String,
    /// What the game has lists show beside the title, in its words; `null` for most games.
    #[schema(value_type = Option<Object>)]
    summary: Option<RawJson>,
    /// `open`, `running` or `ended`.
    status: &'static str,
    /// Who made it; `null` for the server itself.
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
    /// Its version.
    lock_version: u64,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC.
    updated_at: String,
    /// Sockets that follow it now.
    viewers: u64,
}

/// Lists sessions
///
/// Newest first. Page on with `next` as `after`. With `mine=true` those of the caller alone.
#[utoipa::path(
    get, path = "/api/sessions", tag = "sessions", operation_id = "listSessions",
    params(Which),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of the list", body = Page), ReadErrors),
)]
pub(super) async fn list(
    State(app): State<App>,
    login: Option<Login>,
    Query(which): Query<Which>,
) -> Result<Json<Page>, Problem> {
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    // One more than asked for tells whether there is a next page.
    let without = app.games.unlisted();
    let query = ListQuery { limit: limit + 1, without, ..which.query(login)? };
    let mut found = app.store.list(query).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.session);
    let viewers = |id: SessionId| app.hub.subscribers(id.get()) as u64;
    let sessions = found.into_iter().map(|one| line(viewers(one.session), one)).collect();
    Ok(Json(Page { sessions, next }))
}

impl Which {
    fn query(self, login: Option<Login>) -> Result<ListQuery, Problem> {
        let bad = |why: String| Problem::new(&codes::BAD_REQUEST, why);
        let status = self.status.filter(|text| !text.is_empty());
        let status = status.map(|text| {
            read_status(&text)
                .ok_or_else(|| bad(format!("status is open, running or ended, not {text:?}")))
        });
        let owner = self.owner.filter(|text| !text.is_empty());
        let owner =
            owner.map(|text| UserId::new(&text).map_err(|why| bad(format!("owner: {why}"))));
        let mine = self.mine.filter(|text| !text.is_empty());
        let member = match (is_on(mine.as_deref()), login) {
            (false, _) => None,
            (true, Some(login)) => Some(login.user),
            (true, None) => return Err(AuthError::Missing.into()),
        };
        let after = self.after.filter(|text| !text.is_empty());
        Ok(ListQuery {
            game: self.game.filter(|game| !game.is_empty()),
            status: status.transpose()?,
            owner: owner.transpose()?,
            member,
            after: after.map(|text| session_id(&text)).transpose()?,
            ..ListQuery::default()
        })
    }
}

fn read_status(text: &str) -> Option<Status> {
    let known = [Status::Open, Status::Running, Status::Ended];
    known.into_iter().find(|status| frames::status_name(*status) == text)
}

fn line(viewers: u64, session: SessionSummary) -> Line {
    Line {
        id: session.session,
        session: session.session,
        game: session.game,
        title: session.title,
        summary: session.summary,
        status: frames::status_name(session.status),
        owner: session.owner,
        lock_version: session.version.0,
        created_at: clock::rfc3339(session.created_at),
        updated_at: clock::rfc3339(session.updated_at),
        viewers,
    }
}
