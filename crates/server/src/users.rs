//! Users as an operator sees them: `parlor user` and `parlor token`, beside a running server or
//! without one. Must not know how a command line is read.

use std::sync::Arc;
use std::time::Duration;

use game::{Name, SessionId, Timestamp, UserId};
use store::Store;
pub use store::{Account, SiteId, User};

use crate::app::App;
use crate::auth::{ADMIN, Auth, AuthError, Password, SERVICE};
use crate::clock::now;
use crate::settings::{Settings, StoreKind};

/// Users read at once.
const PAGE: usize = 500;

/// The roles that there are.
pub const ROLES: [&str; 2] = [ADMIN, SERVICE];

/// Why an operator's command was refused.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// Nobody is called so.
    #[error(
        "there is no user {0:?}; `parlor user list` shows all, `parlor user add` makes one, \
         @SITE_ID names who signed up, and `parlor user end --foreign ID` is for users of another \
         identity provider"
    )]
    NotFound(String),
    /// The name is taken.
    #[error("there is a user {0:?} already, with id {1}")]
    Taken(String, UserId),
    /// More than one is called so.
    #[error("several users are called {0:?}: give an id instead ({1})")]
    Ambiguous(String, String),
    /// No such role.
    #[error("there is no role {0:?}: admin or service")]
    BadRole(String),
    /// Not a name to log in with.
    #[error(transparent)]
    BadSiteId(#[from] store::BadSiteId),
    /// Too short, or too long.
    #[error("a password is 8 to 128 characters")]
    BadPassword,
    /// The name to log in with is taken.
    #[error("somebody logs in as {0} already")]
    SiteIdTaken(SiteId),
    /// There is nothing that a password could be for.
    #[error("{0} has no account and the name cannot be one: give a name to log in with (--login)")]
    NoLogin(String),
    /// Another name to log in with than they have.
    #[error("{0} logs in as {1} already")]
    OtherLogin(String, SiteId),
    /// Not an id.
    #[error("{0:?} cannot be the id of a user")]
    BadId(String),
    /// Not a name.
    #[error(transparent)]
    BadName(#[from] game::BadName),
    /// Logins.
    #[error("{}", store_said(.0))]
    Auth(#[from] AuthError),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// An operator reads what a client must not.
fn store_said(error: &AuthError) -> String {
    match error {
        AuthError::Unavailable(why) => format!("{error}: {why}"),
        other => other.to_string(),
    }
}

/// The desk of an operator.
pub struct Users {
    store: Arc<dyn Store>,
    auth: Auth,
    kept: bool,
}

impl Users {
    /// A desk at this store. Reads (or makes) the secret that signs tokens.
    ///
    /// # Errors
    /// If the secret cannot be read or made.
    pub fn new(settings: &Settings, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let auth = Auth::new(settings, Arc::clone(&store))?;
        Ok(Self { store, auth, kept: settings.store == StoreKind::Sqlite })
    }

    /// Adds a user. Names of users that an operator made are unique; guests and those who sign up may be
    /// called anything.
    pub async fn add(&self, name: &str, roles: &[&str]) -> Result<User, UsersError> {
        let user = self.new_user(name, roles).await?;
        self.auth.put_user(user.clone()).await?;
        Ok(user)
    }

    /// A user of a name that nobody has; not kept yet.
    async fn new_user(&self, name: &str, roles: &[&str]) -> Result<User, UsersError> {
        let name = Name::new(name)?;
        if let Some(user) = self.named(name.as_str()).await?.into_iter().next() {
            return Err(UsersError::Taken(user.name, user.id));
        }
        Ok(User {
            id: self.auth.free_id().await?,
            name: name.as_str().to_owned(),
            roles: checked(roles)?,
            guest: false,
            created_at: now(),
            valid_from: Timestamp(0),
        })
    }

    /// The same with an account to log in with.
    pub async fn add_with_login(
        &self,
        name: &str,
        roles: &[&str],
        site_id: &str,
        password: &str,
    ) -> Result<(User, Account), UsersError> {
        let (site_id, password) = (SiteId::new(site_id)?, chosen(password)?);
        let user = self.new_user(name, roles).await?;
        self.give_account(user, site_id, password).await
    }

    /// Sets the password of a user: of the account that they have, which ends all their logins; or else
    /// of a new one, with `site_id` or their own name to log in with.
    pub async fn set_password(
        &self,
        who: &str,
        site_id: Option<&str>,
        password: &str,
    ) -> Result<(User, Account), UsersError> {
        let user = self.find(who).await?;
        let site_id = site_id.map(SiteId::new).transpose()?;
        let password = chosen(password)?;
        let Some(account) = self.store.account_of(&user.id).await? else {
            let own =
                || SiteId::new(&user.name).map_err(|_| UsersError::NoLogin(user.name.clone()));
            let site_id = site_id.map_or_else(own, Ok)?;
            return self.give_account(user, site_id, password).await;
        };
        if site_id.is_some_and(|site_id| site_id != account.site_id) {
            return Err(UsersError::OtherLogin(user.name, account.site_id));
        }
        self.auth.set_password(&user.id, password).await?;
        Ok((user, account))
    }

    async fn give_account(
        &self,
        user: User,
        site_id: SiteId,
        password: Password,
    ) -> Result<(User, Account), UsersError> {
        match self.auth.give_account(user, site_id.clone(), password).await {
            Err(AuthError::SiteIdTaken) => Err(UsersError::SiteIdTaken(site_id)),
            other => Ok(other?),
        }
    }

    /// Every user, by name.
    pub async fn list(&self) -> Result<Vec<User>, UsersError> {
        all(self.store.as_ref()).await
    }

    /// What a user logs in with.
    pub async fn account_of(&self, user: &User) -> Result<Option<Account>, UsersError> {
        Ok(self.store.account_of(&user.id).await?)
    }

    /// The user with this id, the only one that an operator made with this name, or, as `@ann`, the
    /// one who logs in by that name. Without the `@` nobody is meant who signed up: they may have taken
    /// any name, that of a backend to come for one. For the same reason nobody is found by an id that
    /// another identity provider gave them.
    pub async fn find(&self, who: &str) -> Result<User, UsersError> {
        if let Ok(id) = UserId::new(who)
            && let Some(user) = self.store.user(&id).await?
            && (!user.guest || who.parse::<SessionId>().is_ok())
        {
            return Ok(user);
        }
        if let Some(Ok(site_id)) = who.strip_prefix('@').map(SiteId::new)
            && let Some(account) = self.store.account(&site_id).await?
            && let Some(user) = self.store.user(&account.user).await?
        {
            return Ok(user);
        }
        let mut named = self.named(who.trim()).await?;
        match named.len() {
            1 => Ok(named.remove(0)),
            0 => Err(UsersError::NotFound(who.to_owned())),
            _ => {
                let ids: Vec<String> = named.iter().map(|user| user.id.to_string()).collect();
                Err(UsersError::Ambiguous(who.to_owned(), ids.join(", ")))
            }
        }
    }

    /// Gives a user a role. Counts at once on a running server, or within seconds.
    pub async fn grant(&self, who: &str, role: &str) -> Result<User, UsersError> {
        self.set_role(who, role, true).await
    }

    /// Takes a role from a user.
    pub async fn revoke(&self, who: &str, role: &str) -> Result<User, UsersError> {
        self.set_role(who, role, false).await
    }

    async fn set_role(&self, who: &str, role: &str, held: bool) -> Result<User, UsersError> {
        checked(&[role])?;
        let user = self.find(who).await?;
        if user.roles.iter().any(|one| one == role) == held {
            return Ok(user);
        }
        let changed = self.auth.set_role(&user.id, role, held).await?;
        changed.ok_or_else(|| UsersError::NotFound(who.to_owned()))
    }

    /// Ends all logins of a user; with `forget_roles` the roles too.
    pub async fn end(&self, who: &str, forget_roles: bool) -> Result<User, UsersError> {
        let user = self.find(who).await?;
        if forget_roles {
            for role in &user.roles {
                self.auth.set_role(&user.id, role, false).await?;
            }
        }
        self.auth.end_all(&user.id).await?;
        self.find(user.id.as_str()).await
    }

    /// Ends all logins of a user of another identity provider, of whom there need not be a record.
    pub async fn end_foreign(&self, id: &str) -> Result<(), UsersError> {
        let id = UserId::new(id).map_err(|_| UsersError::BadId(id.to_owned()))?;
        Ok(self.auth.end_all(&id).await?)
    }

    /// A token for scripts. The user is made when nobody is called so, and is given the role when it
    /// lacks it: who may read the secret may do both anyway. With a store in memory, which a
    /// running server does not share, the token itself says who it is for.
    pub async fn token(
        &self,
        who: &str,
        role: Option<&str>,
        ttl: Duration,
    ) -> Result<(User, String), UsersError> {
        let roles: Vec<&str> = role.into_iter().collect();
        let user = match self.find(who).await {
            Ok(user) => match role {
                Some(role) => self.grant(user.id.as_str(), role).await?,
                None => user,
            },
            Err(UsersError::NotFound(_)) if self.kept => self.add(who, &roles).await?,
            Err(UsersError::NotFound(_)) => User {
                id: self.auth.free_id().await?,
                name: Name::new(who)?.as_str().to_owned(),
                roles: checked(&roles)?,
                guest: false,
                created_at: now(),
                valid_from: Timestamp(0),
            },
            Err(error) => return Err(error),
        };
        let token = self.auth.issue_for(&user, ttl)?;
        Ok((user, token))
    }

    async fn named(&self, name: &str) -> Result<Vec<User>, UsersError> {
        let mut named = Vec::new();
        for user in self.list().await? {
            if user.guest || user.name != name {
                continue;
            }
            if !self.account_of(&user).await?.is_some_and(|account| account.signed_up) {
                named.push(user);
            }
        }
        Ok(named)
    }
}

/// What `serve` says when nobody may administer the server yet.
pub async fn first_admin_hint(app: &App) -> Option<String> {
    if app.settings.store == StoreKind::Memory {
        return None;
    }
    let users = all(app.store.as_ref()).await.ok()?;
    let admin = users.iter().any(|user| user.roles.iter().any(|role| role == ADMIN));
    (!admin).then(|| {
        "no admin yet; to make one: parlor user add --admin NAME --login SITE_ID (asks for a \
         password), or without --login, then parlor token --user NAME"
            .to_owned()
    })
}

async fn all(store: &dyn Store) -> Result<Vec<User>, UsersError> {
    let mut users: Vec<User> = Vec::new();
    loop {
        let page = store.users(users.last().map(|user| &user.id), PAGE).await?;
        let last = page.len() < PAGE;
        users.extend(page);
        if last {
            return Ok(users);
        }
    }
}

fn chosen(password: &str) -> Result<Password, UsersError> {
    Password::chosen(password).map_err(|_| UsersError::BadPassword)
}

fn checked(roles: &[&str]) -> Result<Vec<String>, UsersError> {
    let mut checked = Vec::new();
    for role in roles {
        if !ROLES.contains(role) {
            return Err(UsersError::BadRole((*role).to_owned()));
        }
        checked.push((*role).to_owned());
    }
    checked.sort_unstable();
    checked.dedup();
    Ok(checked)
}

#[cfg(test)]
mod tests;
