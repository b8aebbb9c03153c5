//! Users with their wallets: one's own, and tokens as a gift of the house. Must not know the games.

use axum::Json as JsonBody;
use axum::extract::State;
use axum::response::Response;
use game::{Actor, UserId};
use protocol::codes;
use serde_json::{Map, Value, json};

use super::{Wallet, give, shapes, wallet_of};
use crate::app::App;
use crate::auth::{ADMIN, SERVICE};
use crate::clock;
use crate::http::admin::Admin;
use crate::http::extract::{Fields, Json, Key, PathParts, command};
use crate::http::openapi::{ReadErrors, WriteErrors};
use crate::http::sessions;
use crate::problem::Problem;
use crate::streams::user_value;

/// Shows the caller
///
/// With the wallet: balance, streak, seeds, the crash round that is open. `now` is the server's clock
/// in milliseconds since 1970, by which a crash round runs.
#[utoipa::path(
    get, path = "/api/users/me", tag = "casino", operation_id = "myWallet",
    security(("bearer" = [])),
    responses((status = 200, description = "The caller", body = shapes::Me), ReadErrors),
)]
pub(super) async fn me(wallet: Wallet) -> Result<JsonBody<Value>, Problem> {
    let mut me: Map<String, Value> = wallet.shown()?;
    let login = wallet.login;
    let role = [ADMIN, SERVICE].into_iter().find(|role| login.has(role)).unwrap_or("user");
    me.insert("id".to_owned(), user_value(&login.user));
    me.insert("nickname".to_owned(), json!(login.name));
    me.insert("role".to_owned(), json!(role));
    me.insert("roles".to_owned(), json!(login.roles));
    me.insert("now".to_owned(), json!(clock::now()));
    Ok(JsonBody(Value::Object(me)))
}

/// Gives a user tokens
///
/// For admins. The user hears of it as `reward`. 404 `USER_NOT_FOUND`; 422 `INVALID_AMOUNT`,
/// `HOUSE_LIMIT`.
#[utoipa::path(
    post, path = "/api/users/{id}/tokens", tag = "casino", operation_id = "grantTokens",
    params(("id" = String, Path, description = "Id of the user", example = "4711"),
        shapes::IdempotencyKey),
    request_body = shapes::Grant, security(("bearer" = [])),
    responses((status = 200, description = "It is durable", body = shapes::Granted), WriteErrors),
)]
pub(super) async fn grant(
    State(app): State<App>,
    Admin(admin): Admin,
    parts: PathParts,
    Key(key): Key,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(&codes::USER_NOT_FOUND, codes::USER_NOT_FOUND.meaning);
    let user = UserId::new(parts.text("id")).map_err(|_| unknown())?;
    app.store.user(&user).await?.ok_or_else(unknown)?;
    let table = wallet_of(&app, &user).await?;
    // The wallet is one for all admins, and all of them are the system to it.
    let key = key.map(|key| format!("{}:{key}", admin.user));
    let by = [("by", admin.user.as_str())];
    let given = give(&table, Actor::System, key, command("grant", &by, fields)).await?;
    tracing::info!(%user, admin = %admin.user, "an admin has given tokens");
    Ok(sessions::json(given.get().to_owned()))
}
