//! The state machine of one session. Must not know a clock, a runtime or where commits are kept.
//!
//! Commands are decided one after the other on the newest state, confirmed or not, so that many
//! can be in flight to the store at once. Nothing that rests on an unconfirmed commit leaves the
//! session before that commit is confirmed: not its view, not its answer, and no refusal either.

mod create;
mod facts;
mod questions;
mod settle;
mod words;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use game::{Actor, Ctx, Draws, Refusal, SessionId, Status, Timestamp, Version};
use serde_json::value::RawValue;

use crate::limits::{Limits, PENDING_COMMITS, RECENT_ANSWERS, RECENT_EVENTS};
use crate::views::Views;
use crate::{
    Answered, AnyCommit, AnyEvent, AnyGame, AnyState, CommitRecord, Created, EntryKind,
    Fingerprint, Hash, Key, Keyed, LogEntry, RawJson, Stored,
};

use create::check_size;
pub use create::{NewSession, create};
use facts::{Users, summary};
pub use words::{Command, Effect, Event, Input, LoadError, Outcome, Refused, Ticket, Undone};

/// One session.
///
/// Invariants: the commits in `queue` follow each other, and unless `reloading` the first follows
/// `confirmed`; each other item of `queue` rests on the commit before it; while `reloading`, what is
/// left in `queue` rested on a commit that the store did not take, and waits for its own notice
/// only; `views` stands at `confirmed`.
pub struct Session {
    id: SessionId,
    game: Arc<dyn AnyGame>,
    created: Created,
    limits: Limits,
    confirmed: Point,
    views: Views,
    queue: VecDeque<Waiting>,
    /// To be asked again after the reload: what could not be committed, and what came meanwhile.
    undone: VecDeque<Command>,
    parked: VecDeque<Command>,
    reloading: bool,
    deleted: bool,
    answers: Answers,
    events: VecDeque<Event>,
    /// All events after this place (version and index) are held in `events`.
    events_after: (Version, u32),
    wake: Option<Timestamp>,
    /// Head of the state whose deadline was refused: it is not tried on that state again.
    refused_deadline: Option<Hash>,
    /// The store was away: no deadline before this time.
    no_deadline_before: Timestamp,
    /// A reload came while commits were in flight, and had more than those.
    behind: bool,
}

#[derive(Debug, Clone)]
struct Point {
    version: Version,
    state: AnyState,
    bytes: usize,
    head: Hash,
    /// A commit of this session has said who is listed with this state, or with one before it since
    /// the last load.
    listed: bool,
}

#[derive(Debug, Clone)]
enum Asked {
    Command(Command),
    Clock(RawJson),
}

enum Waiting {
    Commit(Box<Pending>),
    /// Judged by the state of a commit that is not confirmed yet.
    Answer(Command, Outcome),
    /// The same keyed command again, while the first one is in flight.
    Repeat(Command),
}

struct Pending {
    asked: Asked,
    next: Point,
    events: Vec<Event>,
    keyed: Option<Keyed>,
    answer: Answered,
    deleted: bool,
}

#[derive(Default)]
struct Answers {
    by_key: HashMap<Key, (Fingerprint, Answered)>,
    order: VecDeque<Key>,
}

impl Answers {
    fn answer_to(&self, command: &Command) -> Option<Outcome> {
        let (key, fingerprint) = command.keyed()?;
        self.outcome(&key, fingerprint)
    }

    fn remember(&mut self, keyed: Keyed) {
        if self.by_key.insert(keyed.key.clone(), (keyed.fingerprint, keyed.answer)).is_none() {
            self.order.push_back(keyed.key);
        }
        if self.order.len() > RECENT_ANSWERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_key.remove(&oldest);
        }
    }

    fn outcome(&self, key: &Key, fingerprint: Fingerprint) -> Option<Outcome> {
        let (known, answer) = self.by_key.get(key)?;
        Some(if *known == fingerprint { Ok(answer.clone()) } else { Err(Refused::KeyReused) })
    }
}

impl Session {
    /// A session as the store has it.
    pub fn load(game: Arc<dyn AnyGame>, stored: Stored, limits: Limits) -> Result<Self, LoadError> {
        let confirmed = Self::point(&*game, &stored)?;
        let mut session = Self {
            id: stored.session,
            views: Views::new(confirmed.version, confirmed.state.clone(), confirmed.bytes),
            confirmed,
            created: stored.created,
            limits,
            queue: VecDeque::new(),
            undone: VecDeque::new(),
            parked: VecDeque::new(),
            reloading: false,
            deleted: stored.deleted,
            answers: Answers::default(),
            events: VecDeque::new(),
            events_after: all_of(
                stored
                    .recent
                    .first()
                    .map_or(stored.version, |entry| Version(entry.version.0.saturating_sub(1))),
            ),
            wake: None,
            refused_deadline: None,
            no_deadline_before: Timestamp::default(),
            behind: false,
            game,
        };
        stored.keyed.into_iter().for_each(|keyed| session.answers.remember(keyed));
        let events = session.read_events(&stored.recent, Version::NONE);
        session.keep_events(&events);
        Ok(session)
    }

    fn point(game: &dyn AnyGame, stored: &Stored) -> Result<Point, LoadError> {
        let state = game
            .read_state(&stored.state)
            .map_err(|why| LoadError { session: stored.session, why })?;
        let (version, bytes, head) = (stored.version, stored.state.len(), stored.head);
        Ok(Point { version, state, bytes, head, listed: false })
    }

    /// Takes an input and says what is to be done. After loading, give [`Input::Clock`] once, so
    /// that the session states its deadline.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Command(command) => self.ask(now, Asked::Command(command), &mut effects),
            Input::Clock => self.clock(now, &mut effects),
            Input::Committed(head) => self.committed(head, &mut effects),
            Input::NotCommitted(head, why) => self.not_committed(now, head, why, &mut effects),
            Input::Reloaded(stored) => self.reloaded(now, *stored, &mut effects),
            Input::Moved(version) => {
                if version > self.head().version && !self.reloading && !self.deleted {
                    effects.push(Effect::Reload);
                }
            }
        }
        self.set_wake(&mut effects);
        self.assert_invariants();
        effects
    }

    /// The newest state, confirmed or not.
    fn head(&self) -> &Point {
        let last = self.queue.iter().rev().find_map(|waiting| match waiting {
            Waiting::Commit(pending) => Some(&pending.next),
            Waiting::Answer(..) | Waiting::Repeat(_) => None,
        });
        last.unwrap_or(&self.confirmed)
    }

    fn ask(&mut self, now: Timestamp, asked: Asked, effects: &mut Vec<Effect>) {
        if let Asked::Command(command) = &asked {
            if let Some(outcome) = self.answers.answer_to(command) {
                effects.push(Effect::Answer(command.ticket, outcome));
                return;
            }
            if self.is_full() {
                effects.push(Effect::Answer(command.ticket, Err(Refused::Busy)));
                return;
            }
            if self.reloading {
                self.parked.push_back(command.clone());
                return;
            }
            if let Some((key, _)) = command.keyed()
                && self.in_flight(&key)
            {
                self.queue.push_back(Waiting::Repeat(command.clone()));
                return;
            }
        }
        match self.decide(now, &asked) {
            Ok((pending, record)) => {
                self.queue.push_back(Waiting::Commit(Box::new(pending)));
                effects.push(Effect::Commit(Box::new(record)));
            }
            Err(refused) => self.refuse(asked, refused, effects),
        }
    }

    /// As much waits for the store as may: commits, answers that rest on them, and commands that
    /// wait for a reload. Commands that come now are answered [`Refused::Busy`]; better to let them
    /// wait outside.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.queue.len() + self.undone.len() + self.parked.len() >= PENDING_COMMITS
    }

    fn in_flight(&self, key: &Key) -> bool {
        self.queue.iter().any(|waiting| match waiting {
            Waiting::Commit(pending) => pending.keyed.as_ref().is_some_and(|k| k.key == *key),
            Waiting::Answer(..) | Waiting::Repeat(_) => false,
        })
    }

    fn refuse(&mut self, asked: Asked, refused: Refused, effects: &mut Vec<Effect>) {
        match asked {
            Asked::Command(command) if self.queue.is_empty() => {
                effects.push(Effect::Answer(command.ticket, Err(refused)));
            }
            Asked::Command(command) => {
                self.queue.push_back(Waiting::Answer(command, Err(refused)));
            }
            Asked::Clock(_) => {
                self.refused_deadline = Some(self.head().head);
                let refusal = match refused {
                    Refused::Game(refusal) => refusal,
                    other => Refusal::rule("DEADLINE_NOT_CARRIED_OUT", other.to_string()),
                };
                effects.push(Effect::DeadlineRefused(refusal));
            }
        }
    }

    /// The version is checked first, then the rules.
    fn decide(&self, now: Timestamp, asked: &Asked) -> Result<(Pending, CommitRecord), Refused> {
        let head = self.head();
        if self.deleted || self.deletion_in_flight() {
            return Err(Refused::Deleted);
        }
        let (actor, body, expected, keyed) = match asked {
            Asked::Command(c) => (c.actor.clone(), c.body.clone(), c.expected, c.keyed()),
            Asked::Clock(body) => (Actor::Clock, Some(body.clone()), None, None),
        };
        if let Some(expected) = expected
            && expected != head.version
        {
            return Err(Refused::Stale { expected, actual: head.version });
        }
        let version = head.version.next();
        let (kind, commit) = match &body {
            Some(body) => (EntryKind::Command, self.apply(head, now, &actor, body)?),
            None => (EntryKind::Deleted, self.delete(&actor)?),
        };
        let entry = LogEntry {
            session: self.id,
            version,
            at: now,
            kind,
            actor,
            command: commit.command.clone(),
            events: commit.events.iter().map(|(_, json)| json.clone()).collect(),
            state_hash: Hash::of(&commit.state_json),
            previous: head.head,
        };
        let answer = Answered { version, reply: commit.reply };
        let keyed =
            keyed.map(|(key, fingerprint)| Keyed { key, fingerprint, answer: answer.clone() });
        let deleted = kind == EntryKind::Deleted;
        let game = &*self.game;
        let listed = if deleted { Users::default() } else { Users::of(game, &commit.state) };
        let listed = listed.changed(&Users::of(game, &head.state), head.listed);
        let record = CommitRecord {
            expected: head.version,
            head: entry.hash(),
            state: commit.state_json.clone(),
            status: if deleted { Status::Ended } else { game.status(&commit.state) },
            title: game.title(&commit.state),
            summary: if deleted { None } else { summary(game, &commit.state) },
            members: listed.members,
            to_act: listed.to_act,
            due_at: game.deadline(&commit.state).map(|(at, _)| at).filter(|_| !deleted),
            keyed: keyed.clone(),
            created: None,
            deleted,
            entry,
        };
        let next = Point {
            version,
            state: commit.state,
            bytes: commit.state_json.len(),
            head: record.head,
            listed: true,
        };
        let events = number_events(version, now, commit.events.into_iter().map(|(e, _)| e));
        Ok((Pending { asked: asked.clone(), next, events, keyed, answer, deleted }, record))
    }

    fn apply(
        &self,
        on: &Point,
        now: Timestamp,
        actor: &Actor,
        body: &RawValue,
    ) -> Result<AnyCommit, Refused> {
        if self.game.status(&on.state) == Status::Ended {
            return Err(Refused::Ended);
        }
        let random = Draws::new(&self.created.seed, self.id, on.version.next());
        let mut ctx = Ctx { session: self.id, now, random };
        let commit = self.game.apply(&on.state, actor, body, &mut ctx)?;
        check_size(&commit, self.limits)?;
        Ok(commit)
    }

    /// Deleting keeps the last state, so that the log can be replayed.
    fn delete(&self, actor: &Actor) -> Result<AnyCommit, Refused> {
        let head = self.head();
        if !self.game.may_delete(&head.state, actor, self.created.owner.as_ref()) {
            return Err(Refusal::forbidden("only its owner may delete a session").into());
        }
        let null: RawJson = RawValue::NULL.to_owned().into();
        Ok(AnyCommit {
            state: head.state.clone(),
            state_json: self.game.write_state(&head.state),
            command: null.clone(),
            events: Vec::new(),
            reply: null,
        })
    }

    fn deletion_in_flight(&self) -> bool {
        self.queue.iter().any(|w| matches!(w, Waiting::Commit(pending) if pending.deleted))
    }

    fn clock(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        // What was asked for has come; the same time may be asked for again.
        self.wake = None;
        if self.reloading || self.is_full() {
            return; // `set_wake` asks again when that is over
        }
        if let Some((at, command)) = self.deadline()
            && at <= now
        {
            self.ask(now, Asked::Clock(command), effects);
        }
    }

    /// The next thing that happens by itself, on the newest state.
    fn deadline(&self) -> Option<(Timestamp, RawJson)> {
        let head = self.head();
        let gone = self.deleted || self.deletion_in_flight();
        if gone || self.refused_deadline == Some(head.head) {
            return None;
        }
        let (at, command) = self.game.deadline(&head.state)?;
        Some((at.max(self.no_deadline_before), command))
    }

    fn set_wake(&mut self, effects: &mut Vec<Effect>) {
        if self.reloading || self.is_full() {
            return; // nothing could come of it now
        }
        let due = self.deadline().map(|(at, _)| at);
        if due != self.wake {
            self.wake = due;
            effects.push(Effect::Wake(due));
        }
    }

    /// The events of the log entries after `after`. An event that cannot be read any more is left
    /// out, and its number with it: the state, which is the truth, could be read.
    fn read_events(&self, entries: &[LogEntry], after: Version) -> Vec<Event> {
        let newer = entries.iter().filter(|entry| entry.version > after);
        newer
            .flat_map(|entry| {
                let (version, at) = (entry.version, entry.at);
                (0u32..).zip(&entry.events).filter_map(move |(index, json)| {
                    let event = self.game.read_event(json).ok()?;
                    Some(Event { version, index, at, event })
                })
            })
            .collect()
    }

    fn keep_events(&mut self, events: &[Event]) {
        self.events.extend(events.iter().cloned());
        let over = self.events.len().saturating_sub(RECENT_EVENTS);
        for dropped in self.events.drain(..over) {
            self.events_after = (dropped.version, dropped.index);
        }
    }

    fn assert_invariants(&self) {
        debug_assert!(self.reloading || self.undone.len() + self.parked.len() == 0);
        debug_assert_eq!(self.views.version(), self.confirmed.version);
        debug_assert!(
            matches!(self.queue.front(), None | Some(Waiting::Commit(_))),
            "an answer waits for nothing"
        );
        if cfg!(debug_assertions) && !self.reloading {
            let mut version = self.confirmed.version;
            for waiting in &self.queue {
                if let Waiting::Commit(pending) = waiting {
                    assert_eq!(pending.next.version, version.next(), "commits follow each other");
                    version = pending.next.version;
                }
            }
        }
    }
}

/// The place after all events of a version. None comes before the first version.
fn all_of(version: Version) -> (Version, u32) {
    (version, if version == Version::NONE { 0 } else { u32::MAX })
}

fn number_events(
    version: Version,
    at: Timestamp,
    events: impl Iterator<Item = AnyEvent>,
) -> Vec<Event> {
    (0u32..).zip(events).map(|(index, event)| Event { version, index, at, event }).collect()
}
