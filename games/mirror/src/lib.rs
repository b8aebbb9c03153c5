//! Mirror: the game for people who have a backend of their own. Its program puts documents here,
//! one for everyone and one for each seat, and Parlor does the rest: versions, views, patches,
//! fan-out, resume. Must not know what the documents mean, nor every crate but `game`.

pub mod limits;
mod shapes;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use game::{Actor, Commit, Ctx, Game, GameName, Name, Refusal, SeatId, Status, UserId, Viewer};
use serde::Serialize;

use crate::limits::{EVENT_BYTES, EVENTS, SEATS, STATE_BYTES};
pub use crate::shapes::{Document, Event, EventView, Options, Put, State, Verb, View};

/// What a mirror is called until its backend says otherwise.
const UNTITLED: &str = "Mirror";

/// Documents of somebody's own backend. Whoever has a service token may make and change them;
/// nobody else may.
#[derive(Debug, Clone, Copy)]
pub struct Mirror;

impl Game for Mirror {
    const NAME: GameName = "mirror";
    type Options = Options;
    type State = State;
    type Command = Put;
    type Event = Event;
    type View = View;
    type EventView = EventView;

    fn create(
        options: Options,
        creator: &Actor,
        _: &mut Ctx,
    ) -> Result<Commit<State, Event>, Refusal> {
        check_backend(creator)?;
        let untitled = || Name::new(UNTITLED).expect("a short text");
        let state = State {
            title: options.title.unwrap_or_else(untitled),
            public: options.public,
            seats: options.seats.unwrap_or_default(),
            players: options.players.unwrap_or_default(),
            ended: false,
        };
        check_state(&state)?;
        Ok(Commit::new(state))
    }

    fn apply(
        state: &State,
        actor: &Actor,
        put: Put,
        _: &mut Ctx,
    ) -> Result<Commit<State, Event>, Refusal> {
        check_backend(actor)?;
        if state.ended {
            return Err(Refusal::rule("SESSION_ENDED", "this mirror has ended"));
        }
        let next = State {
            title: put.title.unwrap_or_else(|| state.title.clone()),
            public: put.public,
            seats: put.seats.unwrap_or_else(|| state.seats.clone()),
            players: put.players.unwrap_or_else(|| state.players.clone()),
            ended: put.ended.unwrap_or(false),
        };
        let events = put.events.unwrap_or_default();
        check_state(&next)?;
        check_events(&events)?;
        Ok(Commit { events, ..Commit::new(next) })
    }

    fn view(state: &State, viewer: Viewer) -> View {
        let seat = viewer.seat().and_then(|seat| state.seats.get(&seat).cloned());
        View { public: state.public.clone(), seat }
    }

    fn event_for(event: &Event, viewer: Viewer) -> Option<EventView> {
        let told = match (&event.seats, viewer) {
            (None, _) => true,
            (Some(seats), Viewer::Seat(seat)) => seats.contains(&seat),
            (Some(_), Viewer::Spectator) => false,
        };
        told.then(|| EventView { kind: event.kind.clone(), result: event.result.clone() })
    }

    fn event_user(event: &Event) -> Option<UserId> {
        event.user_id.clone()
    }

    fn title(state: &State) -> String {
        state.title.to_string()
    }

    fn seat_of(state: &State, user: &UserId) -> Option<SeatId> {
        state.players.iter().find(|(_, held)| *held == user).map(|(seat, _)| *seat)
    }

    fn status(state: &State) -> Status {
        if state.ended { Status::Ended } else { Status::Running }
    }

    /// Whoever may change it may end it.
    fn may_delete(_: &State, actor: &Actor, _: Option<&UserId>) -> bool {
        check_backend(actor).is_ok()
    }
}

fn check_backend(actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::Service(_) | Actor::System => Ok(()),
        Actor::User(_) | Actor::Clock => {
            Err(Refusal::forbidden("a mirror is changed with a service token only"))
        }
    }
}

fn check_state(state: &State) -> Result<(), Refusal> {
    if state.seats.len() > SEATS || state.players.len() > SEATS {
        return Err(Refusal::malformed(format!("a mirror has at most {SEATS} seats")));
    }
    if !nobody_twice(&state.players) {
        return Err(Refusal::malformed("nobody can hold two seats"));
    }
    if json_bytes(state) > STATE_BYTES {
        let message = format!("a mirror holds at most {STATE_BYTES} bytes of JSON");
        return Err(Refusal::rule("STATE_TOO_LARGE", message));
    }
    Ok(())
}

/// A user in two seats would see one of them only.
fn nobody_twice(players: &BTreeMap<SeatId, UserId>) -> bool {
    players.values().collect::<BTreeSet<_>>().len() == players.len()
}

fn check_events(events: &[Event]) -> Result<(), Refusal> {
    if events.len() > EVENTS {
        return Err(Refusal::malformed(format!("a put brings at most {EVENTS} events")));
    }
    if events.iter().any(|event| json_bytes(&event.result) > EVENT_BYTES) {
        let message = format!("an event's result is at most {EVENT_BYTES} bytes of JSON");
        return Err(Refusal::malformed(message));
    }
    Ok(())
}

/// Length of `value` as JSON, without keeping the text.
fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value)
        .expect("what came as JSON is JSON, and counting works");
    count.0
}
