//! Async client of Parlor in Rust: for the command line, the load generator, tests, and programs of
//! your own. Must not know the server's inside; it speaks what `docs/PROTOCOL.md` says.
//!
//! [`Api`] asks over HTTP. [`Watch`] follows one session over a socket, reconnects by itself, and
//! shows views that never step back; [`Stream`] follows what happens to a user, or to all.

mod api;
mod backoff;
mod line;
mod stream;
mod view;
mod watch;

pub use api::{Api, ApiError, Guest, Listed};
pub use backoff::Backoff;
pub use reqwest::Method;
pub use stream::{Stream, events};
pub use view::{Applied, View};
pub use watch::{Change, Watch, WatchOptions};
