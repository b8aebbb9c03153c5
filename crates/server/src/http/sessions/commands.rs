//! Writes to one session: commands, dry runs, the documents of a mirror, deletion. Must not know
//! any game, save that `PUT` belongs to the mirror.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{Answered, RawJson, Refused};
use game::{Actor, Game, RefusalKind, SessionId, Version};
use protocol::codes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::view::{Shown, json};
use crate::app::App;
use crate::auth::Login;
use crate::http::etag::Tag;
use crate::http::extract::{Fields, Json, Key, Query, Session, command, is_on, raw, take_version};
use crate::http::openapi::WriteErrors;
use crate::http::scoreboard;
use crate::http::shapes::{Answer, Command, MirrorPut};
use crate::problem::Problem;
use crate::tables::{Request, Table, TableError};
use crate::trace;

/// How long an answer waits for its commit to be shown to readers. It is shown in the same turn
/// that answers, so this is hardly ever waited for; past it the answer goes out all the same.
pub(in crate::http) const SHOWN_WITHIN: Duration = Duration::from_secs(2);

/// The body of a command.
#[derive(Deserialize)]
pub(super) struct Order {
    command: Box<RawValue>,
    lock_version: Option<u64>,
}

/// How to take a command.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HowToTake {
    /// `1`: say whether the command would be carried out now, and change nothing.
    dry_run: Option<String>,
}

/// Gives a command
///
/// With the header `Idempotency-Key` a repeated command is carried out once and answered alike,
/// also after a restart of the server. With `lock_version` it is refused (409) once the session has
/// moved on; without it, it is applied to the newest state.
#[utoipa::path(
    post, path = "/api/sessions/{id}/commands", tag = "sessions", operation_id = "command",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("Idempotency-Key" = Option<String>, Header,
            description = "1 to 128 visible ASCII characters, the client's choice"),
        HowToTake,
    ),
    request_body = Command,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "It is durable (or, of a dry run, allowed)", body = Answer),
        WriteErrors,
    ),
)]
pub(super) async fn post(
    State(app): State<App>,
    Session(id): Session,
    login: Login,
    Key(key): Key,
    Query(how): Query<HowToTake>,
    Json(order): Json<Order>,
) -> Result<Response, Problem> {
    let table = super::open(&app, id, Some(&login)).await?;
    scoreboard::check_right(&app, id, &login)?;
    let (body, expected) = (RawJson::from(order.command), order.lock_version.map(Version));
    if is_on(how.dry_run.as_deref()) {
        return dry_run(&app, &table, &login, body, expected).await;
    }
    let begun = trace::request_began();
    let request = Request { actor: login.actor(), body: Some(body), expected, key, begun };
    answer(&app, &table, &login, request).await
}

/// Puts new documents
///
/// For sessions of the game `mirror`, with a service token: `public` is what everyone sees, `seats`
/// what each seat sees beside it. Parlor does the rest: versions, views, patches, fan-out, resume.
#[utoipa::path(
    put, path = "/api/sessions/{id}", tag = "sessions", operation_id = "putMirror",
    params(
        ("id" = String, Path, description = "Session id", example = "4711"),
        ("Idempotency-Key" = Option<String>, Header,
            description = "1 to 128 visible ASCII characters, the client's choice"),
    ),
    request_body = MirrorPut,
    security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = Answer), WriteErrors),
)]
pub(super) async fn put(
    State(app): State<App>,
    Session(id): Session,
    login: Login,
    Key(key): Key,
    Json(mut fields): Json<Fields>,
) -> Result<Response, Problem> {
    let table = super::open(&app, id, Some(&login)).await?;
    if table.now().game() != mirror::Mirror::NAME {
        let message = "PUT is for sessions of the game mirror; give others a command";
        return Err(Problem::new(&codes::BAD_COMMAND, message));
    }
    let expected = take_version(&mut fields)?;
    let body = command("put", &[], fields);
    let begun = trace::request_began();
    let request = Request { actor: login.actor(), body: Some(body), expected, key, begun };
    answer(&app, &table, &login, request).await
}

/// Which version to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct WhichVersion {
    /// Refuse (409) when the session has moved on from this version.
    pub(in crate::http) lock_version: Option<u64>,
}

/// Deletes a session
///
/// For its owner and for admins. Every viewer gets `closed` with the reason `deleted`.
#[utoipa::path(
    delete, path = "/api/sessions/{id}", tag = "sessions", operation_id = "deleteSession",
    params(("id" = String, Path, description = "Session id", example = "4711"), WhichVersion),
    security(("bearer" = [])),
    responses((status = 204, description = "It is gone"), WriteErrors),
)]
pub(super) async fn delete(
    State(app): State<App>,
    Session(id): Session,
    login: Login,
    Query(which): Query<WhichVersion>,
) -> Result<StatusCode, Problem> {
    let table = super::open(&app, id, Some(&login)).await?;
    end(&table, &login, which.lock_version.map(Version))
        .await
        .map_err(|error| super::refused(&app, &table, &login, error))
}

/// Deletes a session in this user's name, or, for an admin, in the server's. What the server itself
/// leans on (the catalogue of drinks, which nobody owns) stays.
pub(in crate::http) async fn end(
    table: &Table,
    login: &Login,
    expected: Option<Version>,
) -> Result<StatusCode, TableError> {
    let begun = trace::request_began();
    let delete = |actor| Request { actor, body: None, expected, key: None, begun };
    let mut ended = table.command(delete(login.actor())).await;
    let forbidden = matches!(
        &ended,
        Err(TableError::Refused(Refused::Game(refusal))) if refusal.kind == RefusalKind::Forbidden
    );
    if forbidden && login.has("admin") && !scoreboard::is_catalogue(table.id()) {
        tracing::info!(session = %table.id(), admin = %login.user, "an admin deletes a session");
        ended = table.command(delete(Actor::System)).await;
    }
    ended?;
    // Whoever asks next must not find it any more.
    let gone = async { table.changes().wait_for(|published| published.deleted).await.map(drop) };
    let _ = tokio::time::timeout(SHOWN_WITHIN, gone).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a command and waits until readers are shown what it did, so that whoever wrote reads it.
pub(in crate::http) async fn carry_out(
    table: &Table,
    request: Request,
) -> Result<Answered, TableError> {
    let answered = table.command(request).await?;
    let mut changes = table.changes();
    let shown = async { changes.wait_for(|now| now.version >= answered.version).await.map(drop) };
    let _ = tokio::time::timeout(SHOWN_WITHIN, shown).await;
    Ok(answered)
}

async fn answer(
    app: &App,
    table: &Table,
    login: &Login,
    request: Request,
) -> Result<Response, Problem> {
    let answered = carry_out(table, request)
        .await
        .map_err(|error| super::refused(app, table, login, error))?;
    let shown = Shown::to(app, table.now(), Some(&login.user));
    // The tag of the version that the command made, even when there is a newer one by now.
    let tag = Tag::of(app.store.epoch(), table.id(), shown.viewer, answered.version);
    let body = super::answer_body(table.id(), answered.version, &answered.reply);
    Ok(Shown { tag, ..shown }.with_headers(json(body)))
}

async fn dry_run(
    app: &App,
    table: &Table,
    login: &Login,
    body: RawJson,
    expected: Option<Version>,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Allowed {
        session: SessionId,
        lock_version: Version,
        data: Option<()>,
        dry_run: bool,
    }
    let refused = |error| super::refused(app, table, login, error);
    let actual = table.now().version;
    if let Some(expected) = expected.filter(|expected| *expected != actual) {
        return Err(refused(Refused::Stale { expected, actual }.into()));
    }
    table.dry_run(login.actor(), body).await.map_err(refused)?;
    let body = Allowed { session: table.id(), lock_version: actual, data: None, dry_run: true };
    Ok(json(raw(&body).get().to_owned()).into_response())
}
