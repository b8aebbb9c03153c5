//! The casino's face, under `/api/games` and `/api/users`: plays as resources of their own. Must not
//! know the rules of the games, nor their odds.
//!
//! Each user has one wallet: a session under an id made from the user's, which is there from its
//! first use on.

mod fairness;
mod history;
mod odds;
mod plays;
mod shapes;
mod users;

use ::casino::Casino;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use engine::{Answered, RawJson};
use game::{Actor, Game, SessionId, UserId, Viewer};
use protocol::codes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Fields, command, raw};
use super::sessions::carry_out;
use crate::app::App;
use crate::auth::Login;
use crate::problem::Problem;
use crate::settings::Paytable;
use crate::tables::{Published, Request, Table, TableError};
use crate::trace;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(plays::spin))
        .routes(routes!(plays::rps))
        .routes(routes!(plays::pull))
        .routes(routes!(plays::crash_bet))
        .routes(routes!(plays::crash_cashout))
        .routes(routes!(odds::slot))
        .routes(routes!(odds::rps))
        .routes(routes!(odds::gacha))
        .routes(routes!(odds::crash))
        .routes(routes!(fairness::show))
        .routes(routes!(fairness::rotate))
        .routes(routes!(history::history))
        .routes(routes!(users::me))
        .routes(routes!(users::grant))
}

/// Two users meet in one id once in 2^53 pairs; the one who comes second then has no wallet.
fn wallet_id(user: &UserId) -> SessionId {
    let digest = Sha256::digest(format!("wallet:{user}"));
    let first = digest.first_chunk().copied().expect("SHA-256 has 32 bytes");
    SessionId::from_random(u64::from_be_bytes(first))
}

fn paytable(app: &App) -> ::casino::slot::Paytable {
    match app.settings.casino.paytable {
        Paytable::Classic => ::casino::slot::Paytable::Classic,
        Paytable::Fair => ::casino::slot::Paytable::Fair,
    }
}

/// The wallet of this user; made when it is missing.
async fn wallet_of(app: &App, user: &UserId) -> Result<Table, TableError> {
    let options = Fields::from([
        ("user".to_owned(), raw(user)),
        ("paytable".to_owned(), raw(&paytable(app))),
    ]);
    let table = app.tables.ensure(wallet_id(user), Casino::NAME, raw(&options).into()).await?;
    if owner(&table.now(), user).is_none() {
        tracing::error!(session = %table.id(), %user, "the id of a wallet is taken by another session");
        return Err(TableError::Fault);
    }
    Ok(table)
}

/// The eyes of the wallet's owner, if it is this user's.
fn owner(published: &Published, user: &UserId) -> Option<Viewer> {
    let viewer = published.viewer(Some(user));
    (published.game() == Casino::NAME && viewer.seat().is_some()).then_some(viewer)
}

/// The caller's wallet.
struct Wallet {
    login: Login,
    table: Table,
}

impl FromRequestParts<App> for Wallet {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let login = <Login as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let table = wallet_of(app, &login.user).await?;
        Ok(Self { login, table })
    }
}

impl Wallet {
    /// What its owner sees now, or as much of it as `T` names.
    fn shown<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let published = self.table.now();
        let view = published.view(published.viewer(Some(&self.login.user)));
        serde_json::from_str(view.get()).map_err(|why| {
            Problem::new(&codes::INTERNAL, codes::INTERNAL.meaning).because(why.to_string())
        })
    }

    /// Gives a command made of a verb and the fields of the body.
    async fn give(
        &self,
        key: Option<String>,
        verb: &str,
        fields: Fields,
    ) -> Result<RawJson, Problem> {
        give(&self.table, self.login.actor(), key, command(verb, &[], fields)).await
    }
}

async fn give(
    table: &Table,
    actor: Actor,
    key: Option<String>,
    body: RawJson,
) -> Result<RawJson, Problem> {
    let begun = trace::request_began();
    let request = Request { actor, body: Some(body), expected: None, key, begun };
    let Answered { reply, .. } = carry_out(table, request).await?;
    Ok(reply)
}
