//! Users, accounts, tokens and claims in memory. Must not know sessions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use game::{Timestamp, UserId};

use crate::{
    Account, Family, PasswordHash, RefreshToken, Renewed, SiteId, TokenHash, User, UserMark,
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
        let before = self.users.get(&id).map_or(Timestamp(0), |user| user.valid_from);
        let valid_from = user.valid_from.max(before);
        self.users.insert(id.clone(), User { valid_from, ..user });
        self.note_change(&id);
    }

    pub(super) fn set_role(&mut self, id: &UserId, role: &str, held: bool) -> Option<User> {
        let user = self.users.get_mut(id)?;
        user.set_role(role, held);
        let user = user.clone();
        self.note_change(id);
        Some(user)
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

    pub(super) fn renew_refresh(
        &mut self,
        old: &TokenHash,
        new: &TokenHash,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Renewed {
        let found = self.refresh.get_mut(old).filter(|(token, _)| token.expires_at > now);
        let Some((token, used)) = found else { return Renewed::Unknown };
        if *used {
            return Renewed::Again(token.clone());
        }
        let Some(user) = self.users.get(&token.user) else { return Renewed::Unknown };
        *used = true;
        let next = RefreshToken { hash: *new, expires_at, ..token.clone() };
        let family = token.family.clone();
        self.refresh.insert(*new, (next, false));
        Renewed::First(Box::new(user.clone()), family)
    }

    pub(super) fn end_logins_of(&mut self, id: &UserId, from: Timestamp, until: Timestamp) -> bool {
        let Some(user) = self.users.get_mut(id) else { return false };
        user.valid_from = user.valid_from.plus(1).max(from);
        let theirs = self.refresh.values().filter(|(token, _)| token.user == *id);
        let families: BTreeSet<Family> = theirs.map(|(token, _)| token.family.clone()).collect();
        self.refresh.retain(|_, (token, _)| token.user != *id);
        for family in families {
            self.remember_end(family, until);
        }
        self.note_change(id);
        true
    }

    pub(super) fn end_login(&mut self, user: &UserId, family: &Family, until: Timestamp) {
        self.refresh.retain(|_, (token, _)| token.family != *family);
        self.remember_end(family.clone(), until);
        self.note_change(user);
    }

    fn remember_end(&mut self, family: Family, until: Timestamp) {
        let kept = self.ended.entry(family).or_insert(until);
        *kept = until.max(*kept);
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
