//! [`Name`]: what people call a thing. Must not know which things have names.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A name or title as people type it: 1 to 255 characters once the white space around it is cut
/// off, at least one of them visible, and none of them a control character or one that turns the
/// writing around (names are shown in terminals, lists and logs too).
///
/// It is checked when it is made, from text or from JSON, and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(Arc<str>);

/// The text was not a [`Name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 255 characters, one of them visible, without control characters")]
pub struct BadName;

impl Name {
    /// Most characters (Unicode scalar values) of a name.
    pub const MAX_CHARS: usize = 255;

    /// Cuts off the white space around `text` and checks the rest.
    pub fn new(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= Self::MAX_CHARS;
        if !fits || text.chars().any(disorders) || !text.chars().any(shows) {
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

/// Control characters, line and paragraph separators, and what changes the direction of the text
/// around it (UAX #9, 2.1 to 2.6).
fn disorders(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{061c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || c.is_control() || matches!(c, '\u{2028}'..='\u{2029}')
}

/// Is there something to see? Not with white space, and not with what has no shape of its own: fillers,
/// joiners, selectors, tags (UCD: `Default_Ignorable_Code_Point`) and the blank pattern of Braille.
fn shows(c: char) -> bool {
    let shapeless = matches!(
        c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    !shapeless && !c.is_whitespace()
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
            ("👩‍🚀 مريم", Some("👩‍🚀 مريم")),
            ("\u{200b}x", Some("\u{200b}x")),
            ("\u{200b}\u{200b}", None),
            ("\u{feff}", None),
            ("\u{3164} \u{2800}", None),
            ("\u{202e}abc", None),
            ("a\u{2066}b", None),
            ("a\u{2028}b", None),
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
