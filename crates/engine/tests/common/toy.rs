//! A game with a bit of everything: a number, secrets, blobs, dice, events, a deadline, an end.

use std::cell::Cell;
use std::collections::BTreeMap;

use game::{
    Actor, Commit, Ctx, Deadline, Game, GameName, Refusal, SeatId, Status, Timestamp, UserId,
    Viewer,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

thread_local! {
    static VIEWS: Cell<u64> = const { Cell::new(0) };
}

/// Views made in this thread so far.
pub fn views_made() -> u64 {
    VIEWS.get()
}

pub struct Toy;

#[derive(Clone, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Anything, to be seen by all.
    pub shown: Value,
    /// The deadline of the first state.
    pub due: Option<u64>,
    /// Refuses its deadlines.
    pub stubborn: bool,
    /// Fails to read a stored state of this value.
    pub poison: Option<i64>,
    /// Has a summary, members (who sits) and turns (who sits at the value's remainder by four).
    pub lists: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct State {
    options: Options,
    value: i64,
    secrets: BTreeMap<u8, String>,
    seats: BTreeMap<UserId, u8>,
    ended: bool,
}

/// A state before its check.
#[derive(Deserialize)]
struct Raw {
    options: Options,
    value: i64,
    secrets: BTreeMap<u8, String>,
    seats: BTreeMap<UserId, u8>,
    ended: bool,
}

impl TryFrom<Raw> for State {
    type Error = &'static str;

    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        if raw.options.poison == Some(raw.value) {
            return Err("poisoned");
        }
        let Raw { options, value, secrets, seats, ended } = raw;
        Ok(Self { options, value, secrets, seats, ended })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Adds; replies with the sum. Refused below zero.
    Add { n: i64 },
    /// So many events.
    Shout { times: u32 },
    /// Adds a die; replies with it.
    Roll,
    /// Takes a seat with a secret.
    Sit { seat: u8, secret: String },
    /// Replaces what all see.
    Show { shown: Value },
    /// Sets the deadline.
    Due { at: Option<u64> },
    /// What the deadline does: adds 100, and that was that.
    Tick,
    /// The end.
    End,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Added(i64),
    /// For this seat alone.
    Sat(u8),
    Ticked,
    /// Cannot be read back: a kind of event that a newer binary knows no more.
    #[serde(skip_deserializing)]
    Forgotten,
}

impl State {
    fn seat_view(&self, viewer: Viewer) -> Value {
        let seat = viewer.seat().map(|SeatId(seat)| self.secrets.get(&seat));
        json!({ "value": self.value, "shown": self.options.shown, "mine": seat })
    }
}

impl Game for Toy {
    const NAME: GameName = "toy";
    type Options = Options;
    type State = State;
    type Command = Command;
    type Event = Event;
    type View = Value;
    type EventView = Value;

    fn create(options: Options, _: &Actor, _: &mut Ctx) -> Result<Commit<State, Event>, Refusal> {
        let (secrets, seats) = (BTreeMap::new(), BTreeMap::new());
        Ok(Commit::new(State { options, value: 0, secrets, seats, ended: false }))
    }

    fn apply(
        state: &State,
        actor: &Actor,
        command: Command,
        ctx: &mut Ctx,
    ) -> Result<Commit<State, Event>, Refusal> {
        let mut next = state.clone();
        let mut events = Vec::new();
        let mut reply = Value::Null;
        match command {
            Command::Add { n } if state.value + n < 0 => {
                return Err(Refusal::rule("BELOW_ZERO", "it would be below zero"));
            }
            Command::Add { n } => {
                next.value += n;
                events.push(Event::Added(n));
                reply = json!(next.value);
            }
            Command::Shout { times } => {
                next.value += 1;
                for number in 0..times {
                    let odd = number % 2 == 1;
                    events.push(if odd { Event::Forgotten } else { Event::Added(number.into()) });
                }
            }
            Command::Roll => {
                let die = ctx.random.below(6) as i64 + 1;
                next.value += die;
                events.push(Event::Added(die));
                reply = json!(die);
            }
            Command::Sit { seat, secret } => {
                if let Actor::User(user) = actor {
                    next.seats.insert(user.clone(), seat);
                }
                next.secrets.insert(seat, secret);
                events.push(Event::Sat(seat));
            }
            Command::Show { shown } => next.options.shown = shown,
            Command::Due { at } => next.options.due = at,
            Command::Tick if *actor != Actor::Clock || state.options.stubborn => {
                return Err(Refusal::rule("NO_TICK", "not now"));
            }
            Command::Tick => {
                next.value += 100;
                next.options.due = None;
                events.push(Event::Ticked);
            }
            Command::End => next.ended = true,
        }
        let mut commit = Commit::new(next).with_reply(reply);
        commit.events = events;
        Ok(commit)
    }

    fn view(state: &State, viewer: Viewer) -> Value {
        VIEWS.set(VIEWS.get() + 1);
        state.seat_view(viewer)
    }

    fn event_for(event: &Event, viewer: Viewer) -> Option<Value> {
        match event {
            Event::Added(n) => Some(json!({ "added": n })),
            Event::Sat(seat) => {
                (viewer.seat() == Some(SeatId(*seat))).then(|| json!({ "sat": seat }))
            }
            Event::Ticked | Event::Forgotten => Some(json!("ticked")),
        }
    }

    fn title(state: &State) -> String {
        format!("toy at {}", state.value)
    }

    fn seat_of(state: &State, user: &UserId) -> Option<SeatId> {
        state.seats.get(user).copied().map(SeatId)
    }

    fn summary(state: &State) -> Value {
        let options = &state.options;
        if options.lists {
            json!({ "value": state.value, "shown": options.shown })
        } else {
            Value::Null
        }
    }

    /// Not in their order, and twice: the engine sees to both.
    fn members(state: &State) -> Vec<UserId> {
        let seated = state.seats.keys().filter(|_| state.options.lists);
        seated.clone().rev().chain(seated.clone().take(2)).cloned().collect()
    }

    /// Also when it has ended: the engine sees to that, too.
    fn to_act(state: &State) -> Vec<UserId> {
        let seated = state.seats.iter().filter(|_| state.options.lists);
        let at_turn = seated.filter(|(_, seat)| i64::from(**seat) == state.value.rem_euclid(4));
        at_turn.map(|(user, _)| user.clone()).collect()
    }

    fn status(state: &State) -> Status {
        if state.ended { Status::Ended } else { Status::Running }
    }

    fn deadline(state: &State) -> Option<Deadline<Command>> {
        state.options.due.map(|at| Deadline { at: Timestamp(at), command: Command::Tick })
    }
}
