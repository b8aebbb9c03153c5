//! Errors over HTTP: RFC 9457 `application/problem+json`, each with a code from
//! `protocol::codes` (or from a game) and the trace id of the request. Must not know any route.

use std::borrow::Cow;

use axum::extract::rejection::{
    BytesRejection, FailedToBufferBody, JsonRejection, PathRejection, QueryRejection,
    StringRejection,
};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Refused;
use game::{BadId, Refusal, RefusalKind};
use protocol::codes::{self, Code};
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;

use crate::auth::AuthError;
use crate::tables::TableError;
use crate::trace::TRACE_HEADER;

pub use crate::trace::{trace, trace_id, trace_id_of};

/// Seconds after which a refused request may be tried again when nothing better is known: long
/// enough for a store to come back, short enough for a person to wait.
const RETRY_SECONDS: u64 = 1;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable name for programs.
    pub code: Cow<'static, str>,
    /// What kind of problem it is, for people; the same for each code of the server's own.
    pub title: &'static str,
    /// What is wrong with this request, for people. Never holds a token, a path of this machine
    /// or words of the store.
    pub detail: String,
    /// More for programs, by the code.
    pub extensions: Map<String, Value>,
    /// Seconds after which the same request may succeed.
    pub retry_after: Option<u64>,
    challenge: Option<Challenge>,
    // Boxed, so that a `Result` with a problem stays small.
    cause: Option<Box<Cause>>,
}

/// Why, for the log and the counters; never sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What the store or the rules said.
    pub text: String,
    /// Why a login was refused: the label of a counter.
    pub login: Option<&'static str>,
}

/// The body. Keys in the order of the RFC.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    trace_id: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    extensions: &'a Map<String, Value>,
}

impl Problem {
    /// A problem with a code of the server's own.
    #[must_use]
    pub fn new(code: &Code, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(code.status).expect("the table holds HTTP statuses only");
        Self {
            status,
            code: code.name.into(),
            title: code.meaning,
            detail: detail.into(),
            extensions: Map::new(),
            retry_after: matches!(code.status, 429 | 503).then_some(RETRY_SECONDS),
            challenge: (code.status == 401).then_some(Challenge::NoToken),
            cause: None,
        }
    }

    /// The same with one more thing for programs.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.to_owned(), value.into());
        self
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same with what only the log may say.
    #[must_use]
    pub fn because(mut self, text: impl Into<String>) -> Self {
        self.cause = Some(Box::new(Cause { text: text.into(), login: None }));
        self
    }

    /// One request too many; the same may succeed after so many seconds.
    #[must_use]
    pub fn rate_limited(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(&codes::RATE_LIMITED, detail).after(seconds)
    }

    /// The server cannot serve now, but perhaps after so many seconds.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(&codes::UNAVAILABLE, detail).after(seconds)
    }

    /// A plain request where a WebSocket is expected.
    #[must_use]
    pub fn upgrade_required() -> Self {
        Self::new(&codes::UPGRADE_REQUIRED, codes::UPGRADE_REQUIRED.meaning)
    }

    /// Stable name for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let trace_id = trace_id();
        let body = Body {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: &self.code,
            trace_id: trace_id.to_string(),
            extensions: &self.extensions,
        };
        let text = serde_json::to_string(&body).expect("a problem has only text keys");
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(TRACE_HEADER, trace_id.into());
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge.header());
        }
        // RFC 9110, 15.5.22 and RFC 6455, 4.4: what would do.
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(*cause);
        }
        response
    }
}

/// The `WWW-Authenticate` header of a 401 (RFC 6750, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Challenge {
    /// No token was sent, so no error is named.
    NoToken,
    Foreign,
    Expired,
    Ended,
    WrongUse,
}

impl Challenge {
    fn header(self) -> HeaderValue {
        macro_rules! invalid {
            ($why:literal) => {
                concat!(
                    "Bearer realm=\"parlor\", error=\"invalid_token\", error_description=\"",
                    $why,
                    "\""
                )
            };
        }
        HeaderValue::from_static(match self {
            Self::NoToken => "Bearer realm=\"parlor\"",
            Self::Foreign => invalid!("not a token of this server"),
            Self::Expired => invalid!("the token has expired"),
            Self::Ended => invalid!("the login has ended"),
            Self::WrongUse => invalid!("not a token for this use"),
        })
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let (code, challenge) = match &error {
            AuthError::GuestsOff | AuthError::SignupOff => (&codes::FORBIDDEN, None),
            AuthError::BadName => (&codes::BAD_REQUEST, None),
            AuthError::BadSiteId(_) => (&codes::INVALID_SITE_ID, None),
            AuthError::BadNickname => (&codes::INVALID_NICKNAME, None),
            AuthError::BadPassword => (&codes::INVALID_PASSWORD, None),
            AuthError::SiteIdTaken => (&codes::SITE_ID_TAKEN, None),
            AuthError::Unavailable(_) | AuthError::Busy => (&codes::UNAVAILABLE, None),
            AuthError::Missing => (&codes::UNAUTHORIZED, Some(Challenge::NoToken)),
            AuthError::WrongCredentials => (&codes::WRONG_CREDENTIALS, Some(Challenge::NoToken)),
            AuthError::Expired => (&codes::UNAUTHORIZED, Some(Challenge::Expired)),
            AuthError::Used
            | AuthError::Revoked
            | AuthError::UnknownRefresh
            | AuthError::Reused { .. } => (&codes::UNAUTHORIZED, Some(Challenge::Ended)),
            AuthError::WrongAudience | AuthError::NotInQuery => {
                (&codes::UNAUTHORIZED, Some(Challenge::WrongUse))
            }
            AuthError::Malformed
            | AuthError::BadSignature
            | AuthError::UnknownKey
            | AuthError::WrongIssuer
            | AuthError::NotYet => (&codes::UNAUTHORIZED, Some(Challenge::Foreign)),
        };
        let text = match &error {
            AuthError::Unavailable(why) => why.clone(),
            other => other.to_string(),
        };
        let mut problem = Self::new(code, error.to_string());
        problem.challenge = challenge;
        problem.cause = Some(Box::new(Cause { text, login: Some(error.reason()) }));
        problem
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Malformed => StatusCode::BAD_REQUEST,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let known = codes::ALL.iter().find(|code| code.name == refusal.code);
        Self {
            status,
            code: refusal.code,
            title: known.map_or("The game refused this.", |code| code.meaning),
            detail: refusal.message.into_owned(),
            extensions: Map::new(),
            retry_after: None,
            challenge: None,
            cause: None,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = refused.to_string();
        match refused {
            Refused::Game(refusal) => refusal.into(),
            Refused::Stale { expected, actual } => Self::new(&codes::OPTIMISTIC_LOCK, detail)
                .with("expected", expected.0)
                .with("actual", actual.0),
            Refused::KeyReused => Self::new(&codes::KEY_REUSED, detail),
            Refused::Ended => Self::new(&codes::SESSION_ENDED, detail),
            Refused::Deleted => Self::new(&codes::SESSION_NOT_FOUND, detail),
            Refused::TooLarge { bytes, limit } => {
                Self::new(&codes::STATE_TOO_LARGE, detail).with("bytes", bytes).with("limit", limit)
            }
            Refused::Unavailable(why) => {
                Self::new(&codes::UNAVAILABLE, "The store does not answer.").because(why)
            }
            Refused::Busy => Self::new(&codes::UNAVAILABLE, detail),
        }
    }
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        let detail = error.to_string();
        match error {
            TableError::NotFound => Self::new(&codes::SESSION_NOT_FOUND, detail),
            TableError::UnknownGame(_) => Self::new(&codes::UNKNOWN_GAME, detail),
            TableError::Refused(refused) => refused.into(),
            TableError::Fault => Self::new(&codes::INTERNAL, detail),
            TableError::Unavailable(why) => {
                Self::new(&codes::UNAVAILABLE, "The server cannot take this now.").because(why)
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Unavailable(_) => &codes::UNAVAILABLE,
            StoreError::Corrupt(_) | StoreError::Newer { .. } => &codes::INTERNAL,
        };
        let detail = match error {
            StoreError::Unavailable(_) => "The store does not answer.",
            StoreError::Corrupt(_) | StoreError::Newer { .. } => "A fault of the server.",
        };
        Self::new(code, detail).because(error.to_string())
    }
}

impl From<BadId> for Problem {
    fn from(error: BadId) -> Self {
        Self::new(&codes::INVALID_SESSION_ID, error.to_string())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(&codes::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE.meaning)
            }
            JsonRejection::BytesRejection(bytes) => bytes.into(),
            other => Self::new(&codes::BAD_JSON, other.body_text()),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        match rejection {
            BytesRejection::FailedToBufferBody(failed) => failed.into(),
            other => Self::new(&codes::BAD_REQUEST, other.body_text()),
        }
    }
}

impl From<StringRejection> for Problem {
    fn from(rejection: StringRejection) -> Self {
        match rejection {
            StringRejection::FailedToBufferBody(failed) => failed.into(),
            other => Self::new(&codes::BAD_REQUEST, other.body_text()),
        }
    }
}

impl From<FailedToBufferBody> for Problem {
    fn from(failed: FailedToBufferBody) -> Self {
        match failed {
            FailedToBufferBody::LengthLimitError(_) => {
                Self::new(&codes::TOO_LARGE, codes::TOO_LARGE.meaning)
            }
            other => Self::new(&codes::BAD_REQUEST, other.body_text()),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(&codes::BAD_REQUEST, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(&codes::BAD_REQUEST, rejection.body_text())
    }
}

/// How sockets spell the same error: its code and a sentence.
#[must_use]
pub fn refused_parts(error: &TableError) -> (Cow<'static, str>, String) {
    let problem = Problem::from(error.clone());
    (problem.code, problem.detail)
}

#[cfg(test)]
mod tests;
