//! Keeps every board's copy of the catalogue of drinks up to date. Must not know HTTP.
//!
//! The catalogue is one session with an id that every server knows. A board that is live when it
//! changes is told at once; one that is not is brought up to date when it is next opened.

use std::time::Duration;

use ::scoreboard::{Board, Catalogue, Drink, Drinks, Scoreboard};
use engine::{RawJson, Refused};
use futures_util::stream::{self, StreamExt};
use game::{Actor, Game, RefusalKind, SessionId, Viewer};
use protocol::codes;

use crate::app::App;
use crate::auth::Login;
use crate::http::extract::{Fields, command, raw};
use crate::problem::Problem;
use crate::settings::CatalogueEditors;
use crate::tables::{Published, Request, Table, TableError};
use crate::trace;

/// The catalogue's session. Random ids meet it once in 2^53.
const CATALOGUE: u64 = 1;

/// Boards that are told at the same time: their commits then share a transaction of the store.
const TOLD_AT_ONCE: usize = 64;

/// Between two tries to open the catalogue, when the store does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Is it the one catalogue that all boards lean on?
pub(in crate::http) fn is_catalogue(session: SessionId) -> bool {
    session.get() == CATALOGUE
}

/// The catalogue's session; made when it is missing.
pub(super) async fn open(app: &App) -> Result<Table, TableError> {
    let id = SessionId::new(CATALOGUE).map_err(|_| TableError::NotFound)?;
    app.tables.ensure(id, Drinks::NAME, RawJson::from(raw(&Fields::new()))).await
}

/// The drinks as they are now.
fn catalogue_of(published: &Published) -> Result<Catalogue, TableError> {
    let view = published.view(Viewer::Spectator);
    let drinks: Vec<Drink> = serde_json::from_str(view.get()).map_err(|error| {
        tracing::error!(%error, "the catalogue's view is no list of drinks");
        TableError::Fault
    })?;
    Ok(Catalogue { version: published.version, drinks })
}

/// The setting `scoreboard.catalogue_editors`: may this user change the catalogue? Other sessions
/// leave the question to their rules.
pub(crate) fn check_right(app: &App, session: SessionId, login: &Login) -> Result<(), Problem> {
    let admins_only = app.settings.scoreboard.catalogue_editors == CatalogueEditors::Admins;
    if admins_only && is_catalogue(session) && !login.has("admin") {
        return Err(Problem::new(&codes::FORBIDDEN, "only admins may change the catalogue"));
    }
    Ok(())
}

/// A new board starts with the drinks as they are, whatever its maker says. Options of other games
/// stay as they are.
pub(in crate::http) async fn fill_options(
    app: &App,
    game: &str,
    options: RawJson,
) -> Result<RawJson, Problem> {
    if game != Scoreboard::NAME {
        return Ok(options);
    }
    let mut fields: Fields = serde_json::from_str(options.get())
        .map_err(|why| Problem::new(&codes::BAD_JSON, format!("options: {why}")))?;
    let catalogue = catalogue_of(&open(app).await?.now())?;
    fields.insert("catalogue".to_owned(), raw(&catalogue));
    Ok(raw(&fields).into())
}

/// Brings a board up to date with the catalogue, before it is shown. Does nothing to sessions of
/// other games. A board that cannot take it (its store does not answer) is shown as it is.
pub(crate) async fn freshen(app: &App, table: &Table) {
    let published = table.now();
    let Some(board) = published.state().get::<Board>() else { return };
    let outcome = match open(app).await {
        Ok(catalogue) if catalogue.now().version > board.catalogue_version() => {
            hand_over(table, &catalogue.now()).await
        }
        Ok(_) => return,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::warn!(session = %table.id(), %error, "a board did not get the newest catalogue");
    }
}

async fn hand_over(table: &Table, catalogue: &Published) -> Result<(), TableError> {
    let catalogue = catalogue_of(catalogue)?;
    let fields: Fields =
        serde_json::from_str(raw(&catalogue).get()).map_err(|_| TableError::Fault)?;
    let body = command("catalogue", &[], fields);
    let begun = trace::request_began();
    let request =
        Request { actor: Actor::System, body: Some(body), expected: None, key: None, begun };
    match crate::http::sessions::carry_out(table, request).await {
        // Somebody was faster; it has this one or a newer one.
        Err(TableError::Refused(Refused::Game(old)))
            if old.kind == RefusalKind::Conflict && old.code == "CATALOGUE_OLD" =>
        {
            Ok(())
        }
        outcome => outcome.map(drop),
    }
}

/// Follows the catalogue for as long as the server lives, and tells live boards of each change.
pub(in crate::http) async fn follow(app: App) {
    let stop = app.tasks.stopping();
    let following = async {
        loop {
            match open(&app).await {
                Ok(catalogue) => follow_one(&app, &catalogue).await,
                Err(error) => tracing::warn!(%error, "the catalogue of drinks cannot be opened"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    tokio::select! {
        () = following => {}
        () = stop.cancelled() => {}
    }
}

/// Ends when the table of the catalogue does.
async fn follow_one(app: &App, catalogue: &Table) {
    let mut changes = catalogue.changes();
    // Boards that were live before it was opened.
    changes.mark_changed();
    while changes.changed().await.is_ok() {
        if changes.borrow_and_update().deleted {
            return;
        }
        tell_boards(app).await;
    }
}

/// Brings all live boards up to date. Whoever has changed the catalogue waits for this, so that a
/// drink that was added can be had at once.
pub(super) async fn tell_boards(app: &App) {
    let boards = app.tables.live();
    stream::iter(boards.iter())
        .for_each_concurrent(TOLD_AT_ONCE, |board| freshen(app, board))
        .await;
}
