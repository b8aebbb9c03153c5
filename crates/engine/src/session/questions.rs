//! What can be asked of the confirmed state. Must not know what is in flight.

use game::{
    Actor, Announcement, GameName, SeatId, SessionId, Status, Timestamp, UserId, Version, Viewer,
};
use serde_json::value::RawValue;

use super::{Event, Refused, Session};
use crate::{AnyState, Created, Patch, RawJson, ToldEvent};

impl Session {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Name of its game.
    #[must_use]
    pub fn game(&self) -> GameName {
        self.game.name()
    }

    /// What was stored with its first commit.
    #[must_use]
    pub fn created(&self) -> &Created {
        &self.created
    }

    /// The confirmed version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.confirmed.version
    }

    /// Was it deleted?
    #[must_use]
    pub fn deleted(&self) -> bool {
        self.deleted
    }

    /// Where it is in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        self.game.status(&self.confirmed.state)
    }

    /// The name that lists show.
    #[must_use]
    pub fn title(&self) -> String {
        self.game.title(&self.confirmed.state)
    }

    /// How this user sees the session.
    #[must_use]
    pub fn viewer(&self, user: Option<&UserId>) -> Viewer {
        let seat = user.and_then(|user| self.game.seat_of(&self.confirmed.state, user));
        seat.map_or(Viewer::Spectator, Viewer::Seat)
    }

    /// Whose turn it is.
    #[must_use]
    pub fn to_act(&self) -> Vec<UserId> {
        match self.status() {
            Status::Ended => Vec::new(),
            Status::Open | Status::Running => self.game.to_act(&self.confirmed.state),
        }
    }

    /// The commands that a seat may give now.
    #[must_use]
    pub fn legal(&self, seat: SeatId) -> Vec<RawJson> {
        self.game.legal(&self.confirmed.state, seat)
    }

    /// The confirmed view of a viewer class; made once a version.
    pub fn view(&mut self, viewer: Viewer) -> RawJson {
        debug_assert_eq!(self.views.version(), self.confirmed.version);
        self.views.view(&*self.game, viewer)
    }

    /// What leads a viewer of this class from `base` to the confirmed view; `None` when a snapshot
    /// is needed, or is no larger.
    pub fn patch(&mut self, viewer: Viewer, base: Version) -> Option<Patch> {
        self.views.patch(&*self.game, viewer, base)
    }

    /// What a viewer of this class sees of an event.
    #[must_use]
    pub fn event_view(&self, event: &Event, viewer: Viewer) -> Option<ToldEvent> {
        self.game.event_for(&event.event, viewer)
    }

    /// What streams beside the session are told of an event.
    #[must_use]
    pub fn announcement(&self, event: &Event) -> Option<Announcement> {
        self.game.announce(&self.confirmed.state, &event.event)
    }

    /// The events after a position, oldest first; `None` when some may be held no more.
    #[must_use]
    pub fn events_since(&self, version: Version, index: u32) -> Option<Vec<Event>> {
        let newer = |event: &&Event| (event.version, event.index) > (version, index);
        let held = (version, index) >= self.events_after;
        held.then(|| self.events.iter().filter(newer).cloned().collect())
    }

    /// Would this command be carried out on the confirmed state? Changes nothing.
    pub fn dry_run(&self, now: Timestamp, actor: &Actor, body: &RawValue) -> Result<(), Refused> {
        if self.deleted {
            return Err(Refused::Deleted);
        }
        self.apply(&self.confirmed, now, actor, body).map(|_| ())
    }

    /// The confirmed state, for those that hold rights by it.
    #[must_use]
    pub fn state(&self) -> &AnyState {
        self.views.state()
    }
}
