//! The ids inside a board and the catalogue: short texts, unique there and never used again. Must
//! not know how one is found.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::ID_BYTES;

/// The text was not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {ID_BYTES} letters, digits, '-' or '_'")]
pub struct BadShortId;

fn checked(text: &str) -> Result<Arc<str>, BadShortId> {
    let fits = !text.is_empty() && text.len() <= ID_BYTES;
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits && plain { Ok(text.into()) } else { Err(BadShortId) }
}

/// Shorter first, then by text: `p2` comes before `p10`, and ids sort in the order of their making.
fn in_order_of_making(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The `count`-th id that is made here.
            pub(crate) fn numbered(count: u32) -> Self {
                Self(format!(concat!($letter, "{}"), count).into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadShortId;

            fn from_str(text: &str) -> Result<Self, BadShortId> {
                checked(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                in_order_of_making(&self.0, &other.0)
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

short_id!(
    /// Names a team of one board: `t1`, `t2`, …
    TeamId,
    "t"
);
short_id!(
    /// Names a player of one board: `p1`, `p2`, …
    PlayerId,
    "p"
);
short_id!(
    /// Names a drink of the catalogue: `d1`, `d2`, …
    DrinkId,
    "d"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        for (text, good) in [
            ("p1", true),
            ("A-z_9", true),
            (&"x".repeat(32), true),
            (&"x".repeat(33), false),
            ("", false),
            ("p 1", false),
            ("p/1", false),
            ("é", false),
        ] {
            assert_eq!(text.parse::<PlayerId>().is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn ids_sort_in_the_order_of_their_making() {
        let made: Vec<TeamId> = (1..=120).map(TeamId::numbered).collect();
        assert!(made.is_sorted());
        assert_eq!(made[9].as_str(), "t10");
    }
}
