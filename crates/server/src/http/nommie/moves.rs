//! Moves: bids, trumps, cards. Each names the version that it rests on. Must not know what is legal.

use axum::response::Response;

use super::{Place, shapes};
use crate::http::extract::{Fields, Json, Key};
use crate::http::openapi::WriteErrors;
use crate::problem::Problem;

/// Bids
///
/// 422 `INVALID_BID`, `OUT_OF_TURN`, `PHASE_MISMATCH`, `PAUSED`.
#[utoipa::path(
    post, path = "/api/games/{id}/bid", tag = "nommie", operation_id = "bid",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::Bid, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn bid(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    place.give_exactly(key, "bid", fields).await
}

/// Chooses trumps
///
/// 422 `OUT_OF_TURN`, `PHASE_MISMATCH`, `PAUSED`.
#[utoipa::path(
    post, path = "/api/games/{id}/trump", tag = "nommie", operation_id = "chooseTrump",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::ChosenTrump, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn trump(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    place.give_exactly(key, "trump", fields).await
}

/// Plays a card
///
/// 422 `PARSE_CARD`, `CARD_NOT_IN_HAND`, `MUST_FOLLOW_SUIT`, `OUT_OF_TURN`, `PHASE_MISMATCH`,
/// `PAUSED`.
#[utoipa::path(
    post, path = "/api/games/{id}/play", tag = "nommie", operation_id = "playCard",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::PlayedCard, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn play(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    place.give_exactly(key, "play", fields).await
}
