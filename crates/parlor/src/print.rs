//! Standard output, which somebody may stop reading (`parlor user list | head`): that ends a command,
//! and is no fault. Must not know what is printed.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stdout};

/// Standard output was closed by who read it.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads standard output")]
pub(crate) struct NobodyReads;

/// Prints a line.
pub(crate) fn line(line: impl Display) -> anyhow::Result<()> {
    text(format_args!("{line}\n"))
}

/// Prints as it stands.
pub(crate) fn text(text: impl Display) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(NobodyReads.into()),
        other => Ok(other?),
    }
}
