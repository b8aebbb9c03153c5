//! [`Position`]: where an announcement stands. Must not know what it says.

use std::fmt;
use std::str::FromStr;

use game::{SessionId, Timestamp, Version};

/// The id of an announcement: the time and place of its commit, so that the log of the session
/// gives the same ids again. As texts, ids sort by time, and those of one session by their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// When.
    pub at: Timestamp,
    /// In which session.
    pub session: SessionId,
    /// With which version of it.
    pub version: Version,
    /// Its place among the events of that commit.
    pub index: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, session, version, index } = self;
        // 13 digits of milliseconds last until the year 2286; 12 of versions, and 4 for the events
        // of one commit, are more than any session has. Older ids had neither filled up: both are
        // read.
        write!(f, "{:013}-{session}-{:012}-{index:04}", at.0, version.0)
    }
}

/// Not the id of an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event")]
pub struct BadPosition;

impl FromStr for Position {
    type Err = BadPosition;

    fn from_str(text: &str) -> Result<Self, BadPosition> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(BadPosition);
        let read = |text: &str| text.parse::<u64>().map_err(|_| BadPosition);
        let position = Self {
            at: Timestamp(read(next()?)?),
            session: next()?.parse().map_err(|_| BadPosition)?,
            version: Version(read(next()?)?),
            index: next()?.parse().map_err(|_| BadPosition)?,
        };
        parts.next().is_none().then_some(position).ok_or(BadPosition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        let position = Position {
            at: Timestamp(1_755_345_296_789),
            session: SessionId::new(4711).unwrap(),
            version: Version(12),
            index: 1,
        };
        assert_eq!(position.to_string(), "1755345296789-4711-000000000012-0001");
        assert_eq!(position.to_string().parse(), Ok(position));
        assert_eq!("1755345296789-4711-12-1".parse(), Ok(position), "as it was written before");
        for bad in ["", "1", "1-2-3", "1-2-3-4-5", "x-2-3-4", "1-0-3-4", "1-2-3--4", "e1:5"] {
            assert_eq!(bad.parse::<Position>(), Err(BadPosition), "{bad}");
        }
    }

    #[test]
    fn ids_of_one_session_sort_as_texts() {
        let places = [
            (5, 1, 0),
            (1_000, 9, 0),
            (1_000, 9, 9),
            (1_000, 9, 10),
            (1_000, 10, 0),
            (1_001, 99, 0),
        ];
        let id = |(at, version, index)| {
            let session = SessionId::new(4711).unwrap();
            let (at, version) = (Timestamp(at), Version(version));
            Position { at, session, version, index }.to_string()
        };
        let mut ids = places.map(id);
        ids.reverse();
        ids.sort_unstable();
        assert_eq!(ids, places.map(id));
    }
}
