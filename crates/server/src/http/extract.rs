//! Reads requests: ids in the path, queries, bodies, logins, idempotency keys. What cannot be read
//! is refused here, before any session hears of it. Must not know what a request is for.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use engine::RawJson;
use game::{SessionId, Version};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use protocol::codes;
use protocol::limits::KEY_BYTES;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::app::App;
use crate::auth::{AuthError, Login};
use crate::problem::Problem;
use crate::rate::Rates;

/// How long a body may take to arrive: ten times what 512 KiB need on a bad mobile network. A
/// client that trickles holds a connection no longer than this.
const BODY_PATIENCE: Duration = Duration::from_secs(60);

/// The named parts of the path.
pub(super) struct PathParts(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for PathParts {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unreadable = |why: PathRejection| Problem::new(&codes::BAD_REQUEST, why.body_text());
        let Path(named) =
            <Path<BTreeMap<String, String>> as FromRequestParts<S>>::from_request_parts(
                parts, state,
            )
            .await
            .map_err(unreadable)?;
        Ok(Self(named))
    }
}

impl PathParts {
    /// One of the parts, as it stands there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// One of the parts as an id of its kind.
    pub(super) fn get<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, Problem> {
        let why = |why| Problem::new(&codes::BAD_REQUEST, format!("{name}: {why}"));
        self.text(name).parse().map_err(why)
    }
}

/// The session that the path names as `{id}`.
pub(super) struct Session(pub(super) SessionId);

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parts = PathParts::from_request_parts(parts, state).await?;
        session_id(parts.text("id")).map(Self)
    }
}

/// Reads a session's id.
pub(super) fn session_id(text: &str) -> Result<SessionId, Problem> {
    text.parse().map_err(|why: game::BadId| why.into())
}

/// The query, as one struct.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unreadable = |why: QueryRejection| Problem::new(&codes::BAD_REQUEST, why.body_text());
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|query| Self(query.0))
            .map_err(unreadable)
    }
}

/// A switch in a query: there and not `0` or `false` means on.
pub(super) fn is_on(switch: Option<&str>) -> bool {
    switch.is_some_and(|value| !matches!(value, "0" | "false"))
}

/// A body of JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        check_content_type(request.headers())?;
        let bytes = read(request.into_body(), app.settings.limits.body_bytes).await?;
        parse(&bytes).map(Self)
    }
}

/// A body of JSON that may be left out: it is `{}` then.
pub(super) struct OptionalJson<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let checked = check_content_type(request.headers());
        let bytes = read(request.into_body(), app.settings.limits.body_bytes).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        checked?;
        parse(&bytes).map(Self)
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json {
        Ok(())
    } else {
        Err(Problem::new(&codes::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE.meaning))
    }
}

async fn read(body: Body, limit: usize) -> Result<bytes::Bytes, Problem> {
    let too_large = || Problem::new(&codes::TOO_LARGE, format!("a body has at most {limit} bytes"));
    let collected = tokio::time::timeout(BODY_PATIENCE, Limited::new(body, limit).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(why)) if why.downcast_ref::<LengthLimitError>().is_some() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(&codes::BAD_REQUEST, "the body broke off")),
        Err(_) => Err(Problem::new(&codes::BAD_REQUEST, "the body did not arrive in time")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|why| Problem::new(&codes::BAD_JSON, unlike(&why)))
}

/// What is wrong with a body, without the value that is: it may be a password.
fn unlike(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let kind = ["invalid type", "invalid value"].into_iter().find(|kind| text.starts_with(kind));
    match (kind, text.rfind(", expected ")) {
        (Some(kind), Some(at)) => format!("{kind}{}", &text[at..]),
        _ => text,
    }
}

/// The body of a write on a face that spells commands as paths: an object whose values are kept as
/// they were written, so that no number loses a digit on its way to the game.
pub(super) type Fields = BTreeMap<String, Box<RawValue>>;

/// Takes `lock_version` out of a body.
pub(super) fn take_version(fields: &mut Fields) -> Result<Option<Version>, Problem> {
    let Some(raw) = fields.remove("lock_version") else { return Ok(None) };
    let version: Option<u64> = serde_json::from_str(raw.get())
        .map_err(|why| Problem::new(&codes::BAD_JSON, format!("lock_version: {why}")))?;
    Ok(version.map(Version))
}

/// The same for a request without a body, which has it in its query.
pub(super) fn version_field(version: Option<u64>) -> Fields {
    version.map(|version| ("lock_version".to_owned(), raw(&version))).into_iter().collect()
}

/// A command in the words of a game: `verb`, the parts of the path, the fields of the body. The
/// path wins over the body.
pub(super) fn command(verb: &str, path: &[(&str, &str)], mut fields: Fields) -> RawJson {
    for (name, value) in std::iter::once(&("do", verb)).chain(path) {
        fields.insert((*name).to_owned(), raw(value));
    }
    raw(&fields).into()
}

/// Writes as raw JSON what is text or JSON already.
pub(super) fn raw(value: &(impl serde::Serialize + ?Sized)) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("texts, numbers and raw JSON can be written")
}

/// A login, by `Authorization: Bearer`. There are no cookies anywhere, so no page of another
/// origin can act in a user's name (no CSRF): it would have to know the token.
///
/// As an argument it is needed (401 without one); as `Option` it may be absent, but a token that
/// is given must be good.
impl FromRequestParts<App> for Login {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match login(app, parts).await? {
            Some(login) => Ok(login),
            None => Err(AuthError::Missing.into()),
        }
    }
}

impl OptionalFromRequestParts<App> for Login {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        login(app, parts).await
    }
}

async fn login(app: &App, parts: &Parts) -> Result<Option<Login>, Problem> {
    let login = app.auth.of_request(&parts.headers).await?;
    if let (Some(login), Some(rates)) = (&login, parts.extensions.get::<Rates>()) {
        rates.login(login)?;
    }
    Ok(login)
}

/// The header `Idempotency-Key`, when it is there.
pub(super) struct Key(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let visible = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_graphic);
        let bytes = value.as_bytes();
        if bytes.is_empty() || bytes.len() > KEY_BYTES || !visible(bytes) {
            let limit = format!("an Idempotency-Key is 1 to {KEY_BYTES} visible ASCII characters");
            return Err(Problem::new(&codes::BAD_REQUEST, limit));
        }
        Ok(Self(Some(String::from_utf8_lossy(bytes).into_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_wins_over_the_body_and_numbers_keep_their_digits() {
        let body = r#"{"do":"grant","player_id":"p9","amount":1.2500,"note":10000000000000000001}"#;
        let fields: Fields = serde_json::from_str(body).unwrap();
        let made = command("add_drink", &[("player_id", "p1")], fields);
        assert_eq!(
            made.get(),
            r#"{"amount":1.2500,"do":"add_drink","note":10000000000000000001,"player_id":"p1"}"#
        );
    }

    #[test]
    fn a_lock_version_is_a_whole_number_or_null() {
        for (body, version) in [
            (r#"{"lock_version":3,"name":"x"}"#, Ok(Some(Version(3)))),
            (r#"{"lock_version":null}"#, Ok(None)),
            ("{}", Ok(None)),
            (r#"{"lock_version":"3"}"#, Err(())),
            (r#"{"lock_version":-1}"#, Err(())),
            (r#"{"lock_version":1.5}"#, Err(())),
        ] {
            let mut fields: Fields = serde_json::from_str(body).unwrap();
            assert_eq!(take_version(&mut fields).map_err(drop), version, "{body}");
            assert!(!fields.contains_key("lock_version"));
        }
    }

    #[test]
    fn json_is_known_by_its_header() {
        for (given, good) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/merge-patch+json"), true),
            (Some("text/plain"), false),
            (Some("application/x-www-form-urlencoded"), false),
            (None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(given) = given {
                headers.insert(header::CONTENT_TYPE, given.parse().unwrap());
            }
            assert_eq!(check_content_type(&headers).is_ok(), good, "{given:?}");
        }
    }

    #[test]
    fn switches_are_on_when_they_are_there() {
        assert!(is_on(Some("1")) && is_on(Some("true")) && is_on(Some("")));
        assert!(!is_on(Some("0")) && !is_on(Some("false")) && !is_on(None));
    }
}
