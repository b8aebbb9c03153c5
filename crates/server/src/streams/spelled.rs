//! Spells the messages of streams. Must not know who gets them.

use std::collections::BTreeSet;

use game::{Announcement, UserId};
use protocol::SCHEMA;
use protocol::from_server::write;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Beginning, Position};
use crate::clock;

/// Ids of this server's own users are whole numbers, and numbers on these streams; those of other
/// identity providers are texts.
#[must_use]
pub fn user_value(user: &UserId) -> Value {
    let own =
        user.as_str().parse().ok().filter(|id: &game::SessionId| id.to_string() == user.as_str());
    own.map_or_else(|| user.as_str().into(), |id| id.get().into())
}

#[derive(Serialize)]
struct EventMessage<'a> {
    r#type: &'static str,
    schema: u32,
    id: String,
    user_id: Value,
    #[serde(flatten)]
    fields: &'a Value,
    ts: String,
}

/// An announcement as it is sent and read.
#[must_use]
pub fn event_text(position: Position, announcement: &Announcement) -> String {
    write(&EventMessage {
        r#type: announcement.kind,
        schema: SCHEMA,
        id: position.to_string(),
        user_id: user_value(&announcement.user),
        fields: &announcement.fields,
        ts: clock::rfc3339(position.at),
    })
}

#[derive(Serialize)]
struct SnapshotMessage<'a> {
    r#type: &'static str,
    version: u32,
    connected_user_ids: Vec<Value>,
    connections: usize,
    recent_events: Vec<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<bool>,
}

/// Where a monitor begins.
pub(super) fn snapshot_text(beginning: &Beginning<'_>) -> String {
    let mut connected: Vec<&UserId> = beginning.connected.keys().collect();
    connected.sort_unstable();
    let payloads: Vec<_> = beginning.recent.iter().map(|told| told.frame.payload()).collect();
    write(&SnapshotMessage {
        r#type: "monitor_snapshot",
        version: SCHEMA,
        connected_user_ids: connected.into_iter().map(user_value).collect(),
        connections: beginning.connections,
        recent_events: payloads
            .iter()
            .filter_map(|json| serde_json::from_slice(json).ok())
            .collect(),
        gap: beginning.gap,
    })
}

#[derive(Serialize)]
struct PresenceMessage {
    r#type: &'static str,
    version: u32,
    joined: Vec<Value>,
    left: Vec<Value>,
    connected: usize,
    connections: usize,
}

/// Who has come and who has gone.
pub(super) fn presence_text(
    joined: &BTreeSet<UserId>,
    left: &BTreeSet<UserId>,
    connected: usize,
    connections: usize,
) -> String {
    let (joined, left) = (joined.iter().map(user_value), left.iter().map(user_value));
    write(&PresenceMessage {
        r#type: "presence",
        version: SCHEMA,
        joined: joined.collect(),
        left: left.collect(),
        connected,
        connections,
    })
}

/// The first message of a user's stream.
#[must_use]
pub(crate) fn acknowledged(user: &UserId, gap: Option<bool>) -> String {
    #[derive(Serialize)]
    struct AckMessage {
        r#type: &'static str,
        version: u32,
        user_id: Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        gap: Option<bool>,
    }
    write(&AckMessage { r#type: "ws_ack", version: SCHEMA, user_id: user_value(user), gap })
}
