//! Rebuilds versions for requests: on threads that may block, a few at a time, from the nearest point
//! that is kept. Must not know HTTP, nor who asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{Difference, LogEntry, RawJson, Replay, ReplayError};
use game::{SeatId, SessionId, Version, Viewer};
use protocol::from_server::About;
use store::{Store, StoreError};
use tokio::sync::Semaphore;

use super::points::Points;
use super::{OpenError, PAGE, Recording};
use crate::games::Games;
use crate::tasks::Tasks;

/// Bytes of the points that are kept: some thousand states of a game of cards, or sixty of the
/// largest boards.
const POINTS_BYTES: usize = 32 * 1024 * 1024;

/// Versions between two points: a step back costs a few milliseconds.
const POINT_EVERY: u64 = 128;

/// Log entries played for one request: a second's work or two. Where that does not reach, the next
/// request goes on from there.
const STEPS_MOST: u64 = 20_000;

/// Replays at once. They share the processors with the tables.
const AT_ONCE: usize = 2;

/// Why there is no such moment.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    /// The session.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The session has no such version.
    #[error("there is no version {version}; the newest is {newest}")]
    NoVersion {
        /// What was asked for.
        version: Version,
        /// What there is.
        newest: Version,
    },
    /// The log does not lead there.
    #[error("{0}")]
    Broken(ReplayError),
    /// It takes more than one request.
    #[error("rebuilt up to version {0}; ask again")]
    Unfinished(Version),
    /// The rules panicked, or the server is going down.
    #[error("a fault of the rules")]
    Fault,
}

impl From<StoreError> for StudioError {
    fn from(error: StoreError) -> Self {
        Self::Open(error.into())
    }
}

/// One version of a session as one viewer saw it.
pub struct Moment {
    /// The newest version of the session.
    pub newest: Version,
    /// The commit that made this version.
    pub entry: LogEntry,
    /// What the viewer saw.
    pub view: RawJson,
    /// What a `GET` said beside it.
    pub about: About,
    /// Seats that see something of their own.
    pub seats: Vec<SeatId>,
}

/// Rebuilds versions. A clone is one more handle on the same.
#[derive(Clone)]
pub struct Studio(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    games: Games,
    tasks: Tasks,
    points: Mutex<Points>,
    turns: Semaphore,
}

impl Studio {
    /// Replays from this store by these rules.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, games: Games, tasks: Tasks) -> Self {
        let (points, turns) = (Mutex::new(Points::new(POINTS_BYTES)), Semaphore::new(AT_ONCE));
        Self(Arc::new(Inner { store, games, tasks, points, turns }))
    }

    /// Rebuilds one version from the log.
    ///
    /// # Errors
    /// If there is none, the log breaks before it, or it is too far for one request.
    pub async fn moment(
        &self,
        session: SessionId,
        version: Version,
        viewer: Viewer,
    ) -> Result<Moment, StudioError> {
        let inner = &*self.0;
        let recording = Recording::open(&inner.store, &inner.games, session).await?;
        let newest = recording.version();
        if version == Version::NONE || version > newest {
            return Err(StudioError::NoVersion { version, newest });
        }
        let turn = inner.turns.acquire().await.map_err(|_| StudioError::Fault)?;
        let (replay, entry) = self.rebuild(&recording, version).await?;
        let work = move || {
            let view = recording.view(&replay, viewer)?;
            let about = recording.about(&replay)?;
            Some(Moment { newest, entry, view, about, seats: recording.seats(&replay) })
        };
        let moment = inner.tasks.blocking(work).await;
        drop(turn);
        moment.ok().flatten().ok_or(StudioError::Fault)
    }

    async fn rebuild(
        &self,
        recording: &Recording,
        version: Version,
    ) -> Result<(Replay, LogEntry), StudioError> {
        let session = recording.stored().session;
        let near = self.points().find(session, version);
        let mut replay = near.unwrap_or_else(|| recording.start());
        let until = Version(version.0.min(replay.version().0 + STEPS_MOST));
        let mut last = None;
        if replay.version() == version {
            last = recording.page(Version(version.0 - 1), 1).await?.pop();
            if last.as_ref().is_none_or(|entry| entry.hash() != replay.head()) {
                let changed = ReplayError::Differs(version, Difference::Head);
                return Err(StudioError::Broken(changed));
            }
        }
        while replay.version() < until {
            let left = usize::try_from(until.0 - replay.version().0).unwrap_or(PAGE);
            let page = recording.page(replay.version(), left).await?;
            if page.is_empty() {
                let (session, log) = (recording.version(), replay.version());
                return Err(StudioError::Broken(ReplayError::End { session, log }));
            }
            let (studio, recording) = (self.clone(), recording.clone());
            let work = move || studio.play(&recording, replay, page);
            let played = self.0.tasks.blocking(work).await.map_err(|_| StudioError::Fault)?;
            let entry;
            (replay, entry) = played.map_err(StudioError::Broken)?;
            last = Some(entry);
        }
        self.points().keep(replay.clone());
        match last {
            Some(entry) if replay.version() == version => {
                if version == recording.version() {
                    replay.check_end(recording.stored()).map_err(StudioError::Broken)?;
                }
                Ok((replay, entry))
            }
            _ => Err(StudioError::Unfinished(replay.version())),
        }
    }

    /// Plays a page that is not empty; answers with its last entry.
    fn play(
        &self,
        recording: &Recording,
        mut replay: Replay,
        page: Vec<LogEntry>,
    ) -> Result<(Replay, LogEntry), ReplayError> {
        for entry in &page {
            replay.step(&*recording.game, entry)?;
            if replay.version().0.is_multiple_of(POINT_EVERY) {
                self.points().keep(replay.clone());
            }
        }
        let last = page.into_iter().next_back().ok_or(ReplayError::Empty)?;
        Ok((replay, last))
    }

    /// Nothing in there can panic half-way.
    fn points(&self) -> MutexGuard<'_, Points> {
        self.0.points.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
