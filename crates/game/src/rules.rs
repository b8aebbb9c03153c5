//! The [`Game`] trait and what passes through it. Must not know who calls it: the engine does, the
//! tests do, and a replay does.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Draws, GameName, Refusal, SeatId, SessionId, Timestamp, UserId};

/// Who gives a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person with a login (guests have one too).
    User(UserId),
    /// A program with a service token: somebody's own backend.
    Service(UserId),
    /// The server itself.
    System,
    /// A deadline that the game had asked for has come.
    Clock,
}

impl Actor {
    /// The user behind it, when a person acts.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Service(_) | Self::System | Self::Clock => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Service(id) => write!(f, "service:{id}"),
            Self::System => f.write_str("system"),
            Self::Clock => f.write_str("clock"),
        }
    }
}

/// Who looks. All viewers of one value see exactly the same bytes, so this is also the *viewer
/// class*: a view is made once for each distinct value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Viewer {
    /// Anyone without a seat.
    Spectator,
    /// Whoever holds this seat.
    Seat(SeatId),
}

impl Viewer {
    /// The seat, when there is one. On the wire: `viewer_seat`.
    #[must_use]
    pub const fn seat(self) -> Option<SeatId> {
        match self {
            Self::Spectator => None,
            Self::Seat(seat) => Some(seat),
        }
    }
}

/// Where a session is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for players.
    Open,
    /// Being played.
    Running,
    /// Over: only read from now on, and its seed is revealed.
    Ended,
}

/// What a rule may ask of the world: the time, and recorded draws. There is nothing else.
#[derive(Debug)]
pub struct Ctx {
    /// The session that the command is for. At creation: the id that it will have.
    pub session: SessionId,
    /// When the command arrived, by the server's clock. Recorded with the commit.
    pub now: Timestamp,
    /// Recorded randomness; see [`Draws`].
    pub random: Draws,
}

/// What an accepted command makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit<S, E> {
    /// The state from now on.
    pub state: S,
    /// What happened, in order, for streams of events. Often none.
    pub events: Vec<E>,
    /// Answer to the caller alone (an id that was made, say); stored with the commit, so that a
    /// repeated command gets the same answer.
    pub reply: Value,
}

impl<S, E> Commit<S, E> {
    /// A new state with no events and no reply.
    pub const fn new(state: S) -> Self {
        Self { state, events: Vec::new(), reply: Value::Null }
    }

    /// The same with an event added.
    #[must_use]
    pub fn with_event(mut self, event: E) -> Self {
        self.events.push(event);
        self
    }

    /// The same with a reply to the caller.
    #[must_use]
    pub fn with_reply(mut self, reply: Value) -> Self {
        self.reply = reply;
        self
    }
}

/// A command that the clock gives when its time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline<C> {
    /// Not before this moment.
    pub at: Timestamp,
    /// Given as [`Actor::Clock`], once.
    pub command: C,
}

/// The event (and the view of it) of a game that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoEvent {}

/// An event as it stands in the streams of its user and of monitors, beside every session: a message
/// of its own, which says all that is to be known there.
#[derive(Debug, Clone, PartialEq)]
pub struct Announcement {
    /// The type of the message: `game_event`, `balance`, `reward`.
    pub kind: &'static str,
    /// Whose stream it goes to.
    pub user: UserId,
    /// Monitors get it, too.
    pub to_monitors: bool,
    /// What the message says beside its type, id, user and time: a JSON object.
    pub fields: Value,
}

/// One row of the table projection, for clients that follow tables instead of sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name of the table.
    pub table: &'static str,
    /// Primary key within the table.
    pub key: String,
    /// The columns, as a JSON object.
    pub columns: Value,
}

/// The rules of one game.
///
/// `State` is stored and never sent. What is sent is made by [`Game::view`] and
/// [`Game::event_for`], which have no default: hiding is a decision, showing is too.
/// Maps in `State` must have a fixed order (`BTreeMap`), since a commit records the state's hash.
pub trait Game: Send + Sync + 'static {
    /// The name in paths and in the store, e.g. `scoreboard`. Never changes.
    const NAME: GameName;

    /// Do lists show sessions of this game? Not if each is the business of one user alone.
    const LISTED: bool = true;

    /// What a new session is made from.
    type Options: DeserializeOwned;
    /// Everything the rules know, secrets included.
    type State: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What an actor may ask for.
    type Command: Serialize + DeserializeOwned;
    /// What happened, secrets included.
    type Event: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What one viewer sees of the state.
    type View: Serialize;
    /// What one viewer sees of an event.
    type EventView: Serialize;

    /// Makes the first state.
    fn create(
        options: Self::Options,
        creator: &Actor,
        ctx: &mut Ctx,
    ) -> Result<Commit<Self::State, Self::Event>, Refusal>;

    /// Carries out a command, or refuses it. Must depend on its arguments alone.
    fn apply(
        state: &Self::State,
        actor: &Actor,
        command: Self::Command,
        ctx: &mut Ctx,
    ) -> Result<Commit<Self::State, Self::Event>, Refusal>;

    /// What `viewer` sees. What they may not see must change neither its content nor its size.
    fn view(state: &Self::State, viewer: Viewer) -> Self::View;

    /// What `viewer` sees of an event; `None` when they are not to know that it happened.
    fn event_for(event: &Self::Event, viewer: Viewer) -> Option<Self::EventView>;

    /// Whose event it is, for all who may know of it. On the wire: `user_id`.
    fn event_user(_event: &Self::Event) -> Option<UserId> {
        None
    }

    /// What the streams of users and of monitors are told of an event. Only what that user may know,
    /// and, if it goes to monitors, what those who run the server may know.
    fn announce(_state: &Self::State, _event: &Self::Event) -> Option<Announcement> {
        None
    }

    /// The name that lists show. Public.
    fn title(state: &Self::State) -> String;

    /// The seat that this user holds now.
    fn seat_of(_state: &Self::State, _user: &UserId) -> Option<SeatId> {
        None
    }

    /// What lists show beside the title: small, public, the same for everyone. A JSON object, or
    /// null.
    fn summary(_state: &Self::State) -> Value {
        Value::Null
    }

    /// In whose own lists the session stands: who holds a seat, or may come back to one.
    fn members(_state: &Self::State) -> Vec<UserId> {
        Vec::new()
    }

    /// Whose turn it is. They are told so on their own streams, and are asked for in the order in
    /// which others wait for them.
    fn to_act(_state: &Self::State) -> Vec<UserId> {
        Vec::new()
    }

    /// What the server is to command, as [`Actor::System`], when the last connection of a seat has
    /// dropped, or the first is there again. `None` when the rules do not care: most do not.
    fn seat_presence(_state: &Self::State, _seat: SeatId, _here: bool) -> Option<Self::Command> {
        None
    }

    /// Where the session is in its life.
    fn status(_state: &Self::State) -> Status {
        Status::Running
    }

    /// May this actor end the session for everyone? `owner` is who made it.
    fn may_delete(_state: &Self::State, actor: &Actor, owner: Option<&UserId>) -> bool {
        match actor {
            Actor::System => true,
            Actor::User(id) | Actor::Service(id) => owner == Some(id),
            Actor::Clock => false,
        }
    }

    /// The commands that `seat` may give now, for clients that light them up. Empty when the game
    /// does not list them.
    fn legal(_state: &Self::State, _seat: SeatId) -> Vec<Self::Command> {
        Vec::new()
    }

    /// The next thing that happens by itself.
    fn deadline(_state: &Self::State) -> Option<Deadline<Self::Command>> {
        None
    }

    /// The table projection.
    fn rows(_state: &Self::State) -> Vec<Row> {
        Vec::new()
    }
}
