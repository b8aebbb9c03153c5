//! [`AnyGame`]: a [`Game`] with its types erased, so that one engine hosts them all. Must not know
//! any one game.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use game::{
    Actor, Announcement, Commit, Ctx, Game, GameName, Refusal, Row, SeatId, Status, Timestamp,
    UserId, Viewer,
};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON as text, checked, shared.
pub type RawJson = Arc<RawValue>;

/// The state of some game.
#[derive(Clone)]
pub struct AnyState(Arc<dyn Any + Send + Sync>);

/// An event of some game.
#[derive(Clone)]
pub struct AnyEvent(Arc<dyn Any + Send + Sync>);

impl AnyState {
    /// The state of a game that the caller knows, or `None` when it is of another game.
    #[must_use]
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for AnyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyState(secret)")
    }
}

impl fmt::Debug for AnyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyEvent(secret)")
    }
}

/// A [`Commit`] with its types erased, and the JSON that is stored of it.
#[derive(Debug)]
pub struct AnyCommit {
    /// The state from now on.
    pub state: AnyState,
    /// The same as JSON: what is stored and hashed.
    pub state_json: Arc<[u8]>,
    /// The command (or the options) as the game understood it, for the log.
    pub command: RawJson,
    /// What happened, each with its JSON for the log.
    pub events: Vec<(AnyEvent, RawJson)>,
    /// Answer to the caller.
    pub reply: RawJson,
}

/// What one viewer is told of an event.
#[derive(Debug, Clone)]
pub struct ToldEvent {
    /// Whose it is, if the game says so.
    pub user: Option<UserId>,
    /// What happened, as this viewer sees it.
    pub result: RawJson,
}

/// As it is spelled.
impl PartialEq for ToldEvent {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.result.get() == other.result.get()
    }
}

/// A game with its types erased. States and events must come from the same game: another's is a
/// fault of the caller, and panics.
pub trait AnyGame: Send + Sync {
    /// [`Game::NAME`].
    fn name(&self) -> GameName;
    /// [`Game::LISTED`].
    fn is_listed(&self) -> bool;
    /// [`Game::create`].
    fn create(
        &self,
        options: &RawValue,
        creator: &Actor,
        ctx: &mut Ctx,
    ) -> Result<AnyCommit, Refusal>;
    /// Reads a stored state.
    fn read_state(&self, json: &[u8]) -> Result<AnyState, serde_json::Error>;
    /// Writes a state as it is stored.
    fn write_state(&self, state: &AnyState) -> Arc<[u8]>;
    /// Reads a logged event.
    fn read_event(&self, json: &RawValue) -> Result<AnyEvent, serde_json::Error>;
    /// [`Game::apply`].
    fn apply(
        &self,
        state: &AnyState,
        actor: &Actor,
        command: &RawValue,
        ctx: &mut Ctx,
    ) -> Result<AnyCommit, Refusal>;
    /// [`Game::view`].
    fn view(&self, state: &AnyState, viewer: Viewer) -> RawJson;
    /// [`Game::event_for`], with [`Game::event_user`].
    fn event_for(&self, event: &AnyEvent, viewer: Viewer) -> Option<ToldEvent>;
    /// [`Game::announce`].
    fn announce(&self, state: &AnyState, event: &AnyEvent) -> Option<Announcement>;
    /// [`Game::title`].
    fn title(&self, state: &AnyState) -> String;
    /// [`Game::seat_of`].
    fn seat_of(&self, state: &AnyState, user: &UserId) -> Option<SeatId>;
    /// [`Game::summary`].
    fn summary(&self, state: &AnyState) -> Value;
    /// [`Game::members`].
    fn members(&self, state: &AnyState) -> Vec<UserId>;
    /// [`Game::to_act`].
    fn to_act(&self, state: &AnyState) -> Vec<UserId>;
    /// [`Game::seat_presence`].
    fn seat_presence(&self, state: &AnyState, seat: SeatId, here: bool) -> Option<RawJson>;
    /// [`Game::status`].
    fn status(&self, state: &AnyState) -> Status;
    /// [`Game::may_delete`].
    fn may_delete(&self, state: &AnyState, actor: &Actor, owner: Option<&UserId>) -> bool;
    /// [`Game::legal`].
    fn legal(&self, state: &AnyState, seat: SeatId) -> Vec<RawJson>;
    /// [`Game::deadline`].
    fn deadline(&self, state: &AnyState) -> Option<(Timestamp, RawJson)>;
    /// [`Game::rows`].
    fn rows(&self, state: &AnyState) -> Vec<Row>;
}

/// Erases the types of `G`.
#[must_use]
pub fn erase<G: Game>() -> Arc<dyn AnyGame> {
    Arc::new(Erased::<G>(PhantomData))
}

struct Erased<G>(PhantomData<fn() -> G>);

/// Writes a game's value as JSON. A type that cannot be written is a fault of the game, found by
/// its first test; here it panics, which costs that command alone.
pub(crate) fn to_raw(value: &impl Serialize) -> RawJson {
    serde_json::value::to_raw_value(value).expect("a game's types can be written as JSON").into()
}

fn state_json(state: &impl Serialize) -> Arc<[u8]> {
    let mut json = Vec::with_capacity(STATE_ROOM);
    serde_json::to_writer(&mut json, state).expect("a state can be written as JSON");
    json.into()
}

/// Most states have fewer bytes.
const STATE_ROOM: usize = 4 * 1024;

impl<G: Game> Erased<G> {
    fn state(any: &AnyState) -> &G::State {
        any.0.downcast_ref().expect("a state of this game")
    }

    fn event(any: &AnyEvent) -> &G::Event {
        any.0.downcast_ref().expect("an event of this game")
    }

    fn commit(command: RawJson, commit: Commit<G::State, G::Event>) -> AnyCommit {
        let json = state_json(&commit.state);
        AnyCommit {
            state: AnyState(Arc::new(commit.state)),
            state_json: json,
            command,
            events: commit
                .events
                .into_iter()
                .map(|event| {
                    let json = to_raw(&event);
                    (AnyEvent(Arc::new(event)), json)
                })
                .collect(),
            reply: to_raw(&commit.reply),
        }
    }
}

impl<G: Game> AnyGame for Erased<G> {
    fn name(&self) -> GameName {
        G::NAME
    }

    fn is_listed(&self) -> bool {
        G::LISTED
    }

    fn create(
        &self,
        options: &RawValue,
        creator: &Actor,
        ctx: &mut Ctx,
    ) -> Result<AnyCommit, Refusal> {
        let parsed = serde_json::from_str(options.get())
            .map_err(|e| Refusal::malformed(format!("these options do not fit: {e}")))?;
        let logged: RawJson = options.to_owned().into();
        Ok(Self::commit(logged, G::create(parsed, creator, ctx)?))
    }

    fn read_state(&self, json: &[u8]) -> Result<AnyState, serde_json::Error> {
        Ok(AnyState(Arc::new(serde_json::from_slice::<G::State>(json)?)))
    }

    fn write_state(&self, state: &AnyState) -> Arc<[u8]> {
        state_json(Self::state(state))
    }

    fn read_event(&self, json: &RawValue) -> Result<AnyEvent, serde_json::Error> {
        Ok(AnyEvent(Arc::new(serde_json::from_str::<G::Event>(json.get())?)))
    }

    fn apply(
        &self,
        state: &AnyState,
        actor: &Actor,
        command: &RawValue,
        ctx: &mut Ctx,
    ) -> Result<AnyCommit, Refusal> {
        let parsed: G::Command = serde_json::from_str(command.get())
            .map_err(|e| Refusal::malformed(format!("not a command of this game: {e}")))?;
        let logged = to_raw(&parsed);
        Ok(Self::commit(logged, G::apply(Self::state(state), actor, parsed, ctx)?))
    }

    fn view(&self, state: &AnyState, viewer: Viewer) -> RawJson {
        to_raw(&G::view(Self::state(state), viewer))
    }

    fn event_for(&self, event: &AnyEvent, viewer: Viewer) -> Option<ToldEvent> {
        let event = Self::event(event);
        let view = G::event_for(event, viewer)?;
        Some(ToldEvent { user: G::event_user(event), result: to_raw(&view) })
    }

    fn announce(&self, state: &AnyState, event: &AnyEvent) -> Option<Announcement> {
        G::announce(Self::state(state), Self::event(event))
    }

    fn title(&self, state: &AnyState) -> String {
        G::title(Self::state(state))
    }

    fn seat_of(&self, state: &AnyState, user: &UserId) -> Option<SeatId> {
        G::seat_of(Self::state(state), user)
    }

    fn summary(&self, state: &AnyState) -> Value {
        G::summary(Self::state(state))
    }

    fn members(&self, state: &AnyState) -> Vec<UserId> {
        G::members(Self::state(state))
    }

    fn to_act(&self, state: &AnyState) -> Vec<UserId> {
        G::to_act(Self::state(state))
    }

    fn seat_presence(&self, state: &AnyState, seat: SeatId, here: bool) -> Option<RawJson> {
        G::seat_presence(Self::state(state), seat, here).as_ref().map(to_raw)
    }

    fn status(&self, state: &AnyState) -> Status {
        G::status(Self::state(state))
    }

    fn may_delete(&self, state: &AnyState, actor: &Actor, owner: Option<&UserId>) -> bool {
        G::may_delete(Self::state(state), actor, owner)
    }

    fn legal(&self, state: &AnyState, seat: SeatId) -> Vec<RawJson> {
        G::legal(Self::state(state), seat).iter().map(to_raw).collect()
    }

    fn deadline(&self, state: &AnyState) -> Option<(Timestamp, RawJson)> {
        G::deadline(Self::state(state)).map(|d| (d.at, to_raw(&d.command)))
    }

    fn rows(&self, state: &AnyState) -> Vec<Row> {
        G::rows(Self::state(state))
    }
}
