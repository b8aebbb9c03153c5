//! Why a command was not carried out. Must not know HTTP statuses or close codes: `protocol` and
//! `server` spell a refusal for each face.

use std::borrow::Cow;

/// What sort of "no" it is; decides the status on every face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The command could not be read, or a value in it is outside its range (400).
    Malformed,
    /// The actor may not do this (403).
    Forbidden,
    /// The command names a thing that is not there (404).
    NotFound,
    /// The state stands against it: a full table, a name that is taken (409).
    Conflict,
    /// The rules of the game say no (422).
    Rule,
}

/// A command was not carried out, and nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// What sort of "no" it is.
    pub kind: RefusalKind,
    /// Stable name for programs, in `UPPER_SNAKE_CASE`.
    pub code: Cow<'static, str>,
    /// One sentence for people. Never holds what the actor may not see.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// A refusal of any kind.
    pub fn new(
        kind: RefusalKind,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { kind, code: Cow::Borrowed(code), message: message.into() }
    }

    /// The command could not be read, or a value is outside its range.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Malformed, "BAD_COMMAND", message)
    }

    /// The actor may not do this.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Forbidden, "FORBIDDEN", message)
    }

    /// The thing that the command names is not there.
    pub fn not_found(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::NotFound, code, message)
    }

    /// The state stands against it.
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }

    /// The rules of the game say no.
    pub fn rule(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Rule, code, message)
    }
}
