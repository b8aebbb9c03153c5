//! [`Name`]: what people call a thing. Must not know which things have names.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A name or title as people type it: 1 to 255 characters once the white space around it is cut
/// off, none of them a control character (names are shown in terminals and logs too).
///
/// It is checked when it is made, from text or from JSON, and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(Arc<str>);

/// The text was not a [`Name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 255 characters, without control characters")]
pub struct BadName;

impl Name {
    /// Most characters (Unicode scalar values) of a name.
    pub const MAX_CHARS: usize = 255;

    /// Cuts off the white space around `text` and checks the rest.
    pub fn new(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= Self::MAX_CHARS;
        if !fits || text.chars().any(char::is_control) {
            return Err(BadName);
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        let longest = "é".repeat(255);
        for (text, name) in [
            ("Anna", Some("Anna")),
            ("  Anna B. \n", Some("Anna B.")),
            (longest.as_str(), Some(longest.as_str())),
            ("", None),
            (" \t ", None),
            (&"x".repeat(256), None),
            ("a\nb", None),
            ("a\u{1b}[2J", None),
            ("a\0", None),
        ] {
            assert_eq!(Name::new(text).ok().as_ref().map(Name::as_str), name, "{text:?}");
        }
    }

    #[test]
    fn json_is_checked_like_text() {
        let name: Name = serde_json::from_str("\" Rio \"").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"Rio\"");
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
        assert!(serde_json::from_str::<Name>("7").is_err());
    }
}
