//! Reads sessions and their logs. Must not know who asks.

use engine::limits::RECENT_ANSWERS;
use engine::{Created, EntryKind, Hash, Keyed, LogEntry, RawJson, Stored};
use game::{Seed, SessionId, Timestamp, UserId, Version};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use serde_json::value::RawValue;
use store::limits::RECENT_ENTRIES;
use store::{Epoch, ListQuery, SessionSummary};

use super::commit::{answer_columns, keyed};
use super::{rows, session_id, status, status_name, time, version, whole};
use crate::failure::Failure;

/// The epoch that the file was made with.
pub(crate) fn epoch(db: &Connection) -> Result<Epoch, Failure> {
    let text: String =
        db.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?;
    Ok(Epoch::stored(&text))
}

/// Writes something that means nothing, to see whether the disk takes it.
pub(crate) fn touch(db: &Connection) -> Result<(), Failure> {
    db.prepare_cached(
        "INSERT INTO meta (name, value) VALUES ('touched', lower(hex(randomblob(8)))) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute([])?;
    Ok(())
}

/// A session with its newest answers and log entries.
pub(crate) fn load(db: &Connection, session: SessionId) -> Result<Option<Stored>, Failure> {
    let id = whole(session.get());
    let mut select = db.prepare_cached(
        "SELECT game, owner, seed, created_at, version, head, state, deleted FROM session \
         WHERE id = ?1",
    )?;
    let mut found = select.query([id])?;
    let Some(row) = found.next()? else {
        return Ok(None);
    };
    let created = Created {
        game: row.get(0)?,
        owner: owner(row.get(1)?)?,
        seed: Seed::new(row.get(2)?),
        at: time(row.get(3)?)?,
    };
    let state: Vec<u8> = row.get(6)?;
    Ok(Some(Stored {
        session,
        created,
        version: version(row.get(4)?)?,
        head: Hash(row.get(5)?),
        state: state.into(),
        deleted: row.get(7)?,
        keyed: newest_answers(db, id)?,
        recent: newest_entries(db, session)?,
    }))
}

fn newest_answers(db: &Connection, session: i64) -> Result<Vec<Keyed>, Failure> {
    let mut select = db.prepare_cached(
        "SELECT key, version, fingerprint, reply FROM answer WHERE session = ?1 \
         ORDER BY version DESC LIMIT ?2",
    )?;
    let found = select.query_map(params![session, rows(RECENT_ANSWERS)], answer_columns)?;
    let mut answers = found.map(|row| keyed(row?)).collect::<Result<Vec<_>, Failure>>()?;
    answers.reverse();
    Ok(answers)
}

const ENTRY: &str =
    "SELECT version, at, kind, actor, command, events, state_hash, previous FROM log";

fn newest_entries(db: &Connection, session: SessionId) -> Result<Vec<LogEntry>, Failure> {
    let mut select =
        db.prepare_cached(&format!("{ENTRY} WHERE session = ?1 ORDER BY version DESC LIMIT ?2"))?;
    let mut found = select.query(params![whole(session.get()), rows(RECENT_ENTRIES)])?;
    let mut entries = Vec::new();
    while let Some(row) = found.next()? {
        entries.push(entry(session, row)?);
    }
    entries.reverse();
    Ok(entries)
}

/// Log entries after a version, oldest first.
pub(crate) fn log(
    db: &Connection,
    session: SessionId,
    after: Version,
    limit: usize,
) -> Result<Vec<LogEntry>, Failure> {
    let mut select = db.prepare_cached(&format!(
        "{ENTRY} WHERE session = ?1 AND version > ?2 ORDER BY version LIMIT ?3"
    ))?;
    let mut found = select.query(params![whole(session.get()), whole(after.0), rows(limit)])?;
    let mut entries = Vec::new();
    while let Some(row) = found.next()? {
        entries.push(entry(session, row)?);
    }
    Ok(entries)
}

fn entry(session: SessionId, row: &Row<'_>) -> Result<LogEntry, Failure> {
    let kind: String = row.get(2)?;
    let (actor, command, events): (String, String, String) =
        (row.get(3)?, row.get(4)?, row.get(5)?);
    let unreadable = |what| move |why: serde_json::Error| Failure::unreadable(what, why);
    let events: Vec<RawJson> =
        serde_json::from_str(&events).map_err(unreadable("events in a log"))?;
    Ok(LogEntry {
        session,
        version: version(row.get(0)?)?,
        at: time(row.get(1)?)?,
        kind: kind_of(&kind)?,
        actor: serde_json::from_str(&actor).map_err(unreadable("an actor in a log"))?,
        command: RawValue::from_string(command).map_err(unreadable("a command in a log"))?.into(),
        events,
        state_hash: Hash(row.get(6)?),
        previous: Hash(row.get(7)?),
    })
}

fn kind_of(name: &str) -> Result<EntryKind, Failure> {
    [EntryKind::Created, EntryKind::Command, EntryKind::Deleted]
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .ok_or_else(|| Failure::unreadable("the kind of a log entry", name))
}

/// The versions of those sessions that are there.
pub(crate) fn versions(
    db: &Connection,
    sessions: &[SessionId],
) -> Result<Vec<(SessionId, Version)>, Failure> {
    let mut select = db.prepare_cached("SELECT version FROM session WHERE id = ?1")?;
    let mut found = Vec::with_capacity(sessions.len());
    for session in sessions {
        let stored = select.query_row([whole(session.get())], |row| row.get(0)).optional()?;
        if let Some(stored) = stored {
            found.push((*session, version(stored)?));
        }
    }
    Ok(found)
}

/// A page of the list of sessions. The text differs with the filters that are set, so that each
/// combination can use its index.
pub(crate) fn list(db: &Connection, query: &ListQuery) -> Result<Vec<SessionSummary>, Failure> {
    let mut filters = String::new();
    let mut values: Vec<Value> = Vec::new();
    let mut filter = |text: &str, value: Option<Value>| {
        if let Some(value) = value {
            filters.push_str(text);
            values.push(value);
        }
    };
    filter(" AND game = ?", query.game.clone().map(Value::Text));
    for game in &query.without {
        filter(" AND game <> ?", Some(Value::Text((*game).to_owned())));
    }
    filter(" AND status = ?", query.status.map(|status| Value::Text(status_name(status).into())));
    filter(" AND owner = ?", query.owner.as_ref().map(|owner| Value::Text(owner.to_string())));
    // A member's list is read from the table of members, which is in the order of lists, too.
    // CROSS JOIN keeps it first.
    let (from, at, id) = match query.member {
        None => ("session", "created_at", "id"),
        Some(_) => {
            ("member CROSS JOIN session ON id = member.session", "made_at", "member.session")
        }
    };
    filter(" AND user = ?", query.member.as_ref().map(|member| Value::Text(member.to_string())));
    filter(
        &format!(" AND ({at}, {id}) < (SELECT created_at, id FROM session WHERE id = ?)"),
        query.after.map(|after| Value::Integer(whole(after.get()))),
    );
    values.extend([Value::Integer(rows(query.limit)), Value::Integer(rows(query.skip))]);
    let mut select = db.prepare_cached(&format!(
        "SELECT id, game, title, status, owner, version, created_at, updated_at, summary \
         FROM {from} WHERE deleted = 0{filters} ORDER BY {at} DESC, {id} DESC LIMIT ? OFFSET ?"
    ))?;
    let mut found = select.query(params_from_iter(values))?;
    let mut page = Vec::new();
    while let Some(row) = found.next()? {
        page.push(summary(row)?);
    }
    Ok(page)
}

fn summary(row: &Row<'_>) -> Result<SessionSummary, Failure> {
    let in_life: String = row.get(3)?;
    let summary: Option<String> = row.get(8)?;
    let summary = summary.map(RawValue::from_string).transpose();
    let summary = summary.map_err(|why| Failure::unreadable("a summary", why))?;
    Ok(SessionSummary {
        session: session_id(row.get(0)?)?,
        game: row.get(1)?,
        title: row.get(2)?,
        summary: summary.map(RawJson::from),
        status: status(&in_life)?,
        owner: owner(row.get(4)?)?,
        version: version(row.get(5)?)?,
        created_at: time(row.get(6)?)?,
        updated_at: time(row.get(7)?)?,
    })
}

/// Sessions that wanted to be woken by now.
pub(crate) fn due(
    db: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<SessionId>, Failure> {
    let mut select = db.prepare_cached(
        "SELECT id FROM session WHERE due_at IS NOT NULL AND due_at <= ?1 \
         ORDER BY due_at, id LIMIT ?2",
    )?;
    let found = select.query_map(params![whole(now.0), rows(limit)], |row| row.get(0))?;
    found.map(|id| session_id(id?)).collect()
}

fn owner(stored: Option<String>) -> Result<Option<UserId>, Failure> {
    let read = |text: String| UserId::new(&text);
    stored.map(read).transpose().map_err(|why| Failure::unreadable("an owner", why))
}
