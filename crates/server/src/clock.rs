//! The one place that reads the wall clock. Must not know what the time is for.

use std::time::{SystemTime, UNIX_EPOCH};

use game::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::iso8601::{
    Config, EncodedConfig, FormattedComponents, Iso8601, TimePrecision,
};

/// Now, by this machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

const FORMAT: EncodedConfig = Config::DEFAULT
    .set_formatted_components(FormattedComponents::DateTimeOffset)
    .set_time_precision(TimePrecision::Second { decimal_digits: std::num::NonZeroU8::new(3) })
    .encode();

/// RFC 3339, UTC, milliseconds: `2026-01-31T09:00:00.000Z`.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let nanos = i128::from(at.0) * 1_000_000;
    let moment =
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Iso8601::<FORMAT>).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_a_z() {
        assert_eq!(rfc3339(Timestamp(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp(1_755_345_296_789)), "2025-08-16T11:54:56.789Z");
    }
}
