//! The state machine of one session. Must not know a clock, a runtime or where commits are kept.
//!
//! Commands are decided one after the other on the newest state, confirmed or not, so that many
//! can be in flight to the store at once. Nothing that rests on an unconfirmed commit leaves the
//! session before that commit is confirmed: not its view, not its answer, and no refusal either.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use game::{
    Actor, Ctx, Draws, GameName, Refusal, SeatId, Seed, SessionId, Status, Timestamp, UserId,
    Version, Viewer,
};
use serde_json::value::RawValue;

use crate::limits::{DEADLINE_RETRY, Limits, PENDING_COMMITS, RECENT_ANSWERS, RECENT_EVENTS};
use crate::views::Views;
use crate::{
    Answered, AnyCommit, AnyEvent, AnyGame, AnyState, CommitRecord, Created, EntryKind,
    Fingerprint, Hash, Key, Keyed, LogEntry, Patch, RawJson, Stored,
};

/// Tells the caller of a command from all others; made by whoever runs the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Somebody wants something done.
#[derive(Debug, Clone)]
pub struct Command {
    /// Comes back with the answer.
    pub ticket: Ticket,
    /// Who wants it.
    pub actor: Actor,
    /// What, in the words of the game; `None` deletes the session.
    pub body: Option<RawJson>,
    /// Refuse when the session has moved on from this version.
    pub expected: Option<Version>,
    /// Idempotency key, as the caller chose it.
    pub key: Option<String>,
}

/// What a session can be told. Of each commit it must be told one of [`Input::Committed`] and
/// [`Input::NotCommitted`], in the order of the commits.
#[derive(Debug)]
pub enum Input {
    /// A command.
    Command(Command),
    /// The time for which the session asked by [`Effect::Wake`] has come.
    Clock,
    /// The store has the commit with this head.
    Committed(Hash),
    /// The store does not have the commit with this head.
    NotCommitted(Hash, Undone),
    /// What the store has now.
    Reloaded(Box<Stored>),
    /// Somebody says that the store has this version.
    Moved(Version),
}

/// Why a commit did not come about.
#[derive(Debug, Clone)]
pub enum Undone {
    /// The session in the store is not the one that the commit follows.
    Conflict,
    /// The key was used before, with this outcome.
    Duplicate(Box<Keyed>),
    /// The store does not answer; nobody knows whether it has the commit.
    Unavailable(String),
}

/// What is to be done, in this order.
#[derive(Debug)]
pub enum Effect {
    /// Give this to the store; commits must reach it in the order of their effects.
    Commit(Box<CommitRecord>),
    /// Answer the caller.
    Answer(Ticket, Outcome),
    /// There is a newer confirmed version; these events led to it.
    Publish(Vec<Event>),
    /// The session was deleted: nothing comes after this.
    Deleted,
    /// Give [`Input::Clock`] at this time, or never; replaces what was said before.
    Wake(Option<Timestamp>),
    /// Load the session from the store and give [`Input::Reloaded`].
    Reload,
    /// A game asked for a deadline and refused it: a defect of its rules, for the log.
    DeadlineRefused(Refusal),
}

/// What a caller is answered.
pub type Outcome = Result<Answered, Refused>;

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The game says no.
    #[error(transparent)]
    Game(#[from] Refusal),
    /// The session has moved on.
    #[error("the session is at version {actual}, not {expected}")]
    Stale {
        /// What the caller had named.
        expected: Version,
        /// What the session has.
        actual: Version,
    },
    /// The key belongs to another command.
    #[error("this idempotency key belongs to another command")]
    KeyReused,
    /// The session has ended.
    #[error("the session has ended")]
    Ended,
    /// The session was deleted.
    #[error("the session was deleted")]
    Deleted,
    /// The state would be too large.
    #[error("the state would have {bytes} bytes, over its limit of {limit}")]
    TooLarge {
        /// What it would have.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// Too many commits wait for the store.
    #[error("too many commands wait for the store")]
    Busy,
}

/// Something that happened in a session.
#[derive(Debug, Clone)]
pub struct Event {
    /// The version of the commit that it came with.
    pub version: Version,
    /// Its place among the events of that commit.
    pub index: u32,
    /// When.
    pub at: Timestamp,
    event: AnyEvent,
}

/// A stored session cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("session {session}: the stored state cannot be read: {why}")]
pub struct LoadError {
    session: SessionId,
    why: serde_json::Error,
}

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

impl Command {
    fn keyed(&self) -> Option<(Key, Fingerprint)> {
        let key = Key::new(&self.actor, self.key.as_deref()?);
        let text = self.body.as_ref().map_or("", |body| body.get());
        Some((key, Fingerprint(Hash::of(text.as_bytes()))))
    }
}

/// What a first commit is made from.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Who makes it.
    pub creator: &'a Actor,
    /// In the words of the game.
    pub options: &'a RawValue,
    /// Fresh from a secure source.
    pub seed: Seed,
}

/// Decides the first commit of a session. Once the store has it, [`CommitRecord::as_stored`] loads.
pub fn create(
    game: &dyn AnyGame,
    new: NewSession<'_>,
    now: Timestamp,
    limits: Limits,
) -> Result<CommitRecord, Refused> {
    let mut ctx =
        Ctx { session: new.id, now, random: Draws::new(&new.seed, new.id, Version::NONE.next()) };
    let commit = game.create(new.options, new.creator, &mut ctx)?;
    check_size(&commit, limits)?;
    let entry = LogEntry {
        session: new.id,
        version: Version::NONE.next(),
        at: now,
        kind: EntryKind::Created,
        actor: new.creator.clone(),
        command: commit.command.clone(),
        events: commit.events.iter().map(|(_, json)| json.clone()).collect(),
        state_hash: Hash::of(&commit.state_json),
        previous: Hash::ZERO,
    };
    let owner = match new.creator {
        Actor::User(id) | Actor::Service(id) => Some(id.clone()),
        Actor::System | Actor::Clock => None,
    };
    Ok(CommitRecord {
        expected: Version::NONE,
        head: entry.hash(),
        entry,
        state: commit.state_json,
        status: game.status(&commit.state),
        title: game.title(&commit.state),
        due_at: game.deadline(&commit.state).map(|(at, _)| at),
        keyed: None,
        created: Some(Created { game: game.name().to_owned(), owner, seed: new.seed, at: now }),
        deleted: false,
    })
}

fn check_size(commit: &AnyCommit, limits: Limits) -> Result<(), Refused> {
    let (bytes, limit) = (commit.state_json.len(), limits.state_bytes);
    if bytes > limit { Err(Refused::TooLarge { bytes, limit }) } else { Ok(()) }
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
        Ok(Point { version: stored.version, state, bytes: stored.state.len(), head: stored.head })
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
        let record = CommitRecord {
            expected: head.version,
            head: entry.hash(),
            state: commit.state_json.clone(),
            status: if deleted { Status::Ended } else { self.game.status(&commit.state) },
            title: self.game.title(&commit.state),
            due_at: self.game.deadline(&commit.state).map(|(at, _)| at).filter(|_| !deleted),
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

    /// Takes the commit that this notice is about out of the queue. Notices come in the order of
    /// commits: one about another commit means nothing.
    fn noticed(&mut self, head: Hash) -> Option<Pending> {
        match self.queue.front() {
            Some(Waiting::Commit(pending)) if pending.next.head == head => {}
            _ => return None,
        }
        match self.queue.pop_front() {
            Some(Waiting::Commit(pending)) => Some(*pending),
            _ => None,
        }
    }

    fn committed(&mut self, head: Hash, effects: &mut Vec<Effect>) {
        let Some(Pending { asked, next, events, keyed, answer, deleted }) = self.noticed(head)
        else {
            return;
        };
        if let Some(keyed) = keyed {
            self.answers.remember(keyed);
        }
        if let Asked::Command(command) = asked {
            effects.push(Effect::Answer(command.ticket, Ok(answer)));
        }
        if self.reloading {
            // It rested on a commit of ours that the store did not take; but another node had
            // committed the very same (a deadline, say), so it follows that one.
            self.drain(effects);
            return;
        }
        self.views.advance(next.version, next.state.clone(), next.bytes);
        self.confirmed = next;
        self.keep_events(&events);
        if deleted {
            self.deleted = true;
            effects.push(Effect::Deleted);
        } else {
            effects.push(Effect::Publish(events));
        }
        self.release(effects);
        if self.behind && self.queue.is_empty() {
            self.behind = false;
            effects.push(Effect::Reload);
        }
    }

    /// Gives out the answers that rested on what is confirmed by now.
    fn release(&mut self, effects: &mut Vec<Effect>) {
        while let Some(waiting) = self.queue.pop_front() {
            match waiting {
                Waiting::Answer(command, outcome) => {
                    effects.push(Effect::Answer(command.ticket, outcome));
                }
                Waiting::Repeat(command) => {
                    let outcome = self.answers.answer_to(&command).unwrap_or(Err(Refused::Busy));
                    effects.push(Effect::Answer(command.ticket, outcome));
                }
                commit @ Waiting::Commit(_) => {
                    self.queue.push_front(commit);
                    return;
                }
            }
        }
    }

    /// The commits behind this one rest on it. They are not asked again before their own notices
    /// have come: one that is in the store after all must not be carried out twice.
    fn not_committed(
        &mut self,
        now: Timestamp,
        head: Hash,
        why: Undone,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Pending { asked, .. }) = self.noticed(head) else { return };
        self.reloading = true;
        self.behind = false;
        // A deadline is not asked again: the state that comes back states its own.
        let command = match asked {
            Asked::Command(command) => Some(command),
            Asked::Clock(_) => None,
        };
        match (why, command) {
            (Undone::Conflict, command) => self.undone.extend(command),
            (Undone::Duplicate(keyed), command) => {
                self.undone.extend(command);
                self.answer_repeats(*keyed, effects);
            }
            (Undone::Unavailable(why), command) => {
                self.no_deadline_before = now.plus(DEADLINE_RETRY);
                if let Some(command) = command {
                    let refused = Refused::Unavailable(why);
                    effects.push(Effect::Answer(command.ticket, Err(refused)));
                }
            }
        }
        self.drain(effects);
    }

    /// Answers those that have this key, here and now: if it is an old one, the reload would push
    /// it out of `answers` again.
    fn answer_repeats(&mut self, keyed: Keyed, effects: &mut Vec<Effect>) {
        let mut known = Answers::default();
        known.remember(keyed);
        let mut stays = |command: &Command| match known.answer_to(command) {
            Some(outcome) => {
                effects.push(Effect::Answer(command.ticket, outcome));
                false
            }
            None => true,
        };
        self.undone.retain(&mut stays);
        self.queue.retain(|waiting| match waiting {
            Waiting::Repeat(command) => stays(command),
            Waiting::Commit(_) | Waiting::Answer(..) => true,
        });
    }

    /// While `reloading`: takes down what waits for no notice; once all notices have come, the
    /// store says where the session is.
    fn drain(&mut self, effects: &mut Vec<Effect>) {
        while let Some(waiting) = self.queue.pop_front() {
            match waiting {
                Waiting::Answer(command, _) | Waiting::Repeat(command) => {
                    self.undone.push_back(command);
                }
                commit @ Waiting::Commit(_) => {
                    self.queue.push_front(commit);
                    return;
                }
            }
        }
        effects.push(Effect::Reload);
    }

    fn reloaded(&mut self, now: Timestamp, stored: Stored, effects: &mut Vec<Effect>) {
        if !self.queue.is_empty() {
            // Their notices come first. Either they conflict and there is another reload, or they
            // are part of what was loaded, with others' commits after them.
            self.behind |= !self.reloading && stored.version > self.head().version;
            return;
        }
        if !self.reloading && stored.version <= self.confirmed.version {
            return; // nothing new
        }
        self.reloading = false;
        let before = self.confirmed.version;
        if stored.version > before {
            match Self::point(&*self.game, &stored) {
                Ok(point) => {
                    self.views.advance(point.version, point.state.clone(), point.bytes);
                    self.confirmed = point;
                }
                Err(error) => {
                    self.refused_deadline = Some(self.confirmed.head);
                    for command in self.take_parked() {
                        let refused = Refused::Unavailable(error.to_string());
                        effects.push(Effect::Answer(command.ticket, Err(refused)));
                    }
                    return;
                }
            }
            let first = stored.recent.first().map_or(stored.version.next(), |entry| entry.version);
            if first > before.next() {
                // Some commits in between came without their events.
                self.events.clear();
                self.events_after = all_of(Version(first.0 - 1));
            }
            let events = self.read_events(&stored.recent, before);
            self.keep_events(&events);
            effects.push(Effect::Publish(events));
        }
        stored.keyed.into_iter().for_each(|keyed| self.answers.remember(keyed));
        if stored.deleted && !self.deleted {
            self.deleted = true;
            effects.push(Effect::Deleted);
        }
        for command in self.take_parked() {
            self.ask(now, Asked::Command(command), effects);
        }
    }

    /// In the order in which they were asked.
    fn take_parked(&mut self) -> VecDeque<Command> {
        let mut commands = std::mem::take(&mut self.undone);
        commands.append(&mut self.parked);
        commands
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

/// What can be asked of the confirmed state.
impl Session {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Name of its game.
    #[must_use]
    pub fn game(&self) -> GameName {
        self.game.name()
    }

    /// What was stored with its first commit.
    #[must_use]
    pub fn created(&self) -> &Created {
        &self.created
    }

    /// The confirmed version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.confirmed.version
    }

    /// Was it deleted?
    #[must_use]
    pub fn deleted(&self) -> bool {
        self.deleted
    }

    /// Where it is in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        self.game.status(&self.confirmed.state)
    }

    /// The name that lists show.
    #[must_use]
    pub fn title(&self) -> String {
        self.game.title(&self.confirmed.state)
    }

    /// How this user sees the session.
    #[must_use]
    pub fn viewer(&self, user: Option<&UserId>) -> Viewer {
        let seat = user.and_then(|user| self.game.seat_of(&self.confirmed.state, user));
        seat.map_or(Viewer::Spectator, Viewer::Seat)
    }

    /// The commands that a seat may give now.
    #[must_use]
    pub fn legal(&self, seat: SeatId) -> Vec<RawJson> {
        self.game.legal(&self.confirmed.state, seat)
    }

    /// The confirmed view of a viewer class; made once a version.
    pub fn view(&mut self, viewer: Viewer) -> RawJson {
        debug_assert_eq!(self.views.version(), self.confirmed.version);
        self.views.view(&*self.game, viewer)
    }

    /// What leads a viewer of this class from `base` to the confirmed view; `None` when a snapshot
    /// is needed, or is no larger.
    pub fn patch(&mut self, viewer: Viewer, base: Version) -> Option<Patch> {
        self.views.patch(&*self.game, viewer, base)
    }

    /// What a viewer of this class sees of an event.
    #[must_use]
    pub fn event_view(&self, event: &Event, viewer: Viewer) -> Option<RawJson> {
        self.game.event_for(&event.event, viewer)
    }

    /// The events after a position, oldest first; `None` when some may be held no more.
    #[must_use]
    pub fn events_since(&self, version: Version, index: u32) -> Option<Vec<Event>> {
        let newer = |event: &&Event| (event.version, event.index) > (version, index);
        let held = (version, index) >= self.events_after;
        held.then(|| self.events.iter().filter(newer).cloned().collect())
    }

    /// Would this command be carried out on the confirmed state? Changes nothing.
    pub fn dry_run(&self, now: Timestamp, actor: &Actor, body: &RawValue) -> Result<(), Refused> {
        if self.deleted {
            return Err(Refused::Deleted);
        }
        self.apply(&self.confirmed, now, actor, body).map(|_| ())
    }

    /// The confirmed state, for those that hold rights by it.
    #[must_use]
    pub fn state(&self) -> &AnyState {
        self.views.state()
    }
}
