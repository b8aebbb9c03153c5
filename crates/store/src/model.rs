//! What a store keeps beside sessions. Must not know how tokens are made or checked.

use std::fmt;
use std::sync::Arc;

use engine::RawJson;
use game::{GameName, SessionId, Status, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};

/// Names one incarnation of a store: 16 hex digits, made at random with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(Arc<str>);

impl Epoch {
    /// From 64 random bits.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        Self(format!("{bits:016x}").into())
    }

    /// As it was stored.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which sessions to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only this game.
    pub game: Option<String>,
    /// Only sessions in this state.
    pub status: Option<Status>,
    /// Only sessions of this owner.
    pub owner: Option<UserId>,
    /// Only sessions that this user is a member of.
    pub member: Option<UserId>,
    /// No sessions of these games.
    pub without: Vec<GameName>,
    /// Go on after this session (exclusive), which was the last one of the page before.
    pub after: Option<SessionId>,
    /// Leave out this many first.
    pub skip: usize,
    /// At most this many.
    pub limit: usize,
}

/// A session in a list.
#[derive(Debug, Clone)]
pub struct SessionSummary {
    /// The session.
    pub session: SessionId,
    /// Name of its game.
    pub game: String,
    /// The name that lists show.
    pub title: String,
    /// What they show beside it: a JSON object, when the game has one.
    pub summary: Option<RawJson>,
    /// Where it is in its life.
    pub status: Status,
    /// Who made it.
    pub owner: Option<UserId>,
    /// Commits so far.
    pub version: Version,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name to show; not unique.
    pub name: String,
    /// Roles beyond that of a plain user: `admin`, `service`.
    pub roles: Vec<String>,
    /// Made by `POST /api/auth/guest`, or for a user of another identity provider whose logins were
    /// ended: nobody whom an operator calls by a name.
    pub guest: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Logins older than this do not count: moved on by "log out everywhere" and by removal.
    pub valid_from: Timestamp,
}

impl User {
    /// Gives a role (`held`) or takes it away; roles stay in order.
    pub fn set_role(&mut self, role: &str, held: bool) {
        self.roles.retain(|one| one != role);
        if held {
            self.roles.push(role.to_owned());
            self.roles.sort_unstable();
        }
    }
}

/// SHA-256 of a refresh token: the token itself is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash(pub [u8; 32]);

/// Names one login: its access tokens carry it, and all refresh tokens that came of it by renewal are
/// its family.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family(Arc<str>);

impl Family {
    /// As it was made, stored or carried. It is compared and found by, never read.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text in a token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A login that can be renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Hash of the token.
    pub hash: TokenHash,
    /// Whose it is.
    pub user: UserId,
    /// The login that it renews.
    pub family: Family,
    /// Of no use from then on.
    pub expires_at: Timestamp,
}

/// What came of trading a refresh token for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// It was good: of this login, and its user as it was at that moment.
    First(Box<User>, Family),
    /// It was used before: somebody has a copy.
    Again(RefreshToken),
    /// It never was, has expired, or its login has ended.
    Unknown,
}

/// How far the changes of users have been read: see [`Store::changed_users`](crate::Store).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct UserMark(pub u64);
