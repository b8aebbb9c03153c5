//! The hub with real sockets on the loopback: what clients see of it. Must not look inside.

mod compression;
mod delivery;
mod life;
mod overload;
mod pressure;
mod protocol;
mod support;
mod together;
