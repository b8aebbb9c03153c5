//! Shapes of what admins are answered, as the OpenAPI document shows them. Must not know who makes
//! the bodies.

#![allow(dead_code, reason = "shapes for the document: `utoipa` reads their fields, no code does")]

use serde_json::Value;
use utoipa::ToSchema;

/// A part of a session's log.
#[derive(ToSchema)]
#[schema(example = json!({
    "session": "4711", "game": "scoreboard", "lock_version": 2, "deleted": false,
    "entries": [{"version": 2, "at": "2026-01-01T12:00:00.000Z", "kind": "command",
        "actor": {"user": "u_anna"}, "command": {"do": "add_team", "name": "Blue"}, "events": [],
        "state_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "previous": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}],
    "next": null
}))]
pub(super) struct Log {
    /// The session's id.
    session: String,
    /// Name of the game.
    game: String,
    /// The newest version.
    lock_version: u64,
    /// It is gone for its users; its log stays.
    deleted: bool,
    /// Commits, oldest first.
    entries: Vec<Entry>,
    /// Give this as `after` for the next page; `null` at the end.
    next: Option<u64>,
}

/// One commit as it is stored.
#[derive(ToSchema)]
pub(super) struct Entry {
    /// The version that it made.
    version: u64,
    /// `{"user": id}`, `{"service": id}`, `"system"` or `"clock"`.
    actor: Value,
    /// When; RFC 3339, UTC.
    at: String,
    /// `created`, `command` or `deleted`.
    kind: String,
    /// The command as the game understood it; of the first commit, the options.
    command: Value,
    /// What happened, secrets included.
    events: Vec<Value>,
    /// SHA-256 of the state's JSON, hex.
    state_hash: String,
    /// SHA-256 of the entry before, hex; 64 zeros in the first.
    previous: String,
}

/// One version as one viewer saw it, and the commit that made it.
#[derive(ToSchema)]
pub(super) struct PastVersion {
    /// `snapshot`.
    r#type: String,
    /// Schema of the message: 1.
    version: u32,
    /// The session's id.
    session: String,
    /// Names this incarnation of the store.
    epoch: String,
    /// The version that this shows.
    lock_version: u64,
    /// The seat that it was rebuilt for; `null` for spectators.
    viewer_seat: Option<u8>,
    /// What this viewer saw, in the words of the game.
    data: Value,
    /// Name of the game.
    game: String,
    /// `open`, `running` or `ended`, at this version.
    status: String,
    /// The name that lists showed.
    title: String,
    /// SHA-256 of the seed that all draws come from, hex.
    seed_commitment: String,
    /// The seed itself, hex, where the session had ended.
    seed: Option<String>,
    /// When it was made; RFC 3339, UTC.
    at: String,
    /// `created`, `command` or `deleted`.
    kind: String,
    /// `{"user": id}`, `{"service": id}`, `"system"` or `"clock"`.
    actor: Value,
    /// The command as the game understood it; of the first commit, the options.
    command: Value,
    /// What happened, secrets included.
    events: Vec<Value>,
    /// SHA-256 of the state's JSON, hex.
    state_hash: String,
    /// SHA-256 of the entry before, hex.
    previous: String,
    /// Seats that see something of their own in this version, or that somebody holds.
    seats: Vec<u8>,
    /// The newest version of the session.
    newest: u64,
}
