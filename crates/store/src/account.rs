//! What a user logs in with: a name of their choice and the hash of a password. Must not know how a
//! hash is made.

use std::fmt;

use game::UserId;

/// Fewest characters of a [`SiteId`].
const SITE_ID_LEAST: usize = 3;

/// Most characters of a [`SiteId`]: it fits a line on a phone.
const SITE_ID_MOST: usize = 32;

/// The name that somebody logs in with: 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_`, `-`. Case does not
/// count: capitals are taken for small letters, so that no two look alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(Box<str>);

/// The text is not a [`SiteId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a site_id is 3 to 32 of the letters a to z, digits, `.`, `_` and `-`")]
pub struct BadSiteId;

impl SiteId {
    /// Checks and folds what somebody wrote.
    ///
    /// # Errors
    /// If it is too short, too long, or has other characters.
    pub fn new(text: &str) -> Result<Self, BadSiteId> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let good = (SITE_ID_LEAST..=SITE_ID_MOST).contains(&text.len()) && text.bytes().all(fits);
        good.then(|| Self(text.to_ascii_lowercase().into())).ok_or(BadSiteId)
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A hashed password as a PHC string (`$argon2id$…`). No log and no `Debug` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// From a PHC string.
    #[must_use]
    pub fn new(phc: &str) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for who must compare or keep it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a user logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name to log in with; no other account has it.
    pub site_id: SiteId,
    /// Whose it is; a user has one at most.
    pub user: UserId,
    /// The password.
    pub password: PasswordHash,
    /// Its user came by themselves, and may have taken anybody's name; otherwise an operator made it.
    pub signed_up: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_ids_are_folded_and_checked() {
        let longest = "x".repeat(32);
        for (text, kept) in [
            ("ada", Some("ada")),
            ("Ada.L-1_", Some("ada.l-1_")),
            ("007", Some("007")),
            (longest.as_str(), Some(longest.as_str())),
            ("ad", None),
            ("", None),
            (&"x".repeat(33), None),
            ("ada l", None),
            (" ada", None),
            ("ada\n", None),
            ("ädä", None),
            ("K\u{212a}k", None),
            ("a/b", None),
        ] {
            let found = SiteId::new(text);
            assert_eq!(found.as_ref().map(SiteId::as_str).ok(), kept, "{text:?}");
        }
    }

    #[test]
    fn a_hash_is_never_shown() {
        let account = Account {
            site_id: SiteId::new("ada").unwrap(),
            user: UserId::new("7").unwrap(),
            password: PasswordHash::new("$argon2id$hush"),
            signed_up: true,
        };
        assert!(!format!("{account:?}").contains("hush"));
    }
}
