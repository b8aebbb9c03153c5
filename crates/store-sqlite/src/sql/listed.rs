//! Who finds a session in lists: its members, and those whose turn it is. Must not know why they do.

use engine::CommitRecord;
use game::{SessionId, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::{rows, session_id, time, whole};
use crate::failure::Failure;

/// Brings the rows to what the record names, and touches only those that differ. A record that names
/// nobody costs no statement.
pub(super) fn name(db: &Connection, record: &CommitRecord) -> Result<(), Failure> {
    let session = whole(record.entry.session.get());
    if let Some(members) = &record.members {
        let members = names(members)?;
        if record.created.is_none() {
            db.prepare_cached(
                "DELETE FROM member WHERE session = ?1 \
                 AND user NOT IN (SELECT value FROM json_each(?2))",
            )?
            .execute(params![session, members])?;
        }
        db.prepare_cached(
            "INSERT INTO member (session, user, made_at) \
             SELECT session.id, json_each.value, session.created_at FROM session, json_each(?2) \
             WHERE session.id = ?1 ON CONFLICT (session, user) DO NOTHING",
        )?
        .execute(params![session, members])?;
    }
    if let Some(to_act) = &record.to_act {
        let to_act = names(to_act)?;
        if record.created.is_none() {
            db.prepare_cached(
                "DELETE FROM turn WHERE session = ?1 \
                 AND user NOT IN (SELECT value FROM json_each(?2))",
            )?
            .execute(params![session, to_act])?;
        }
        // Whose turn it is already has had it since the commit that gave it to them.
        db.prepare_cached(
            "INSERT INTO turn (session, user, since) SELECT ?1, value, ?3 FROM json_each(?2) \
             WHERE true ON CONFLICT (session, user) DO NOTHING",
        )?
        .execute(params![session, to_act, whole(record.entry.at.0)])?;
    }
    Ok(())
}

fn names(users: &[UserId]) -> Result<String, Failure> {
    serde_json::to_string(users).map_err(|why| Failure::unreadable("names", why))
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
