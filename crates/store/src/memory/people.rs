//! Users, accounts, tokens and claims in memory. Must not know sessions.

use std::collections::{BTreeMap, HashMap};

use game::{Timestamp, UserId};

use crate::{
    Account, Family, PasswordHash, RefreshToken, SiteId, Taken, TokenHash, User, UserMark,
};

/// Invariants: `accounts` and `site_ids` hold the same accounts; `changes` holds each user once, at
/// the place that `changed_at` says.
#[derive(Default)]
pub(super) struct People {
    users: BTreeMap<UserId, User>,
    /// Users in the order of their last changes, which are counted.
    changes: BTreeMap<u64, UserId>,
    changed_at: HashMap<UserId, u64>,
    changed: u64,
    accounts: HashMap<UserId, Account>,
    site_ids: HashMap<SiteId, UserId>,
    /// With: was it used?
    refresh: BTreeMap<TokenHash, (RefreshToken, bool)>,
    ended: HashMap<Family, Timestamp>,
    claims: HashMap<String, Timestamp>,
}

impl People {
    pub(super) fn put_user(&mut self, user: User) {
        let id = user.id.clone();
        self.users.insert(id.clone(), user);
        self.note_change(&id);
    }

    fn note_change(&mut self, id: &UserId) {
        if self.users.contains_key(id) {
            self.changed += 1;
            self.changes.insert(self.changed, id.clone());
            if let Some(before) = self.changed_at.insert(id.clone(), self.changed) {
                self.changes.remove(&before);
            }
        }
    }

    pub(super) fn user(&self, id: &UserId) -> Option<User> {
        self.users.get(id).cloned()
    }

    pub(super) fn users(&self, after: Option<&UserId>, limit: usize) -> Vec<User> {
        let after = match after {
            None => None,
            Some(id) => match self.users.get(id) {
                Some(user) => Some((&user.name, &user.id)),
                None => return Vec::new(),
            },
        };
        let mut found: Vec<&User> = self
            .users
            .values()
            .filter(|user| after.is_none_or(|after| (&user.name, &user.id) > after))
            .collect();
        found.sort_unstable_by_key(|user| (&user.name, &user.id));
        found.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn changed(&self, after: Option<UserMark>, limit: usize) -> (UserMark, Vec<UserId>) {
        let Some(after) = after else { return (UserMark(self.changed), Vec::new()) };
        let found = self.changes.range(after.0 + 1..).take(limit);
        let (marks, users): (Vec<u64>, Vec<UserId>) =
            found.map(|(at, id)| (*at, id.clone())).unzip();
        (marks.last().map_or(after, |at| UserMark(*at)), users)
    }

    pub(super) fn add_account(&mut self, user: User, account: Account) -> bool {
        if self.site_ids.contains_key(&account.site_id) || self.accounts.contains_key(&account.user)
        {
            return false;
        }
        self.put_user(user);
        self.site_ids.insert(account.site_id.clone(), account.user.clone());
        self.accounts.insert(account.user.clone(), account);
        true
    }

    pub(super) fn account(&self, site_id: &SiteId) -> Option<Account> {
        self.account_of(self.site_ids.get(site_id)?)
    }

    pub(super) fn account_of(&self, user: &UserId) -> Option<Account> {
        self.accounts.get(user).cloned()
    }

    pub(super) fn set_password(&mut self, user: &UserId, password: PasswordHash) -> bool {
        match self.accounts.get_mut(user) {
            Some(account) => {
                account.password = password;
                true
            }
            None => false,
        }
    }

    pub(super) fn put_refresh(&mut self, token: RefreshToken) -> bool {
        if self.ended.contains_key(&token.family) {
            return false;
        }
        self.refresh.insert(token.hash, (token, false));
        true
    }

    pub(super) fn refresh(&self, hash: &TokenHash) -> Option<RefreshToken> {
        self.refresh.get(hash).map(|(token, _)| token.clone())
    }

    pub(super) fn take_refresh(&mut self, hash: &TokenHash) -> Taken {
        let Some((token, used)) = self.refresh.get_mut(hash) else { return Taken::Unknown };
        let before = std::mem::replace(used, true);
        if before { Taken::Again(token.clone()) } else { Taken::First(token.clone()) }
    }

    pub(super) fn drop_refresh_of(&mut self, user: &UserId) {
        self.refresh.retain(|_, (token, _)| token.user != *user);
    }

    pub(super) fn end_login(&mut self, user: &UserId, family: &Family, until: Timestamp) {
        self.refresh.retain(|_, (token, _)| token.family != *family);
        let kept = self.ended.entry(family.clone()).or_insert(until);
        *kept = until.max(*kept);
        self.note_change(user);
    }

    pub(super) fn login_ended(&self, family: &Family) -> bool {
        self.ended.contains_key(family)
    }

    pub(super) fn claim(&mut self, name: &str, now: Timestamp, expires: Timestamp) -> bool {
        if self.claims.get(name).is_some_and(|until| *until > now) {
            return false;
        }
        self.claims.insert(name.to_owned(), expires);
        true
    }

    pub(super) fn sweep(&mut self, now: Timestamp) -> u64 {
        let held = |people: &Self| people.claims.len() + people.refresh.len() + people.ended.len();
        let before = held(self);
        self.claims.retain(|_, until| *until > now);
        self.refresh.retain(|_, (token, _)| token.expires_at > now);
        self.ended.retain(|_, until| *until > now);
        (before - held(self)) as u64
    }
}
