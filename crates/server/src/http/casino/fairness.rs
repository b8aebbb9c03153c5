//! What the plays of a wallet are drawn from: the commitment to the server's seed, the player's own
//! seed, the counter. Must not know how draws are made.

use axum::Json as JsonBody;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::{Wallet, shapes};
use crate::http::extract::{Fields, Key, OptionalJson};
use crate::http::openapi::{ReadErrors, WriteErrors};
use crate::http::sessions::json;
use crate::problem::Problem;

/// Shows what is drawn from
///
/// The SHA-256 of the server's seed, the client's seed, and the number of the next play.
#[utoipa::path(
    get, path = "/api/games/fairness", tag = "casino", operation_id = "fairness",
    security(("bearer" = [])),
    responses((status = 200, description = "The seeds", body = shapes::Fairness), ReadErrors),
)]
pub(super) async fn show(wallet: Wallet) -> Result<JsonBody<Value>, Problem> {
    #[derive(Deserialize)]
    struct View {
        fairness: Value,
    }
    Ok(JsonBody(wallet.shown::<View>()?.fairness))
}

/// Reveals the server's seed
///
/// And commits to a new one; with `client_seed` (1 to 64 characters) the player's own is another from
/// now on. 409 `ROUND_OPEN` while a crash round rests on the seed; 422 `INVALID_CLIENT_SEED`.
#[utoipa::path(
    post, path = "/api/games/fairness/rotate", tag = "casino", operation_id = "rotateSeeds",
    params(shapes::IdempotencyKey), request_body(content = Option<shapes::Rotate>),
    security(("bearer" = [])),
    responses((status = 200, description = "The seed that was", body = shapes::Rotated), WriteErrors),
)]
pub(super) async fn rotate(
    wallet: Wallet,
    Key(key): Key,
    OptionalJson(fields): OptionalJson<Fields>,
) -> Result<Response, Problem> {
    Ok(json(wallet.give(key, "rotate", fields).await?.get().to_owned()))
}
