//! What is known of a session outside of its task: the confirmed version, and views of it made on
//! demand, once a viewer class. Must not know who is subscribed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use engine::{AnyGame, AnyState, RawJson};
use game::{Seed, SessionId, Status, UserId, Version, Viewer};

/// One confirmed version of a session. Everybody who waits for a change shares one.
pub struct Published {
    /// The session.
    pub session: SessionId,
    /// The confirmed version.
    pub version: Version,
    /// Where the session is in its life.
    pub status: Status,
    /// It was deleted: nothing comes after this.
    pub deleted: bool,
    /// Who made it.
    pub owner: Option<UserId>,
    /// The name that lists show.
    pub title: String,
    /// Secret until the session has ended.
    pub seed: Seed,
    pub(super) game: Arc<dyn AnyGame>,
    pub(super) state: AnyState,
    pub(super) views: Mutex<HashMap<Viewer, RawJson>>,
}

impl Published {
    /// Name of the game.
    #[must_use]
    pub fn game(&self) -> &'static str {
        self.game.name()
    }

    /// How this user sees the session.
    #[must_use]
    pub fn viewer(&self, user: Option<&UserId>) -> Viewer {
        let seat = user.and_then(|user| self.game.seat_of(&self.state, user));
        seat.map_or(Viewer::Spectator, Viewer::Seat)
    }

    /// What this viewer class sees; made once.
    #[must_use]
    pub fn view(&self, viewer: Viewer) -> RawJson {
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.entry(viewer).or_insert_with(|| self.game.view(&self.state, viewer)).clone()
    }

    /// The state itself, for a face that knows the game. Never sent.
    #[must_use]
    pub fn state(&self) -> &AnyState {
        &self.state
    }

    /// Keeps a view that was made already.
    pub(super) fn seed_view(&self, viewer: Viewer, view: RawJson) {
        self.views.lock().unwrap_or_else(PoisonError::into_inner).insert(viewer, view);
    }

    /// The commands that a viewer may give now.
    #[must_use]
    pub fn legal(&self, viewer: Viewer) -> Vec<RawJson> {
        viewer.seat().map(|seat| self.game.legal(&self.state, seat)).unwrap_or_default()
    }
}
