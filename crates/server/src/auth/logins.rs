//! How logins begin, go on and end: guests, sign-up and log-in with a password, renewal, log-out. Must
//! not know how a token is written.
//!
//! All refresh tokens that come of one login by renewal are its family. Each works once; when one comes
//! a second time somebody has a copy, and nobody knows who is the thief: the whole login ends
//! (RFC 9700, 4.14.2).

use std::fmt;

use game::{Timestamp, UserId};
use store::{Account, Family, RefreshToken, Renewed, SiteId, User};

use super::body::{LoginBody, UserBody};
use super::{Auth, AuthError, Login, Password, hash_of, millis, random_bits, random_hex, token};
use crate::clock::now;

/// Longest name to show in characters: it fits a player card.
const NAME_CHARS: usize = 64;

/// Random bytes of a refresh token: 256 bits cannot be guessed.
const REFRESH_BYTES: usize = 32;

/// Random bytes of the name of a login: 128 bits do not collide.
const FAMILY_BYTES: usize = 16;

/// What somebody wants to log in with from now on; each part was checked.
#[derive(Clone)]
pub struct NewAccount {
    site_id: SiteId,
    nickname: String,
    password: Password,
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("site_id", &self.site_id).finish_non_exhaustive()
    }
}

impl NewAccount {
    /// Checks what somebody wrote.
    pub fn new(site_id: &str, nickname: &str, password: &str) -> Result<Self, AuthError> {
        Ok(Self {
            site_id: SiteId::new(site_id)?,
            nickname: short_name(nickname).ok_or(AuthError::BadNickname)?,
            password: Password::chosen(password)?,
        })
    }
}

impl Auth {
    /// Makes a guest and logs it in.
    pub async fn guest(&self, name: Option<&str>) -> Result<LoginBody, AuthError> {
        if !self.0.guests {
            return Err(AuthError::GuestsOff);
        }
        let name = match name {
            Some(name) => short_name(name).ok_or(AuthError::BadName)?,
            None => format!("Guest {:04}", random_bits()? % 10_000),
        };
        let user = User { guest: true, ..self.new_user(name).await? };
        self.put_user(user.clone()).await?;
        self.begin(&user, None).await
    }

    /// Makes a user with an account, and logs them in.
    pub async fn sign_up(&self, wish: NewAccount) -> Result<LoginBody, AuthError> {
        if !self.0.signup {
            return Err(AuthError::SignupOff);
        }
        let user = self.new_user(wish.nickname).await?;
        let (user, account) = self.add(user, wish.site_id, wish.password, true).await?;
        self.begin(&user, Some(&account)).await
    }

    /// Adds a user that an operator makes (or replaces the one with this id) with an account.
    pub async fn give_account(
        &self,
        user: User,
        site_id: SiteId,
        password: Password,
    ) -> Result<(User, Account), AuthError> {
        self.add(user, site_id, password, false).await
    }

    async fn add(
        &self,
        user: User,
        site_id: SiteId,
        password: Password,
        signed_up: bool,
    ) -> Result<(User, Account), AuthError> {
        // The store decides at the end; this only saves the work.
        if self.0.store.account(&site_id).await?.is_some() {
            return Err(AuthError::SiteIdTaken);
        }
        let password = self.0.passwords.hash(password).await?;
        let account = Account { site_id, user: user.id.clone(), password, signed_up };
        let made = self.0.store.add_account(user.clone(), account.clone()).await;
        self.0.people.forget(&user.id);
        if made? { Ok((user, account)) } else { Err(AuthError::SiteIdTaken) }
    }

    /// Replaces the password of a user and ends all their logins; false when they have no account.
    pub async fn set_password(&self, user: &UserId, password: Password) -> Result<bool, AuthError> {
        let password = self.0.passwords.hash(password).await?;
        let known = self.0.store.set_password(user, password).await?;
        if known {
            self.end_all(user).await?;
        }
        Ok(known)
    }

    /// Logs in with a password. A `site_id` that cannot be one, one that nobody has and a wrong
    /// password are refused alike, after the same time.
    pub async fn log_in(&self, site_id: &str, password: Password) -> Result<LoginBody, AuthError> {
        let account = match SiteId::new(site_id) {
            Ok(site_id) => self.0.store.account(&site_id).await?,
            Err(_) => None,
        };
        let hash = account.as_ref().map(|account| account.password.clone());
        let good = self.0.passwords.is(password, hash).await?;
        let account = account.filter(|_| good).ok_or(AuthError::WrongCredentials)?;
        let user = self.0.store.user(&account.user).await?.ok_or(AuthError::WrongCredentials)?;
        let body = self.begin(&user, Some(&account)).await?;
        // The password may have been changed since it was read.
        if self.0.store.account(&account.site_id).await?.as_ref() != Some(&account) {
            self.logout_of(&body).await?;
            return Err(AuthError::WrongCredentials);
        }
        Ok(body)
    }

    /// A user as they see themselves.
    pub async fn user_body(&self, login: &Login) -> Result<UserBody, AuthError> {
        let account = match login.foreign {
            true => None,
            false => self.0.store.account_of(&login.user).await?,
        };
        let name = login.name.as_deref().unwrap_or(login.user.as_str());
        Ok(UserBody::new(&login.user, name, &login.roles, account.as_ref()))
    }

    /// Trades a refresh token for the next one and an access token. The token works once; the second
    /// time it ends its login, and the caller closes the sockets.
    pub async fn refresh(&self, token: &str) -> Result<LoginBody, AuthError> {
        let (old, now) = (hash_of(token), now());
        let kept = self.0.store.refresh(&old).await?.ok_or(AuthError::UnknownRefresh)?;
        // Whatever can fail comes first: a token that has been traded is a login that somebody has.
        let account = self.0.store.account_of(&kept.user).await?;
        let next = random_hex::<REFRESH_BYTES>()?;
        let expires = now.plus(millis(self.0.refresh));
        match self.0.store.renew_refresh(&old, &hash_of(&next), expires, now).await? {
            Renewed::First(user, family) => self.body(&user, account.as_ref(), &family, next),
            Renewed::Again(RefreshToken { user, family, expires_at, .. }) => {
                self.end_login(&user, &family, expires_at).await?;
                tracing::warn!(%user, "a refresh token came twice: its login was ended");
                Err(AuthError::Reused { user, family })
            }
            Renewed::Unknown => Err(AuthError::UnknownRefresh),
        }
    }

    /// Ends the login that this one is and the one of the refresh token, if it is the same user's; or
    /// with `everywhere` all logins of the user on all devices. The caller closes the sockets: those of
    /// the logins that are handed back, or all.
    pub async fn logout(
        &self,
        login: &Login,
        everywhere: bool,
        refresh: Option<&str>,
    ) -> Result<Vec<Family>, AuthError> {
        if everywhere {
            self.end_all(&login.user).await?;
            return Ok(Vec::new());
        }
        let mut ended = Vec::new();
        if let Some(family) = &login.family {
            self.end_login(&login.user, family, login.expires_at).await?;
            ended.push(family.clone());
        }
        if let Some(token) = refresh
            && let Some(kept) = self.0.store.refresh(&hash_of(token)).await?
            && kept.user == login.user
            && !ended.contains(&kept.family)
        {
            self.end_login(&kept.user, &kept.family, kept.expires_at).await?;
            ended.push(kept.family);
        }
        Ok(ended)
    }

    /// Ends the login of a refresh token, for who has no good access token any more.
    pub async fn logout_by_refresh(&self, token: &str) -> Result<(UserId, Family), AuthError> {
        let kept = self.0.store.refresh(&hash_of(token)).await?;
        let kept = kept.ok_or(AuthError::UnknownRefresh)?;
        self.end_login(&kept.user, &kept.family, kept.expires_at).await?;
        Ok((kept.user, kept.family))
    }

    /// Ends all logins of a user, here and (within seconds) on every other node. A user of another
    /// identity provider is noted for that, under the id alone: by any name of theirs an operator
    /// could mean somebody else.
    pub async fn end_all(&self, user: &UserId) -> Result<(), AuthError> {
        let from = now().plus(1);
        let until = self.no_token_after(from);
        let ended = self.0.store.end_logins_of(user, from, until).await;
        self.0.people.forget(user);
        if !ended? {
            let noted = self.new_user(user.to_string()).await?;
            let id = user.clone();
            self.put_user(User { id, guest: true, valid_from: from, ..noted }).await?;
        }
        Ok(())
    }

    /// `expires`: when a token of the login, of which one is at hand, ends.
    async fn end_login(
        &self,
        user: &UserId,
        family: &Family,
        expires: Timestamp,
    ) -> Result<(), AuthError> {
        let until = self.no_token_after(now()).max(expires.plus(2 * token::LEEWAY_MS));
        let outcome = self.0.store.end_login(user, family, until).await;
        self.0.people.forget_login(family);
        Ok(outcome?)
    }

    /// When the last token ends that was made by `time`, if the settings were then what they are now.
    fn no_token_after(&self, time: Timestamp) -> Timestamp {
        time.plus(millis(self.0.refresh.max(self.0.access))).plus(2 * token::LEEWAY_MS)
    }

    async fn logout_of(&self, body: &LoginBody) -> Result<(), AuthError> {
        let kept = self.0.store.refresh(&hash_of(&body.refresh_token)).await?;
        match kept {
            Some(kept) => self.end_login(&kept.user, &kept.family, kept.expires_at).await,
            None => Ok(()),
        }
    }

    /// A user of this name, with an id that nobody has. Not kept yet.
    async fn new_user(&self, name: String) -> Result<User, AuthError> {
        Ok(User {
            id: self.free_id().await?,
            name,
            roles: Vec::new(),
            guest: false,
            created_at: now(),
            valid_from: Timestamp(0),
        })
    }

    /// A new login.
    pub(super) async fn begin(
        &self,
        user: &User,
        account: Option<&Account>,
    ) -> Result<LoginBody, AuthError> {
        let family = Family::new(&random_hex::<FAMILY_BYTES>()?);
        let refresh_token = random_hex::<REFRESH_BYTES>()?;
        let kept = RefreshToken {
            hash: hash_of(&refresh_token),
            user: user.id.clone(),
            family: family.clone(),
            expires_at: now().plus(millis(self.0.refresh)),
        };
        if !self.0.store.put_refresh(kept).await? {
            return Err(AuthError::Revoked);
        }
        self.body(user, account, &family, refresh_token)
    }

    fn body(
        &self,
        user: &User,
        account: Option<&Account>,
        family: &Family,
        refresh_token: String,
    ) -> Result<LoginBody, AuthError> {
        Ok(LoginBody {
            access_token: self.sign(user, self.0.access, Some(family))?,
            token_type: "bearer",
            expires_in: self.0.access.as_secs(),
            refresh_token,
            user: UserBody::new(&user.id, &user.name, &user.roles, account),
        })
    }
}

/// A name to show: 1 to 64 characters once the white space around it is cut off.
fn short_name(text: &str) -> Option<String> {
    let name = game::Name::new(text).ok()?;
    (name.as_str().chars().count() <= NAME_CHARS).then(|| name.as_str().to_owned())
}

#[cfg(test)]
mod tests;
