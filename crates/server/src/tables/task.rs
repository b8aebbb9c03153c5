//! The task of one live session: takes messages, runs the state machine, carries out its effects.
//! Must not know HTTP, nor any game.
//!
//! Each turn takes everything that is ready (messages, ends of commits) before it publishes, so
//! that commits that become durable together are told together.

mod outgoing;

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::{
    AnyGame, Command, Effect, Event, Hash, Input, Outcome, Refused, Session, Stored, Ticket, Undone,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use game::{Actor, SeatId, Timestamp, UserId, Version, Viewer};
use hub::Frame;
use protocol::from_server::ErrorBody;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, watch};

use super::audience::{Audience, channel};
use super::registry::Tables;
use super::{Commitment, EventView, Message, Published, ReplyTo, Request, TableError};
use crate::frames::{self, Origin};
use crate::metrics::Legs;
use crate::{clock, problem};

/// Inputs taken in one turn before the table publishes.
const TURN: usize = 256;

/// Between two tries to load a session again.
const RELOAD_AGAIN: Duration = Duration::from_millis(200);

pub(super) struct TableTask {
    session: Session,
    game: Arc<dyn AnyGame>,
    tables: Tables,
    inbox: mpsc::Receiver<Message>,
    publish: watch::Sender<Arc<Published>>,
    audience: Audience,
    commits: FuturesOrdered<BoxFuture<'static, Commitment>>,
    reload: Option<BoxFuture<'static, Option<Stored>>>,
    waiting: HashMap<Ticket, Waiting>,
    next_ticket: u64,
    /// There is a confirmed version that was not published; these events led to it.
    unpublished: Option<Vec<Event>>,
    wake: Option<Timestamp>,
    /// Who was told that it is their turn.
    to_act: Vec<UserId>,
    /// Seats with a live connection, as the rules were told.
    seats_here: BTreeSet<SeatId>,
    presence_due: Option<Instant>,
    presence_sent: Option<Instant>,
    /// Without a command until then, the table asks itself whether it is needed.
    busy_until: Instant,
    /// That time has just passed.
    idle: bool,
}

/// A command that is not answered yet.
struct Waiting {
    reply: ReplyTo,
    asked: Instant,
    /// What it took to come here.
    decode: Duration,
    /// What the rules took.
    rules: Duration,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl TableTask {
    pub(super) fn new(
        session: Session,
        game: Arc<dyn AnyGame>,
        tables: Tables,
        inbox: mpsc::Receiver<Message>,
        publish: watch::Sender<Arc<Published>>,
    ) -> Self {
        let busy_until = Instant::now() + tables.shared().config.idle;
        let to_act = session.to_act();
        Self {
            session,
            game,
            tables,
            inbox,
            publish,
            audience: Audience::default(),
            commits: FuturesOrdered::new(),
            reload: None,
            waiting: HashMap::new(),
            next_ticket: 0,
            unpublished: None,
            wake: None,
            to_act,
            seats_here: BTreeSet::new(),
            presence_due: None,
            presence_sent: None,
            busy_until,
            idle: false,
        }
    }

    pub(super) fn publishable(session: &Session, game: Arc<dyn AnyGame>) -> Arc<Published> {
        Arc::new(Published {
            session: session.id(),
            version: session.version(),
            status: session.status(),
            deleted: session.deleted(),
            owner: session.created().owner.clone(),
            title: session.title(),
            seed: session.created().seed.clone(),
            game,
            state: session.state().clone(),
            views: Mutex::default(),
        })
    }

    pub(super) async fn run(mut self) {
        let stop = self.tables.shared().tasks.stopping();
        self.give(Input::Clock);
        loop {
            let timer = self.timer();
            tokio::select! {
                biased;
                Some(done) = self.commits.next() => self.commit_ended(done),
                stored = async { self.reload.as_mut().expect("guarded").await },
                    if self.reload.is_some() => self.reloaded(stored),
                message = self.inbox.recv(), if !self.session.is_full() => match message {
                    Some(message) => self.take(message),
                    None => return,
                },
                () = tokio::time::sleep_until(timer.into()) => self.time_passed(),
                () = stop.cancelled() => return self.finish().await,
            }
            self.take_what_is_ready();
            self.tell();
            if self.done() {
                return;
            }
        }
    }

    fn take_what_is_ready(&mut self) {
        for _ in 0..TURN {
            if let Some(Some(done)) = self.commits.next().now_or_never() {
                self.commit_ended(done);
            } else if !self.session.is_full()
                && let Ok(message) = self.inbox.try_recv()
            {
                self.take(message);
            } else {
                return;
            }
        }
    }

    /// The server stops: what was accepted is finished, and answered.
    async fn finish(&mut self) {
        self.inbox.close();
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        while let Some(done) = self.commits.next().await {
            self.commit_ended(done);
        }
        self.tell();
    }

    /// When something happens without a message.
    fn timer(&self) -> Instant {
        let wake = self
            .wake
            .map(|at| Instant::now() + Duration::from_millis(at.0.saturating_sub(clock::now().0)));
        [wake, self.presence_due].into_iter().flatten().fold(self.busy_until, Instant::min)
    }

    fn time_passed(&mut self) {
        let now = Instant::now();
        if self.wake.is_some_and(|at| at <= clock::now()) {
            self.wake = None;
            self.give(Input::Clock);
        }
        if self.presence_due.is_some_and(|at| at <= now) {
            self.tell_presence(now);
        }
        if self.busy_until <= now {
            self.idle = true;
            self.busy_until = now + self.tables.shared().config.idle;
        }
    }

    /// Nobody is here, nothing is under way: the table can go. A wake-up in the near future keeps
    /// it; the sweeper of any node takes care of the far future.
    fn done(&mut self) -> bool {
        let quiet = self.session.deleted() || std::mem::take(&mut self.idle);
        let soon = clock::now().plus(millis(self.tables.shared().config.idle));
        quiet
            && self.wake.is_none_or(|at| at > soon)
            && self.audience.is_empty()
            && self.commits.is_empty()
            && self.reload.is_none()
            && self.tables.retire(self.session.id(), || self.inbox.is_empty())
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Command(request, reply) => self.command(request, reply),
            Message::Join(join) => self.join(join),
            Message::Leave(conn) => {
                if let Some(member) = self.audience.leave(conn) {
                    let channel = channel(self.session.id(), member.viewer, member.form);
                    self.tables.shared().hub.unsubscribe(conn, channel);
                    self.presence_changed();
                }
            }
            Message::SignIn(conn, user) => {
                self.tell();
                self.audience.sign_in(conn, user);
                self.show_new_seats();
            }
            Message::DryRun(actor, body, reply) => {
                let check = || self.session.dry_run(clock::now(), &actor, &body);
                let outcome = catch_unwind(AssertUnwindSafe(check));
                let outcome = outcome.map_err(|_| TableError::Fault);
                // A caller that went away needs no answer; so below.
                let _ = reply.send(outcome.and_then(|ok| ok.map_err(TableError::from)));
            }
            Message::Patch(viewer, base, reply) => {
                let patch = self.session.patch(viewer, base);
                let _ = reply.send(patch.map(|patch| (self.session.version(), patch)));
            }
            Message::Events(version, index, viewer, reply) => {
                let views = self.events_since(version, index, viewer);
                let _ = reply.send(views);
            }
            Message::Presence(reply) => {
                let _ = reply.send(self.presence());
            }
            Message::Stream(here, user) => {
                self.audience.add_stream(here, user);
                self.presence_changed();
            }
            Message::StreamEnded => self.presence_changed(),
            Message::Moved(version) => {
                let lag = version.0.saturating_sub(self.session.version().0);
                self.tables.shared().metrics.version_lag(lag);
                self.give(Input::Moved(version));
            }
        }
    }

    fn command(&mut self, request: Request, reply: ReplyTo) {
        self.busy_until = Instant::now() + self.tables.shared().config.idle;
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        let asked = Instant::now();
        let Request { actor, body, expected, key, begun } = request;
        let decode = asked.saturating_duration_since(begun);
        self.waiting.insert(ticket, Waiting { reply, asked, decode, rules: Duration::ZERO });
        let input = Input::Command(Command { ticket, actor, body, expected, key });
        // Rules are plain functions of a state that they cannot change: after a panic the session
        // is what it was, and only this command is lost.
        let done = self.give(input);
        if let Some(waiting) = self.waiting.get_mut(&ticket) {
            waiting.rules = asked.elapsed();
        }
        if !done && let Some(waiting) = self.waiting.remove(&ticket) {
            self.answer(waiting.reply, Err(TableError::Fault));
        }
    }

    /// A command of the server's own; nobody waits for an answer.
    fn command_of_server(&mut self, body: engine::RawJson) {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        let command =
            Command { ticket, actor: Actor::System, body: Some(body), expected: None, key: None };
        self.give(Input::Command(command));
    }

    /// Runs the state machine; false when the rules panicked.
    fn give(&mut self, input: Input) -> bool {
        let session = &mut self.session;
        match catch_unwind(AssertUnwindSafe(|| session.handle(clock::now(), input))) {
            Ok(effects) => {
                effects.into_iter().for_each(|effect| self.carry_out(effect));
                true
            }
            Err(_) => {
                let session = self.session.id();
                tracing::error!(%session, game = self.game.name(), "the rules of a game panicked");
                false
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Commit(record) => {
                let head = record.head;
                let commit = self.tables.shared().store.commit(*record);
                let commit = commit.map(move |done| (head, done.map_err(Undone::from)));
                self.commits.push_back(commit.boxed());
            }
            Effect::Answer(ticket, outcome) => self.answer_ticket(ticket, outcome),
            Effect::Publish(mut events) => {
                self.unpublished.get_or_insert_default().append(&mut events);
            }
            Effect::Deleted => {
                self.tell();
                self.dismiss("deleted");
            }
            Effect::Wake(at) => self.wake = at,
            Effect::Reload => self.start_reload(Duration::ZERO),
            Effect::DeadlineRefused(refusal) => {
                let session = self.session.id();
                tracing::error!(%session, %refusal, "a game refused the deadline it had asked for");
            }
        }
    }

    fn commit_ended(&mut self, (head, outcome): (Hash, Result<(), Undone>)) {
        match outcome {
            Ok(()) => self.give(Input::Committed(head)),
            Err(why) => self.give(Input::NotCommitted(head, why)),
        };
    }

    fn start_reload(&mut self, after: Duration) {
        let store = self.tables.shared().store.clone();
        let id = self.session.id();
        let load = async move {
            tokio::time::sleep(after).await;
            match store.load(id).await {
                Ok(stored) => stored,
                Err(error) => {
                    tracing::warn!(session = %id, %error, "a session could not be loaded again");
                    None
                }
            }
        };
        self.reload = Some(load.boxed());
    }

    fn reloaded(&mut self, stored: Option<Stored>) {
        self.reload = None;
        match stored {
            Some(stored) => {
                self.give(Input::Reloaded(Box::new(stored)));
            }
            None => self.start_reload(RELOAD_AGAIN),
        }
    }

    fn answer_ticket(&mut self, ticket: Ticket, outcome: Outcome) {
        let Some(Waiting { reply, asked, decode, rules }) = self.waiting.remove(&ticket) else {
            return;
        };
        let metrics = &self.tables.shared().metrics;
        match &outcome {
            Ok(_) => {
                metrics.command("committed");
                let took = asked.elapsed();
                metrics.commit_latency(took);
                metrics.legs_of_one(Legs { decode, rules, commit: took.saturating_sub(rules) });
            }
            Err(Refused::Stale { .. }) => metrics.command("stale"),
            Err(Refused::Unavailable(_) | Refused::Busy) => metrics.command("unavailable"),
            Err(refused) => {
                metrics.command("refused");
                if let Refused::Game(refusal) = refused {
                    metrics.refusal(&refusal.code);
                }
            }
        }
        self.answer(reply, outcome.map_err(TableError::from));
    }

    fn answer(&mut self, reply: ReplyTo, outcome: Result<engine::Answered, TableError>) {
        let (conn, user, reference) = match reply {
            ReplyTo::Caller(caller) => {
                let _ = caller.send(outcome);
                return;
            }
            ReplyTo::Socket { conn, user, reference } => (conn, user, reference),
        };
        let reference = reference.as_deref();
        let frame = match &outcome {
            Ok(answered) => {
                let id = self.session.id();
                frames::result(id, answered.version, &answered.reply, reference)
            }
            Err(error) => self.refusal(error, user.as_ref(), reference),
        };
        self.tables.shared().hub.send(conn, frame);
    }

    fn refusal(
        &mut self,
        error: &TableError,
        user: Option<&game::UserId>,
        reference: Option<&str>,
    ) -> Frame {
        let (code, message) = problem::refused_parts(error);
        let mut body = ErrorBody {
            code: &code,
            message: &message,
            expected: None,
            actual: None,
            snapshot: None,
        };
        let snapshot;
        if let TableError::Refused(Refused::Stale { expected, actual }) = error {
            let viewer = self.session.viewer(user);
            let view = self.session.view(viewer);
            let text = frames::view_text(self.origin(), viewer, "snapshot", &view, None);
            snapshot = RawValue::from_string(text).ok();
            body.expected = Some(expected.0);
            body.actual = Some(actual.0);
            body.snapshot = snapshot.as_deref();
        }
        frames::refused(&self.session.id().to_string(), body, reference)
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            epoch: self.tables.shared().store.epoch(),
            session: self.session.id(),
            version: self.session.version(),
        }
    }

    /// What a viewer sees of events. They are counted within each commit as this viewer sees them:
    /// a gap would tell of an event that they are not to know of.
    fn event_views(&self, events: &[Event], viewer: Viewer) -> Vec<EventView> {
        let mut views: Vec<EventView> = Vec::new();
        for event in events {
            let Some(told) = self.session.event_view(event, viewer) else { continue };
            let index = match views.last() {
                Some(last) if last.version == event.version => last.index + 1,
                _ => 0,
            };
            views.push(EventView { version: event.version, index, at: event.at, told });
        }
        views
    }

    /// All events of the version itself are needed to count what the viewer sees of it.
    fn events_since(&self, version: Version, index: u32, viewer: Viewer) -> Option<Vec<EventView>> {
        let before = Version(version.0.saturating_sub(1));
        let events = self.session.events_since(before, u32::MAX)?;
        let mut views = self.event_views(&events, viewer);
        views.retain(|view| (view.version, view.index) > (version, index));
        Some(views)
    }
}
