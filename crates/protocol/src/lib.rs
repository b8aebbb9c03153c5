//! Names and shapes on the wire: messages in both directions, error codes, close codes and limits.
//! Must not know the engine or any game; `serde` only.
//!
//! `docs/PROTOCOL.md` says what each message means and when it is sent; the vectors in
//! `docs/vectors` are read by the tests of every language.

pub mod close;
pub mod codes;
pub mod from_client;
pub mod from_server;
pub mod limits;

/// Schema of the messages. Keys are only ever added within one version.
pub const SCHEMA: u32 = 1;

/// The subprotocol that the server selects.
pub const SUBPROTOCOL: &str = "parlor.v1";

/// A client that cannot set headers sends its token as a subprotocol with this prefix.
pub const TOKEN_SUBPROTOCOL_PREFIX: &str = "parlor.token.";
