//! Records and people for the suite to write. Must not know what is tested with them.

use std::sync::Arc;

use engine::{
    Answered, CommitRecord, Created, EntryKind, Fingerprint, Hash, Key, Keyed, LogEntry, RawJson,
    Stored,
};
use game::{Actor, Seed, SessionId, Status, Timestamp, UserId, Version};
use serde_json::value::RawValue;

pub(super) fn session(number: u64) -> SessionId {
    SessionId::new(number).expect("a small number is an id")
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name).expect("a short name is an id")
}

/// Several of them: names with blanks between.
pub(super) fn users(names: &str) -> Vec<UserId> {
    names.split_whitespace().map(user).collect()
}

pub(super) fn json(text: &str) -> RawJson {
    RawValue::from_string(text.to_owned()).expect("the suite writes JSON").into()
}

/// A session as one node writes it: each record follows the one before.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) id: SessionId,
    pub(super) version: Version,
    pub(super) head: Hash,
}

impl Script {
    pub(super) fn new(number: u64) -> Self {
        Self { id: session(number), version: Version::NONE, head: Hash::ZERO }
    }

    /// The first commit, by `ann`, at a time of its own.
    pub(super) fn create(&mut self) -> CommitRecord {
        let at = Timestamp(1_000 * self.id.get());
        let seed = [u8::try_from(self.id.get() % 251).expect("below 251"); 32];
        let created =
            Created { game: "toy".to_owned(), owner: Some(user("ann")), seed: Seed::new(seed), at };
        let record = self.record(EntryKind::Created, "{\"options\":1}", at);
        CommitRecord { created: Some(created), ..record }
    }

    /// The next commit.
    pub(super) fn command(&mut self, command: &str) -> CommitRecord {
        let at = Timestamp(1_000 * self.id.get() + self.version.0 + 1);
        self.record(EntryKind::Command, command, at)
    }

    /// The last commit.
    pub(super) fn delete(&mut self) -> CommitRecord {
        let at = Timestamp(1_000 * self.id.get() + self.version.0 + 1);
        let record = self.record(EntryKind::Deleted, "null", at);
        CommitRecord { deleted: true, status: Status::Ended, ..record }
    }

    fn record(&mut self, kind: EntryKind, command: &str, at: Timestamp) -> CommitRecord {
        let version = self.version.next();
        let state: Arc<[u8]> = format!("{{\"v\":{version},\"by\":{command}}}").into_bytes().into();
        let entry = LogEntry {
            session: self.id,
            version,
            at,
            kind,
            actor: Actor::User(user("ann")),
            command: json(command),
            events: vec![json(&format!("{{\"made\":{version}}}")), json("\"done\"")],
            state_hash: Hash::of(&state),
            previous: self.head,
        };
        let record = CommitRecord {
            expected: self.version,
            head: entry.hash(),
            state,
            status: Status::Running,
            title: format!("session {} at {version}", self.id),
            summary: None,
            members: None,
            to_act: None,
            due_at: None,
            keyed: None,
            created: None,
            deleted: false,
            entry,
        };
        (self.version, self.head) = (version, record.head);
        record
    }
}

/// The same record with a key of `actor`; the reply names the version.
pub(super) fn with_key(record: CommitRecord, actor: &str, key: &str) -> CommitRecord {
    let keyed = Keyed {
        key: Key::new(&Actor::User(user(actor)), key),
        fingerprint: Fingerprint(Hash::of(record.entry.command.get().as_bytes())),
        answer: Answered {
            version: record.entry.version,
            reply: json(&format!("{{\"reply\":{}}}", record.entry.version)),
        },
    };
    CommitRecord { keyed: Some(keyed), ..record }
}

/// Everything in a record of a first commit, or in what was loaded, as text to compare.
pub(super) fn whole(stored: &Stored) -> String {
    format!("{stored:#?}\n{:?}", stored.created.seed.reveal())
}

/// Everything in an answer, as text to compare.
pub(super) fn answer(keyed: &Keyed) -> String {
    format!("{keyed:?}")
}

/// The versions of log entries.
pub(super) fn versions(entries: &[LogEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.version.0).collect()
}
