//! What a player can expect, for anyone to read. Must not know how it is computed.
//!
//! A wallet keeps the paytable that it began with; so who has one is told what it pays, and all others
//! what new ones will pay.

use ::casino::slot::Paytable;
use ::casino::{GameOdds, odds};
use axum::Json;
use axum::extract::State;
use protocol::codes;
use serde::Deserialize;

use super::{Wallet, paytable, shapes, wallet_of};
use crate::app::App;
use crate::auth::Login;
use crate::http::openapi::ReadErrors;
use crate::problem::Problem;

fn of(game: &str, paytable: Paytable) -> Result<Json<GameOdds>, Problem> {
    let unknown = || Problem::new(&codes::NOT_FOUND, codes::NOT_FOUND.meaning);
    odds(game, paytable).map(Json).ok_or_else(unknown)
}

/// Shows the odds of the slot machine
///
/// Exact, counted over all outcomes; with a login for the paytable of the caller's wallet, and else for
/// that of new ones.
#[utoipa::path(
    get, path = "/api/games/slot/odds", tag = "casino", operation_id = "slotOdds",
    security((), ("bearer" = [])),
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn slot(
    State(app): State<App>,
    login: Option<Login>,
) -> Result<Json<GameOdds>, Problem> {
    #[derive(Deserialize)]
    struct View {
        paytable: Paytable,
    }
    let Some(login) = login else { return of("slot", paytable(&app)) };
    let wallet = Wallet { table: wallet_of(&app, &login.user).await?, login };
    of("slot", wallet.shown::<View>()?.paytable)
}

/// Shows the odds of rock, paper, scissors
#[utoipa::path(
    get, path = "/api/games/rps/odds", tag = "casino", operation_id = "rpsOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn rps() -> Result<Json<GameOdds>, Problem> {
    of("rps", Paytable::default())
}

/// Shows the odds of pulls
#[utoipa::path(
    get, path = "/api/games/gacha/odds", tag = "casino", operation_id = "gachaOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn gacha() -> Result<Json<GameOdds>, Problem> {
    of("gacha", Paytable::default())
}

/// Shows the odds of crash rounds
#[utoipa::path(
    get, path = "/api/games/crash/odds", tag = "casino", operation_id = "crashOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn crash() -> Result<Json<GameOdds>, Problem> {
    of("crash", Paytable::default())
}
