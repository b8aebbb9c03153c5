//! What a mirror is made from, keeps and shows: shapes only. Must not know who may do what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use game::{Name, SeatId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A document of the backend's, shared so that a view costs no copy.
pub type Document = Arc<Value>;

/// What a new mirror is made from. All of it may be absent.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Options {
    /// The name that lists show.
    pub title: Option<Name>,
    /// What everyone sees; `null` at first.
    #[serde(default)]
    pub public: Document,
    /// What each seat alone sees.
    pub seats: Option<BTreeMap<SeatId, Document>>,
    /// Who holds each seat.
    pub players: Option<BTreeMap<SeatId, UserId>>,
}

/// The one command: puts a new document in the place of the old one.
///
/// It is a struct with its tag as a field, where other games have an enum with an inner tag: such
/// an enum reads the body into a buffer first, and from there the keys of `seats` are no numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    /// The tag.
    pub r#do: Verb,
    /// What everyone sees from now on.
    pub public: Document,
    /// What each seat alone sees from now on; absent: what it saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<BTreeMap<SeatId, Document>>,
    /// Who holds each seat from now on; absent: who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub players: Option<BTreeMap<SeatId, UserId>>,
    /// What happened, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
    /// The name that lists show from now on; absent: the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    /// `true` ends the session, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<bool>,
}

/// The tag of [`Put`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// `"do":"put"`.
    Put,
}

/// Something that happened, in the backend's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What sort of thing.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Name>,
    /// Whose event it is, when it is somebody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What happened.
    pub result: Value,
    /// Who may know of it: these seats and nobody else; absent: everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<BTreeSet<SeatId>>,
}

/// Everything the backend has put, for everyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(crate) title: Name,
    pub(crate) public: Document,
    pub(crate) seats: BTreeMap<SeatId, Document>,
    /// Nobody holds two seats.
    pub(crate) players: BTreeMap<SeatId, UserId>,
    pub(crate) ended: bool,
}

/// What one viewer sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// What everyone sees.
    pub public: Document,
    /// What this viewer's seat alone sees; `null` for spectators and seats without a document.
    pub seat: Option<Document>,
}

/// What one viewer sees of an [`Event`] beside whose it is: not who else sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// What sort of thing.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Name>,
    /// What happened.
    pub result: Value,
}
