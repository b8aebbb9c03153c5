//! Plays: each is one commit of the caller's wallet, or none. Must not know what they pay.

use axum::response::Response;

use super::{Wallet, shapes};
use crate::http::extract::{Fields, Json, Key};
use crate::http::openapi::WriteErrors;
use crate::http::sessions::json;
use crate::problem::Problem;

/// Spins the slot machine
///
/// 422 `INVALID_BET`, `HOUSE_LIMIT`; 409 `INSUFFICIENT_TOKENS`. With `Idempotency-Key`, a repeated
/// request is one play and is answered alike; so with all plays.
#[utoipa::path(
    post, path = "/api/games/slot/spin", tag = "casino", operation_id = "spin",
    params(shapes::IdempotencyKey), request_body = shapes::Bet, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::Spun), WriteErrors),
)]
pub(super) async fn spin(
    wallet: Wallet,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "spin", fields).await?.get().to_owned()))
}

/// Plays rock, paper, scissors
///
/// 422 `INVALID_CHOICE`, `INVALID_BET`, `HOUSE_LIMIT`; 409 `INSUFFICIENT_TOKENS`.
#[utoipa::path(
    post, path = "/api/games/rps/play", tag = "casino", operation_id = "playRps",
    params(shapes::IdempotencyKey), request_body = shapes::Hand, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::HandPlayed), WriteErrors),
)]
pub(super) async fn rps(
    wallet: Wallet,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "rps", fields).await?.get().to_owned()))
}

/// Pulls items
///
/// One for 50 tokens or ten for 450; all of them or none. 422 `INVALID_PULL_COUNT`; 409
/// `INSUFFICIENT_TOKENS`.
#[utoipa::path(
    post, path = "/api/games/gacha/pull", tag = "casino", operation_id = "pull",
    params(shapes::IdempotencyKey), request_body = shapes::Pull, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::Pulled), WriteErrors),
)]
pub(super) async fn pull(
    wallet: Wallet,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "pull", fields).await?.get().to_owned()))
}

/// Begins a crash round
///
/// The multiplier at `t` milliseconds after `started_at`, by the server's clock, is e^(0.00006 t). The
/// point at which it crashes is committed to now and told when the round is over. 422 `INVALID_BET`,
/// `INVALID_MULTIPLIER`, `HOUSE_LIMIT`; 409 `INSUFFICIENT_TOKENS`, `ROUND_OPEN`.
#[utoipa::path(
    post, path = "/api/games/crash/bet", tag = "casino", operation_id = "crashBet",
    params(shapes::IdempotencyKey), request_body = shapes::CrashBet, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::CrashBegun), WriteErrors),
)]
pub(super) async fn crash_bet(
    wallet: Wallet,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "crash_bet", fields).await?.get().to_owned()))
}

/// Cashes out of a crash round
///
/// At the multiplier of the moment in which the server takes the request. 404 `ROUND_NOT_FOUND`; 409
/// `ROUND_OVER`: it has crashed, or was cashed out.
#[utoipa::path(
    post, path = "/api/games/crash/cashout", tag = "casino", operation_id = "crashCashout",
    params(shapes::IdempotencyKey), request_body = shapes::CrashCashout, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::CashedOut), WriteErrors),
)]
pub(super) async fn crash_cashout(
    wallet: Wallet,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "crash_cashout", fields).await?.get().to_owned()))
}
