//! What one stream is told, and when: follows a session version by version. Must not know HTTP.
//!
//! Versions that come faster than they are read are passed over (latest wins): the feed looks at
//! the newest one whenever it is asked, and holds no more than the texts of one step.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use game::{Status, UserId, Version, Viewer};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::position::{self, Position};
use super::stream::{HEARTBEAT, event};
use crate::app::App;
use crate::auth::Login;
use crate::tables::{Presence, Published, Table, TableError, Watching};
use crate::{clock, frames};

/// A stream outlives its login by this much, as a socket does.
const LOGIN_GRACE: Duration = Duration::from_secs(25);

/// A sign of life.
const COMMENT: &str = ":\n\n";

/// One stream of one client.
///
/// Invariant: `shown` is what the client has or is about to get from `ready`; it only rises.
pub(super) struct Feed {
    app: App,
    table: Table,
    login: Option<Login>,
    patch: bool,
    changes: watch::Receiver<Arc<Published>>,
    /// The class and version of the view that the client was given last.
    shown: Option<(Viewer, Version)>,
    presence: Option<Presence>,
    /// Counted as present.
    watching: Option<Watching>,
    ready: VecDeque<String>,
    heartbeat: Interval,
    /// The client was told where it is.
    greeted: bool,
    ended: bool,
}

impl Feed {
    /// A stream that goes on after `since`, or starts with a snapshot.
    pub(super) fn new(
        app: App,
        table: Table,
        login: Option<Login>,
        patch: bool,
        since: Option<Position>,
    ) -> Self {
        let mut changes = table.changes();
        changes.mark_changed();
        let viewer = table.now().viewer(login.as_ref().map(|login| &login.user));
        let shown = match since {
            // A position ahead of the server's is of a past that was lost.
            Some(Position::At(version, seen))
                if version <= table.now().version
                    && seen.fits(viewer.seat().map(|seat| seat.0)) =>
            {
                Some((viewer, version))
            }
            _ => None,
        };
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            app,
            table,
            login,
            patch,
            changes,
            shown,
            presence: None,
            watching: None,
            ready: VecDeque::new(),
            heartbeat,
            greeted: false,
            ended: false,
        }
    }

    /// The stream's pieces, in order.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::unfold(self, |mut feed| async move {
            let piece = feed.next().await?;
            Some((Ok(Bytes::from(piece)), feed))
        })
    }

    async fn next(&mut self) -> Option<String> {
        let stopping = self.app.tasks.stopping();
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if self.ended {
                return None;
            }
            tokio::select! {
                biased;
                () = stopping.cancelled() => return None,
                changed = self.changes.changed() => match changed {
                    Ok(()) => self.step().await,
                    // The table is gone: the client comes back to a new one.
                    Err(_) => return None,
                },
                _ = self.heartbeat.tick() => self.beat().await,
            }
        }
    }

    /// Tells what is new.
    async fn step(&mut self) {
        let published = self.changes.borrow_and_update().clone();
        if !self.login_counts().await {
            self.ended = true;
            return;
        }
        if published.deleted {
            return self.close("deleted", published.version);
        }
        if self.show(&published).await.is_err() {
            self.ended = true;
            return;
        }
        if !self.greeted {
            self.greeted = true;
            self.watching = self.table.watch(self.user().cloned()).await.ok();
            self.tell_presence().await;
        }
        if published.status == Status::Ended {
            self.close("ended", published.version);
        }
    }

    /// Events first, then the view that they led to.
    async fn show(&mut self, published: &Published) -> Result<(), TableError> {
        let viewer = published.viewer(self.user());
        // Other eyes: what they saw before is no base for anything.
        let base = self.shown.filter(|(seen_as, _)| *seen_as == viewer).map(|(_, base)| base);
        let Some(base) = base else {
            self.snapshot(published, viewer, "snapshot");
            return Ok(());
        };
        if published.version <= base {
            if !self.greeted {
                // Nothing was missed: a sign of life says so.
                self.ready.push_back(COMMENT.to_owned());
            }
            return Ok(());
        }
        let patch = if self.patch { self.table.patch(viewer, base).await? } else { None };
        let Some(events) = self.table.events_since(base, u32::MAX, viewer).await? else {
            // Some events are gone from memory; `GET …/events` has them all.
            self.snapshot(published, viewer, "snapshot");
            return Ok(());
        };
        let epoch = self.app.store.epoch().clone();
        let version = patch.as_ref().map_or(published.version, |(version, _)| *version);
        for told in events.iter().filter(|told| told.version <= version) {
            let text = frames::event_text(&epoch, self.table.id(), published.game(), told);
            self.ready.push_back(event(None, &text));
        }
        if let Some((version, patch)) = patch {
            let text = frames::patch_text(&epoch, self.table.id(), version, viewer, &patch);
            self.push_view(viewer, version, &text);
        } else {
            let kind = if self.greeted { "update" } else { "snapshot" };
            self.snapshot(published, viewer, kind);
        }
        Ok(())
    }

    fn snapshot(&mut self, published: &Published, viewer: Viewer, kind: &'static str) {
        let epoch = self.app.store.epoch();
        let text = frames::snapshot_text(epoch, published, viewer, kind, None);
        self.push_view(viewer, published.version, &text);
    }

    fn push_view(&mut self, viewer: Viewer, version: Version, text: &str) {
        debug_assert!(
            self.shown.is_none_or(|(seen_as, base)| seen_as != viewer || version >= base),
            "versions rise"
        );
        let id = position::write(self.app.store.epoch(), version, viewer);
        self.ready.push_back(event(Some(&id), text));
        self.shown = Some((viewer, version));
    }

    /// A sign of life; and the time to ask whether the login still counts.
    async fn beat(&mut self) {
        if !self.login_counts().await {
            self.ended = true;
            return;
        }
        self.ready.push_back(COMMENT.to_owned());
        self.tell_presence().await;
    }

    /// Else the stream ends, without `closed`, which is for good: with a fresh token the client may come
    /// back.
    async fn login_counts(&self) -> bool {
        let Some(login) = &self.login else { return true };
        let grace = u64::try_from(LOGIN_GRACE.as_millis()).unwrap_or(u64::MAX);
        if clock::now() >= login.expires_at.plus(grace) {
            return false;
        }
        // A store that does not answer takes nobody's login away.
        !self.app.auth.was_ended(login).await.unwrap_or(false)
    }

    async fn tell_presence(&mut self) {
        let Ok(presence) = self.table.presence().await else { return };
        if self.presence.as_ref() != Some(&presence) && !self.ended {
            let epoch = self.app.store.epoch();
            let text = frames::presence_text(epoch, self.table.id(), &presence);
            self.ready.push_back(event(None, &text));
            self.presence = Some(presence);
        }
    }

    fn close(&mut self, reason: &str, version: Version) {
        let epoch = self.app.store.epoch();
        let text = frames::closed_text(epoch, self.table.id(), version, reason);
        self.ready.push_back(event(None, &text));
        self.ended = true;
    }

    fn user(&self) -> Option<&UserId> {
        self.login.as_ref().map(|login| &login.user)
    }
}
