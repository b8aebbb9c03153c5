//! Follows a stream of events over a socket: comes back where it was. Must not know what the events
//! mean.

use serde_json::Value;

use crate::line::{Heard, Line};
use crate::{Api, Change};

/// Events of a user, or, for admins, of all users; followed until the server ends it.
pub struct Stream {
    line: Line,
    path: &'static str,
    /// The event that was heard last.
    last: Option<String>,
}

impl Stream {
    /// What happens to the user of `api`'s token. Begins with `ws_ack`.
    #[must_use]
    pub fn of_user(api: Api) -> Self {
        Self { line: Line::new(api), path: "/api/games/ws", last: None }
    }

    /// What happens to all users. Begins with `monitor_snapshot`.
    #[must_use]
    pub fn of_all(api: Api) -> Self {
        Self { line: Line::new(api), path: "/api/games/ws/monitor", last: None }
    }

    /// The next thing that happens; `None` after [`Change::Closed`]. After a lost connection the
    /// first message says by `gap` whether everything missed follows. Safe to drop at any moment.
    pub async fn next(&mut self) -> Option<Change> {
        let (path, last) = (self.path, &self.last);
        let since = || last.as_ref().map(|id| format!("?since={id}")).unwrap_or_default();
        Some(match self.line.next(|| format!("{path}{}", since())).await? {
            Heard::Connected => Change::Connected,
            Heard::Message(message) => {
                if message["type"] != "error" {
                    self.line.in_sync();
                }
                let newest = message["recent_events"].as_array().and_then(|events| events.last());
                let id = newest.unwrap_or(&message)["id"].as_str();
                if let Some(id) = id {
                    self.last = Some(id.to_owned());
                }
                Change::Message(message)
            }
            Heard::Lost(why, retry) => Change::Lost { why, retry },
            Heard::Closed(why) => Change::Closed { why },
        })
    }
}

/// The events of a message, oldest first: of a snapshot those that it holds, else the message itself.
#[must_use]
pub fn events(message: &Value) -> &[Value] {
    match message["recent_events"].as_array() {
        Some(recent) => recent,
        None if message["type"] == "game_event" => std::slice::from_ref(message),
        None => &[],
    }
}
