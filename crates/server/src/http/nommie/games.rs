//! Tables: list, make, show, delete. Must not know how one is played.

use ::nommie::{Nommie, Table as NommieTable, history as rounds};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::RawJson;
use game::{Game, SessionId, Status, UserId, Version};
use protocol::codes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{ListQuery, SessionSummary};
use utoipa::{IntoParams, ToSchema};

use super::{Place, add_player, envelope, shapes};
use crate::app::App;
use crate::auth::Login;
use crate::clock;
use crate::http::etag::Tag;
use crate::http::extract::{Fields, OptionalJson, Query, raw, take_version};
use crate::http::openapi::{ReadErrors, WriteErrors};
use crate::http::sessions::{self, Shown, WhichVersion};
use crate::problem::Problem;

/// Games in one answer, when the caller names no number.
const PAGE: usize = 20;

/// Most games in one answer.
const PAGE_MOST: usize = 100;

/// Ids in the answer of `waiting-longest`.
const WAITING: usize = 5;

/// Turns of one user that a list can show.
const TURNS: usize = 200;

/// Which games.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `joinable` (in the lobby, with a free seat), `in-progress`, or `mine`. Default: all.
    #[param(example = "joinable")]
    state: Option<String>,
    /// Go on after this game: `next` of the page before.
    after: Option<u64>,
    /// At most so many, up to 100.
    limit: Option<usize>,
}

/// A page of games.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// The games, newest first.
    games: Vec<Line>,
    /// Give this as `after` for the next page; `null` at the end.
    next: Option<u64>,
}

/// A game in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Line {
    /// Its id.
    #[schema(example = 4711)]
    id: u64,
    /// What it is called.
    name: String,
    /// `lobby`, `in-progress` or `over`.
    state: &'static str,
    /// Others wait for whoever asks.
    your_turn: bool,
    /// Its version.
    lock_version: u64,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC.
    updated_at: String,
    /// Sockets that follow it now.
    viewers: u64,
    /// `seats` (who sits there: `display_name`, `is_ai`; or `null`), `free`, `round_no`,
    /// `turn_clock`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    summary: Value,
}

/// Lists games
///
/// Newest first. Page on with `next` as `after`.
#[utoipa::path(
    get, path = "/api/games", tag = "nommie", operation_id = "listGames", params(Which),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of games", body = Page), ReadErrors),
)]
pub(super) async fn list(
    State(app): State<App>,
    login: Login,
    Query(which): Query<Which>,
) -> Result<axum::Json<Page>, Problem> {
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let after = which
        .after
        .map(SessionId::new)
        .transpose()
        .map_err(|why| Problem::new(&codes::INVALID_GAME_ID, why.to_string()))?;
    let mut query = ListQuery { after, limit: limit + 1, ..of_game() };
    let mut joinable = false;
    match which.state.as_deref().filter(|state| !state.is_empty()) {
        None => {}
        Some("joinable") => (query.status, joinable) = (Some(Status::Open), true),
        Some("in-progress") => query.status = Some(Status::Running),
        Some("mine") => query.member = Some(login.user.clone()),
        Some(other) => {
            let why = format!("state is joinable, in-progress or mine, not {other:?}");
            return Err(Problem::new(&codes::BAD_REQUEST, why));
        }
    }
    let mut found = Vec::new();
    let next = loop {
        let page = app.store.list(query.clone()).await?;
        let last = page.len() < query.limit;
        query.after = page.last().map(|line| line.session);
        found.extend(page.into_iter().filter(|line| !joinable || has_free_seat(line)));
        if found.len() > limit {
            found.truncate(limit);
            break found.last().map(|line: &SessionSummary| line.session.get());
        }
        if last {
            break None;
        }
    };
    let turns = turns_of(&app, &login.user, TURNS).await?;
    let games = found.into_iter().map(|one| line(&app, &turns, one)).collect();
    Ok(axum::Json(Page { games, next }))
}

fn of_game() -> ListQuery {
    ListQuery { game: Some(Nommie::NAME.to_owned()), ..ListQuery::default() }
}

fn has_free_seat(line: &SessionSummary) -> bool {
    summary(line)["free"].as_u64().is_some_and(|free| free > 0)
}

fn summary(line: &SessionSummary) -> Value {
    let text = line.summary.as_ref().map(|json| json.get());
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

async fn turns_of(app: &App, user: &UserId, limit: usize) -> Result<Vec<SessionId>, Problem> {
    let waiting = app.store.waiting(user, Some(Nommie::NAME), limit).await?;
    Ok(waiting.into_iter().map(|(session, _)| session).collect())
}

fn line(app: &App, turns: &[SessionId], one: SessionSummary) -> Line {
    let summary = match summary(&one) {
        Value::Null => Value::Object(serde_json::Map::new()),
        summary => summary,
    };
    Line {
        id: one.session.get(),
        state: match one.status {
            Status::Open => "lobby",
            Status::Running => "in-progress",
            Status::Ended => "over",
        },
        your_turn: turns.contains(&one.session),
        lock_version: one.version.0,
        created_at: clock::rfc3339(one.created_at),
        updated_at: clock::rfc3339(one.updated_at),
        viewers: app.hub.subscribers(one.session.get()) as u64,
        name: one.title,
        summary,
    }
}

/// Lists the games that wait for whoever asks
///
/// At most five ids: those in which others have waited longest come first.
#[utoipa::path(
    get, path = "/api/games/waiting-longest", tag = "nommie", operation_id = "waitingLongest",
    security(("bearer" = [])),
    responses((status = 200, description = "Ids", body = shapes::WaitingGames), ReadErrors),
)]
pub(super) async fn waiting_longest(
    State(app): State<App>,
    login: Login,
) -> Result<Response, Problem> {
    let ids = turns_of(&app, &login.user, WAITING).await?;
    let ids: Vec<u64> = ids.into_iter().map(SessionId::get).collect();
    Ok(sessions::json(serde_json::json!({ "games": ids }).to_string()))
}

/// Makes a game
///
/// Whoever makes it is its host, in seat 0 of the lobby.
#[utoipa::path(
    post, path = "/api/games", tag = "nommie", operation_id = "createGame",
    request_body = shapes::NewGame, security(("bearer" = [])),
    responses((status = 201, description = "The game", body = shapes::GameMade), WriteErrors),
)]
pub(super) async fn create(
    State(app): State<App>,
    login: Login,
    OptionalJson(mut fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    add_player(&mut fields, &login);
    let options: RawJson = raw(&fields).into();
    let (table, _) = app.tables.create(Nommie::NAME, login.actor(), options).await?;
    let place = Place { login, table };
    let shown = place.shown();
    let id = place.table.id().get();
    let body = serde_json::json!({ "game": {
        "id": id,
        "name": shown.published.title,
        "state": "lobby",
        "lock_version": shown.published.version,
        "host_seat": 0,
    }});
    let response = (StatusCode::CREATED, sessions::json(body.to_string())).into_response();
    let mut response = shown.with_headers(response);
    if let Ok(place) = HeaderValue::from_str(&format!("/api/games/{id}/snapshot")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Shows a game
///
/// As whoever asks may see it. `ETag`: `"game-{id}-v{lock_version}"`, with `-seat{n}` behind it for
/// who holds a seat; send it as `If-None-Match` (one, a list, `*`).
#[utoipa::path(
    get, path = "/api/games/{id}/snapshot", tag = "nommie", operation_id = "gameSnapshot",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What this viewer sees", body = shapes::TableSnapshot,
            headers(
                ("etag" = String, description = "Game, version and seat"),
                ("x-viewer-seat" = u8, description = "The seat of whoever asked, if any"),
            )),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn snapshot(place: Place, headers: HeaderMap) -> Response {
    place.shown().answer(&headers, |shown| envelope(shown).get().to_owned())
}

/// Lists the rounds that are over
///
/// Oldest first: hand size, dealer, bids, trumps and who chose them, tricks, scores. The same for
/// everyone.
#[utoipa::path(
    get, path = "/api/games/{id}/history", tag = "nommie", operation_id = "gameHistory",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The rounds", body = shapes::GameHistory),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn history(place: Place, headers: HeaderMap) -> Response {
    let shown = place.shown();
    // The same for everyone, and so under everyone's tag.
    let tag = Tag::of_table(place.table.id(), game::Viewer::Spectator, shown.published.version);
    Shown { tag, ..shown }.answer(&headers, |shown| {
        let table = shown.published.state().get::<NommieTable>();
        let rounds = table.map(rounds).unwrap_or_default();
        let version = shown.published.version;
        serde_json::json!({ "rounds": rounds, "lock_version": version }).to_string()
    })
}

/// Deletes a game
///
/// For its host and for admins. Every viewer gets a last message, `closed`. `lock_version` is
/// needed, in the body or in the query.
#[utoipa::path(
    delete, path = "/api/games/{id}", tag = "nommie", operation_id = "deleteGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711), WhichVersion),
    request_body = shapes::OnVersion, security(("bearer" = [])),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
pub(super) async fn delete(
    place: Place,
    Query(which): Query<WhichVersion>,
    OptionalJson(mut fields): OptionalJson<Fields>,
) -> Result<StatusCode, Problem> {
    let expected = take_version(&mut fields)?.or(which.lock_version.map(Version));
    if expected.is_none() {
        let why = "`lock_version` is needed: the version that you see";
        return Err(Problem::new(&codes::BAD_REQUEST, why));
    }
    let ended = sessions::end(&place.table, &place.login, expected).await;
    ended.map_err(|error| place.refused(error))
}
