//! Who sits where: joining, leaving, coming back, bots, what the host may do. Must not know who may.

use axum::response::Response;

use super::{Place, shapes};
use crate::http::extract::{Fields, Json, Key, OptionalJson};
use crate::http::openapi::WriteErrors;
use crate::problem::Problem;

/// Takes the lowest free seat
///
/// 409 `ALREADY_JOINED`, `GAME_FULL`, or `PHASE_MISMATCH` once the game has begun.
#[utoipa::path(
    post, path = "/api/games/{id}/join", tag = "nommie", operation_id = "joinGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses((status = 200, description = "What one sees now", body = shapes::TableSnapshot),
        WriteErrors),
)]
pub(super) async fn join(
    place: Place,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    place.give(key, "join", place.with_player(fields)).await?;
    Ok(place.answer())
}

/// Says whether one is ready
///
/// Once all four seats are, round 1 is dealt.
#[utoipa::path(
    post, path = "/api/games/{id}/ready", tag = "nommie", operation_id = "ready",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::Ready, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn ready(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    place.give_exactly(key, "ready", fields).await
}

/// Gets up
///
/// In the lobby the seat is free again; in play a bot takes it over until one is back.
#[utoipa::path(
    delete, path = "/api/games/{id}/leave", tag = "nommie", operation_id = "leaveGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn leave(
    place: Place,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "leave", fields).await?;
    Ok(place.done(version))
}

/// Takes one's seat back from the bot
///
/// 403 `NOT_A_MEMBER` for who never sat there, 409 `ALREADY_JOINED`, `PHASE_MISMATCH`.
#[utoipa::path(
    post, path = "/api/games/{id}/rejoin", tag = "nommie", operation_id = "rejoinGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses((status = 200, description = "What one sees now", body = shapes::TableSnapshot),
        WriteErrors),
)]
pub(super) async fn rejoin(
    place: Place,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    place.give(key, "rejoin", place.with_player(fields)).await?;
    Ok(place.answer())
}

/// Watches
///
/// Everyone with a login may; a spectator has no seat and cannot act. Changes nothing: who watches
/// comes as `presence`. 409 `ALREADY_JOINED` for who holds a seat.
#[utoipa::path(
    post, path = "/api/games/{id}/spectate", tag = "nommie", operation_id = "spectate",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    security(("bearer" = [])),
    responses((status = 200, description = "What one sees now", body = shapes::TableSnapshot),
        WriteErrors),
)]
pub(super) async fn spectate(place: Place) -> Result<Response, Problem> {
    if place.shown().viewer.seat().is_some() {
        let refusal = game::Refusal::conflict("ALREADY_JOINED", "you hold a seat: leave it first");
        return Err(refusal.into());
    }
    Ok(place.answer())
}

/// Puts a bot into a seat
///
/// For the host, in the lobby. Default: the lowest free seat, profile `heuristic`.
#[utoipa::path(
    post, path = "/api/games/{id}/ai/add", tag = "nommie", operation_id = "addBot",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::BotSeat, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn add_ai(
    place: Place,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "add_bot", fields).await?;
    Ok(place.done(version))
}

/// Gives a bot another profile
///
/// For the host, in the lobby. Default: the last bot.
#[utoipa::path(
    post, path = "/api/games/{id}/ai/update", tag = "nommie", operation_id = "updateBot",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::BotSeat, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn update_ai(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "update_bot", fields).await?;
    Ok(place.done(version))
}

/// Takes a bot out
///
/// For the host, in the lobby. Default: the last bot.
#[utoipa::path(
    post, path = "/api/games/{id}/ai/remove", tag = "nommie", operation_id = "removeBot",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::BotSeat, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn remove_ai(
    place: Place,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "remove_bot", fields).await?;
    Ok(place.done(version))
}

/// Takes a person out
///
/// For the host, in the lobby.
#[utoipa::path(
    post, path = "/api/games/{id}/remove", tag = "nommie", operation_id = "removeFromGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::SeatNumber, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn remove_player(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "remove_player", fields).await?;
    Ok(place.done(version))
}

/// Calls the game something else
///
/// For the host.
#[utoipa::path(
    patch, path = "/api/games/{id}", tag = "nommie", operation_id = "renameGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = crate::http::shapes::Named, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn rename(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "rename", fields).await?;
    Ok(place.done(version))
}

/// Asks that the turn clock be stopped, or that it go on
///
/// It stops once all people at the table ask for it, and goes on when one no longer does. 409
/// `NO_TURN_CLOCK`.
#[utoipa::path(
    post, path = "/api/games/{id}/pause", tag = "nommie", operation_id = "pauseGame",
    params(("id" = u64, Path, description = "Id of the game", example = 4711)),
    request_body = shapes::Pause, security(("bearer" = [])),
    responses((status = 204, description = "It is durable; `ETag` names the version"), WriteErrors),
)]
pub(super) async fn pause(
    place: Place,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let version = place.give(key, "pause", fields).await?;
    Ok(place.done(version))
}
