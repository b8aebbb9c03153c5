//! Users, refresh tokens and claims. Must not know what they are good for.

use game::{Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use store::{RefreshToken, TokenHash, User};

use super::{rows, time, whole};
use crate::failure::Failure;

/// Adds a user, or replaces the one with this id.
pub(crate) fn put_user(db: &Connection, user: &User) -> Result<(), Failure> {
    let roles =
        serde_json::to_string(&user.roles).map_err(|why| Failure::unreadable("roles", why))?;
    db.prepare_cached(
        "INSERT INTO user (id, name, roles, guest, created_at, valid_from) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
         roles = excluded.roles, guest = excluded.guest, created_at = excluded.created_at, \
         valid_from = excluded.valid_from",
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

fn user_id(text: &str) -> Result<UserId, Failure> {
    UserId::new(text).map_err(|why| Failure::unreadable("a user id", why))
}

/// Keeps a refresh token.
pub(crate) fn put_refresh(db: &Connection, token: &RefreshToken) -> Result<(), Failure> {
    db.prepare_cached(
        "INSERT INTO refresh_token (hash, user, expires_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (hash) DO UPDATE SET user = excluded.user, expires_at = excluded.expires_at",
    )?
    .execute(params![token.hash.0, token.user.as_str(), whole(token.expires_at.0)])?;
    Ok(())
}

/// Takes a refresh token out.
pub(crate) fn take_refresh(
    db: &Connection,
    hash: TokenHash,
) -> Result<Option<RefreshToken>, Failure> {
    let taken: Option<(String, i64)> = db
        .prepare_cached("DELETE FROM refresh_token WHERE hash = ?1 RETURNING user, expires_at")?
        .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    taken
        .map(|(user, expires)| {
            Ok(RefreshToken { hash, user: user_id(&user)?, expires_at: time(expires)? })
        })
        .transpose()
}

/// Takes out all refresh tokens of a user.
pub(crate) fn drop_refresh_of(db: &Connection, user: &UserId) -> Result<(), Failure> {
    db.prepare_cached("DELETE FROM refresh_token WHERE user = ?1")?.execute([user.as_str()])?;
    Ok(())
}

/// Claims a name, unless a claim on it is still good.
pub(crate) fn claim(
    db: &Connection,
    name: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<bool, Failure> {
    let changed = db
        .prepare_cached(
            "INSERT INTO claim (name, expires_at) VALUES (?1, ?2) ON CONFLICT (name) \
             DO UPDATE SET expires_at = excluded.expires_at WHERE claim.expires_at <= ?3",
        )?
        .execute(params![name, whole(expires.0), whole(now.0)])?;
    Ok(changed == 1)
}

/// Forgets what has expired; answers how many.
pub(crate) fn sweep(db: &Connection, now: Timestamp) -> Result<u64, Failure> {
    let mut swept = 0;
    for text in [
        "DELETE FROM claim WHERE expires_at <= ?1",
        "DELETE FROM refresh_token WHERE expires_at <= ?1",
    ] {
        swept += db.prepare_cached(text)?.execute([whole(now.0)])?;
    }
    Ok(swept as u64)
}
