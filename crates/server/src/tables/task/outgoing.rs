//! What a table tells through the hub: snapshots to those who come, views and events to those who
//! are here, presence, and the last word. Must not know how a command is carried out.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::{Signal, Turn};
use engine::Event;
use game::{SeatId, Status, UserId, Version, Viewer};
use hub::{Broadcast, ConnId, Frame, Part, PartBody, Subscribe};
use protocol::close;
use protocol::from_client::Since;

use super::TableTask;
use crate::frames;
use crate::problem;
use crate::streams::Position;
use crate::tables::audience::{Member, channel};
use crate::tables::{EventView, Form, Join, Presence, Published, TableError};

/// At most one presence message in this time.
const PRESENCE_EVERY: Duration = Duration::from_secs(1);

/// Why a session that is over says no more.
const ENDED: &str = "ended";

impl TableTask {
    pub(super) fn join(&mut self, join: Join) {
        // What is confirmed goes to those who were here before; the newcomer starts after it.
        self.tell();
        let topic = format!("session:{}", self.session.id());
        if self.session.deleted() {
            let (code, message) = problem::refused_parts(&TableError::NotFound);
            let reference = join.ack.as_ref().and_then(|r| r.as_deref());
            let frame = frames::error(&code, &message, reference, join.form == Form::Plain);
            self.tables.shared().hub.send(join.conn, frame);
            if join.sole {
                let why = close::NO_SESSION;
                self.tables.shared().hub.close(join.conn, why.code, why.word);
            }
            return;
        }
        let viewer = self.session.viewer(join.user.as_ref());
        let version = self.session.version();
        let mut first = Vec::new();
        if let Some(reference) = &join.ack {
            first.push(frames::ack(&topic, Some(version), reference.as_deref()));
        }
        first.extend(self.resume(viewer, join.form, join.since.as_ref()));
        if self.session.status() == Status::Ended {
            first.push(self.closed_frame(ENDED));
            return self.turn_away(join.conn, join.sole, first);
        }
        let member = Member { user: join.user, viewer, form: join.form, sole: join.sole };
        self.enter(join.conn, member, first);
        self.presence_changed();
    }

    /// The last view of a session that has ended, for one who comes late.
    fn turn_away(&self, conn: ConnId, sole: bool, frames: Vec<Frame>) {
        let hub = &self.tables.shared().hub;
        frames.into_iter().for_each(|frame| hub.send(conn, frame));
        if sole {
            hub.close(conn, close::NO_SESSION.code, ENDED);
        }
    }

    fn closed_frame(&self, reason: &str) -> Frame {
        let epoch = self.tables.shared().store.epoch();
        let (id, version) = (self.session.id(), self.session.version());
        Frame::text(&frames::closed_text(epoch, id, version, reason))
    }

    fn enter(&mut self, conn: ConnId, member: Member, first: Vec<Frame>) {
        let (id, version) = (self.session.id(), self.session.version().0);
        let new = channel(id, member.viewer, member.form);
        let hub = self.tables.shared().hub.clone();
        if let Some(before) = self.audience.join(conn, member) {
            let old = channel(id, before.viewer, before.form);
            if old != new {
                hub.unsubscribe(conn, old);
            }
        }
        hub.subscribe(conn, new, Subscribe { first, version });
    }

    /// What brings a viewer from where they are to here: nothing, a patch and the events in
    /// between, or a snapshot.
    fn resume(&mut self, viewer: Viewer, form: Form, since: Option<&Since>) -> Vec<Frame> {
        let epoch = self.tables.shared().store.epoch().clone();
        let here = self.session.version();
        let metrics = self.tables.shared().metrics.clone();
        if let Some(Since::Version { epoch: theirs, lock_version, viewer_seat }) = since
            && *theirs == *epoch.as_str()
            && viewer_seat.fits(viewer.seat().map(|seat| seat.0))
        {
            let base = Version(*lock_version);
            if let Some(events) = self.session.events_since(base, u32::MAX)
                && base <= here
                && form.has_events()
            {
                let mut frames = self.event_frames(&self.event_views(&events, viewer));
                if base == here {
                    metrics.resync("none");
                    return frames;
                }
                if form == Form::Patch
                    && let Some(patch) = self.session.patch(viewer, base)
                {
                    let text = frames::patch_text(&epoch, self.session.id(), here, viewer, &patch);
                    frames.push(Frame::text(&text));
                    metrics.resync("patch");
                    return frames;
                }
                frames.push(self.view_frame(viewer, form));
                metrics.resync("snapshot");
                return frames;
            }
        }
        if since.is_some() {
            metrics.resync("snapshot");
        }
        vec![self.view_frame(viewer, form)]
    }

    /// The first view of a subscriber.
    fn view_frame(&mut self, viewer: Viewer, form: Form) -> Frame {
        let view = self.session.view(viewer);
        Frame::text(&match form {
            Form::Snapshot => frames::face_snapshot_text(self.origin(), viewer, &view),
            _ => frames::view_text(self.origin(), viewer, "snapshot", &view, None),
        })
    }

    fn event_frames(&self, views: &[EventView]) -> Vec<Frame> {
        let (epoch, id) = (self.tables.shared().store.epoch(), self.session.id());
        let frame =
            |view: &EventView| Frame::text(&frames::event_text(epoch, id, self.game.name(), view));
        views.iter().map(frame).collect()
    }

    /// Publishes what was confirmed since the last time.
    pub(super) fn tell(&mut self) {
        let Some(events) = self.unpublished.take() else { return };
        let confirmed = Instant::now();
        let base = self.publish.borrow().version;
        let version = self.session.version();
        let published = Self::publishable(&self.session, self.game.clone());
        // First: nobody gets a view of the new state for a seat that they have just lost.
        self.show_new_seats();
        let parts = catch_unwind(AssertUnwindSafe(|| self.parts(&events, base, &published)));
        let Ok(parts) = parts else {
            let session = self.session.id();
            tracing::error!(%session, %version, "a view panicked; nobody was told of this version");
            return;
        };
        let ended = published.status == Status::Ended;
        self.publish.send_replace(published);
        self.announce(&events);
        let shared = self.tables.shared();
        if !parts.is_empty() {
            let broadcast = Broadcast::new(self.session.id().get(), version.0, parts);
            shared.hub.publish(Arc::new(broadcast));
        }
        shared.metrics.publish(confirmed.elapsed());
        shared.bus.signal(Signal::Moved(self.session.id(), version));
        self.tell_turns();
        if ended {
            self.dismiss(ENDED);
        }
    }

    /// Tells the streams beside the session.
    fn announce(&self, events: &[Event]) {
        let announced = events.iter().filter_map(|event| {
            let Event { version, index, at, .. } = *event;
            let position = Position { at, session: self.session.id(), version, index };
            Some((position, self.session.announcement(event)?))
        });
        let Ok(announced) = catch_unwind(AssertUnwindSafe(|| announced.collect::<Vec<_>>())) else {
            let (session, version) = (self.session.id(), self.session.version());
            return tracing::error!(%session, %version, "an announcement panicked; none was made");
        };
        if !announced.is_empty() {
            self.tables.shared().streams.tell(announced);
        }
    }

    fn parts(&mut self, events: &[Event], base: Version, published: &Published) -> Vec<Part> {
        let id = self.session.id();
        let channels: Vec<(Viewer, Form)> = self.audience.channels().collect();
        let mut parts = Vec::with_capacity(channels.len());
        let mut made: Option<(Viewer, Frame)> = None;
        // Most events are the same for everyone: spelled once then.
        let (mut told, mut event_frames) = (Vec::new(), Vec::new());
        for (viewer, form) in channels {
            if form == Form::Snapshot {
                let full = self.view_frame(viewer, form);
                published.seed_view(viewer, self.session.view(viewer));
                let body = PartBody::View { full, patch: None };
                parts.push(Part { channel: channel(id, viewer, form), body });
                continue;
            }
            if made.as_ref().is_none_or(|(of, ..)| *of != viewer) {
                let view = self.session.view(viewer);
                published.seed_view(viewer, view.clone());
                let text = frames::view_text(self.origin(), viewer, "update", &view, None);
                made = Some((viewer, Frame::text(&text)));
                let views = self.event_views(events, viewer);
                if views != told {
                    event_frames = self.event_frames(&views);
                    told = views;
                }
            }
            let Some((_, full)) = &made else { continue };
            let channel = channel(id, viewer, form);
            if form.has_events() {
                let event = |frame: &Frame| Part { channel, body: PartBody::Event(frame.clone()) };
                parts.extend(event_frames.iter().map(event));
            }
            let full = full.clone();
            let patch = if form == Form::Patch { self.patch_frame(viewer, base) } else { None };
            parts.push(Part { channel, body: PartBody::View { full, patch } });
        }
        parts
    }

    fn patch_frame(&mut self, viewer: Viewer, base: Version) -> Option<(u64, Frame)> {
        let patch = self.session.patch(viewer, base)?;
        let epoch = self.tables.shared().store.epoch();
        let (id, version) = (self.session.id(), self.session.version());
        let text = frames::patch_text(epoch, id, version, viewer, &patch);
        Some((base.0, Frame::text(&text)))
    }

    /// Members whose seat has changed see the session with other eyes from now on.
    pub(super) fn show_new_seats(&mut self) {
        let moved = self.audience.moved(|user| self.session.viewer(Some(user)));
        for (conn, member) in &moved {
            let snapshot = self.view_frame(member.viewer, member.form);
            self.enter(*conn, member.clone(), vec![snapshot]);
        }
        if !moved.is_empty() {
            self.presence_changed();
        }
    }

    /// Tells those whose turn has begun, or ended, on their own streams.
    fn tell_turns(&mut self) {
        let now = self.session.to_act();
        if now == self.to_act {
            return;
        }
        let before = std::mem::replace(&mut self.to_act, now);
        let turn = |user: &UserId, waiting| {
            let turn = Turn {
                user: user.clone(),
                session: self.session.id(),
                game: self.game.name(),
                title: self.session.title(),
                version: self.session.version(),
                waiting,
            };
            self.tables.shared().bus.signal(Signal::Turn(Arc::new(turn)));
        };
        before.iter().filter(|user| !self.to_act.contains(user)).for_each(|user| turn(user, false));
        self.to_act.iter().filter(|user| !before.contains(user)).for_each(|user| turn(user, true));
    }

    /// Tells the rules whose last connection has dropped, or whose first is there again, if they
    /// care.
    fn tell_rules_of_presence(&mut self, seats: &[SeatId]) {
        let now: BTreeSet<SeatId> = seats.iter().copied().collect();
        let before = std::mem::replace(&mut self.seats_here, now);
        let changed: Vec<SeatId> = before.symmetric_difference(&self.seats_here).copied().collect();
        for seat in changed {
            let here = self.seats_here.contains(&seat);
            if let Some(command) = self.game.seat_presence(self.session.state(), seat, here) {
                self.command_of_server(command);
            }
        }
    }

    pub(super) fn presence(&mut self) -> Presence {
        self.audience.presence(|user| self.session.viewer(Some(user)))
    }

    pub(super) fn presence_changed(&mut self) {
        if self.presence_due.is_none() {
            let earliest = self.presence_sent.map(|at| at + PRESENCE_EVERY);
            self.presence_due = Some(earliest.unwrap_or_else(Instant::now).max(Instant::now()));
        }
    }

    pub(super) fn tell_presence(&mut self, now: Instant) {
        self.presence_due = None;
        self.presence_sent = Some(now);
        let presence = self.presence();
        self.tell_rules_of_presence(&presence.seats);
        let id = self.session.id();
        let epoch = self.tables.shared().store.epoch();
        let frame = Frame::text(&frames::presence_text(epoch, id, &presence));
        let part = |(viewer, form)| {
            let channel = channel(id, viewer, form);
            Part { channel, body: PartBody::Control(frame.clone()) }
        };
        let told = self.audience.channels().filter(|(_, form)| form.has_events());
        let parts: Vec<Part> = told.map(part).collect();
        if !parts.is_empty() {
            let version = self.session.version().0;
            self.tables.shared().hub.publish(Arc::new(Broadcast::new(id.get(), version, parts)));
        }
    }

    /// The session is gone: everyone is told, and sockets that are here for it alone are closed.
    pub(super) fn dismiss(&mut self, reason: &str) {
        let id = self.session.id();
        let frame = self.closed_frame(reason);
        self.publish.send_replace(Self::publishable(&self.session, self.game.clone()));
        let shared = self.tables.shared();
        // It queues behind the last view, which unsubscribing would take back.
        let last = |(viewer, form)| Part {
            channel: channel(id, viewer, form),
            body: PartBody::Terminal { frame: frame.clone(), close: None },
        };
        let parts: Vec<Part> = self.audience.channels().map(last).collect();
        if !parts.is_empty() {
            let version = self.session.version().0;
            shared.hub.publish(Arc::new(Broadcast::new(id.get(), version, parts)));
        }
        for (conn, member) in self.audience.dismiss() {
            if member.sole {
                shared.hub.close(conn, close::NO_SESSION.code, reason);
            }
        }
        shared.bus.signal(Signal::Moved(id, self.session.version()));
    }
}
