//! A trace id for every request: in the log, in `x-trace-id`, in every problem. Must not know any
//! route.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::metrics::Metrics;
use crate::problem::Cause;

/// Names one request.
pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Longest trace id that is taken from a client, in bytes: room for a UUID or a W3C trace id.
const TRACE_BYTES: usize = 64;

tokio::task_local! {
    static CURRENT: (TraceId, Instant);
}

/// Names one request in the log: 16 hex digits, or what the client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceId(Arc<str>);

impl TraceId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 8];
        // Without randomness an id is only less useful; nothing rests on it.
        let _ = getrandom::fill(&mut bytes);
        Self(hex::encode(bytes).into())
    }

    /// What a client sent, if it can stand in a log and in a header.
    #[must_use]
    pub fn of_client(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = (8..=TRACE_BYTES).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.into()))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<TraceId> for HeaderValue {
    fn from(id: TraceId) -> Self {
        Self::from_str(&id.0).expect("a trace id is letters, digits and marks")
    }
}

/// The id of the request that this task answers; a new one outside of any.
#[must_use]
pub fn trace_id() -> TraceId {
    CURRENT.try_with(|(id, _)| id.clone()).unwrap_or_else(|_| TraceId::random())
}

/// When the request began that this task answers; now, outside of any.
#[must_use]
pub fn request_began() -> Instant {
    CURRENT.try_with(|(_, started)| *started).unwrap_or_else(|_| Instant::now())
}

/// The id of a request that has passed [`trace`]; a new one for any other.
#[must_use]
pub fn trace_id_of(request: &Request) -> String {
    let id = request.extensions().get::<TraceId>().cloned();
    id.unwrap_or_else(trace_id).to_string()
}

/// Middleware: gives the request its id and a span, counts it, and logs how it ended. The query
/// string is never logged: tokens may stand in it.
pub async fn trace(State(metrics): State<Metrics>, mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(&TRACE_HEADER).and_then(|value| value.to_str().ok());
    let id = sent.and_then(TraceId::of_client).unwrap_or_else(TraceId::random);
    let seen = Seen::of(&request);
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", trace_id = %id);
    let (value, started) = (HeaderValue::from(id.clone()), Instant::now());
    CURRENT
        .scope((id, started), async move {
            let mut response = next.run(request).await;
            response.headers_mut().insert(TRACE_HEADER, value);
            seen.ended(&metrics, &response, started);
            response
        })
        .instrument(span)
        .await
}

/// What of a request is worth a line.
struct Seen {
    method: Method,
    path: String,
    route: Option<MatchedPath>,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: request.extensions().get::<MatchedPath>().cloned(),
        }
    }

    /// Success at `debug`, since a poll may come 50,000 times a second; refusals at `info`; faults
    /// of the server at `error`, with what only the log may say.
    fn ended(&self, metrics: &Metrics, response: &Response, started: Instant) {
        let (status, took) = (response.status(), started.elapsed());
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        metrics.request(route, &self.method, status, took);
        let cause = response.extensions().get::<Cause>();
        if let Some(reason) = cause.and_then(|cause| cause.login) {
            metrics.auth_failure(reason);
        }
        let why = cause.map_or("", |cause| cause.text.as_str());
        let (method, path, code) = (&self.method, self.path.as_str(), status.as_u16());
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(%method, path, status = code, ms, why, "request");
        } else if status.is_server_error() {
            tracing::warn!(%method, path, status = code, ms, why, "request");
        } else if status.is_client_error() {
            tracing::info!(%method, path, status = code, ms, why, "request");
        } else {
            tracing::debug!(%method, path, status = code, ms, "request");
        }
    }
}

#[cfg(test)]
mod tests;
