//! Refresh tokens, logins that have ended, and claims. Must not know what they are good for.

use game::{Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, params};
use store::{Family, RefreshToken, Renewed, TokenHash};

use super::people::{note_change, user, user_id};
use super::{time, whole};
use crate::failure::Failure;

/// Keeps a refresh token, unless its login has ended.
pub(crate) fn put_refresh(db: &Connection, token: &RefreshToken) -> Result<bool, Failure> {
    if login_ended(db, &token.family)? {
        return Ok(false);
    }
    db.prepare_cached(
        "INSERT INTO refresh_token (hash, user, family, used, expires_at) \
         VALUES (?1, ?2, ?3, 0, ?4) ON CONFLICT (hash) DO UPDATE SET user = excluded.user, \
         family = excluded.family, used = excluded.used, expires_at = excluded.expires_at",
    )?
    .execute(params![
        token.hash.0,
        token.user.as_str(),
        token.family.as_str(),
        whole(token.expires_at.0),
    ])?;
    Ok(true)
}

/// A refresh token, used or not.
pub(crate) fn refresh(db: &Connection, hash: TokenHash) -> Result<Option<RefreshToken>, Failure> {
    Ok(kept(db, hash)?.map(|(token, _)| token))
}

/// Trades a refresh token for the next one of its login.
pub(crate) fn renew_refresh(
    db: &Connection,
    old: TokenHash,
    new: TokenHash,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Renewed, Failure> {
    let found = kept(db, old)?.filter(|(token, _)| token.expires_at > now);
    let Some((token, used)) = found else { return Ok(Renewed::Unknown) };
    if used {
        return Ok(Renewed::Again(token));
    }
    let Some(user) = user(db, &token.user)? else { return Ok(Renewed::Unknown) };
    db.prepare_cached("UPDATE refresh_token SET used = 1 WHERE hash = ?1")?.execute([old.0])?;
    let family = token.family.clone();
    if !put_refresh(db, &RefreshToken { hash: new, expires_at, ..token })? {
        return Ok(Renewed::Unknown);
    }
    Ok(Renewed::First(Box::new(user), family))
}

fn kept(db: &Connection, hash: TokenHash) -> Result<Option<(RefreshToken, bool)>, Failure> {
    let found: Option<(String, String, bool, i64)> = db
        .prepare_cached("SELECT user, family, used, expires_at FROM refresh_token WHERE hash = ?1")?
        .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    found
        .map(|(user, family, used, expires)| {
            let (user, family) = (user_id(&user)?, Family::new(&family));
            Ok((RefreshToken { hash, user, family, expires_at: time(expires)? }, used))
        })
        .transpose()
}

/// Ends all logins of a user; false when there is none.
pub(crate) fn end_logins_of(
    db: &Connection,
    user: &UserId,
    from: Timestamp,
    until: Timestamp,
) -> Result<bool, Failure> {
    let known = db
        .prepare_cached("UPDATE user SET valid_from = max(valid_from + 1, ?2) WHERE id = ?1")?
        .execute(params![user.as_str(), whole(from.0)])?;
    if known == 0 {
        return Ok(false);
    }
    db.prepare_cached(
        "INSERT INTO ended_login (family, expires_at) \
         SELECT DISTINCT family, ?2 FROM refresh_token WHERE user = ?1 ON CONFLICT (family) \
         DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
    )?
    .execute(params![user.as_str(), whole(until.0)])?;
    db.prepare_cached("DELETE FROM refresh_token WHERE user = ?1")?.execute([user.as_str()])?;
    note_change(db, user)?;
    Ok(true)
}

/// Ends a login: its refresh tokens go, and that it has ended is remembered.
pub(crate) fn end_login(
    db: &Connection,
    user: &UserId,
    family: &Family,
    until: Timestamp,
) -> Result<(), Failure> {
    db.prepare_cached("DELETE FROM refresh_token WHERE family = ?1")?.execute([family.as_str()])?;
    db.prepare_cached(
        "INSERT INTO ended_login (family, expires_at) VALUES (?1, ?2) ON CONFLICT (family) \
         DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
    )?
    .execute(params![family.as_str(), whole(until.0)])?;
    note_change(db, user)
}

/// Was this login ended?
pub(crate) fn login_ended(db: &Connection, family: &Family) -> Result<bool, Failure> {
    let mut select = db.prepare_cached("SELECT 1 FROM ended_login WHERE family = ?1")?;
    Ok(select.exists([family.as_str()])?)
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
        "DELETE FROM ended_login WHERE expires_at <= ?1",
    ] {
        swept += db.prepare_cached(text)?.execute([whole(now.0)])?;
    }
    Ok(swept as u64)
}
