//! Routes for admins: the log of a session as it is stored, and any of its versions as any viewer saw
//! it. Both show secrets, so each use is logged. Must not know how a version is rebuilt.

mod shapes;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use engine::{Hash, LogEntry, RawJson};
use game::{Actor, SeatId, SessionId, Version, Viewer};
use protocol::codes;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{PathParts, Query, Session, raw};
use super::openapi::AdminErrors;
use super::sessions::json;
use crate::app::App;
use crate::auth::{ADMIN, Login};
use crate::problem::Problem;
use crate::replay::{Moment, OpenError, PAGE, Recording, StudioError, read_viewer};
use crate::{clock, frames};

/// Most log entries in one answer.
const PAGE_MOST: usize = 500;

/// Bytes of entries after which an answer ends early: most pages are far smaller, and one of the
/// largest commands still fits.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log)).routes(routes!(version))
}

/// Somebody who runs the server: 401 without a login, 403 without the role.
pub(super) struct Admin(pub(super) Login);

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let login = <Login as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if login.has(ADMIN) {
            Ok(Self(login))
        } else {
            Err(Problem::new(&codes::FORBIDDEN, "this is for admins"))
        }
    }
}

/// An answer with secrets in it, which no cache may keep.
fn secret(body: String) -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, json(body)).into_response()
}

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhichEntries {
    /// Entries of later versions than this; from the first one by default.
    after: Option<u64>,
    /// At most so many, up to 500; 100 by default. Fewer come when they are large.
    limit: Option<usize>,
}

#[derive(Serialize)]
struct LogBody<'a> {
    session: SessionId,
    game: &'a str,
    lock_version: Version,
    deleted: bool,
    entries: Vec<Entry<'a>>,
    next: Option<Version>,
}

#[derive(Serialize)]
struct Entry<'a> {
    version: Version,
    #[serde(flatten)]
    commit: Commit<'a>,
}

/// What is told of a commit.
#[derive(Serialize)]
struct Commit<'a> {
    at: String,
    kind: &'static str,
    actor: &'a Actor,
    command: &'a RawJson,
    events: &'a [RawJson],
    state_hash: Hash,
    previous: Hash,
}

impl<'a> From<&'a LogEntry> for Entry<'a> {
    fn from(entry: &'a LogEntry) -> Self {
        Self { version: entry.version, commit: entry.into() }
    }
}

impl<'a> From<&'a LogEntry> for Commit<'a> {
    fn from(entry: &'a LogEntry) -> Self {
        Self {
            at: clock::rfc3339(entry.at),
            kind: entry.kind.as_str(),
            actor: &entry.actor,
            command: &entry.command,
            events: &entry.events,
            state_hash: entry.state_hash,
            previous: entry.previous,
        }
    }
}

/// Shows the log
///
/// For admins: every commit as it is stored, with commands and events, which may be secret.
/// Deleted sessions have one, too. The server logs who has looked.
#[utoipa::path(
    get, path = "/api/admin/sessions/{id}/log", tag = "admin", operation_id = "adminLog",
    params(("id" = String, Path, description = "Session id", example = "4711"), WhichEntries),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of the log, oldest first", body = shapes::Log),
        AdminErrors),
)]
async fn log(
    State(app): State<App>,
    Admin(login): Admin,
    Session(id): Session,
    Query(which): Query<WhichEntries>,
) -> Result<Response, Problem> {
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let after = Version(which.after.unwrap_or_default());
    let recording = Recording::open(&app.store, &app.games, id).await.map_err(cannot_open)?;
    let (mut entries, mut bytes, mut at) = (Vec::new(), 0, after);
    while entries.len() < limit && bytes < PAGE_BYTES {
        let page = recording.page(at, limit - entries.len()).await?;
        let Some(last) = page.last() else { break };
        at = last.version;
        bytes += page.iter().map(size).sum::<usize>();
        entries.extend(page);
    }
    let next = entries.last().map(|last| last.version).filter(|last| *last < recording.version());
    let (user, last) = (&login.user, entries.last().map_or(after, |last| last.version));
    if !entries.is_empty() {
        tracing::info!(%user, session = %id, after = after.0, to = last.0, "an admin reads a log");
    }
    let body = LogBody {
        session: id,
        game: recording.game(),
        lock_version: recording.version(),
        deleted: recording.stored().deleted,
        entries: entries.iter().map(Entry::from).collect(),
        next,
    };
    Ok(secret(raw(&body).get().to_owned()))
}

fn size(entry: &LogEntry) -> usize {
    entry.command.get().len() + entry.events.iter().map(|event| event.get().len()).sum::<usize>()
}

/// As whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AsWhom {
    /// `spectator`, or the number of a seat from 0 on; `spectator` by default.
    #[serde(rename = "as")]
    #[param(example = "0")]
    viewer: Option<String>,
}

/// Shows a version
///
/// For admins: what a viewer saw of one version, rebuilt from the log, with all hashes checked on
/// the way. The body is that of `GET /api/sessions/{id}` at the time, with the commit that made the
/// version beside it. The server logs who has looked, and as whom. 503 means that a long log is
/// being rebuilt: ask again, and it goes on. 500 `LOG_BROKEN` says in `extensions.version` from
/// where on the log cannot be trusted.
#[utoipa::path(
    get, path = "/api/admin/sessions/{id}/versions/{version}", tag = "admin",
    operation_id = "adminVersion",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("version" = u64, Path, description = "1 is the first", example = 7),
        AsWhom,
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "What the viewer saw", body = shapes::PastVersion),
        AdminErrors),
)]
async fn version(
    State(app): State<App>,
    Admin(login): Admin,
    Session(id): Session,
    parts: PathParts,
    Query(whom): Query<AsWhom>,
) -> Result<Response, Problem> {
    let version = Version(parts.get("version")?);
    let seen_as = whom.viewer.as_deref().filter(|text| !text.is_empty()).unwrap_or("spectator");
    let viewer = read_viewer(seen_as).ok_or_else(|| {
        Problem::new(&codes::BAD_REQUEST, "as is `spectator` or the number of a seat, 0 to 255")
    })?;
    let (user, at) = (&login.user, version.0);
    tracing::info!(%user, session = %id, version = at, seen_as, "an admin looks at a version");
    let moment = app.studio.moment(id, version, viewer).await.map_err(cannot_show)?;
    Ok(secret(body(&app, id, viewer, &moment)))
}

/// The body of a `GET` at the time, with the commit and what else a page of a replay needs.
fn body(app: &App, session: SessionId, viewer: Viewer, moment: &Moment) -> String {
    #[derive(Serialize)]
    struct Beside<'a> {
        #[serde(flatten)]
        commit: Commit<'a>,
        seats: &'a [SeatId],
        newest: Version,
    }
    let entry = &moment.entry;
    let origin = frames::Origin { epoch: app.store.epoch(), session, version: entry.version };
    let text = frames::view_text(origin, viewer, "snapshot", &moment.view, Some(&moment.about));
    let beside = raw(&Beside { commit: entry.into(), seats: &moment.seats, newest: moment.newest });
    frames::joined(&text, beside.get())
}

fn cannot_open(error: OpenError) -> Problem {
    match error {
        OpenError::NotFound(_) => Problem::new(&codes::SESSION_NOT_FOUND, error.to_string()),
        OpenError::UnknownGame(_) => Problem::new(&codes::UNKNOWN_GAME, error.to_string()),
        OpenError::Store(error) => error.into(),
    }
}

fn cannot_show(error: StudioError) -> Problem {
    let detail = error.to_string();
    match error {
        StudioError::Open(error) => cannot_open(error),
        StudioError::NoVersion { newest, .. } => {
            Problem::new(&codes::VERSION_NOT_FOUND, detail).with("newest", newest.0)
        }
        StudioError::Broken(why) => Problem::new(&codes::LOG_BROKEN, detail.clone())
            .with("version", why.version().0)
            .because(detail),
        StudioError::Unfinished(reached) => {
            Problem::new(&codes::UNAVAILABLE, detail).with("reached", reached.0)
        }
        StudioError::Fault => Problem::new(&codes::INTERNAL, "the rules could not be played"),
    }
}
