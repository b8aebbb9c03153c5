//! Wires the house: faces over HTTP and sockets, auth, settings, one task for each live session,
//! the list of games. Must not know the rules of any game.
//!
//! The way of a command: a face (`http`, `sockets`) reads and authenticates it, [`tables`] runs
//! the session's state machine and the commit, `frames` encodes what each viewer class gets, and
//! the hub writes it.

pub mod app;
pub mod auth;
pub mod clock;
pub mod docs;
pub mod frames;
pub mod games;
pub mod http;
pub mod listen;
pub mod logs;
pub mod machine;
pub mod metrics;
pub mod problem;
pub mod rate;
pub mod replay;
pub mod settings;
pub mod sockets;
pub mod streams;
pub mod tables;
pub mod tasks;
pub mod trace;
pub mod users;
