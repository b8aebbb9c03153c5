//! The log: where it goes, how a line looks, and what may never stand in one. Must not know what is
//! logged.
//!
//! Lines go to standard error; standard output belongs to the one line that says where the server
//! listens. Tokens may stand in query strings, so no query string is ever logged.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::settings::{LogFormat, LogSettings};

/// Starts the log. Call it once, before anything is logged.
///
/// # Errors
/// If there is a log already, or `RUST_LOG` cannot be read.
pub fn init(settings: &LogSettings) -> anyhow::Result<()> {
    let directives = match std::env::var("RUST_LOG") {
        Ok(text) if !text.trim().is_empty() => text,
        _ => settings.level.clone(),
    };
    let filter = EnvFilter::builder().parse(&directives).map_err(|error| {
        anyhow::anyhow!("RUST_LOG or log.level = {directives:?} is not a list of levels: {error}")
    })?;
    tracing::subscriber::set_global_default(subscriber(settings.format, filter, std::io::stderr))
        .map_err(|error| anyhow::anyhow!("the log was started twice: {error}"))
}

/// A log that writes to `writer`.
pub(crate) fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    writer: W,
) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match format {
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
        LogFormat::Json => {
            Box::new(builder.json().flatten_event(true).with_current_span(true).finish())
        }
    }
}

/// Can this be a level, or levels by part?
pub(crate) fn is_level(text: &str) -> bool {
    !text.trim().is_empty() && EnvFilter::builder().parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_known_before_the_log_starts() {
        for (text, good) in [
            ("info", true),
            ("info,server=debug,hub=trace", true),
            ("off", true),
            ("", false),
            (" ", false),
            ("server=loud", false),
            ("info,=,", false),
        ] {
            assert_eq!(is_level(text), good, "{text:?}");
        }
    }
}
