//! Casino: odds, plays, crash rounds, fairness, and that no token comes from nowhere.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod crash;
mod fairness;
mod odds;
mod plays;
mod vectors;
mod verify;
mod world;
