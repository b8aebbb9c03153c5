//! The scoreboard as a caller meets it: through the `Game` trait and JSON. Must not reach into its
//! modules.

mod board;
mod drinks;
mod play;
mod properties;
