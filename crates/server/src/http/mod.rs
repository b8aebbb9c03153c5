//! Every HTTP route of the server, and what all of them share: trace ids, limits, CORS, headers,
//! errors. Must not know how a session works, nor how a token is checked.
//!
//! Each endpoint describes itself for the OpenAPI document in the attribute above its handler, and
//! is mounted by the same: what is not described is not served.

#![allow(
    clippy::result_large_err,
    reason = "a refusal is made once a request and goes straight out; a box would only add a name"
)]

mod admin;
mod auth;
mod casino;
mod etag;
mod extract;
mod guard;
mod health;
mod nommie;
mod openapi;
mod pages;
mod scoreboard;
mod sessions;
mod shapes;
mod sockets;

use axum::extract::Extension;
use axum::{Router, middleware};
use game::SessionId;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::tables::{Table, TableError};
use crate::{rate, trace};

use openapi::Document;
use pages::Files;

/// Everything that the server answers over HTTP.
pub fn router(app: App) -> Router {
    app.tasks.spawn(scoreboard::follow(app.clone()));
    let (api, document) = described().split_for_parts();
    let files = Files::embedded();
    let rates = rate::Rates::new(&app.settings, app.metrics.clone());
    // The last layer is the outermost: it sees a request first and its answer last.
    api.merge(pages::routes(files.clone()))
        .fallback_service(guard::unknown(pages::fallback(files)))
        .layer(middleware::map_response(guard::spell_refusals))
        .layer(Extension(Document::new(document)))
        .layer(Extension(rates.clone()))
        .layer(middleware::from_fn_with_state(rates.clone(), rate::limit))
        .layer(guard::cors(&app.settings))
        .layer(middleware::map_response(guard::headers))
        .layer(middleware::from_fn(guard::catch_panics))
        .layer(middleware::from_fn_with_state(app.metrics.clone(), trace::trace))
        .with_state(app)
}

/// The OpenAPI document of everything but the pages.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

/// The table of a session, ready to be shown: a board knows the newest catalogue.
pub async fn open_table(app: &App, id: SessionId) -> Result<Table, TableError> {
    let table = app.tables.open(id).await?;
    scoreboard::freshen(app, &table).await;
    Ok(table)
}

pub(crate) use scoreboard::check_right;

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(sessions::routes())
        .merge(scoreboard::routes())
        .merge(nommie::routes())
        .merge(casino::routes())
        .merge(auth::routes())
        .merge(admin::routes())
        .merge(sockets::routes())
        .merge(health::routes())
        .merge(openapi::routes())
}
