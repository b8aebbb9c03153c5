//! Shapes of the casino's bodies, for the OpenAPI document. Must not know who makes them.

#![allow(dead_code, reason = "shapes for the document: `utoipa` reads their fields, no code does")]

use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// So that a repeated request is one play.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct IdempotencyKey {
    /// 1 to 128 visible ASCII characters, the client's choice.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// A bet.
#[derive(ToSchema)]
#[schema(example = json!({"bet_amount": 10}))]
pub(super) struct Bet {
    /// Tokens: a whole number, 1 or more.
    bet_amount: u64,
}

/// What came of a spin.
#[derive(ToSchema)]
#[schema(example = json!({"success": true, "reels": [["🍒", "🍒", "🍋"]], "win_amount": 15,
    "multiplier": 1.5, "is_jackpot": false, "paytable": "classic", "message": "You win 15.",
    "balance": 1005, "counter": 0, "seed": "9f86d081884c7d65"}))]
pub(super) struct Spun {
    /// `true`.
    success: bool,
    /// One row of three symbols.
    reels: Vec<Vec<String>>,
    /// Tokens that came back.
    win_amount: u64,
    /// What a token brought.
    multiplier: f64,
    /// Three sevens.
    is_jackpot: bool,
    /// What the machine pays by: `fair` or `classic`.
    paytable: String,
    /// For people.
    message: String,
    /// Tokens in the wallet now.
    balance: u64,
    /// The number of this play under the wallet's seeds.
    counter: u64,
    /// The first 16 digits of the commitment of the server's seed.
    seed: String,
}

/// A hand, and a bet on it.
#[derive(ToSchema)]
#[schema(example = json!({"choice": "rock", "bet_amount": 10}))]
pub(super) struct Hand {
    /// `rock`, `paper` or `scissors`.
    choice: String,
    /// Tokens: a whole number, 1 or more.
    bet_amount: u64,
}

/// What came of a hand.
#[derive(ToSchema)]
#[schema(example = json!({"success": true, "player_choice": "rock", "computer_choice": "paper",
    "result": "lose", "win_amount": 0, "message": "The house wins.", "balance": 990, "counter": 1,
    "seed": "9f86d081884c7d65"}))]
pub(super) struct HandPlayed {
    /// `true`.
    success: bool,
    /// What the caller had chosen.
    player_choice: String,
    /// What the house has drawn.
    computer_choice: String,
    /// `win`, `draw` or `lose`.
    result: String,
    /// Tokens that came back.
    win_amount: u64,
    /// For people.
    message: String,
    /// Tokens in the wallet now.
    balance: u64,
    /// The number of this play under the wallet's seeds.
    counter: u64,
    /// The first 16 digits of the commitment of the server's seed.
    seed: String,
}

/// How many items.
#[derive(ToSchema)]
#[schema(example = json!({"pull_count": 10}))]
pub(super) struct Pull {
    /// 1 (50 tokens) or 10 (450 tokens).
    pull_count: u64,
}

/// What was pulled.
#[derive(ToSchema)]
#[schema(example = json!({"success": true, "items": [{"name": "Brass Bell", "rarity": "Common"}],
    "rare_item_count": 0, "ultra_rare_item_count": 0, "pull_count": 1, "pity": 1,
    "message": "1 pulled.", "balance": 950, "counter": 2,
    "seed": "9f86d081884c7d65"}))]
pub(super) struct Pulled {
    /// `true`.
    success: bool,
    /// Each with `name` and `rarity`.
    items: Vec<Value>,
    /// Of them Rare or better.
    rare_item_count: u64,
    /// Of them Epic or better.
    ultra_rare_item_count: u64,
    /// How many.
    pull_count: u64,
    /// Pulls since the last one that was Epic or better.
    pity: u64,
    /// For people.
    message: String,
    /// Tokens in the wallet now.
    balance: u64,
    /// The number of this play under the wallet's seeds.
    counter: u64,
    /// The first 16 digits of the commitment of the server's seed.
    seed: String,
}

/// A bet on a crash round.
#[derive(ToSchema)]
#[schema(example = json!({"bet_amount": 10, "auto_cashout_multiplier": 2.5}))]
pub(super) struct CrashBet {
    /// Tokens: a whole number, 1 or more.
    bet_amount: u64,
    /// 1.01 to 1000, two decimals at most: the round is cashed out there by itself.
    auto_cashout_multiplier: Option<f64>,
}

/// A crash round has begun.
#[derive(ToSchema)]
#[schema(example = json!({"success": true, "game_id": 815, "bet_amount": 10,
    "started_at": 1_755_345_296_789_u64,
    "commitment": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "balance": 990}))]
pub(super) struct CrashBegun {
    /// `true`.
    success: bool,
    /// Names the round.
    game_id: u64,
    /// Tokens at stake.
    bet_amount: u64,
    /// Milliseconds since 1970, by the server's clock.
    started_at: u64,
    /// SHA-256 of `<game_id>:<point in hundredths>:<salt>`.
    commitment: String,
    /// Tokens in the wallet now.
    balance: u64,
}

/// Which round.
#[derive(ToSchema)]
#[schema(example = json!({"game_id": 815}))]
pub(super) struct CrashCashout {
    /// From the bet's answer.
    game_id: u64,
}

/// Tokens are out of the round.
#[derive(ToSchema)]
#[schema(example = json!({"multiplier": 1.42, "win_amount": 14, "balance": 1004}))]
pub(super) struct CashedOut {
    /// That of the moment.
    multiplier: f64,
    /// Tokens that came back.
    win_amount: u64,
    /// Tokens in the wallet now.
    balance: u64,
}

/// What a player can expect.
#[derive(ToSchema)]
#[schema(example = json!({"game": "rps", "return_to_player": 1.0, "hit_rate": 0.333,
    "table": {"win": 2, "draw": 1, "lose": 0}, "method": "all 9 pairs of hands"}))]
pub(super) struct Odds {
    /// Its name.
    game: String,
    /// Of the tokens that are staked, the part that comes back.
    return_to_player: Option<f64>,
    /// The part of all plays that win something.
    hit_rate: Option<f64>,
    /// The whole table, in the words of the game.
    table: Value,
    /// How this was computed.
    method: String,
}

/// What plays are drawn from.
#[derive(ToSchema)]
#[schema(example = json!({
    "commitment": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "next_commitment": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "client_seed": "7b1d0f3c2a945e68", "counter": 12}))]
pub(super) struct Fairness {
    /// SHA-256 of the server's seed, hex.
    commitment: String,
    /// That of the seed which comes after it: fixed before the player chooses their next one.
    next_commitment: String,
    /// The player's own.
    client_seed: String,
    /// The number of the next play.
    counter: u64,
}

/// A new seed.
#[derive(ToSchema)]
#[schema(example = json!({"client_seed": "my lucky words"}))]
pub(super) struct Rotate {
    /// 1 to 64 characters; the old one stays when this is absent.
    client_seed: Option<String>,
}

/// The seed that was, and the commitment to the next.
#[derive(ToSchema)]
pub(super) struct Rotated {
    /// `server_seed`, `commitment`, `client_seed` and the number of `plays` that were drawn from them.
    revealed: Value,
    /// SHA-256 of the server's seed from now on, hex: what `next_commitment` was.
    commitment: String,
    /// That of the seed which comes after it.
    next_commitment: String,
    /// The player's own from now on.
    client_seed: String,
    /// 0.
    counter: u64,
}

/// Plays, oldest first.
#[derive(ToSchema)]
pub(super) struct History {
    /// Messages `game_event`.
    events: Vec<Value>,
    /// There are others before the first one (after the last one, with `since`).
    more: bool,
}

/// The caller, with the wallet.
#[derive(ToSchema)]
#[schema(example = json!({"id": 4711, "nickname": "Anna", "role": "user", "roles": [],
    "balance": 1000, "streak": 0, "pity": 0, "paytable": "fair", "crash": null,
    "now": 1_755_345_296_789_u64}))]
pub(super) struct Me {
    /// A number for users of this server.
    id: Value,
    /// The name to show.
    nickname: Option<String>,
    /// `user`, `service` or `admin`.
    role: String,
    /// All roles.
    roles: Vec<String>,
    /// Tokens.
    balance: u64,
    /// Wins in a row.
    streak: u32,
    /// Pulls since the last one that was Epic or better.
    pity: u32,
    /// What the slot machine pays this wallet by: `fair` or `classic`.
    paytable: String,
    /// What plays are drawn from.
    fairness: Value,
    /// The crash round that is open, or `null`.
    crash: Option<Value>,
    /// The server's clock, milliseconds since 1970.
    now: u64,
}

/// Tokens as a gift.
#[derive(ToSchema)]
#[schema(example = json!({"amount": 100}))]
pub(super) struct Grant {
    /// A whole number, 1 or more.
    amount: u64,
}

/// What the wallet holds now.
#[derive(ToSchema)]
#[schema(example = json!({"balance": 1100}))]
pub(super) struct Granted {
    /// Tokens.
    balance: u64,
}
