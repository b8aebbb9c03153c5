//! For the tests of any game: proves that what a viewer may not see changes nothing of what they
//! get. Must not know any one game, nor the engine. `docs/testing-a-game.md` shows its use.
//!
//! What is proved, for random games, at each step and for each viewer: permute what this viewer
//! cannot see, and what they receive stays the same in its bytes, its number and its size. What
//! they receive is the view before and after the next command, events, the answer to their own
//! commands (the forbidden ones, too), legal moves of their own seat, title, summary, what lists
//! ask, and the *time* of the next deadline: a pace that depends on a hidden hand tells of it.
//!
//! A patch is made from two views of one viewer and nothing else, so that equal views before and
//! after a command imply an equal patch. A history of events is [`Game::event_for`] asked of each
//! event anew, so that equal events at each step imply an equal history. [`check_with`] takes
//! another witness, to look at the same two worlds through more of the server; the engine's tests
//! do (`crates/engine/tests/secrecy.rs`).
//!
//! What is not looked at: how long the rules take to decide, and what draws of a first commit show
//! to a viewer of whom [`Secrets::starts_blind`] says no.

mod play;
mod report;
mod witness;

#[cfg(test)]
mod cards;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::{Actor, Draws, Game, Seed, SessionId, Timestamp, UserId, Version, Viewer};

pub use report::{Checked, Difference, Failure, Leak};
pub use witness::{Channel, Sights, look};

/// The state of the game under test.
pub type StateOf<S> = <<S as Secrets>::Game as Game>::State;

/// The command of the game under test.
pub type CommandOf<S> = <<S as Secrets>::Game as Game>::Command;

/// A command and who gives it.
pub type Given<S> = (Actor, CommandOf<S>);

/// What the check must be told of a game: how to play it at random, and what each viewer cannot
/// see. Implement it for an empty type of your test.
pub trait Secrets: Sized {
    /// The game under test.
    type Game: Game;

    /// So many seats there are at most. Each of them is a viewer, taken or not, beside the
    /// spectators.
    const SEATS: u8;

    /// Options of a new session, and who opens it.
    fn start(random: &mut Draws) -> (<Self::Game as Game>::Options, Actor);

    /// A random command that will likely be accepted, of a player, the clock or the server; `None`
    /// when the game is over. More than half of them must be accepted.
    fn next(state: &StateOf<Self>, random: &mut Draws) -> Option<Given<Self>>;

    /// Commands that `viewer` might try, legal or not: what is answered must tell them nothing.
    /// Give some that a cheat would. At least one in a whole check must be refused.
    fn attempts(state: &StateOf<Self>, viewer: Viewer, random: &mut Draws) -> Vec<Given<Self>>;

    /// Another world that `viewer` cannot be allowed to tell from this one: what is hidden from
    /// them is replaced at random by what it might as well be.
    ///
    /// With `next` given, that command follows, and what `viewer` may see of its outcome must be
    /// the same in both worlds: if another plays a card openly, they must hold it here, too. What
    /// `viewer` cannot see of the command itself may be permuted as well ([`Twin::with_next`]).
    /// `None` skips this step for this viewer; more than half of a viewer's steps must not be
    /// skipped, and a look without `next` never.
    fn permute(
        state: &StateOf<Self>,
        viewer: Viewer,
        next: Option<&Given<Self>>,
        random: &mut Draws,
    ) -> Option<Twin<Self>>;

    /// Is nothing at all hidden from this viewer? Then there is nothing to compare for them.
    fn sees_all(_viewer: Viewer) -> bool {
        false
    }

    /// Does this viewer see the same first moment of a session, whatever is drawn to make it? If
    /// so, two sessions from different draws are compared. Say no when a first commit draws
    /// something open, a start card say.
    fn starts_blind(viewer: Viewer) -> bool {
        viewer == Viewer::Spectator
    }
}

/// A world that a viewer cannot be allowed to tell from the real one.
pub struct Twin<S: Secrets> {
    state: StateOf<S>,
    next: Option<Given<S>>,
    other_draws: bool,
}

impl<S: Secrets> Twin<S> {
    /// The permuted state. The command that follows, and its draws, are the same as in the real
    /// world.
    pub const fn new(state: StateOf<S>) -> Self {
        Self { state, next: None, other_draws: false }
    }

    /// The command that follows is another one, which the viewer cannot tell from the real one: a
    /// card that somebody else lays face down. Never change what the viewer themselves command.
    #[must_use]
    pub fn with_next(mut self, actor: Actor, command: CommandOf<S>) -> Self {
        self.next = Some((actor, command));
        self
    }

    /// The command that follows draws otherwise: for draws of which the viewer may see nothing (a
    /// spectator, when cards are dealt).
    #[must_use]
    pub fn with_other_draws(mut self) -> Self {
        self.other_draws = true;
        self
    }
}

impl<S: Secrets> fmt::Debug for Twin<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Twin(secret)")
    }
}

/// One of the two worlds that a witness looks at.
pub struct World<'a, G: Game> {
    /// Whose eyes to look through.
    pub viewer: Viewer,
    /// The state at `version`.
    pub state: &'a G::State,
    /// What the first commit told, when this is the first moment; later nothing.
    pub told: &'a [G::Event],
    /// The command that follows. `None`: look at the state alone.
    pub next: Option<&'a (Actor, G::Command)>,
    /// What the viewer tries on `state`. Empty where a command follows.
    pub attempts: &'a [(Actor, G::Command)],
    /// The session's id.
    pub session: SessionId,
    /// Commits so far.
    pub version: Version,
    /// Where the draws of the next command come from, with `session` and the next version.
    pub seed: &'a Seed,
    /// When the next command arrives. Before the deadline, unless the clock gives it.
    pub now: Timestamp,
    /// Who opened the session.
    pub owner: Option<&'a UserId>,
}

impl<G: Game> fmt::Debug for World<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World(seen by {:?})", self.viewer)
    }
}

/// Plays `games` random games of at most `steps` commands and compares all that [`look`] sees.
///
/// The same seed plays the same games. The `Debug` of a [`Failure`] is a report of a few lines, so
/// that `expect` in a test shows it.
pub fn check<S: Secrets>(seed: u64, games: u32, steps: u32) -> Result<Checked, Failure> {
    check_with::<S>(seed, games, steps, look::<S::Game>)
}

/// The same with another witness: it is asked what `world.viewer` sees of a world, and must answer
/// alike for both.
pub fn check_with<S: Secrets>(
    seed: u64,
    games: u32,
    steps: u32,
    witness: impl FnMut(&World<'_, S::Game>) -> Sights,
) -> Result<Checked, Failure> {
    play::Check::<S, _>::new(seed, witness).run(games, steps)
}
