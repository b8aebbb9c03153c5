//! Shapes of bodies as the OpenAPI document shows them. Must not know who makes them: views are
//! finished JSON by the time a face sees them, so that most of these types are never built.

#![allow(dead_code, reason = "shapes for the document: `utoipa` reads their fields, no code does")]

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What every error looks like (RFC 9457, `application/problem+json`).
#[derive(ToSchema)]
#[schema(example = json!({
    "type": "about:blank",
    "title": "There is no such session, or it was deleted.",
    "status": 404,
    "detail": "there is no such session",
    "code": "SESSION_NOT_FOUND",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
}))]
pub(super) struct Problem {
    /// `about:blank`, or the address of a page about this sort of error.
    r#type: String,
    /// What the code means, for people.
    title: String,
    /// The status of the response, again.
    status: u16,
    /// What was wrong this time, for people.
    detail: String,
    /// Stable name for programs.
    code: String,
    /// Finds this request in the server's log; also the header `x-trace-id`.
    trace_id: String,
    /// What some codes add. `OPTIMISTIC_LOCK`: `expected`, `actual`, and `snapshot`, the newest
    /// state as a `GET` of this face would show it.
    extensions: Option<BTreeMap<String, Value>>,
}

/// One session as one viewer sees it: the body of a `GET`, and the message `snapshot`.
#[derive(ToSchema)]
#[schema(example = json!({
    "type": "snapshot", "version": 1, "session": "4711", "epoch": "9f86d081884c7d65",
    "lock_version": 7, "viewer_seat": null,
    "data": {"id": "4711", "title": "Friday", "players": [], "teams": []},
    "game": "scoreboard", "status": "running", "title": "Friday",
    "seed_commitment": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub(super) struct SessionBody {
    /// `snapshot`.
    r#type: String,
    /// Schema of the message: 1.
    version: u32,
    /// The session's id.
    session: String,
    /// Names this incarnation of the store: a position of another one counts for nothing.
    epoch: String,
    /// The session's version that this shows.
    lock_version: u64,
    /// The seat of whoever asked; `null` for spectators.
    viewer_seat: Option<u8>,
    /// What this viewer sees, in the words of the game.
    data: Value,
    /// Name of the game.
    game: String,
    /// `open`, `running` or `ended`.
    status: String,
    /// The name that lists show.
    title: String,
    /// SHA-256 of the seed that all draws come from, hex.
    seed_commitment: String,
    /// The seed itself, hex, once the session has ended.
    seed: Option<String>,
}

/// What to make a session of.
#[derive(ToSchema)]
#[schema(example = json!({"game": "scoreboard", "options": {"title": "Friday"}}))]
pub(super) struct NewSession {
    /// Name of the game: `scoreboard`, `mirror`.
    game: String,
    /// In the words of the game.
    options: Option<Value>,
}

/// A command.
#[derive(ToSchema)]
#[schema(example = json!({"command": {"do": "add_team", "name": "Blue"}, "lock_version": 7}))]
pub(super) struct Command {
    /// In the words of the game.
    command: Value,
    /// Refuse (409) when the session has moved on from this version.
    lock_version: Option<u64>,
}

/// The answer to a command.
#[derive(ToSchema)]
#[schema(example = json!({
    "session": "4711", "lock_version": 8, "data": {"id": "t1", "name": "Blue", "player_ids": []}
}))]
pub(super) struct Answer {
    /// The session's id.
    session: String,
    /// The version that the command made.
    lock_version: u64,
    /// The game's reply, or `null`.
    data: Value,
    /// `true` in the answer to a dry run: nothing was changed, and `lock_version` is the present one.
    dry_run: Option<bool>,
}

/// New documents of a mirror session. What is absent, save `public`, stays as it was.
#[derive(ToSchema)]
#[schema(example = json!({
    "public": {"round": 3}, "seats": {"0": {"hand": ["A", "K"]}}, "players": {"0": "u_anna"},
    "events": [{"type": "dealt", "result": {"cards": 2}}], "lock_version": 7
}))]
pub(super) struct MirrorPut {
    /// What everyone sees from now on.
    public: Value,
    /// What each seat alone sees from now on.
    seats: Option<BTreeMap<String, Value>>,
    /// The user in each seat from now on.
    players: Option<BTreeMap<String, String>>,
    /// What happened, in order.
    events: Option<Vec<Value>>,
    /// The name that lists show from now on.
    title: Option<String>,
    /// `true` ends the session, for ever.
    ended: Option<bool>,
    /// Refuse (409) when the session has moved on from this version.
    lock_version: Option<u64>,
}

/// The commands that a seat may give now.
#[derive(ToSchema)]
#[schema(example = json!({"session": "4711", "lock_version": 7, "commands": []}))]
pub(super) struct Legal {
    /// The session's id.
    session: String,
    /// The version that they belong to.
    lock_version: u64,
    /// Ready to be sent as `command`. Empty for spectators, and for games that do not list them.
    commands: Vec<Value>,
}

/// Something that happened: the message `game_event`.
#[derive(ToSchema)]
#[schema(example = json!({
    "type": "game_event", "version": 1, "session": "4711", "epoch": "9f86d081884c7d65",
    "lock_version": 8, "id": "8.0", "schema": 1, "game_type": "mirror", "user_id": null,
    "result": {"cards": 2}, "ts": "2026-01-01T12:00:00.000Z"
}))]
pub(super) struct GameEvent {
    /// `game_event`.
    r#type: String,
    /// Schema of the message: 1.
    version: u32,
    /// The session's id.
    session: String,
    /// Names this incarnation of the store.
    epoch: String,
    /// The version that it came with.
    lock_version: u64,
    /// `<lock_version>.<index>`: a position for `since`.
    id: String,
    /// Schema of `result`.
    schema: u32,
    /// Name of the game.
    game_type: String,
    /// Whose event it is, when it is somebody's.
    user_id: Option<String>,
    /// What happened, in the words of the game.
    result: Value,
    /// RFC 3339, UTC, milliseconds.
    ts: String,
}

/// Events, oldest first.
#[derive(ToSchema)]
pub(super) struct Events {
    /// The events that this viewer may know of.
    events: Vec<GameEvent>,
    /// Ask on with `since=` this; `null` when nothing is left for now.
    next: Option<String>,
}

/// Name of a team, player or drink.
#[derive(ToSchema)]
#[schema(example = json!({"name": "Blue", "lock_version": 7}))]
pub(super) struct Named {
    /// 1 to 255 characters.
    name: String,
    /// Refuse (409) when the board has moved on from this version.
    lock_version: Option<u64>,
}

/// Title of a board.
#[derive(ToSchema)]
#[schema(example = json!({"title": "Friday"}))]
pub(super) struct Titled {
    /// 1 to 255 characters.
    title: String,
    /// Refuse (409) when the board has moved on from this version.
    lock_version: Option<u64>,
}

/// A new board.
#[derive(ToSchema)]
#[schema(example = json!({"title": "Friday", "teams": [{"name": "Blue"}, {"name": "Red"}]}))]
pub(super) struct NewBoard {
    /// 1 to 255 characters.
    title: String,
    /// Its first teams.
    teams: Option<Vec<TeamName>>,
}

/// A team that a new board starts with.
#[derive(ToSchema)]
pub(super) struct TeamName {
    /// 1 to 255 characters.
    name: String,
}

/// A new player.
#[derive(ToSchema)]
#[schema(example = json!({"name": "Anna", "team_id": "t1"}))]
pub(super) struct NewPlayer {
    /// 1 to 255 characters.
    name: String,
    /// Their team, when they are in one.
    team_id: Option<String>,
    /// Refuse (409) when the board has moved on from this version.
    lock_version: Option<u64>,
}

/// Changes of a player: what is absent stays.
#[derive(ToSchema)]
#[schema(example = json!({"team_id": null, "drinks": [{"drink_id": "d1", "amount": 2}]}))]
pub(super) struct PlayerChange {
    /// 1 to 255 characters.
    name: Option<String>,
    /// `null` takes them out of their team.
    team_id: Option<String>,
    /// **Sets** each listed amount; 0 takes the drink off.
    drinks: Option<Vec<DrinkAmount>>,
    /// Refuse (409) when the board has moved on from this version.
    lock_version: Option<u64>,
}

/// How many of one drink.
#[derive(ToSchema)]
#[schema(example = json!({"drink_id": "d1", "amount": 1}))]
pub(super) struct DrinkAmount {
    /// Which drink.
    drink_id: String,
    /// How many.
    amount: i64,
}

/// What a player has had more, or less, of.
#[derive(ToSchema)]
#[schema(example = json!({"drink_id": "d1", "amount": 1}))]
pub(super) struct MoreDrinks {
    /// Which drink.
    drink_id: String,
    /// **Adds** so many, 1 by default; may be negative, but a tally never falls below 0.
    amount: Option<i64>,
    /// Refuse (409) when the board has moved on from this version.
    lock_version: Option<u64>,
}

/// The canonical state of a board.
#[derive(ToSchema)]
#[schema(example = json!({
    "id": "4711", "title": "Friday", "owner": "u_anna",
    "players": [{"id": "p1", "name": "Anna", "team_id": "t1",
                 "drinks": [{"drink_id": "d1", "drink_name": "Aperol Spritz", "amount": 2}]}],
    "teams": [{"id": "t1", "name": "Blue", "player_ids": ["p1"]}],
    "lock_version": 7
}))]
pub(super) struct Board {
    /// The session's id.
    id: String,
    /// What the board is called.
    title: String,
    /// Who made it.
    owner: Option<String>,
    /// Its players, in the order of their coming.
    players: Vec<Player>,
    /// Its teams, in the order of their making.
    teams: Vec<Team>,
    /// The version that this shows.
    lock_version: u64,
}

/// A player and what they have had.
#[derive(ToSchema)]
pub(super) struct Player {
    /// Unique within the board.
    id: String,
    /// What the player is called.
    name: String,
    /// Their team, when they are in one.
    team_id: Option<String>,
    /// What they have had; every amount is at least 1.
    drinks: Vec<Tally>,
    /// The version that made this player; in the answer to its making alone.
    lock_version: Option<u64>,
}

/// How many of one drink a player has had.
#[derive(ToSchema)]
pub(super) struct Tally {
    /// The drink.
    drink_id: String,
    /// What it is called now, or was last.
    drink_name: String,
    /// At least 1.
    amount: u32,
}

/// A team and who is in it.
#[derive(ToSchema)]
pub(super) struct Team {
    /// Unique within the board.
    id: String,
    /// What the team is called.
    name: String,
    /// Its players, in the order of their coming.
    player_ids: Vec<String>,
    /// The version that made this team; in the answer to its making alone.
    lock_version: Option<u64>,
}

/// A drink of the catalogue.
#[derive(ToSchema)]
#[schema(example = json!({"id": "d1", "name": "Aperol Spritz"}))]
pub(super) struct Drink {
    /// Its id.
    id: String,
    /// What it is called now.
    name: String,
}

/// An invitation to edit a board.
#[derive(ToSchema)]
#[schema(example = json!({"code": "7KQ2-9XMB-4TRW"}))]
pub(super) struct Invite {
    /// Whoever knows it may become an editor. Hyphens and case do not count.
    code: String,
}

/// A login.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "<token>", "token_type": "bearer", "expires_in": 900,
    "refresh_token": "<token>", "user": {"id": "u_anna", "name": "Anna", "roles": []}
}))]
pub(super) struct LoginBody {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// `bearer`.
    token_type: String,
    /// Seconds.
    expires_in: u64,
    /// Works once, for `POST /api/auth/refresh`.
    refresh_token: String,
    /// Who is logged in.
    user: User,
}

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "u_anna", "name": "Anna", "roles": []}))]
pub(super) struct User {
    /// The id.
    id: String,
    /// The name to show.
    name: String,
    /// `admin`, `service`; often none.
    roles: Vec<String>,
}

/// A login of somebody with an account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "<token>", "token_type": "bearer", "expires_in": 900,
    "refresh_token": "<token>", "user": {
        "id": 4711, "site_id": "anna", "nickname": "Anna", "name": "Anna", "role": "user", "roles": []
    }
}))]
pub(super) struct AccountLogin {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// `bearer`.
    token_type: String,
    /// Seconds.
    expires_in: u64,
    /// Works once, for `POST /api/auth/refresh`.
    refresh_token: String,
    /// Who is logged in.
    user: AccountUser,
}

/// A user with an account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": 4711, "site_id": "anna", "nickname": "Anna", "name": "Anna", "role": "user", "roles": []
}))]
pub(super) struct AccountUser {
    /// The id.
    id: u64,
    /// The name to log in with.
    site_id: String,
    /// The name to show.
    nickname: String,
    /// The same.
    name: String,
    /// `admin`, `service` or `user`: the strongest of `roles`.
    role: String,
    /// `admin`, `service`; often none.
    roles: Vec<String>,
}

/// A login, as the one that is renewed.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "for the description alone")]
pub(super) enum AnyLogin {
    /// Of somebody without an account.
    Guest(LoginBody),
    /// Of somebody with one.
    Account(AccountLogin),
}

/// A user.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "for the description alone")]
pub(super) enum AnyUser {
    /// Without an account.
    Guest(User),
    /// With one.
    Account(AccountUser),
}
