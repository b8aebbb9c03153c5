//! Logins: guests, accounts, tokens that this server signs, tokens of other identity providers, refresh
//! tokens, and their end. Must not know HTTP beyond the headers that a token travels in.
//!
//! What is believed, and why:
//! - The key decides the algorithm; a token's header only picks among the keys (see `keys`).
//! - Roles of this server's own users stand in the store, so that taking one away works at once;
//!   roles of foreign tokens stand in the claim that the operator has named.
//! - A login ends with its token, when it is ended itself (its tokens name it: `sid`), or when
//!   `User::valid_from` moves past its time of issue.

mod body;
mod carry;
mod error;
mod keys;
mod logins;
mod passwords;
mod people;
mod secret;
mod token;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use game::{Actor, SessionId, Timestamp, UserId};
use sha2::{Digest, Sha256};
use store::{Family, Store, TokenHash, User};

pub use body::{LoginBody, UserBody, UserNumber, role_of};
pub use carry::Via;
pub use error::AuthError;
pub use logins::NewAccount;
pub use passwords::Password;
pub use secret::Secret;

use crate::clock::now;
use crate::settings::{QueryTokens, Settings};
use keys::Keys;
use passwords::Passwords;
use people::{People, Person};
use token::{Claims, Rules};

/// Random bytes of the id of a socket token: 128 bits do not collide.
const JTI_BYTES: usize = 16;

/// The role of programs: somebody's own backend.
pub const SERVICE: &str = "service";

/// The role of those who run the server.
pub const ADMIN: &str = "admin";

/// Where a token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// This server, for everything.
    Api,
    /// This server, to open one socket.
    Socket,
    /// Another identity provider.
    Foreign,
}

/// Somebody who has shown a good token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Who.
    pub user: UserId,
    /// The name to show.
    pub name: Option<String>,
    /// `admin`, `service`.
    pub roles: Vec<String>,
    /// The login is over then, and so is a socket that rests on it.
    pub expires_at: Timestamp,
    /// When the login was made.
    pub issued_at: Timestamp,
    /// Where the token came from.
    pub kind: TokenKind,
    /// The login among all of its user; tokens for scripts and of other identity providers have none.
    pub family: Option<Family>,
    foreign: bool,
}

impl Login {
    /// Has the user this role?
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    /// Who acts in a session.
    #[must_use]
    pub fn actor(&self) -> Actor {
        if self.has(SERVICE) {
            Actor::Service(self.user.clone())
        } else {
            Actor::User(self.user.clone())
        }
    }
}

impl Login {
    /// The same with the name and roles that the store has. Without a record the token speaks for
    /// itself: this server has signed it. So it is after `parlor token` beside a store in memory.
    fn of(mut self, person: Option<Person>) -> Self {
        if let Some(person) = person.filter(|_| !self.foreign) {
            self.name = Some(person.name.to_string());
            self.roles = person.roles.to_vec();
        }
        self
    }
}

#[cfg(test)]
impl Login {
    /// Somebody with these roles, for tests that need no token.
    pub(crate) fn of_test(user: &str, roles: &[&str]) -> Self {
        Self {
            user: UserId::new(user).expect("tests name users well"),
            name: None,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            expires_at: Timestamp(u64::MAX),
            issued_at: Timestamp(0),
            kind: TokenKind::Api,
            family: None,
            foreign: false,
        }
    }
}

/// Checks and makes logins. A clone is one more handle on the same.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    keys: Keys,
    people: People,
    passwords: Passwords,
    rules: Rules,
    access: Duration,
    refresh: Duration,
    guests: bool,
    signup: bool,
    query: QueryTokens,
}

impl Auth {
    /// Reads the keys; at the first start makes the data directory and the secret in it.
    ///
    /// # Errors
    /// If a key cannot be read, or the secret cannot be made.
    pub fn new(settings: &Settings, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let auth = &settings.auth;
        Ok(Self(Arc::new(Inner {
            keys: Keys::load(settings)?,
            people: People::new(Arc::clone(&store)),
            passwords: Passwords::new(),
            rules: Rules::of(auth),
            access: Duration::from_secs(auth.access_minutes * 60),
            refresh: Duration::from_secs(auth.refresh_days * 24 * 60 * 60),
            guests: auth.guests,
            signup: auth.signup,
            query: auth.query_tokens,
            store,
        })))
    }

    /// Who sends this token with a request? Socket tokens do not count here.
    pub async fn api(&self, token: &str) -> Result<Login, AuthError> {
        let claims = self.claims(token)?;
        match claims.kind {
            TokenKind::Socket => Err(AuthError::WrongAudience),
            TokenKind::Api | TokenKind::Foreign => self.login(claims).await,
        }
    }

    /// Who opens a socket with this token, or renews its login? A socket token counts once.
    pub async fn socket(&self, token: &str, via: Via) -> Result<Login, AuthError> {
        let claims = self.claims(token)?;
        let single_use = claims.kind == TokenKind::Socket;
        if !single_use && via == Via::Query && self.0.query == QueryTokens::WsOnly {
            return Err(AuthError::NotInQuery);
        }
        let jti = single_use.then(|| (claims.id.clone(), claims.expires_at));
        let login = self.login(claims).await?;
        if let Some((id, expires)) = jti {
            let id = id.ok_or(AuthError::Malformed)?;
            let expires = expires.plus(2 * token::LEEWAY_MS);
            if !self.0.store.claim(&format!("ws:{id}"), now(), expires).await? {
                return Err(AuthError::Used);
            }
        }
        Ok(login)
    }

    /// Was a login ended since it was shown, itself or with all others of its user? Its own end is in
    /// `expires_at`.
    pub async fn was_ended(&self, login: &Login) -> Result<bool, AuthError> {
        match self.person(&login.user, login.issued_at, login.family.as_ref()).await {
            Ok(_) => Ok(false),
            Err(AuthError::Revoked) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// A login with the name and roles that its user has now, asked of the store anew; `None` when it
    /// was ended.
    pub async fn as_of_now(&self, login: &Login) -> Result<Option<Login>, AuthError> {
        self.0.people.forget(&login.user);
        if let Some(family) = &login.family {
            self.0.people.forget_login(family);
        }
        match self.person(&login.user, login.issued_at, login.family.as_ref()).await {
            Ok(person) => Ok(Some(login.clone().of(person))),
            Err(AuthError::Revoked) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Others have changed these users: what is remembered of them and of their logins no longer counts.
    pub fn forget(&self, users: &HashSet<UserId>) {
        self.0.people.forget_all(users);
    }

    /// A token to open one socket with, and the seconds that it lives.
    pub fn socket_token(&self, login: &Login) -> Result<(String, u64), AuthError> {
        let now = now();
        let life = Duration::from_secs(protocol::limits::SOCKET_TOKEN_SECONDS);
        let until = now.plus(millis(life)).min(login.expires_at);
        let token = self.0.keys.sign(&Claims {
            kind: TokenKind::Socket,
            user: login.user.clone(),
            name: login.name.clone(),
            roles: login.roles.clone(),
            issued_at: login.issued_at,
            expires_at: until,
            login_expires_at: Some(login.expires_at),
            foreign: login.foreign,
            family: login.family.clone(),
            id: Some(random_hex::<JTI_BYTES>()?),
        })?;
        Ok((token, until.0.saturating_sub(now.0) / 1000))
    }

    /// A token for scripts: `parlor token`. The user must be in the store.
    pub async fn issue(&self, user: &UserId, ttl: Duration) -> Result<String, AuthError> {
        let user = self.0.store.user(user).await?.ok_or(AuthError::Revoked)?;
        self.issue_for(&user, ttl)
    }

    /// The same for a user who need not be in the store.
    pub fn issue_for(&self, user: &User, ttl: Duration) -> Result<String, AuthError> {
        self.sign(user, ttl, None)
    }

    fn sign(
        &self,
        user: &User,
        ttl: Duration,
        family: Option<&Family>,
    ) -> Result<String, AuthError> {
        // Not before `valid_from`, which is ahead by a millisecond after a log-out everywhere.
        let issued_at = now().max(user.valid_from);
        self.0.keys.sign(&Claims {
            kind: TokenKind::Api,
            user: user.id.clone(),
            name: Some(user.name.clone()),
            roles: user.roles.clone(),
            issued_at,
            expires_at: issued_at.plus(millis(ttl)),
            login_expires_at: None,
            foreign: false,
            family: family.cloned(),
            id: None,
        })
    }

    /// Adds a user or replaces the one with this id; what was remembered of it is forgotten.
    pub async fn put_user(&self, user: User) -> Result<(), AuthError> {
        let id = user.id.clone();
        let outcome = self.0.store.put_user(user).await;
        self.0.people.forget(&id);
        Ok(outcome?)
    }

    /// Gives a user a role, or takes it away; `None` when there is no such user.
    pub async fn set_role(
        &self,
        user: &UserId,
        role: &str,
        held: bool,
    ) -> Result<Option<User>, AuthError> {
        let outcome = self.0.store.set_role(user, role, held).await;
        self.0.people.forget(user);
        Ok(outcome?)
    }

    /// A user id that nobody has: a random 53-bit number.
    pub async fn free_id(&self) -> Result<UserId, AuthError> {
        loop {
            let number = SessionId::from_random(random_bits()?);
            let id = UserId::new(&number.to_string()).expect("digits are visible ASCII");
            if self.0.store.user(&id).await?.is_none() {
                return Ok(id);
            }
        }
    }

    fn claims(&self, token: &str) -> Result<Claims, AuthError> {
        let verified = self.0.keys.verify(token)?;
        Claims::read(&verified, &self.0.rules, now())
    }

    async fn login(&self, claims: Claims) -> Result<Login, AuthError> {
        let person = self.person(&claims.user, claims.issued_at, claims.family.as_ref()).await?;
        let login = Login {
            user: claims.user,
            name: claims.name,
            roles: claims.roles,
            expires_at: claims.login_expires_at.unwrap_or(claims.expires_at),
            issued_at: claims.issued_at,
            kind: claims.kind,
            family: claims.family,
            foreign: claims.foreign,
        };
        Ok(login.of(person))
    }

    /// What the store says of the user decides whether a login still counts.
    async fn person(
        &self,
        user: &UserId,
        issued_at: Timestamp,
        family: Option<&Family>,
    ) -> Result<Option<Person>, AuthError> {
        let person = self.0.people.find(user).await?;
        if person.as_ref().is_some_and(|person| issued_at < person.valid_from) {
            return Err(AuthError::Revoked);
        }
        match family {
            Some(family) if self.0.people.ended(user, family).await? => Err(AuthError::Revoked),
            _ => Ok(person),
        }
    }
}

/// Only the hash of a refresh token is kept, and tokens are found by it: what takes time does not
/// depend on the token.
fn hash_of(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn random<const N: usize>() -> Result<[u8; N], AuthError> {
    let mut bytes = [0; N];
    let no_source = |error| AuthError::Unavailable(format!("no randomness: {error}"));
    getrandom::fill(&mut bytes).map_err(no_source)?;
    Ok(bytes)
}

fn random_bits() -> Result<u64, AuthError> {
    Ok(u64::from_le_bytes(random()?))
}

fn random_hex<const N: usize>() -> Result<String, AuthError> {
    Ok(hex::encode(random::<N>()?))
}

#[cfg(test)]
mod tests;
