//! Server → client messages. Must not know how a view is made: it arrives as finished JSON.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::SCHEMA;

/// What every message of a session carries.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Envelope<'a> {
    /// Message type.
    pub r#type: &'static str,
    /// Schema of the message: [`SCHEMA`].
    pub version: u32,
    /// Session id, as text.
    pub session: &'a str,
    /// Incarnation of the store.
    pub epoch: &'a str,
    /// The session's version after the commit that the message shows.
    pub lock_version: u64,
}

impl<'a> Envelope<'a> {
    /// An envelope of the present schema.
    #[must_use]
    pub const fn new(
        r#type: &'static str,
        session: &'a str,
        epoch: &'a str,
        lock_version: u64,
    ) -> Self {
        Self { r#type, version: SCHEMA, session, epoch, lock_version }
    }
}

/// `snapshot` and `update`: a whole view.
#[derive(Debug, Serialize)]
pub struct ViewMessage<'a> {
    /// What every message carries.
    #[serde(flatten)]
    pub envelope: Envelope<'a>,
    /// The seat that this view is made for.
    pub viewer_seat: Option<u8>,
    /// The view.
    pub data: &'a RawValue,
    /// What only the body of a `GET` carries.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub about: Option<&'a About>,
}

/// What the body of `GET /api/sessions/{id}` says beside the view.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    /// Name of the game.
    pub game: String,
    /// `open`, `running` or `ended`.
    pub status: String,
    /// The name that lists show.
    pub title: String,
    /// SHA-256 of the seed, hex.
    pub seed_commitment: String,
    /// The seed, hex, once the session has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
}

/// `patch`: the difference to the view that this connection was sent last.
#[derive(Debug, Serialize)]
pub struct PatchMessage<'a> {
    /// What every message carries.
    #[serde(flatten)]
    pub envelope: Envelope<'a>,
    /// The seat that this view is made for.
    pub viewer_seat: Option<u8>,
    /// The `lock_version` that the patch applies to.
    pub base: u64,
    /// RFC 6902.
    pub patch: &'a RawValue,
}

/// `game_event` of a session.
#[derive(Debug, Serialize)]
pub struct EventMessage<'a> {
    /// What every message carries.
    #[serde(flatten)]
    pub envelope: Envelope<'a>,
    /// `<lock_version>.<index>`; a position for `since`.
    pub id: &'a str,
    /// Schema of `result`.
    pub schema: u32,
    /// Name of the game.
    pub game_type: &'a str,
    /// Whose event it is, when it is somebody's.
    pub user_id: Option<&'a str>,
    /// What happened.
    pub result: &'a RawValue,
    /// RFC 3339, UTC, milliseconds.
    pub ts: &'a str,
}

/// `presence` on a session's topic.
#[derive(Debug, Serialize)]
pub struct PresenceMessage<'a> {
    /// Message type: `presence`.
    pub r#type: &'static str,
    /// Schema of the message.
    pub version: u32,
    /// Session id, as text.
    pub session: &'a str,
    /// Incarnation of the store.
    pub epoch: &'a str,
    /// Which seats have a live connection.
    pub seats: std::collections::BTreeMap<String, bool>,
    /// Live connections without a seat.
    pub viewers: u64,
}

/// `your_turn` on the topic `user`: others wait for the user, or no longer do.
#[derive(Debug, Serialize)]
pub struct YourTurn<'a> {
    /// Message type: `your_turn`.
    pub r#type: &'static str,
    /// Schema of the message.
    pub version: u32,
    /// Session id, as text.
    pub session: &'a str,
    /// Name of its game.
    pub game_type: &'a str,
    /// The name that lists show.
    pub title: &'a str,
    /// The version with which the turn began or ended.
    pub lock_version: u64,
    /// `false`: it is over.
    pub your_turn: bool,
}

/// `closed`: nothing more comes on this topic.
#[derive(Debug, Serialize)]
pub struct ClosedMessage<'a> {
    /// What every message carries.
    #[serde(flatten)]
    pub envelope: Envelope<'a>,
    /// `deleted`, `ended`, `seat_removed`, `permission_withdrawn`.
    pub reason: &'a str,
}

/// `ack`, `pong`, and `closed` of a stream of events.
#[derive(Debug, Default, Serialize)]
pub struct Note<'a> {
    /// Message type.
    pub r#type: &'static str,
    /// Schema of the message.
    pub version: u32,
    /// `connected` in the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
    /// Who is logged in; in the first message, `null` for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Option<&'a str>>,
    /// The topic that the reply is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<&'a str>,
    /// Where the topic is now, in the reply to `subscribe`: a client that named this version in
    /// `since` is in sync, and nothing else is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_version: Option<u64>,
    /// In `closed`: why nothing more comes on this topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// In the reply to `subscribe` for a stream of events with `since`: more was missed than is
    /// remembered, and none of it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<bool>,
    /// What the client had sent as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
}

/// `error`: something was refused.
#[derive(Debug, Serialize)]
pub struct ErrorMessage<'a> {
    /// Message type: `error`.
    pub r#type: &'static str,
    /// Schema of the message.
    pub version: u32,
    /// Stable name for programs.
    pub code: &'a str,
    /// One sentence for people.
    pub message: &'a str,
    /// The same sentence, on the scoreboard face.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// What the client had sent as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
}

/// `result`: the reply to a `command`.
#[derive(Debug, Serialize)]
pub struct ResultMessage<'a> {
    /// Message type: `result`.
    pub r#type: &'static str,
    /// Schema of the message.
    pub version: u32,
    /// What the client had sent as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
    /// Session id, as text.
    pub session: &'a str,
    /// The version that the command made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_version: Option<u64>,
    /// The game's reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a RawValue>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody<'a>>,
}

/// Why a command was refused.
#[derive(Debug, Serialize)]
pub struct ErrorBody<'a> {
    /// Stable name for programs.
    pub code: &'a str,
    /// One sentence for people.
    pub message: &'a str,
    /// The version that the caller had named, when it was stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// The version that the session has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<u64>,
    /// The newest view, a whole `snapshot` message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<&'a RawValue>,
}

/// Writes a message as JSON text. These types hold no map with other than text keys and no number
/// that JSON lacks, so that this cannot fail.
#[must_use]
pub fn write(message: &impl Serialize) -> String {
    write_around(0, message)
}

/// The same for a message that carries `content` bytes: with enough room from the start.
#[must_use]
pub fn write_around(content: usize, message: &impl Serialize) -> String {
    let mut text = Vec::with_capacity(ENVELOPE + content);
    serde_json::to_writer(&mut text, message)
        .expect("a message has only text keys and finite numbers");
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Room for what nearly every message has around its content.
const ENVELOPE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_the_contract() {
        let raw = |t: &str| RawValue::from_string(t.to_owned()).unwrap();
        let view = raw(r#"{"id":"5"}"#);
        let message = ViewMessage {
            envelope: Envelope::new("snapshot", "5", "e1", 3),
            viewer_seat: None,
            data: &view,
            about: None,
        };
        assert_eq!(
            write(&message),
            r#"{"type":"snapshot","version":1,"session":"5","epoch":"e1","lock_version":3,"viewer_seat":null,"data":{"id":"5"}}"#
        );
        let note = Note {
            r#type: "ack",
            version: SCHEMA,
            message: Some("connected"),
            user_id: Some(None),
            ..Note::default()
        };
        assert_eq!(
            write(&note),
            r#"{"type":"ack","version":1,"message":"connected","user_id":null}"#
        );
    }
}
