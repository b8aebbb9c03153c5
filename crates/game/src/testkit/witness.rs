//! What one viewer receives of one world, sorted by the way it takes. Must not know that there is
//! a second world.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::World;
use crate::{Actor, Commit, Ctx, Draws, Game, Refusal, Viewer};

/// A way on which something can reach a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// The view before the next command, and the view after it.
    View,
    /// The patch between them. [`look`] leaves it out: equal views imply an equal patch.
    Patch,
    /// What the viewer is told of each event.
    Event,
    /// The answer to their own command that was carried out.
    Reply,
    /// Whether each of their own commands is taken, and the refusal if not. A message for each of
    /// the attempts, in their order.
    Refusal,
    /// The legal moves of their own seat.
    Legal,
    /// The title.
    Title,
    /// The summary.
    Summary,
    /// What else lists ask: status, members, whose turn it is, rows. It has no viewer, so all of
    /// it is compared for each. For a seat also whether the game heeds its presence.
    Lists,
    /// The time of the next deadline; its command is not shown.
    Deadline,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::View => "view",
            Self::Patch => "patch",
            Self::Event => "event",
            Self::Reply => "reply",
            Self::Refusal => "refusal",
            Self::Legal => "legal",
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Lists => "lists",
            Self::Deadline => "deadline",
        })
    }
}

/// All that a viewer receives of one world: for each channel, the messages in their order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sights {
    pub(super) by_channel: BTreeMap<Channel, Vec<String>>,
}

impl Sights {
    /// What came by one way.
    #[must_use]
    pub fn of(&self, channel: Channel) -> &[String] {
        self.by_channel.get(&channel).map_or(&[], Vec::as_slice)
    }

    /// Adds a message as text.
    pub fn text(&mut self, channel: Channel, text: impl Into<String>) {
        self.by_channel.entry(channel).or_default().push(text.into());
    }

    /// Adds a message as JSON.
    ///
    /// # Panics
    /// When `value` cannot be written as JSON: a game's types can.
    pub fn json(&mut self, channel: Channel, value: &impl Serialize) {
        let text = serde_json::to_string(value).expect("a game's types can be written as JSON");
        self.text(channel, text);
    }

    /// Adds a refusal.
    pub fn refusal(&mut self, refusal: &Refusal) {
        self.text(Channel::Refusal, words(refusal));
    }
}

fn words(Refusal { kind, code, message }: &Refusal) -> String {
    format!("{kind:?} {code}: {message}")
}

/// What the rules show `world.viewer` of a world: the witness of [`super::check`].
pub fn look<G: Game>(world: &World<'_, G>) -> Sights {
    let mut sights = Sights::default();
    state::<G>(world.state, world.viewer, &mut sights);
    events::<G>(world.told, world.viewer, &mut sights);
    for (actor, command) in world.attempts {
        let answer = match apply(world, actor, command) {
            Ok(_) => "taken".to_owned(),
            Err(refusal) => words(&refusal),
        };
        let may_end = G::may_delete(world.state, actor, world.owner);
        sights.text(Channel::Refusal, format!("{answer}; may end the session: {may_end}"));
    }
    if let Some((actor, command)) = world.next {
        match apply(world, actor, command) {
            Ok(commit) => {
                state::<G>(&commit.state, world.viewer, &mut sights);
                events::<G>(&commit.events, world.viewer, &mut sights);
                if class::<G>(&commit.state, actor) == Some(world.viewer) {
                    sights.json(Channel::Reply, &commit.reply);
                }
            }
            // Nobody else hears of a refusal.
            Err(refusal) if class::<G>(world.state, actor) == Some(world.viewer) => {
                sights.refusal(&refusal);
            }
            Err(_) => {}
        }
    }
    sights
}

/// As which viewer this actor gets answers; the clock and the server get none.
fn class<G: Game>(state: &G::State, actor: &Actor) -> Option<Viewer> {
    match actor {
        Actor::User(user) => Some(G::seat_of(state, user).map_or(Viewer::Spectator, Viewer::Seat)),
        Actor::Service(_) => Some(Viewer::Spectator),
        Actor::System | Actor::Clock => None,
    }
}

pub(super) fn apply<G: Game>(
    world: &World<'_, G>,
    actor: &Actor,
    command: &G::Command,
) -> Result<Commit<G::State, G::Event>, Refusal> {
    let random = Draws::new(world.seed, world.session, world.version.next());
    let mut ctx = Ctx { session: world.session, now: world.now, random };
    G::apply(world.state, actor, copy::<G>(command), &mut ctx)
}

/// A command as it comes out of the log: commands need not be `Clone`.
pub(super) fn copy<G: Game>(command: &G::Command) -> G::Command {
    let value = serde_json::to_value(command).expect("a command can be written as JSON");
    serde_json::from_value(value).expect("a command that was written can be read")
}

fn state<G: Game>(state: &G::State, viewer: Viewer, sights: &mut Sights) {
    sights.json(Channel::View, &G::view(state, viewer));
    sights.text(Channel::Title, G::title(state));
    sights.json(Channel::Summary, &G::summary(state));
    if let Some(seat) = viewer.seat() {
        sights.json(Channel::Legal, &G::legal(state, seat));
        // Does a version follow when they go or come? Which command makes it is not shown.
        let heeded = [false, true].map(|here| G::seat_presence(state, seat, here).is_some());
        sights.json(Channel::Lists, &heeded);
    }
    let members = G::members(state);
    let seats: Vec<_> = members.iter().map(|user| G::seat_of(state, user)).collect();
    let rows: Vec<_> =
        G::rows(state).into_iter().map(|row| (row.table, row.key, row.columns)).collect();
    sights.json(Channel::Lists, &(G::status(state), members, seats, G::to_act(state), rows));
    sights.json(Channel::Deadline, &G::deadline(state).map(|deadline| deadline.at));
}

fn events<G: Game>(events: &[G::Event], viewer: Viewer, sights: &mut Sights) {
    for event in events {
        if let Some(view) = G::event_for(event, viewer) {
            sights.json(Channel::Event, &(G::event_user(event), view));
        }
    }
}
