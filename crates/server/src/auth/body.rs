//! What a login is answered with. Must not know how a login comes about.

use std::fmt;

use game::UserId;
use serde::Serialize;
use store::Account;

use super::{ADMIN, SERVICE};

/// The answer to a login.
#[derive(Clone, Serialize)]
pub struct LoginBody {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: &'static str,
    /// Seconds that the access token lives.
    pub expires_in: u64,
    /// For `POST /api/auth/refresh`; works once.
    pub refresh_token: String,
    /// Who it is.
    pub user: UserBody,
}

impl fmt::Debug for LoginBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginBody").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A user as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserBody {
    /// The id: text for guests and for users of other identity providers, a number for users with
    /// an account.
    pub id: UserNumber,
    /// The name to log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_id: Option<String>,
    /// The same as `name`, for users with an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The name to show.
    pub name: String,
    /// The strongest of `roles`, or `user`; for users with an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// `admin`, `service`.
    pub roles: Vec<String>,
}

/// How an id is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum UserNumber {
    /// As a number. Ids of this server's own users are whole numbers below 2^53.
    Number(u64),
    /// As text.
    Text(UserId),
}

impl UserBody {
    pub(super) fn new(
        id: &UserId,
        name: &str,
        roles: &[String],
        account: Option<&Account>,
    ) -> Self {
        let number = account.and_then(|_| id.as_str().parse().ok());
        Self {
            id: number.map_or_else(|| UserNumber::Text(id.clone()), UserNumber::Number),
            site_id: account.map(|account| account.site_id.to_string()),
            nickname: account.map(|_| name.to_owned()),
            name: name.to_owned(),
            role: account.map(|_| role_of(roles)),
            roles: roles.to_vec(),
        }
    }
}

/// One word for all roles.
#[must_use]
pub fn role_of(roles: &[String]) -> &'static str {
    let has = |role: &str| roles.iter().any(|held| held == role);
    if has(ADMIN) {
        ADMIN
    } else if has(SERVICE) {
        SERVICE
    } else {
        "user"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::{PasswordHash, SiteId};

    use super::*;

    #[test]
    fn guests_are_as_they_were_and_accounts_say_more() {
        let id = UserId::new("9007199254740991").unwrap();
        let guest = UserBody::new(&id, "Ada", &[], None);
        let text = serde_json::to_string(&guest).unwrap();
        assert_eq!(text, r#"{"id":"9007199254740991","name":"Ada","roles":[]}"#);
        let account = Account {
            site_id: SiteId::new("Ada").unwrap(),
            user: id.clone(),
            password: PasswordHash::new("$hush"),
            signed_up: true,
        };
        let roles = [ADMIN.to_owned(), SERVICE.to_owned()];
        let body = UserBody::new(&id, "Ada L.", &roles, Some(&account));
        assert_eq!(
            serde_json::to_value(&body).unwrap(),
            json!({"id": 9_007_199_254_740_991_u64, "site_id": "ada", "nickname": "Ada L.",
                   "name": "Ada L.", "role": "admin", "roles": ["admin", "service"]})
        );
        assert_eq!(role_of(&[SERVICE.to_owned()]), "service");
        assert_eq!(role_of(&[]), "user");
    }
}
