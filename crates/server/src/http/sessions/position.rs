//! Positions of clients: how far they have followed a session. Must not know how they go on.

use game::{Version, Viewer};
use protocol::from_client::{SeenAs, Since, viewer_class};
use store::Epoch;

/// Where a client says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Nowhere, or in another incarnation of the store: it needs a snapshot.
    Elsewhere,
    /// It has this version, as seen by whoever it was then.
    At(Version, SeenAs),
}

impl Position {
    /// Reads `<epoch>:<lock_version>` with or without `:<class>`, or a `lock_version` alone, which
    /// is taken for one of this epoch. Anything else is nowhere: a client that got lost is helped,
    /// not refused.
    pub(super) fn read(text: &str, epoch: &Epoch) -> Self {
        let text = text.trim();
        if let Ok(version) = text.parse() {
            return Self::At(Version(version), SeenAs::Unsaid);
        }
        match Since::from_query(text) {
            Some(Since::Version { epoch: theirs, lock_version, viewer_seat })
                if theirs == epoch.as_str() =>
            {
                Self::At(Version(lock_version), viewer_seat)
            }
            _ => Self::Elsewhere,
        }
    }
}

/// The form in which a stream names positions.
pub(super) fn write(epoch: &Epoch, version: Version, viewer: Viewer) -> String {
    format!("{epoch}:{version}:{}", viewer_class(viewer.seat().map(|seat| seat.0)))
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
    use game::SeatId;

    use super::*;

    #[test]
    fn a_position_counts_in_its_own_epoch_alone() {
        let epoch = Epoch::stored("ab");
        let at = |version, seen| Position::At(Version(version), seen);
        for (text, position) in [
            ("ab:7", at(7, SeenAs::Unsaid)),
            ("7", at(7, SeenAs::Unsaid)),
            (" 7 ", at(7, SeenAs::Unsaid)),
            ("ab:7:all", at(7, SeenAs::Viewer(None))),
            ("ab:7:seat3", at(7, SeenAs::Viewer(Some(3)))),
            ("ab:7:seat", Position::Elsewhere),
            ("cd:7:all", Position::Elsewhere),
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
        for (viewer, seat) in [(Viewer::Spectator, None), (Viewer::Seat(SeatId(2)), Some(2))] {
            let written = write(&epoch, Version(9), viewer);
            assert_eq!(Position::read(&written, &epoch), at(9, SeenAs::Viewer(seat)));
        }
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
