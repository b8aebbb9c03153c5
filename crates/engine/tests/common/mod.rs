//! What the tests of the engine share: a game with a bit of everything, a store that is a list, and
//! a table that says in short words what a session wants done.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each file of tests uses a part of it"
)]

pub mod toy;
pub mod twins;

use std::collections::{BTreeMap, VecDeque};

use engine::limits::{Limits, RECENT_ANSWERS};
use engine::{
    Command, CommitRecord, Effect, Hash, Input, Keyed, LogEntry, NewSession, Outcome, RawJson,
    Refused, Session, Stored, Ticket, Undone, erase,
};
use game::{Actor, Seed, SessionId, Timestamp, UserId, Version};
use serde_json::value::RawValue;
use toy::Toy;

pub const NOW: Timestamp = Timestamp(1_000);

pub fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub fn person(name: &str) -> Actor {
    Actor::User(user(name))
}

pub fn json(text: &str) -> RawJson {
    RawValue::from_string(text.to_owned()).unwrap().into()
}

pub fn id() -> SessionId {
    SessionId::new(42).unwrap()
}

pub fn seed() -> Seed {
    Seed::new([9; 32])
}

/// The first commit of a session by `ann`, with these options.
pub fn created(options: &str) -> CommitRecord {
    let options = json(options);
    let new = NewSession { id: id(), creator: &person("ann"), options: &options, seed: seed() };
    engine::create(&*erase::<Toy>(), new, NOW, Limits::default()).unwrap()
}

/// A store of one session: the records that it took.
#[derive(Clone)]
pub struct Store {
    pub taken: Vec<CommitRecord>,
    /// Log entries that come with a reload.
    pub recent: usize,
}

impl Store {
    pub fn new() -> Self {
        Self::with("{}")
    }

    pub fn with(options: &str) -> Self {
        Self { taken: vec![created(options)], recent: 64 }
    }

    pub fn commit(&mut self, record: CommitRecord) -> Result<(), Undone> {
        let keys = || self.taken.iter().filter_map(|record| record.keyed.as_ref());
        if let Some(keyed) = &record.keyed
            && let Some(first) = keys().find(|first| first.key == keyed.key)
        {
            return Err(Undone::Duplicate(Box::new(first.clone())));
        }
        let last = self.taken.last().unwrap();
        if record.expected != last.entry.version || record.entry.previous != last.head {
            return Err(Undone::Conflict);
        }
        self.taken.push(record);
        Ok(())
    }

    pub fn stored(&self) -> Stored {
        let mut stored = self.taken[0].as_stored().unwrap();
        let last = self.taken.last().unwrap();
        (stored.version, stored.head) = (last.entry.version, last.head);
        (stored.state, stored.deleted) = (last.state.clone(), last.deleted);
        let keyed: Vec<Keyed> = self.taken.iter().filter_map(|r| r.keyed.clone()).collect();
        stored.keyed = keyed[keyed.len().saturating_sub(RECENT_ANSWERS)..].to_vec();
        let log = self.log();
        stored.recent = log[log.len().saturating_sub(self.recent)..].to_vec();
        stored
    }

    pub fn log(&self) -> Vec<LogEntry> {
        self.taken.iter().map(|record| record.entry.clone()).collect()
    }

    pub fn version(&self) -> Version {
        self.taken.last().unwrap().entry.version
    }
}

/// A session with the commits that it has in flight.
pub struct Table {
    pub session: Session,
    pub now: Timestamp,
    pub flying: VecDeque<CommitRecord>,
    pub outcomes: BTreeMap<u64, Outcome>,
    next: u64,
}

impl Table {
    pub fn open(store: &Store) -> Self {
        Self::load(store.stored(), Limits::default())
    }

    pub fn load(stored: Stored, limits: Limits) -> Self {
        let session = Session::load(erase::<Toy>(), stored, limits).unwrap();
        Self { session, now: NOW, flying: VecDeque::new(), outcomes: BTreeMap::new(), next: 0 }
    }

    /// Gives an input; answers with what is to be done, one word or two for each.
    pub fn give(&mut self, input: Input) -> Vec<String> {
        let effects = self.session.handle(self.now, input);
        effects.into_iter().map(|effect| self.note(effect)).collect()
    }

    fn note(&mut self, effect: Effect) -> String {
        match effect {
            Effect::Commit(record) => {
                let text = format!("commit {}", record.entry.version);
                self.flying.push_back(*record);
                text
            }
            Effect::Answer(Ticket(ticket), outcome) => {
                let text = format!("{ticket}: {}", told(&outcome));
                let twice = self.outcomes.insert(ticket, outcome);
                assert!(twice.is_none(), "ticket {ticket} was answered twice");
                text
            }
            Effect::Publish(events) => {
                let places: Vec<String> = events
                    .iter()
                    .map(|event| format!(" {}.{}", event.version, event.index))
                    .collect();
                format!("publish {}{}", self.session.version(), places.concat())
            }
            Effect::Deleted => "deleted".to_owned(),
            Effect::Wake(Some(at)) => format!("wake {at:?}").replace("Timestamp", ""),
            Effect::Wake(None) => "wake never".to_owned(),
            Effect::Reload => "reload".to_owned(),
            Effect::DeadlineRefused(refusal) => format!("deadline refused {}", refusal.code),
        }
    }

    /// A command of `ann`; tickets count from 1.
    pub fn ask(&mut self, body: &str) -> Vec<String> {
        let command = self.command(body);
        self.give(Input::Command(command))
    }

    /// The same with the version that it expects.
    pub fn ask_at(&mut self, version: u64, body: &str) -> Vec<String> {
        let command = Command { expected: Some(Version(version)), ..self.command(body) };
        self.give(Input::Command(command))
    }

    /// The same with a key.
    pub fn ask_as(&mut self, name: &str, key: &str, body: &str) -> Vec<String> {
        let (actor, key) = (person(name), Some(key.to_owned()));
        let command = Command { actor, key, ..self.command(body) };
        self.give(Input::Command(command))
    }

    /// Asks for the session to be deleted.
    pub fn delete_as(&mut self, name: &str) -> Vec<String> {
        let command = Command { actor: person(name), body: None, ..self.command("null") };
        self.give(Input::Command(command))
    }

    pub fn command(&mut self, body: &str) -> Command {
        self.next += 1;
        Command {
            ticket: Ticket(self.next),
            actor: person("ann"),
            body: Some(json(body)),
            expected: None,
            key: None,
        }
    }

    /// Lets the store judge the commit that has been in flight longest.
    pub fn settle(&mut self, store: &mut Store) -> Vec<String> {
        let record = self.flying.pop_front().expect("a commit is in flight");
        let head = record.head;
        match store.commit(record) {
            Ok(()) => self.give(Input::Committed(head)),
            Err(why) => self.give(Input::NotCommitted(head, why)),
        }
    }

    /// Lets the store judge all of them.
    pub fn settle_all(&mut self, store: &mut Store) -> Vec<String> {
        let mut effects = Vec::new();
        while !self.flying.is_empty() {
            effects.extend(self.settle(store));
        }
        effects
    }

    /// The store is away for the oldest commit in flight.
    pub fn lose(&mut self) -> (Hash, Vec<String>) {
        let head = self.flying.pop_front().expect("a commit is in flight").head;
        (head, self.give(Input::NotCommitted(head, Undone::Unavailable("gone".to_owned()))))
    }

    pub fn reload(&mut self, store: &Store) -> Vec<String> {
        self.give(Input::Reloaded(Box::new(store.stored())))
    }

    pub fn view(&mut self, viewer: game::Viewer) -> serde_json::Value {
        serde_json::from_str(self.session.view(viewer).get()).unwrap()
    }

    /// What the public view shows.
    pub fn value(&mut self) -> i64 {
        self.view(game::Viewer::Spectator)["value"].as_i64().unwrap()
    }
}

/// An outcome in a word or two.
pub fn told(outcome: &Outcome) -> String {
    match outcome {
        Ok(answer) => format!("ok {} {}", answer.version, answer.reply.get()),
        Err(Refused::Game(refusal)) => format!("refused {}", refusal.code),
        Err(Refused::Stale { expected, actual }) => format!("stale {expected}, is {actual}"),
        Err(Refused::KeyReused) => "key reused".to_owned(),
        Err(Refused::Ended) => "ended".to_owned(),
        Err(Refused::Deleted) => "deleted".to_owned(),
        Err(Refused::TooLarge { bytes, limit }) => format!("too large {bytes} of {limit}"),
        Err(Refused::Unavailable(why)) => format!("unavailable {why}"),
        Err(Refused::Busy) => "busy".to_owned(),
    }
}
