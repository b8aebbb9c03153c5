//! The code with which the owner of a board lets others in. Must not know who may ask for one.

use std::fmt;
use std::str::FromStr;

use game::Draws;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Crockford's base 32: no I, L, O or U, so that a code can be read out across a table.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code, 5 bits each.
const CHARS: usize = 12;

/// Characters between two hyphens.
const GROUP: usize = 4;

/// 60 random bits, written like `7KQ2-9XMB-4TRW`. Whoever knows it becomes an editor; `Debug`
/// hides it.
#[derive(Clone, Copy)]
pub struct InviteCode(u64);

/// The text was not an [`InviteCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is {CHARS} letters and digits, hyphens aside")]
pub struct BadCode;

impl InviteCode {
    /// Draws a code.
    pub(crate) fn draw(random: &mut Draws) -> Self {
        Self(random.bits() >> (64 - 5 * CHARS))
    }

    /// Is it the same code? In constant time: two machine words are compared at once, so the time
    /// does not tell how many characters of a guess were right.
    #[must_use]
    pub(crate) const fn matches(self, other: Self) -> bool {
        self.0 ^ other.0 == 0
    }
}

impl fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteCode(secret)")
    }
}

/// Writes the code itself: for its owner, and for the store.
impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for at in 0..CHARS {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            let five_bits = (self.0 >> (5 * (CHARS - 1 - at))) & 31;
            write!(f, "{}", char::from(ALPHABET[five_bits as usize]))?;
        }
        Ok(())
    }
}

impl FromStr for InviteCode {
    type Err = BadCode;

    /// Reads a code as people type it: hyphens, spaces and case do not count, and the letters that
    /// look like digits (I, L, O) are taken for them.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut bits = 0;
        let mut count = 0;
        for typed in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            let letter = match typed.to_ascii_uppercase() {
                b'I' | b'L' => b'1',
                b'O' => b'0',
                other => other,
            };
            let digit = ALPHABET.iter().position(|&known| known == letter).ok_or(BadCode)?;
            count += 1;
            if count > CHARS {
                return Err(BadCode);
            }
            bits = bits << 5 | digit as u64;
        }
        if count == CHARS { Ok(Self(bits)) } else { Err(BadCode) }
    }
}

impl Serialize for InviteCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for InviteCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(InviteCode(0).to_string(), "0000-0000-0000");
        assert_eq!(InviteCode(31 << 55 | 10).to_string(), "Z000-0000-000A");
        for (text, good) in [
            ("7KQ2-9XMB-4TRW", true),
            ("7kq29xmb4trw", true),
            ("7KQ2 9XMB 4TRW", true),
            ("OIL0-0000-0000", true),
            ("7KQ2-9XMB-4TR", false),
            ("7KQ2-9XMB-4TRWX", false),
            ("UUUU-UUUU-UUUU", false),
            ("7KQ2-9XMB-4TR!", false),
            ("é", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<InviteCode>().is_ok(), good, "{text:?}");
        }
        assert!(
            "OIL0-0000-0000".parse::<InviteCode>().is_ok_and(|c| c.to_string() == "0110-0000-0000")
        );
        assert_eq!(format!("{:?}", InviteCode(7)), "InviteCode(secret)");
    }

    proptest! {
        #[test]
        fn a_code_reads_back_and_matches_itself_only(bits in 0u64..1 << 60, flip in 0u32..60) {
            let code = InviteCode(bits);
            let read: InviteCode = code.to_string().parse().unwrap();
            prop_assert!(read.matches(code));
            prop_assert!(!read.matches(InviteCode(bits ^ (1 << flip))));
        }
    }
}
