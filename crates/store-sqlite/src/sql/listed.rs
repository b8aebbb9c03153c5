//! Who finds a session in lists: its members, and those whose turn it is. Must not know why they do.

use engine::CommitRecord;
use game::{SessionId, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::{rows, session_id, time, whole};
use crate::failure::Failure;

/// Brings the rows to what the record names, and touches only those that differ. A record that names
/// nobody costs no statement.
pub(super) fn name(db: &Connection, record: &CommitRecord) -> Result<(), Failure> {
    let (session, new) = (whole(record.entry.session.get()), record.created.is_some());
    if let Some(members) = &record.members {
        let stored = if new { Vec::new() } else { stored(db, MEMBERS, session)? };
        remove(db, REMOVE_MEMBER, session, &stored, members)?;
        for user in added(&stored, members) {
            db.prepare_cached(
                "INSERT INTO member (session, user, made_at) \
                 SELECT id, ?2, created_at FROM session WHERE id = ?1",
            )?
            .execute(params![session, user.as_str()])?;
        }
    }
    if let Some(to_act) = &record.to_act {
        let stored = if new { Vec::new() } else { stored(db, TURNS, session)? };
        remove(db, REMOVE_TURN, session, &stored, to_act)?;
        // Whose turn it is already has had it since the commit that gave it to them.
        for user in added(&stored, to_act) {
            db.prepare_cached("INSERT INTO turn (session, user, since) VALUES (?1, ?2, ?3)")?
                .execute(params![session, user.as_str(), whole(record.entry.at.0)])?;
        }
    }
    Ok(())
}

const MEMBERS: &str = "SELECT user FROM member WHERE session = ?1 ORDER BY user";
const REMOVE_MEMBER: &str = "DELETE FROM member WHERE session = ?1 AND user = ?2";
const TURNS: &str = "SELECT user FROM turn WHERE session = ?1 ORDER BY user";
const REMOVE_TURN: &str = "DELETE FROM turn WHERE session = ?1 AND user = ?2";

fn stored(db: &Connection, select: &str, session: i64) -> Result<Vec<String>, Failure> {
    let mut select = db.prepare_cached(select)?;
    let users = select.query_map([session], |row| row.get(0))?;
    Ok(users.collect::<rusqlite::Result<_>>()?)
}

fn remove(
    db: &Connection,
    delete: &str,
    session: i64,
    stored: &[String],
    named: &[UserId],
) -> Result<(), Failure> {
    let is_named = |user: &String| named.binary_search_by(|one| one.as_str().cmp(user)).is_ok();
    for user in stored.iter().filter(|user| !is_named(user)) {
        db.prepare_cached(delete)?.execute(params![session, user])?;
    }
    Ok(())
}

/// Both lists are sorted.
fn added<'a>(stored: &'a [String], named: &'a [UserId]) -> impl Iterator<Item = &'a UserId> {
    let is_stored =
        |user: &UserId| stored.binary_search_by(|one| one.as_str().cmp(user.as_str())).is_ok();
    named.iter().filter(move |user| !is_stored(user))
}

/// Live sessions where this user is to act, the longest wait first.
pub(crate) fn waiting(
    db: &Connection,
    user: &UserId,
    game: Option<&str>,
    limit: usize,
) -> Result<Vec<(SessionId, Timestamp)>, Failure> {
    // CROSS JOIN keeps the order: by the index, so that it ends with the limit.
    let mut select = db.prepare_cached(
        "SELECT turn.session, turn.since FROM turn CROSS JOIN session ON session.id = turn.session \
         WHERE turn.user = ?1 AND session.deleted = 0 AND session.status <> 'ended' \
         AND (?2 IS NULL OR session.game = ?2) ORDER BY turn.since, turn.session LIMIT ?3",
    )?;
    let mut found = select.query(params![user.as_str(), game, rows(limit)])?;
    let mut turns = Vec::new();
    while let Some(row) = found.next()? {
        turns.push((session_id(row.get(0)?)?, time(row.get(1)?)?));
    }
    Ok(turns)
}
