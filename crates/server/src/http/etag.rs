//! Entity tags: which representation of a session somebody has. Must not know how one is made.
//!
//! A tag is strong: it names the incarnation of the store, the session, the viewer class and the
//! version, and a body follows from these alone. Two viewer classes never share a tag, so that no
//! cache can hand one of them the other's view.

use axum::http::{HeaderMap, HeaderValue, header};
use game::{SessionId, Version, Viewer};
use protocol::from_client::viewer_class;
use store::Epoch;

/// The tag of one representation, with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    /// What this viewer class is shown of this version.
    pub(super) fn of(epoch: &Epoch, session: SessionId, viewer: Viewer, version: Version) -> Self {
        let class = viewer_class(viewer.seat().map(|seat| seat.0));
        Self(format!("\"{epoch}.{session}.{class}.{version}\""))
    }

    /// The same in the words of Nommie's face: `"game-4711-v7"`, with `-seat0` behind it for who
    /// holds a seat.
    pub(super) fn of_table(session: SessionId, viewer: Viewer, version: Version) -> Self {
        let class = viewer.seat().map(|seat| format!("-seat{seat}")).unwrap_or_default();
        Self(format!("\"game-{session}-v{version}{class}\""))
    }

    /// As a header. Epochs are hex digits and the rest numbers and words, so that it always fits.
    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }

    /// Does the client have it already, by its `If-None-Match`?
    pub(super) fn is_held(&self, headers: &HeaderMap) -> bool {
        let fields = headers.get_all(header::IF_NONE_MATCH);
        fields.iter().filter_map(|field| field.to_str().ok()).any(|field| self.stands_in(field))
    }

    /// One tag, a list of tags, or `*`. Tags may hold commas, so the list is read, not split; the
    /// comparison is the weak one, as the standard has it for this header.
    fn stands_in(&self, field: &str) -> bool {
        let mut rest = field.trim();
        if rest == "*" {
            return true;
        }
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            rest = rest.strip_prefix("W/").unwrap_or(rest);
            let Some(opened) = rest.strip_prefix('"') else { return false };
            let Some(end) = opened.find('"') else { return false };
            if rest[..end + 2] == self.0 {
                return true;
            }
            rest = &opened[end + 1..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use game::SeatId;
    use proptest::prelude::*;

    fn tag(viewer: Viewer, version: u64) -> Tag {
        Tag::of(&Epoch::stored("ab"), SessionId::new(7).unwrap(), viewer, Version(version))
    }

    #[test]
    fn every_part_of_a_representation_is_in_its_tag() {
        let spectator = tag(Viewer::Spectator, 3);
        assert_eq!(spectator.header(), "\"ab.7.all.3\"");
        assert_eq!(tag(Viewer::Seat(SeatId(0)), 3).header(), "\"ab.7.seat0.3\"");
        assert_ne!(spectator, tag(Viewer::Seat(SeatId(0)), 3));
        assert_ne!(spectator, tag(Viewer::Spectator, 4));
    }

    #[test]
    fn one_tag_a_list_and_a_star_are_read() {
        let held = tag(Viewer::Spectator, 3);
        for (field, holds) in [
            ("\"ab.7.all.3\"", true),
            ("W/\"ab.7.all.3\"", true),
            ("\"x,y\", \"ab.7.all.3\"", true),
            ("\"a\",W/\"b\" ,\t\"ab.7.all.3\", \"c\"", true),
            ("*", true),
            (" * ", true),
            ("\"ab.7.all.2\"", false),
            ("ab.7.all.3", false),
            ("\"ab.7.all.3", false),
            ("", false),
            ("\"x\" *", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, field.parse().unwrap());
            assert_eq!(held.is_held(&headers), holds, "{field:?}");
        }
        assert!(!held.is_held(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(field in "[ -~]{0,60}") {
            tag(Viewer::Spectator, 3).stands_in(&field);
        }
    }
}
