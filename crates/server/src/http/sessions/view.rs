//! `GET` of one session: what this viewer sees, with an entity tag; and the commands that are legal
//! for them. Must not know how changes are followed (that is `poll` and `stream`).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::RawJson;
use game::{SessionId, UserId, Version, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::poll;
use crate::app::App;
use crate::auth::Login;
use crate::frames;
use crate::http::etag::Tag;
use crate::http::extract::{Query, Session};
use crate::http::openapi::ReadErrors;
use crate::http::shapes::{Legal, SessionBody};
use crate::problem::Problem;
use crate::tables::Published;

/// The seat of whoever asked, when they have one.
const VIEWER_SEAT: HeaderName = HeaderName::from_static("x-viewer-seat");

/// A view is somebody's own: a cache may keep it for them, and asks before it uses it.
const OWN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A session at one version, as one viewer is shown it.
pub(in crate::http) struct Shown {
    pub(in crate::http) published: Arc<Published>,
    pub(in crate::http) viewer: Viewer,
    pub(in crate::http) tag: Tag,
}

impl Shown {
    /// How this user is shown what was published.
    pub(in crate::http) fn to(app: &App, published: Arc<Published>, user: Option<&UserId>) -> Self {
        let viewer = published.viewer(user);
        let tag = Tag::of(app.store.epoch(), published.session, viewer, published.version);
        Self { published, viewer, tag }
    }

    /// The answer with this body, or 304 when the client has it.
    pub(in crate::http) fn answer(
        &self,
        headers: &HeaderMap,
        body: impl FnOnce(&Self) -> String,
    ) -> Response {
        if self.tag.is_held(headers) {
            return self.unchanged();
        }
        self.with_headers(json(body(self)))
    }

    /// The client has the newest version.
    pub(in crate::http) fn unchanged(&self) -> Response {
        self.with_headers(StatusCode::NOT_MODIFIED.into_response())
    }

    /// Adds what says whose representation it is, and of what.
    pub(in crate::http) fn with_headers(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.tag.header());
        headers.insert(header::CACHE_CONTROL, OWN);
        headers.append(header::VARY, HeaderValue::from_static("authorization"));
        if let Some(seat) = self.viewer.seat() {
            headers.insert(VIEWER_SEAT, HeaderValue::from(u16::from(seat.0)));
        }
        response
    }
}

/// An answer that is JSON already.
pub(in crate::http) fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The body of a `GET`: the message `snapshot` with what is known about the session.
pub(in crate::http) fn current(app: &App, shown: &Shown) -> String {
    let about = frames::about(&shown.published);
    frames::snapshot_text(
        app.store.epoch(),
        &shown.published,
        shown.viewer,
        "snapshot",
        Some(&about),
    )
}

/// How to be shown a session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Long poll: answer when there is something newer than `since`, or after this many seconds
    /// (at most 25) with 304.
    #[param(example = 25)]
    wait: Option<u64>,
    /// What the client has: `<epoch>:<lock_version>:<class>`, or the `lock_version` alone. What is
    /// not the newest, of another epoch or of another viewer class is answered at once.
    #[param(example = "9f86d081884c7d65:7:all")]
    since: Option<String>,
}

/// Shows a session
///
/// As whoever asks may see it; without a login, as a spectator. The `ETag` names this
/// representation: send it as `If-None-Match` and get 304 while it is the newest. With `wait` this
/// is a long poll: the same bodies, and 304 with the `ETag` when nothing changed in time.
#[utoipa::path(
    get, path = "/api/sessions/{id}", tag = "sessions", operation_id = "getSession",
    params(("id" = String, Path, description = "Session id", example = "4711"), How),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "What this viewer sees", body = SessionBody,
            headers(
                ("etag" = String, description = "Epoch, session, viewer class and version"),
                ("x-viewer-seat" = u8, description = "The seat of whoever asked, if any"),
            )),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn get(
    State(app): State<App>,
    Session(id): Session,
    login: Option<Login>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let table = super::open(&app, id, login.as_ref()).await?;
    let user = login.as_ref().map(|login| &login.user);
    let Some(wait) = how.wait else {
        let shown = Shown::to(&app, table.now(), user);
        return Ok(shown.answer(&headers, |shown| current(&app, shown)));
    };
    let poll = poll::Poll { wait, since: how.since.as_deref(), headers: &headers };
    poll.answer(&app, &table, login.as_ref()).await
}

/// Lists the legal commands
///
/// The commands that whoever asks may give now, for clients that light them up.
#[utoipa::path(
    get, path = "/api/sessions/{id}/legal", tag = "sessions", operation_id = "getLegal",
    params(("id" = String, Path, description = "Session id", example = "4711")),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The commands", body = Legal),
        (status = 304, description = "The client has the newest version"),
        ReadErrors,
    ),
)]
pub(super) async fn legal(
    State(app): State<App>,
    Session(id): Session,
    login: Option<Login>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Body {
        session: SessionId,
        lock_version: Version,
        commands: Vec<RawJson>,
    }
    let table = super::open(&app, id, login.as_ref()).await?;
    let shown = Shown::to(&app, table.now(), login.as_ref().map(|login| &login.user));
    Ok(shown.answer(&headers, |shown| {
        let commands = shown.published.legal(shown.viewer);
        let lock_version = shown.published.version;
        super::raw(&Body { session: id, lock_version, commands }).get().to_owned()
    }))
}
