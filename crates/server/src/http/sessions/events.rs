//! The events of a session as one viewer may know them, and the public side of its log. Must not
//! know what an event means.

use axum::extract::State;
use axum::response::Response;
use game::{SessionId, Version, Viewer};
use protocol::codes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::position::read_event;
use super::view::json;
use crate::app::App;
use crate::auth::Login;
use crate::http::extract::{Query, Session, raw};
use crate::http::openapi::ReadErrors;
use crate::http::shapes;
use crate::problem::Problem;
use crate::tables::{EventView, Published, TableError};
use crate::{clock, frames};

/// Events in one answer, when the caller names no number.
const PAGE: usize = 100;

/// Most events, or log entries, in one answer.
const PAGE_MOST: usize = 1000;

/// Log entries read for one answer: most games have no events in most of their commits, and a
/// request must not read a whole log for the one at its end. `next` leads on.
const SCAN_MOST: usize = 4000;

/// Log entries read at once.
const SCAN_PAGE: usize = 500;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Events after this one (an `id`), or after a whole version; from the first one by default.
    #[param(example = "8.0")]
    since: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// A page of events, ready to be sent.
struct Page {
    events: Vec<EventView>,
    next: Option<String>,
}

/// Lists events
///
/// What happened, oldest first, as far as this viewer may know. `next` is `null` when there is
/// nothing more for now.
#[utoipa::path(
    get, path = "/api/sessions/{id}/events", tag = "sessions", operation_id = "getEvents",
    params(("id" = String, Path, description = "Session id", example = "4711"), Which),
    security((), ("bearer" = [])),
    responses((status = 200, description = "Events", body = shapes::Events), ReadErrors),
)]
pub(super) async fn events(
    State(app): State<App>,
    Session(id): Session,
    login: Option<Login>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let from = which.since.as_deref().unwrap_or("0");
    let (version, index) = read_event(from).ok_or_else(|| {
        Problem::new(&codes::BAD_REQUEST, "since is `<lock_version>.<index>` or a lock_version")
    })?;
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let table = super::open(&app, id, login.as_ref()).await?;
    let published = table.now();
    let viewer = published.viewer(login.as_ref().map(|login| &login.user));
    let page = match table.events_since(version, index, viewer).await? {
        Some(held) => cut(held, limit),
        None => logged(&app, &published, viewer, (version, index), limit).await?,
    };
    Ok(json(body(&app, &published, &page)))
}

fn body(app: &App, published: &Published, page: &Page) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        events: Vec<Box<RawValue>>,
        next: Option<&'a str>,
    }
    let text = |event: &EventView| {
        frames::event_text(app.store.epoch(), published.session, published.game(), event)
    };
    let raw_text = |event| RawValue::from_string(text(event)).unwrap_or_default();
    let events = page.events.iter().map(raw_text).collect();
    raw(&Body { events, next: page.next.as_deref() }).get().to_owned()
}

fn cut(mut events: Vec<EventView>, limit: usize) -> Page {
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| more).map(|last| place(last.version, last.index));
    Page { events, next }
}

fn place(version: Version, index: u32) -> String {
    format!("{version}.{index}")
}

/// Reads events from the store's log, where memory does not reach back so far.
async fn logged(
    app: &App,
    published: &Published,
    viewer: Viewer,
    since: (Version, u32),
    limit: usize,
) -> Result<Page, Problem> {
    let rules = app.games.get(published.game()).ok_or(TableError::Fault)?;
    let mut events = Vec::new();
    // The version that `since` lies in may have more events than the one that was named.
    let mut after = Version(since.0.0.saturating_sub(1));
    for _ in 0..SCAN_MOST / SCAN_PAGE {
        let entries = app.store.log(published.session, after, SCAN_PAGE).await?;
        let last_page = entries.len() < SCAN_PAGE;
        for entry in entries {
            after = entry.version;
            // An event of older rules that cannot be read any more is left out.
            let read = entry.events.iter().filter_map(|logged| rules.read_event(logged).ok());
            let seen = read.filter_map(|event| rules.event_for(&event, viewer));
            // Counted as this viewer sees them, as a table does: a gap would tell of the others.
            for (index, told) in (0u32..).zip(seen) {
                if (entry.version, index) <= since {
                    continue;
                }
                events.push(EventView { version: entry.version, index, at: entry.at, told });
                if events.len() > limit {
                    return Ok(cut(events, limit));
                }
            }
        }
        if last_page {
            return Ok(Page { events, next: None });
        }
    }
    Ok(Page { events, next: Some(place(after, u32::MAX)) })
}

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichEntries {
    /// Entries of later versions than this; from the first one by default.
    after: Option<u64>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// The public side of a session's log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct History {
    /// The session's id.
    #[schema(value_type = String, example = "4711")]
    session: SessionId,
    /// Its commits, oldest first.
    entries: Vec<Entry>,
    /// Give this as `after` for the next page; `null` at the end.
    #[schema(value_type = Option<u64>)]
    next: Option<Version>,
}

/// One commit. What was commanded, by whom and to what end stays with the server: it may be secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": 1, "at": "2026-01-01T12:00:00.000Z", "kind": "created"}))]
struct Entry {
    /// The version that it made.
    version: u64,
    /// When; RFC 3339, UTC.
    at: String,
    /// `created`, `command` or `deleted`.
    kind: &'static str,
}

/// Lists commits
///
/// When each version was made, for everyone. The commands themselves may be secret and are not
/// shown.
#[utoipa::path(
    get, path = "/api/sessions/{id}/history", tag = "sessions", operation_id = "getHistory",
    params(("id" = String, Path, description = "Session id", example = "4711"), WhichEntries),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The commits", body = History), ReadErrors),
)]
pub(super) async fn history(
    State(app): State<App>,
    Session(id): Session,
    login: Option<Login>,
    Query(which): Query<WhichEntries>,
) -> Result<axum::Json<History>, Problem> {
    super::open(&app, id, login.as_ref()).await?;
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let after = Version(which.after.unwrap_or_default());
    let mut log = app.store.log(id, after, limit + 1).await?;
    let more = log.len() > limit;
    log.truncate(limit);
    let next = log.last().filter(|_| more).map(|last| last.version);
    let entry = |entry: &engine::LogEntry| Entry {
        version: entry.version.0,
        at: clock::rfc3339(entry.at),
        kind: entry.kind.as_str(),
    };
    Ok(axum::Json(History { session: id, entries: log.iter().map(entry).collect(), next }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ToldEvent;
    use game::Timestamp;

    #[test]
    fn a_page_that_is_cut_says_where_to_go_on() {
        let event = |index| EventView {
            version: Version(3),
            index,
            at: Timestamp(0),
            told: ToldEvent { user: None, result: RawValue::NULL.to_owned().into() },
        };
        let page = cut((0..3).map(event).collect(), 2);
        assert_eq!((page.events.len(), page.next.as_deref()), (2, Some("3.1")));
        let page = cut((0..2).map(event).collect(), 2);
        assert_eq!((page.events.len(), page.next), (2, None));
        assert_eq!(read_event(&place(Version(3), 1)), Some((Version(3), 1)));
    }
}
