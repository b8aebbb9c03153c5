//! Why a login did not come about. Must not hold a token: these texts reach logs and clients.

use game::UserId;
use store::Family;

/// A login was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No token was sent.
    #[error("a login is needed: no token was sent")]
    Missing,
    /// It is not a token at all.
    #[error("the token cannot be read")]
    Malformed,
    /// Nobody we trust has signed it.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// It names a key that is not here, or an algorithm that is not that of the key.
    #[error("the token was signed by an unknown key")]
    UnknownKey,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It will be good later.
    #[error("the token is not valid yet")]
    NotYet,
    /// It is good, but for something else.
    #[error("the token is not for this use")]
    WrongAudience,
    /// Somebody else has made it.
    #[error("the token was made by somebody else")]
    WrongIssuer,
    /// A single-use token came a second time.
    #[error("the token was used before")]
    Used,
    /// The user has logged out everywhere, or was removed.
    #[error("the login has ended")]
    Revoked,
    /// Only single-use tokens may stand in an address here.
    #[error("this token may not stand in an address: get one from /api/ws/token")]
    NotInQuery,
    /// The refresh token was used, revoked, has expired, or never was.
    #[error("the refresh token is unknown, used or expired: log in again")]
    UnknownRefresh,
    /// The refresh token was used before: somebody has a copy of it, and its login has been ended.
    #[error("the refresh token was used before: this login has ended, log in again")]
    Reused {
        /// Whose it was.
        user: UserId,
        /// The login that has ended; the caller closes its sockets.
        family: Family,
    },
    /// No account has this site id, or it has another password.
    #[error("the site_id or the password is wrong")]
    WrongCredentials,
    /// Not a site id.
    #[error(transparent)]
    BadSiteId(#[from] store::BadSiteId),
    /// Another account has it.
    #[error("this site_id is taken")]
    SiteIdTaken,
    /// Not a name to show.
    #[error("a nickname is 1 to 64 characters, without control characters")]
    BadNickname,
    /// Too short, or too long.
    #[error("a password is 8 to 128 characters")]
    BadPassword,
    /// Too many passwords wait to be hashed.
    #[error("too many log-ins at once")]
    Busy,
    /// The setting `auth.signup` is off.
    #[error("this server lets nobody sign up")]
    SignupOff,
    /// The setting `auth.guests` is off.
    #[error("this server takes no guests")]
    GuestsOff,
    /// The name that a guest wants is none.
    #[error("a name is 1 to 64 characters, without control characters")]
    BadName,
    /// The store does not answer. What it said is for the log.
    #[error("logins cannot be checked now")]
    Unavailable(String),
}

impl AuthError {
    /// A word for counters.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::BadSignature => "bad_signature",
            Self::UnknownKey => "unknown_key",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::Used => "used",
            Self::Revoked => "revoked",
            Self::NotInQuery => "not_in_query",
            Self::UnknownRefresh => "unknown_refresh",
            Self::Reused { .. } => "reused",
            Self::WrongCredentials => "wrong_credentials",
            Self::BadSiteId(_) => "bad_site_id",
            Self::SiteIdTaken => "site_id_taken",
            Self::BadNickname => "bad_nickname",
            Self::BadPassword => "bad_password",
            Self::Busy => "busy",
            Self::SignupOff => "signup_off",
            Self::GuestsOff => "guests_off",
            Self::BadName => "bad_name",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl From<store::StoreError> for AuthError {
    fn from(error: store::StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
