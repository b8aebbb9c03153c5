//! [`Failure`]: what SQLite answers, as the errors of the trait. Must not know what was asked.

use rusqlite::ErrorCode;
use store::StoreError;

/// A [`StoreError`] on its way out, which `?` makes of the errors of others.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) StoreError);

impl Failure {
    /// What is kept under this name is not what was written there.
    pub(crate) fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self(StoreError::Corrupt(format!("{what}: {why}")))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{
            FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
        };
        let text = error.to_string();
        let unreadable = match &error {
            FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..) => true,
            other => matches!(
                other.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
        };
        Self(if unreadable { StoreError::Corrupt(text) } else { StoreError::Unavailable(text) })
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}
