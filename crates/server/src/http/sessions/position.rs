//! Positions of clients: how far they have followed a session. Must not know how they go on.

use game::Version;
use store::Epoch;

/// Where a client says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Nowhere, or in another incarnation of the store: it needs a snapshot.
    Elsewhere,
    /// It has this version.
    At(Version),
}

impl Position {
    /// Reads `<epoch>:<lock_version>`, or a `lock_version` alone, which is taken for one of this
    /// epoch. Anything else is nowhere: a client that got lost is helped, not refused.
    pub(super) fn read(text: &str, epoch: &Epoch) -> Self {
        let (theirs, version) = text.trim().rsplit_once(':').unwrap_or((epoch.as_str(), text));
        match version.trim().parse() {
            Ok(version) if theirs == epoch.as_str() => Self::At(Version(version)),
            _ => Self::Elsewhere,
        }
    }
}

/// The form in which a stream names positions.
pub(super) fn write(epoch: &Epoch, version: Version) -> String {
    format!("{epoch}:{version}")
}

/// Reads the position of an event: `<lock_version>.<index>`, or a `lock_version` alone, which
/// stands for the end of that version.
pub(super) fn read_event(text: &str) -> Option<(Version, u32)> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (version, index) = match text.split_once('.') {
        Some((version, index)) if digits(index) => (version, index.parse().ok()?),
        Some(_) => return None,
        None => (text, u32::MAX),
    };
    digits(version).then(|| version.parse().ok()).flatten().map(|v| (Version(v), index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_in_its_own_epoch_alone() {
        let epoch = Epoch::stored("ab");
        for (text, position) in [
            ("ab:7", Position::At(Version(7))),
            ("7", Position::At(Version(7))),
            (" 7 ", Position::At(Version(7))),
            ("cd:7", Position::Elsewhere),
            (":7", Position::Elsewhere),
            ("ab:", Position::Elsewhere),
            ("ab:-1", Position::Elsewhere),
            ("8.0", Position::Elsewhere),
            ("", Position::Elsewhere),
            ("99999999999999999999999", Position::Elsewhere),
        ] {
            assert_eq!(Position::read(text, &epoch), position, "{text:?}");
        }
        assert_eq!(Position::read(&write(&epoch, Version(9)), &epoch), Position::At(Version(9)));
    }

    #[test]
    fn positions_of_events_have_two_parts_or_one() {
        for (text, position) in [
            ("8.0", Some((Version(8), 0))),
            ("0", Some((Version(0), u32::MAX))),
            ("8", Some((Version(8), u32::MAX))),
            ("8.", None),
            (".1", None),
            ("8.x", None),
            ("+8.1", None),
            ("8.+1", None),
            ("8.1.2", None),
            ("8.4294967296", None),
            ("", None),
        ] {
            assert_eq!(read_event(text), position, "{text:?}");
        }
    }
}
