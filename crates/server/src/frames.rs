//! Spells the messages of a session as JSON texts and frames. Must not know who gets them.

use bus::Turn;
use engine::{Patch, RawJson};
use game::{SessionId, Status, UserId, Version, Viewer};
use hub::Frame;
use protocol::SCHEMA;
use protocol::from_server::{
    About, ClosedMessage, Envelope, ErrorBody, ErrorMessage, EventMessage, Note, PatchMessage,
    PresenceMessage, ResultMessage, ViewMessage, YourTurn, write, write_around,
};
use serde_json::value::RawValue;
use store::Epoch;

use crate::clock;
use crate::tables::{EventView, Presence, Published};

/// Where a message comes from: what every message of a session carries.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Incarnation of the store.
    pub epoch: &'a Epoch,
    /// The session.
    pub session: SessionId,
    /// The version that the message shows.
    pub version: Version,
}

/// A whole view; `kind` is `snapshot` or `update`.
#[must_use]
pub fn view_text(
    origin: Origin<'_>,
    viewer: Viewer,
    kind: &'static str,
    view: &RawValue,
    about: Option<&About>,
) -> String {
    let session = origin.session.to_string();
    let envelope = Envelope::new(kind, &session, origin.epoch.as_str(), origin.version.0);
    let viewer_seat = viewer.seat().map(|seat| seat.0);
    write_around(view.get().len(), &ViewMessage { envelope, viewer_seat, data: view, about })
}

/// A whole view of what was published last.
#[must_use]
pub fn snapshot_text(
    epoch: &Epoch,
    published: &Published,
    viewer: Viewer,
    kind: &'static str,
    about: Option<&About>,
) -> String {
    let origin = Origin { epoch, session: published.session, version: published.version };
    view_text(origin, viewer, kind, &published.view(viewer), about)
}

/// A whole view for Nommie's face: what a `GET` there answers, as `data`.
#[must_use]
pub fn face_snapshot_text(origin: Origin<'_>, viewer: Viewer, view: &RawValue) -> String {
    let whole = with_version(view, origin.version);
    view_text(origin, viewer, "snapshot", &whole, None)
}

/// A view (a JSON object that is not empty) with `lock_version` inside.
#[must_use]
pub fn with_version(view: &RawValue, version: Version) -> Box<RawValue> {
    let text = joined(view.get(), &format!("{{\"lock_version\":{version}}}"));
    RawValue::from_string(text).unwrap_or_default()
}

/// The fields of two JSON objects in one, those of the first as they were written. Neither is empty.
#[must_use]
pub fn joined(one: &str, other: &str) -> String {
    let head = one.trim_end().strip_suffix('}').unwrap_or(one);
    let tail = other.trim_start().strip_prefix('{').unwrap_or(other);
    format!("{head},{tail}")
}

/// What the body of a `GET` says beside the view.
#[must_use]
pub fn about(published: &Published) -> About {
    let ended = published.status == Status::Ended;
    About {
        game: published.game().to_owned(),
        status: status_name(published.status).to_owned(),
        title: published.title.clone(),
        seed_commitment: published.seed.commitment().to_string(),
        seed: ended.then(|| hex::encode(published.seed.reveal())),
    }
}

/// The name of a status on the wire.
#[must_use]
pub const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Running => "running",
        Status::Ended => "ended",
    }
}

/// The difference to an earlier view.
#[must_use]
pub fn patch_text(
    epoch: &Epoch,
    session: SessionId,
    version: Version,
    viewer: Viewer,
    patch: &Patch,
) -> String {
    let session = session.to_string();
    let message = PatchMessage {
        envelope: Envelope::new("patch", &session, epoch.as_str(), version.0),
        viewer_seat: viewer.seat().map(|seat| seat.0),
        base: patch.base.0,
        patch: &patch.operations,
    };
    write_around(patch.operations.get().len(), &message)
}

/// Something that happened.
#[must_use]
pub fn event_text(epoch: &Epoch, session: SessionId, game: &str, event: &EventView) -> String {
    let session = session.to_string();
    write(&EventMessage {
        envelope: Envelope::new("game_event", &session, epoch.as_str(), event.version.0),
        id: &format!("{}.{}", event.version, event.index),
        schema: SCHEMA,
        game_type: game,
        user_id: event.told.user.as_ref().map(UserId::as_str),
        result: &event.told.result,
        ts: &clock::rfc3339(event.at),
    })
}

/// Nothing more comes on this topic.
#[must_use]
pub fn closed_text(epoch: &Epoch, session: SessionId, version: Version, reason: &str) -> String {
    let session = session.to_string();
    let envelope = Envelope::new("closed", &session, epoch.as_str(), version.0);
    write(&ClosedMessage { envelope, reason })
}

/// Who is here.
#[must_use]
pub fn presence_text(epoch: &Epoch, session: SessionId, presence: &Presence) -> String {
    write(&PresenceMessage {
        r#type: "presence",
        version: SCHEMA,
        session: &session.to_string(),
        epoch: epoch.as_str(),
        seats: presence.seats.iter().map(|seat| (seat.to_string(), true)).collect(),
        viewers: presence.viewers,
    })
}

/// It is a user's turn somewhere, or no longer.
#[must_use]
pub fn your_turn(turn: &Turn) -> Frame {
    Frame::text(&write(&YourTurn {
        r#type: "your_turn",
        version: SCHEMA,
        session: &turn.session.to_string(),
        game_type: turn.game,
        title: &turn.title,
        lock_version: turn.version.0,
        your_turn: turn.waiting,
    }))
}

/// The first message of a socket.
#[must_use]
pub fn connected(user: Option<&str>) -> Frame {
    let note = Note { message: Some("connected"), user_id: Some(user), ..note("ack") };
    Frame::text(&write(&note))
}

/// The reply to `subscribe` and `unsubscribe`; `at` is where the topic is now.
#[must_use]
pub fn ack(topic: &str, at: Option<Version>, reference: Option<&str>) -> Frame {
    let lock_version = at.map(|version| version.0);
    let note = Note { topic: Some(topic), lock_version, reference, ..note("ack") };
    Frame::text(&write(&note))
}

/// The reply to `subscribe` for a stream of events; `gap` if the client has said where it was.
#[must_use]
pub fn ack_at(topic: &str, gap: Option<bool>, reference: Option<&str>) -> Frame {
    Frame::text(&write(&Note { topic: Some(topic), gap, reference, ..note("ack") }))
}

/// The socket follows this topic no more: its user may not, any more.
#[must_use]
pub fn withdrawn(topic: &str) -> Frame {
    let reason = Some("permission_withdrawn");
    Frame::text(&write(&Note { topic: Some(topic), reason, ..note("closed") }))
}

/// The reply to `ping`.
#[must_use]
pub fn pong(reference: Option<&str>) -> Frame {
    Frame::text(&write(&Note { reference, ..note("pong") }))
}

fn note(kind: &'static str) -> Note<'static> {
    Note { r#type: kind, version: SCHEMA, ..Note::default() }
}

/// Something was refused. `detail` repeats the sentence, for the scoreboard face.
#[must_use]
pub fn error(code: &str, message: &str, reference: Option<&str>, detail: bool) -> Frame {
    let detail = detail.then_some(message);
    let message =
        ErrorMessage { r#type: "error", version: SCHEMA, code, message, detail, reference };
    Frame::text(&write(&message))
}

/// A command was carried out.
#[must_use]
pub fn result(
    session: SessionId,
    version: Version,
    reply: &RawJson,
    reference: Option<&str>,
) -> Frame {
    let session = session.to_string();
    let message = ResultMessage {
        lock_version: Some(version.0),
        data: Some(reply),
        ..answer(&session, reference)
    };
    Frame::text(&write(&message))
}

/// A command was refused.
#[must_use]
pub fn refused(session: &str, error: ErrorBody<'_>, reference: Option<&str>) -> Frame {
    Frame::text(&write(&ResultMessage { error: Some(error), ..answer(session, reference) }))
}

const fn answer<'a>(session: &'a str, reference: Option<&'a str>) -> ResultMessage<'a> {
    ResultMessage {
        r#type: "result",
        version: SCHEMA,
        reference,
        session,
        lock_version: None,
        data: None,
        error: None,
    }
}
