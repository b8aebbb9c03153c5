//! What a player can expect, for anyone to read. Must not know how it is computed.

use ::casino::{GameOdds, odds};
use axum::Json;
use axum::extract::State;
use protocol::codes;

use super::{paytable, shapes};
use crate::app::App;
use crate::http::openapi::ReadErrors;
use crate::problem::Problem;

fn of(app: &App, game: &str) -> Result<Json<GameOdds>, Problem> {
    let unknown = || Problem::new(&codes::NOT_FOUND, codes::NOT_FOUND.meaning);
    odds(game, paytable(app)).map(Json).ok_or_else(unknown)
}

/// Shows the odds of the slot machine
///
/// Exact, counted over all outcomes, for the paytable of this server.
#[utoipa::path(
    get, path = "/api/games/slot/odds", tag = "casino", operation_id = "slotOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn slot(State(app): State<App>) -> Result<Json<GameOdds>, Problem> {
    of(&app, "slot")
}

/// Shows the odds of rock, paper, scissors
#[utoipa::path(
    get, path = "/api/games/rps/odds", tag = "casino", operation_id = "rpsOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn rps(State(app): State<App>) -> Result<Json<GameOdds>, Problem> {
    of(&app, "rps")
}

/// Shows the odds of pulls
#[utoipa::path(
    get, path = "/api/games/gacha/odds", tag = "casino", operation_id = "gachaOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn gacha(State(app): State<App>) -> Result<Json<GameOdds>, Problem> {
    of(&app, "gacha")
}

/// Shows the odds of crash rounds
#[utoipa::path(
    get, path = "/api/games/crash/odds", tag = "casino", operation_id = "crashOdds",
    responses((status = 200, description = "The odds", body = shapes::Odds), ReadErrors),
)]
pub(super) async fn crash(State(app): State<App>) -> Result<Json<GameOdds>, Problem> {
    of(&app, "crash")
}
