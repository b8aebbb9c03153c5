//! Tests of Nommie from outside: the rules, the lobby, bots, whole games.

#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod bids;
mod bots;
mod cards;
mod lobby;
mod moves;
mod secrecy;
mod turns;
mod whole_games;
mod world;
