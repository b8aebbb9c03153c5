//! The product's own face: sessions of any game, under `/api/sessions`. Must not know any game.

mod commands;
mod create;
mod events;
mod list;
mod poll;
mod position;
mod presence;
mod stream;
mod stream_feed;
mod view;

use engine::Refused;
use game::{SessionId, Version};
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::raw;
use crate::app::App;
use crate::auth::Login;
use crate::frames;
use crate::problem::Problem;
use crate::tables::{Table, TableError};

pub(super) use commands::{SHOWN_WITHIN, WhichVersion, carry_out, end};
pub(super) use view::{Shown, current, json};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(view::get, commands::put, commands::delete))
        .routes(routes!(commands::post))
        .routes(routes!(view::legal))
        .routes(routes!(events::events))
        .routes(routes!(events::history))
        .routes(routes!(stream::stream))
        .routes(routes!(presence::of_session))
        .routes(routes!(presence::of_server))
}

/// The table of a session, ready to be shown to this one.
pub(super) async fn open(
    app: &App,
    id: SessionId,
    login: Option<&Login>,
) -> Result<Table, Problem> {
    let table = super::open_table(app, id).await?;
    if app.hides(&table, login) {
        return Err(TableError::NotFound.into());
    }
    Ok(table)
}

/// Spells why a command was refused; a stale one with the newest snapshot beside it.
pub(super) fn refused(app: &App, table: &Table, login: &Login, error: TableError) -> Problem {
    let snapshot = || {
        let published = table.now();
        let viewer = published.viewer(Some(&login.user));
        let text = frames::snapshot_text(app.store.epoch(), &published, viewer, "snapshot", None);
        RawValue::from_string(text).unwrap_or_default()
    };
    refused_with(error, snapshot)
}

/// The same with another form of the newest state.
pub(super) fn refused_with(error: TableError, snapshot: impl FnOnce() -> Box<RawValue>) -> Problem {
    let stale = matches!(error, TableError::Refused(Refused::Stale { .. }));
    let problem = Problem::from(error);
    if !stale {
        return problem;
    }
    let snapshot: serde_json::Value = serde_json::from_str(snapshot().get()).unwrap_or_default();
    problem.with("snapshot", snapshot)
}

/// The answer to a command: `{session, lock_version, data}`.
pub(super) fn answer_body(session: SessionId, version: Version, data: &RawValue) -> String {
    #[derive(serde::Serialize)]
    struct Answer<'a> {
        session: SessionId,
        lock_version: Version,
        data: &'a RawValue,
    }
    raw(&Answer { session, lock_version: version, data }).get().to_owned()
}
