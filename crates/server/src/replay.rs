//! Replays sessions: reads a log from the store page by page and plays it through the rules. The one
//! room where logs are played, for `parlor replay` and for the pages of admins. Must not know a
//! command line, HTTP, or any live table: a replay rests on what is stored.

mod points;
mod studio;

use std::collections::VecDeque;
use std::sync::Arc;

use engine::{AnyGame, LogEntry, RawJson, Replay, ReplayError, Stored};
pub use game::Viewer;
use game::{SeatId, SessionId, Status, Version};
use protocol::from_server::About;
use store::{Store, StoreError};

use crate::frames;
use crate::games::Games;

pub use studio::{Moment, Studio, StudioError};

/// Log entries read at once. A command has at most as many bytes as a request's body (512 KiB), so
/// that a page of the largest takes 50 MiB; of a game of cards, 50 KiB.
pub const PAGE: usize = 100;

/// Seats without secrets in a row, after which no more are looked for.
const SEAT_GAP: u8 = 4;

/// Reads as whom something is looked at: `spectator`, or the number of a seat.
#[must_use]
pub fn read_viewer(text: &str) -> Option<Viewer> {
    match text {
        "spectator" => Some(Viewer::Spectator),
        seat => seat.parse().ok().map(|seat| Viewer::Seat(SeatId(seat))),
    }
}

/// Why a session cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It was never there.
    #[error("there is no session {0}")]
    NotFound(SessionId),
    /// Its game is not in this binary.
    #[error("this server has no game named {0:?}")]
    UnknownGame(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session as its log tells it, up to the version that it had when this was opened. Deleted
/// sessions have one, too.
#[derive(Clone)]
pub struct Recording {
    store: Arc<dyn Store>,
    game: Arc<dyn AnyGame>,
    stored: Arc<Stored>,
}

impl Recording {
    /// Finds the session and its rules.
    ///
    /// # Errors
    /// If there is no such session or no such game, or the store does not answer.
    pub async fn open(
        store: &Arc<dyn Store>,
        games: &Games,
        session: SessionId,
    ) -> Result<Self, OpenError> {
        let stored = store.load(session).await?.ok_or(OpenError::NotFound(session))?;
        let name = &stored.created.game;
        let game = games.get(name).ok_or_else(|| OpenError::UnknownGame(name.clone()))?;
        Ok(Self { store: Arc::clone(store), game, stored: Arc::new(stored) })
    }

    /// Name of its game.
    #[must_use]
    pub fn game(&self) -> &'static str {
        self.game.name()
    }

    /// The session as it is stored.
    #[must_use]
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// The newest version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.stored.version
    }

    /// Before the first entry.
    #[must_use]
    pub fn start(&self) -> Replay {
        Replay::new(self.stored.session, self.stored.created.seed.clone())
    }

    /// The next entries of the log, none beyond [`Recording::version`].
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn page(&self, after: Version, most: usize) -> Result<Vec<LogEntry>, StoreError> {
        let left = usize::try_from(self.version().0.saturating_sub(after.0)).unwrap_or(PAGE);
        let limit = left.min(most).min(PAGE);
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.store.log(self.stored.session, after, limit).await
    }

    /// What this viewer saw where the replay stands; `None` before the first entry.
    #[must_use]
    pub fn view(&self, replay: &Replay, viewer: Viewer) -> Option<RawJson> {
        replay.state().map(|state| self.game.view(state, viewer))
    }

    /// What a `GET` said beside the view there; the seed only where the session had ended.
    #[must_use]
    pub fn about(&self, replay: &Replay) -> Option<About> {
        let state = replay.state()?;
        let status = if replay.deleted() { Status::Ended } else { self.game.status(state) };
        let seed = &self.stored.created.seed;
        Some(About {
            game: self.game().to_owned(),
            status: frames::status_name(status).to_owned(),
            title: self.game.title(state),
            seed_commitment: seed.commitment().to_string(),
            seed: (status == Status::Ended).then(|| hex::encode(seed.reveal())),
        })
    }

    /// The seats from which something else is seen than by spectators, and those that somebody
    /// holds, in their order. A game does not list its seats, so they are found by looking.
    #[must_use]
    pub fn seats(&self, replay: &Replay) -> Vec<SeatId> {
        let Some(state) = replay.state() else { return Vec::new() };
        let members = self.game.members(state);
        let mut seats: Vec<SeatId> =
            members.iter().filter_map(|user| self.game.seat_of(state, user)).collect();
        let open = self.game.view(state, Viewer::Spectator);
        let (mut seat, mut plain) = (0, 0);
        while plain < SEAT_GAP && seat < u8::MAX {
            if self.game.view(state, Viewer::Seat(SeatId(seat))).get() == open.get() {
                plain += 1;
            } else {
                seats.push(SeatId(seat));
                plain = 0;
            }
            seat += 1;
        }
        seats.sort_unstable();
        seats.dedup();
        seats
    }

    /// Plays it from the first entry on.
    #[must_use]
    pub fn play(&self) -> Player {
        Player { recording: self.clone(), replay: self.start(), page: VecDeque::new() }
    }
}

/// Plays a recording entry by entry. Holds one state and one page of the log, whatever its length.
pub struct Player {
    recording: Recording,
    replay: Replay,
    page: VecDeque<LogEntry>,
}

/// An entry of the log, and whether it follows from those before.
pub struct Step {
    /// As it is stored.
    pub entry: LogEntry,
    /// Why it does not. Nothing can be played behind it.
    pub outcome: Result<(), ReplayError>,
}

impl Player {
    /// Plays the next entry; `None` at the end of the log. After a step that has failed, the replay
    /// stays before it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn next(&mut self) -> Result<Option<Step>, StoreError> {
        if self.page.is_empty() {
            self.page = self.recording.page(self.replay.version(), PAGE).await?.into();
        }
        let Some(entry) = self.page.pop_front() else { return Ok(None) };
        let outcome = self.replay.step(&*self.recording.game, &entry);
        Ok(Some(Step { entry, outcome }))
    }

    /// Is this the end that the session has?
    ///
    /// # Errors
    /// If the log ends elsewhere, or its last entry or the stored state was changed.
    pub fn check_end(&self) -> Result<(), ReplayError> {
        self.replay.check_end(self.recording.stored())
    }

    /// What is played.
    #[must_use]
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Where it stands.
    #[must_use]
    pub fn replay(&self) -> &Replay {
        &self.replay
    }
}
