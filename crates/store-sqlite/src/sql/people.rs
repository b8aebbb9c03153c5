//! Users and their accounts. Must not know what they are good for.

use game::UserId;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use store::{Account, PasswordHash, SiteId, User, UserMark};

use super::{number, rows, time, whole};
use crate::failure::Failure;

/// Adds a user, or replaces the one with this id.
pub(crate) fn put_user(db: &Connection, user: &User) -> Result<(), Failure> {
    let roles = roles_text(user)?;
    db.prepare_cached(
        "INSERT INTO user (id, name, roles, guest, created_at, valid_from, changed) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(changed), 0) + 1 FROM user)) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, roles = excluded.roles, \
         guest = excluded.guest, created_at = excluded.created_at, \
         valid_from = max(valid_from, excluded.valid_from), changed = excluded.changed",
    )?
    .execute(params![
        user.id.as_str(),
        user.name,
        roles,
        user.guest,
        whole(user.created_at.0),
        whole(user.valid_from.0),
    ])?;
    Ok(())
}

/// Gives a user a role, or takes it away.
pub(crate) fn set_role(
    db: &Connection,
    id: &UserId,
    role: &str,
    held: bool,
) -> Result<Option<User>, Failure> {
    let Some(mut user) = user(db, id)? else { return Ok(None) };
    user.set_role(role, held);
    db.prepare_cached("UPDATE user SET roles = ?2 WHERE id = ?1")?
        .execute([id.as_str(), &roles_text(&user)?])?;
    note_change(db, id)?;
    Ok(Some(user))
}

fn roles_text(user: &User) -> Result<String, Failure> {
    serde_json::to_string(&user.roles).map_err(|why| Failure::unreadable("roles", why))
}

const USER: &str = "SELECT id, name, roles, guest, created_at, valid_from FROM user";

/// One user.
pub(crate) fn user(db: &Connection, id: &UserId) -> Result<Option<User>, Failure> {
    let mut select = db.prepare_cached(&format!("{USER} WHERE id = ?1"))?;
    let mut found = select.query([id.as_str()])?;
    found.next()?.map(read_user).transpose()
}

/// Users by name, from `after` (exclusive) on.
pub(crate) fn users(
    db: &Connection,
    after: Option<&UserId>,
    limit: usize,
) -> Result<Vec<User>, Failure> {
    let from = match after {
        None => "",
        Some(_) => " WHERE (name, id) > (SELECT name, id FROM user WHERE id = ?2)",
    };
    let mut select = db.prepare_cached(&format!("{USER}{from} ORDER BY name, id LIMIT ?1"))?;
    let mut found = match after {
        None => select.query([rows(limit)])?,
        Some(after) => select.query(params![rows(limit), after.as_str()])?,
    };
    let mut page = Vec::new();
    while let Some(row) = found.next()? {
        page.push(read_user(row)?);
    }
    Ok(page)
}

fn read_user(row: &Row<'_>) -> Result<User, Failure> {
    let (id, roles): (String, String) = (row.get(0)?, row.get(2)?);
    Ok(User {
        id: user_id(&id)?,
        name: row.get(1)?,
        roles: serde_json::from_str(&roles).map_err(|why| Failure::unreadable("roles", why))?,
        guest: row.get(3)?,
        created_at: time(row.get(4)?)?,
        valid_from: time(row.get(5)?)?,
    })
}

pub(super) fn user_id(text: &str) -> Result<UserId, Failure> {
    UserId::new(text).map_err(|why| Failure::unreadable("a user id", why))
}

/// Notes that something about a user has changed that stands elsewhere.
pub(super) fn note_change(db: &Connection, id: &UserId) -> Result<(), Failure> {
    db.prepare_cached(
        "UPDATE user SET changed = (SELECT max(changed) + 1 FROM user) WHERE id = ?1",
    )?
    .execute([id.as_str()])?;
    Ok(())
}

/// Users that changed after this mark; without one, the newest mark.
pub(crate) fn changed_users(
    db: &Connection,
    after: Option<UserMark>,
    limit: usize,
) -> Result<(UserMark, Vec<UserId>), Failure> {
    let Some(after) = after else {
        let newest = db
            .prepare_cached("SELECT coalesce(max(changed), 0) FROM user")?
            .query_row([], |row| row.get(0))?;
        return Ok((UserMark(number(newest)?), Vec::new()));
    };
    let mut select = db.prepare_cached(
        "SELECT changed, id FROM user WHERE changed > ?1 ORDER BY changed, id LIMIT ?2",
    )?;
    let mut found = select.query(params![whole(after.0), rows(limit)])?;
    let (mut mark, mut users) = (after, Vec::new());
    while let Some(row) = found.next()? {
        mark = UserMark(number(row.get(0)?)?);
        users.push(user_id(&row.get::<_, String>(1)?)?);
    }
    Ok((mark, users))
}

/// Adds or replaces a user with what they log in with, unless the site id is taken or they have an
/// account.
pub(crate) fn add_account(
    db: &Connection,
    user: &User,
    account: &Account,
) -> Result<bool, Failure> {
    let taken = db
        .prepare_cached("SELECT 1 FROM account WHERE site_id = ?1 OR user = ?2")?
        .exists(params![account.site_id.as_str(), account.user.as_str()])?;
    if taken {
        return Ok(false);
    }
    put_user(db, user)?;
    db.prepare_cached(
        "INSERT INTO account (site_id, user, password, signed_up) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        account.site_id.as_str(),
        account.user.as_str(),
        account.password.expose(),
        account.signed_up,
    ])?;
    Ok(true)
}

/// The account with this site id.
pub(crate) fn account(db: &Connection, site_id: &SiteId) -> Result<Option<Account>, Failure> {
    one_account(
        db,
        "SELECT site_id, user, password, signed_up FROM account WHERE site_id = ?1",
        site_id.as_str(),
    )
}

/// The account of this user.
pub(crate) fn account_of(db: &Connection, user: &UserId) -> Result<Option<Account>, Failure> {
    one_account(
        db,
        "SELECT site_id, user, password, signed_up FROM account WHERE user = ?1",
        user.as_str(),
    )
}

fn one_account(db: &Connection, text: &str, key: &str) -> Result<Option<Account>, Failure> {
    let found: Option<(String, String, String, bool)> = db
        .prepare_cached(text)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    found
        .map(|(site_id, user, password, signed_up)| {
            let site_id =
                SiteId::new(&site_id).map_err(|why| Failure::unreadable("a site id", why))?;
            let password = PasswordHash::new(&password);
            Ok(Account { site_id, user: user_id(&user)?, password, signed_up })
        })
        .transpose()
}

/// Replaces the password of a user; false when they have no account.
pub(crate) fn set_password(
    db: &Connection,
    user: &UserId,
    password: &PasswordHash,
) -> Result<bool, Failure> {
    let changed = db
        .prepare_cached("UPDATE account SET password = ?2 WHERE user = ?1")?
        .execute([user.as_str(), password.expose()])?;
    Ok(changed == 1)
}
