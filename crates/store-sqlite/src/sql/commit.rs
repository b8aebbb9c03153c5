//! Writes one commit. Must not know which transaction it is part of.

use engine::{Answered, CommitRecord, Created, Fingerprint, Hash, Key, Keyed, LogEntry};
use game::SessionId;
use rusqlite::{Connection, OptionalExtension as _, named_params, params};
use serde_json::value::RawValue;
use store::CommitError;

use super::{listed, status_name, version, whole};
use crate::failure::Failure;

/// Keeps all of `record`, or says why the session does not take it. After an error of the outer
/// kind the caller must take back what was written.
pub(crate) fn commit(
    db: &Connection,
    record: &CommitRecord,
) -> Result<Result<(), CommitError>, Failure> {
    let session = record.entry.session;
    if let Some(keyed) = &record.keyed
        && let Some(first) = answered(db, session, &keyed.key)?
    {
        return Ok(Err(CommitError::Duplicate(Box::new(first))));
    }
    let taken = match &record.created {
        Some(created) => insert_session(db, record, created)?,
        None => update_session(db, record)?,
    };
    if !taken {
        return Ok(Err(CommitError::Conflict));
    }
    listed::name(db, record)?;
    insert_entry(db, &record.entry)?;
    if let Some(keyed) = &record.keyed {
        insert_answer(db, session, keyed)?;
    }
    Ok(Ok(()))
}

fn insert_session(
    db: &Connection,
    record: &CommitRecord,
    created: &Created,
) -> Result<bool, Failure> {
    let mut insert = db.prepare_cached(
        "INSERT INTO session (id, game, owner, seed, created_at, updated_at, version, head, status, \
         title, summary, due_at, deleted, state) VALUES (:id, :game, :owner, :seed, :created_at, \
         :updated_at, :version, :head, :status, :title, :summary, :due_at, :deleted, :state) \
         ON CONFLICT (id) DO NOTHING",
    )?;
    let added = insert.execute(named_params! {
        ":id": whole(record.entry.session.get()),
        ":game": created.game,
        ":owner": created.owner.as_ref().map(|owner| owner.as_str()),
        ":seed": created.seed.reveal(),
        ":created_at": whole(created.at.0),
        ":updated_at": whole(record.entry.at.0),
        ":version": whole(record.entry.version.0),
        ":head": record.head.0,
        ":status": status_name(record.status),
        ":title": record.title,
        ":summary": record.summary.as_ref().map(|json| json.get()),
        ":due_at": record.due_at.map(|at| whole(at.0)),
        ":deleted": record.deleted,
        ":state": &record.state[..],
    })?;
    Ok(added == 1)
}

/// The check and the change are one statement: version **and** head must be what the record rests
/// on.
fn update_session(db: &Connection, record: &CommitRecord) -> Result<bool, Failure> {
    // To name a column is to rewrite the indexes that rest on it, whether it changes or not; so the
    // usual statement, for a session that is there and stays, leaves this one out.
    let usual = !record.deleted && update(db, record, "", " AND deleted = 0")?;
    let set = if record.deleted { "deleted = 1, " } else { "deleted = 0, " };
    Ok(usual || update(db, record, set, "")?)
}

fn update(
    db: &Connection,
    record: &CommitRecord,
    set: &str,
    condition: &str,
) -> Result<bool, Failure> {
    let mut update = db.prepare_cached(&format!(
        "UPDATE session SET {set}updated_at = :updated_at, version = :version, head = :head, \
         status = :status, title = :title, summary = :summary, due_at = :due_at, state = :state \
         WHERE id = :id AND version = :expected AND head = :previous{condition}",
    ))?;
    let changed = update.execute(named_params! {
        ":id": whole(record.entry.session.get()),
        ":expected": whole(record.expected.0),
        ":previous": record.entry.previous.0,
        ":updated_at": whole(record.entry.at.0),
        ":version": whole(record.entry.version.0),
        ":head": record.head.0,
        ":status": status_name(record.status),
        ":title": record.title,
        ":summary": record.summary.as_ref().map(|json| json.get()),
        ":due_at": record.due_at.map(|at| whole(at.0)),
        ":state": &record.state[..],
    })?;
    Ok(changed == 1)
}

fn insert_entry(db: &Connection, entry: &LogEntry) -> Result<(), Failure> {
    let json =
        |what, made: serde_json::Result<String>| made.map_err(|why| Failure::unreadable(what, why));
    db.prepare_cached(
        "INSERT INTO log (session, version, at, kind, actor, command, events, state_hash, previous) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        whole(entry.session.get()),
        whole(entry.version.0),
        whole(entry.at.0),
        entry.kind.as_str(),
        json("an actor", serde_json::to_string(&entry.actor))?,
        entry.command.get(),
        json("events", serde_json::to_string(&entry.events))?,
        entry.state_hash.0,
        entry.previous.0,
    ])?;
    Ok(())
}

fn insert_answer(db: &Connection, session: SessionId, keyed: &Keyed) -> Result<(), Failure> {
    db.prepare_cached(
        "INSERT INTO answer (session, version, key, fingerprint, reply) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        whole(session.get()),
        whole(keyed.answer.version.0),
        keyed.key.as_str(),
        keyed.fingerprint.0.0,
        keyed.answer.reply.get(),
    ])?;
    Ok(())
}

fn answered(db: &Connection, session: SessionId, key: &Key) -> Result<Option<Keyed>, Failure> {
    let row = db
        .prepare_cached(
            "SELECT key, version, fingerprint, reply FROM answer WHERE session = ?1 AND key = ?2",
        )?
        .query_row(params![whole(session.get()), key.as_str()], answer_columns)
        .optional()?;
    row.map(keyed).transpose()
}

/// The columns `key, version, fingerprint, reply`.
pub(super) type AnswerColumns = (String, i64, [u8; 32], String);

pub(super) fn answer_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<AnswerColumns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

pub(super) fn keyed((key, at, fingerprint, reply): AnswerColumns) -> Result<Keyed, Failure> {
    let reply =
        RawValue::from_string(reply).map_err(|why| Failure::unreadable("an answer", why))?;
    Ok(Keyed {
        key: Key::stored(key),
        fingerprint: Fingerprint(Hash(fingerprint)),
        answer: Answered { version: version(at)?, reply: reply.into() },
    })
}
