//! What can go wrong with a store. Absence is not among it: that is `None`.

use engine::{Keyed, Undone};

/// The store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or it refuses to write; trying again later may help.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// What it holds cannot be read.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
    /// It was made by a newer version of Parlor.
    #[error("the store has schema {found}, this binary knows up to {known}: use a newer Parlor")]
    Newer {
        /// Schema in the store.
        found: u32,
        /// Newest schema of this binary.
        known: u32,
    },
}

/// A commit did not come about.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The session is not where the record expects it, or (for a first commit) is there already.
    #[error("the session has moved on")]
    Conflict,
    /// The idempotency key was used in this session before.
    #[error("the idempotency key was used before")]
    Duplicate(Box<Keyed>),
    /// Nobody knows whether it is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommitError> for Undone {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Conflict,
            CommitError::Duplicate(keyed) => Self::Duplicate(keyed),
            CommitError::Store(error) => Self::Unavailable(error.to_string()),
        }
    }
}
