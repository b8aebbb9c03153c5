//! Server-Sent Events: the messages of a session's socket, one way, over plain HTTP. Must not know
//! what a message says.
//!
//! Views carry an `id`, `<epoch>:<lock_version>:<class>`, and the events that led to a view come
//! before it and carry none: who has seen an id has seen everything up to it, so that
//! `Last-Event-ID` resumes without a gap. After a broken connection an event may come twice; its own
//! id tells.

use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::position::Position;
use super::stream_feed::Feed;
use crate::app::App;
use crate::auth::{Auth, Login, Via};
use crate::http::extract::{Query, Session, is_on};
use crate::http::openapi::ReadErrors;
use crate::problem::Problem;

/// Between two signs of life, so that proxies (30 s and 60 s are common) keep the connection, and a
/// client that is gone is noticed.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

/// When a client comes back after a broken stream, in milliseconds: from here on, spread over as
/// much again, so that not all come at once.
const RETRY_MS: u64 = 1000;

/// How to follow a session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// `1`: send a patch (RFC 6902) where it is smaller than the view.
    patch: Option<String>,
    /// Go on after this position, `<epoch>:<lock_version>:<class>`; `Last-Event-ID` is the stronger
    /// one.
    since: Option<String>,
    /// A token, for `EventSource`, which can set no headers.
    #[allow(dead_code, reason = "read from the raw query, with those of sockets")]
    token: Option<String>,
}

/// Streams a session
///
/// Server-Sent Events whose `data` are the messages of the session's socket: `snapshot` first (or,
/// after a resume, what was missed), then `update` or `patch`, `game_event`, `presence`, and
/// `closed`, after which the stream ends. `id` is `<epoch>:<lock_version>:<class>`; `Last-Event-ID`
/// takes that, without `:<class>`, too, or a `lock_version` alone. A comment comes every 15 s.
#[utoipa::path(
    get, path = "/api/sessions/{id}/stream", tag = "sessions", operation_id = "streamSession",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("Last-Event-ID" = Option<String>, Header, description = "Go on after this position"),
        How,
    ),
    security((), ("bearer" = []), ("query_token" = [])),
    responses(
        (status = 200, description = "The stream", body = String,
            content_type = "text/event-stream"),
        ReadErrors,
    ),
)]
pub(super) async fn stream(
    State(app): State<App>,
    Session(id): Session,
    Query(how): Query<How>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = Auth::token_of(&headers, query.as_deref());
    let login = log_in(&app, given).await?;
    let table = super::open(&app, id, login.as_ref()).await?;
    let since = position(&app, &headers, how.since.as_deref());
    let feed = Feed::new(app, table, login, is_on(how.patch.as_deref()), since);
    let hello = stream::once(async { Ok::<_, Infallible>(Bytes::from(hello())) });
    let body = Body::from_stream(stream::StreamExt::chain(hello, feed.into_stream()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("authorization")),
        // Says to nginx that it must not collect the stream before it passes it on.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

/// Who is there.
async fn log_in(app: &App, given: Option<(String, Via)>) -> Result<Option<Login>, Problem> {
    Ok(match given {
        Some((token, Via::Header)) => Some(app.auth.api(&token).await?),
        // In an address: what a socket would take there.
        Some((token, Via::Query)) => Some(app.auth.socket(&token, Via::Query).await?),
        _ => None,
    })
}

/// Where the client is. An `EventSource` comes back to the same address with a newer
/// `Last-Event-ID`, so that header wins; a number alone leaves the epoch to the query.
fn position(app: &App, headers: &HeaderMap, since: Option<&str>) -> Option<Position> {
    let epoch = app.store.epoch();
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.filter(|text| !text.is_empty());
    match (last, since) {
        (Some(last), Some(since)) if !last.contains(':') => Some(Position::read(since, epoch)),
        (Some(last), _) => Some(Position::read(last, epoch)),
        (None, Some(since)) => Some(Position::read(since, epoch)),
        (None, None) => None,
    }
}

fn hello() -> String {
    let mut random = [0; 2];
    // Without randomness all come back at the same time, which they can.
    let _ = getrandom::fill(&mut random);
    let retry = RETRY_MS + u64::from(u16::from_le_bytes(random)) % RETRY_MS;
    format!("retry: {retry}\n\n")
}

/// One message as an event. JSON texts have no line breaks.
pub(super) fn event(id: Option<&str>, data: &str) -> String {
    debug_assert!(!data.contains(['\n', '\r']), "messages are written on one line");
    let mut text = String::with_capacity(data.len() + 64);
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    text.push_str("data: ");
    text.push_str(data);
    text.push_str("\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_its_id_and_its_data() {
        assert_eq!(event(Some("ab:7"), "{}"), "id: ab:7\ndata: {}\n\n");
        assert_eq!(event(None, "{}"), "data: {}\n\n");
    }

    #[test]
    fn the_time_to_come_back_is_spread() {
        for _ in 0..20 {
            let text = hello();
            let ms: u64 = text.trim().strip_prefix("retry: ").unwrap().parse().unwrap();
            assert!((RETRY_MS..2 * RETRY_MS).contains(&ms), "{ms}");
        }
    }
}
