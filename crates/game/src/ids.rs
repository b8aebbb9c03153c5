//! A type for every id, checked once, in its constructor. Must not know where an id travels.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text was not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BadId {
    what: &'static str,
}

impl BadId {
    const fn new(what: &'static str) -> Self {
        Self { what }
    }
}

/// Names one session. 53 bits, so that JavaScript holds it exactly; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(u64);

impl SessionId {
    /// Largest id: 2^53 − 1, the largest whole number JSON carries safely.
    pub const MAX: u64 = (1 << 53) - 1;

    /// Checks that `raw` is in `1..=MAX`.
    pub const fn new(raw: u64) -> Result<Self, BadId> {
        if raw == 0 || raw > Self::MAX {
            return Err(BadId::new("a session id is a whole number from 1 to 2^53 - 1"));
        }
        Ok(Self(raw))
    }

    /// Folds 64 random bits into an id.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        let folded = bits >> 11;
        Self(if folded == 0 { 1 } else { folded })
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let digits =
            !text.is_empty() && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit());
        let raw = if digits { text.parse().unwrap_or(0) } else { 0 };
        Self::new(raw)
    }
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextOrNumber;
        impl de::Visitor<'_> for TextOrNumber {
            type Value = SessionId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a session id (a string of digits, or a number)")
            }
            fn visit_u64<E: de::Error>(self, raw: u64) -> Result<SessionId, E> {
                SessionId::new(raw).map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SessionId, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_any(TextOrNumber)
    }
}

/// Names one user: 1 to 128 visible ASCII characters, so that subjects of other identity
/// providers fit as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId(Arc<str>);

impl UserId {
    /// Longest id in bytes.
    pub const MAX_LEN: usize = 128;

    /// Checks the length and the characters.
    pub fn new(text: &str) -> Result<Self, BadId> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX_LEN || !visible {
            return Err(BadId::new("a user id is 1 to 128 visible ASCII characters"));
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

/// A place at the table, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatId(pub u8);

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many commits a session has had: 1 after its creation. On the wire: `lock_version`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// Before the first commit.
    pub const NONE: Self = Self(0);

    /// The version after one more commit.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Milliseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This moment and `millis` milliseconds.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// The short name of a game as it stands in paths and in the store: `scoreboard`, `mirror`.
pub type GameName = &'static str;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn session_ids_are_53_bits_and_travel_as_text() {
        for (text, good) in [
            ("1", true),
            ("9007199254740991", true),
            ("9007199254740992", false),
            ("0", false),
            ("", false),
            ("-1", false),
            ("+1", false),
            ("1e3", false),
            ("12a", false),
            ("99999999999999999999", false),
        ] {
            assert_eq!(text.parse::<SessionId>().is_ok(), good, "{text:?}");
        }
        let id: SessionId = serde_json::from_str("42").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"42\"");
        assert_eq!(serde_json::from_str::<SessionId>("\"42\"").unwrap(), id);
        assert!(serde_json::from_str::<SessionId>("-3").is_err());
    }

    #[test]
    fn user_ids_are_visible_ascii() {
        assert!(UserId::new("auth0|5f7c").is_ok());
        assert!(UserId::new("").is_err());
        assert!(UserId::new("two words").is_err());
        assert!(UserId::new(&"x".repeat(129)).is_err());
    }

    proptest! {
        #[test]
        fn any_random_bits_make_a_good_id(bits: u64) {
            let id = SessionId::from_random(bits);
            prop_assert_eq!(SessionId::new(id.get()), Ok(id));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
