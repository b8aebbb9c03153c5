//! The [`Bus`] trait: how nodes tell each other that something has changed. Must not know Redis or
//! NATS, nor what is in a session.
//!
//! A signal is a hint, never the truth: it may be late, doubled or lost, since every node can read
//! the store again. Every adapter passes the suite in [`contract`].

pub mod contract;
mod local;

use std::sync::Arc;

use async_trait::async_trait;
use game::{GameName, SessionId, UserId, Version};
use tokio::sync::broadcast;

pub use local::LocalBus;

/// What one node tells the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The store has this version of this session.
    Moved(SessionId, Version),
    /// Somebody's turn has begun or ended.
    Turn(Arc<Turn>),
}

/// A turn that has begun or ended, for the streams of the user whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub user: UserId,
    /// Where.
    pub session: SessionId,
    /// The name of its game.
    pub game: GameName,
    /// The name that lists show.
    pub title: String,
    /// The version with which the turn began or ended.
    pub version: Version,
    /// Others wait for the user from now on; `false`: no longer.
    pub waiting: bool,
}

/// The bus does not carry signals now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bus does not answer: {0}")]
pub struct BusError(pub String);

/// Carries signals between nodes, a node's own included.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Tells every node; best effort.
    fn signal(&self, signal: Signal);

    /// What is told from now on. A receiver that lags is told how many signals it missed, and then
    /// asks the store.
    fn signals(&self) -> broadcast::Receiver<Signal>;

    /// Does a signal come through?
    async fn ready(&self) -> Result<(), BusError>;
}
