//! What a viewer gets of a world through a whole session: loaded, asked, told. A witness for the
//! leak checker of `game::testkit`. Must not know any one game.

use engine::limits::Limits;
use engine::{
    Command, Created, Effect, EntryKind, Event, Hash, Input, LogEntry, Outcome, RawJson, Session,
    Stored, Ticket, erase,
};
use game::testkit::{Channel, Sights, World};
use game::{Actor, Game, Timestamp, Version, Viewer};
use serde::Serialize;
use serde_json::value::to_raw_value;

fn raw(value: &impl Serialize) -> RawJson {
    to_raw_value(value).unwrap().into()
}

/// The session as a store would have it.
fn stored<G: Game>(world: &World<'_, G>) -> Stored {
    let created = Created {
        game: G::NAME.to_owned(),
        owner: world.owner.cloned(),
        seed: world.seed.clone(),
        at: Timestamp(0),
    };
    let state = serde_json::to_vec(world.state).unwrap();
    let entry = LogEntry {
        session: world.session,
        version: world.version,
        at: Timestamp(0),
        kind: EntryKind::Command,
        actor: Actor::System,
        command: raw(&()),
        events: world.told.iter().map(raw).collect(),
        state_hash: Hash::of(&state),
        previous: Hash::ZERO,
    };
    Stored {
        session: world.session,
        created,
        version: world.version,
        head: entry.hash(),
        state: state.into(),
        deleted: false,
        keyed: Vec::new(),
        recent: vec![entry],
    }
}

/// The witness.
pub fn through_a_session<G: Game>(world: &World<'_, G>) -> Sights {
    let session = Session::load(erase::<G>(), stored(world), Limits::default()).unwrap();
    let mut eyes = Eyes { viewer: world.viewer, session, sights: Sights::default() };
    let before = Version(world.version.0 - 1);
    // Nothing is due yet at this time: it only states its deadline.
    let effects = eyes.session.handle(Timestamp(0), Input::Clock);
    eyes.follow(effects, world.now, None);
    eyes.look(before);
    for (actor, command) in world.attempts {
        let tried = eyes.session.dry_run(world.now, actor, &raw(command));
        eyes.sights.text(Channel::Refusal, format!("{tried:?}"));
    }
    if let Some((actor, command)) = world.next {
        let input = match actor {
            Actor::Clock => Input::Clock,
            _ => Input::Command(Command {
                ticket: Ticket(1),
                actor: actor.clone(),
                body: Some(raw(command)),
                expected: None,
                key: None,
            }),
        };
        let effects = eyes.session.handle(world.now, input);
        eyes.follow(effects, world.now, Some(actor));
    }
    eyes.sights
}

/// One viewer of one session, and what they have got so far.
struct Eyes {
    viewer: Viewer,
    session: Session,
    sights: Sights,
}

impl Eyes {
    /// Carries out what a session wants done, and notes what of it reaches the viewer.
    fn follow(&mut self, effects: Vec<Effect>, now: Timestamp, asked: Option<&Actor>) {
        for effect in effects {
            match effect {
                Effect::Commit(record) => {
                    self.sights.json(Channel::Lists, &record.status);
                    self.sights.text(Channel::Title, record.title.as_str());
                    self.sights.json(Channel::Deadline, &record.due_at);
                    let more = self.session.handle(now, Input::Committed(record.head));
                    self.follow(more, now, asked);
                }
                Effect::Answer(_, outcome) => self.answer(asked, &outcome),
                Effect::Publish(events) => {
                    self.look(Version(self.session.version().0 - 1));
                    self.events(&events);
                }
                Effect::Wake(at) => self.sights.json(Channel::Deadline, &at),
                Effect::Deleted | Effect::Reload | Effect::DeadlineRefused(_) => {
                    panic!("not in a game that keeps its own rules: {effect:?}")
                }
            }
        }
    }

    fn answer(&mut self, asked: Option<&Actor>, outcome: &Outcome) {
        let user = asked.and_then(Actor::user);
        if asked.is_none_or(|actor| *actor == Actor::System)
            || self.session.viewer(user) != self.viewer
        {
            return;
        }
        match outcome {
            Ok(answered) => {
                self.sights.json(Channel::Reply, &(answered.version, &answered.reply));
            }
            Err(refused) => self.sights.text(Channel::Refusal, format!("{refused:?}")),
        }
    }

    /// A snapshot, the patch that leads to it, the events since, and what else is asked of it.
    fn look(&mut self, since: Version) {
        let viewer = self.viewer;
        let view = self.session.view(viewer);
        self.sights.text(Channel::View, view.get());
        let patch = self.session.patch(viewer, since);
        let patch = patch.map(|patch| (patch.base, patch.operations));
        self.sights.json(Channel::Patch, &patch);
        if let Some(events) = self.session.events_since(since, u32::MAX) {
            self.events(&events);
        }
        self.sights.text(Channel::Title, self.session.title());
        self.sights.json(Channel::Lists, &(self.session.status(), self.session.version()));
        if let Some(seat) = viewer.seat() {
            self.sights.json(Channel::Legal, &self.session.legal(seat));
        }
    }

    /// Only those that this viewer may know of, as the server tells them: with their place among
    /// these, not among all.
    fn events(&mut self, events: &[Event]) {
        let told = events.iter().filter_map(|event| {
            let told = self.session.event_view(event, self.viewer)?;
            Some((event.version, event.at, told.user, told.result))
        });
        for event in told.collect::<Vec<_>>() {
            self.sights.json(Channel::Event, &event);
        }
    }
}
