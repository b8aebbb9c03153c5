//! Follows one session over a socket: resumes, never steps back. Must not know who shows what it
//! finds.

use std::time::Duration;

use serde_json::{Value, json};

use crate::line::{Heard, Line};
use crate::{Api, Applied, View};

/// What a [`Watch`] or a [`crate::Stream`] has seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The server has taken the connection, and what comes is in sync or about to be.
    Connected,
    /// There is a newer view: see [`Watch::view`].
    View,
    /// Another message: events, presence.
    Message(Value),
    /// The connection is gone; the next attempt comes after this time.
    Lost {
        /// Why, in words.
        why: String,
        /// Until the next attempt.
        retry: Duration,
    },
    /// Nothing more comes: it has ended, or no attempt can mend it (the address is none, or the
    /// token is not good any more).
    Closed {
        /// Why, in words; first the close code, if the server closed it.
        why: String,
    },
}

/// How to follow.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// Ask for patches.
    pub patch: bool,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { patch: true }
    }
}

/// One session, followed until it ends.
pub struct Watch {
    line: Line,
    session: String,
    options: WatchOptions,
    view: View,
    /// A whole view was asked for on this connection, and has not come yet.
    asked: bool,
}

impl Watch {
    /// Follows `session`; connects on the first [`Watch::next`].
    #[must_use]
    pub fn new(api: Api, session: &str, options: WatchOptions) -> Self {
        let (line, view) = (Line::new(api), View::of(session));
        Self { line, session: session.to_owned(), options, view, asked: false }
    }

    /// The newest view.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The next thing that happens; `None` after [`Change::Closed`]. Safe to drop at any moment:
    /// at worst a connection attempt starts anew.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            let (view, session, patch) = (&self.view, &self.session, self.options.patch);
            match self.line.next(|| path(session, view, patch)).await? {
                Heard::Connected => {
                    self.asked = false;
                    return Some(Change::Connected);
                }
                Heard::Message(message) => {
                    if let Some(change) = self.heard(message).await {
                        return Some(change);
                    }
                }
                Heard::Lost(why, retry) => return Some(Change::Lost { why, retry }),
                Heard::Closed(why) => return Some(Change::Closed { why }),
            }
        }
    }

    async fn heard(&mut self, message: Value) -> Option<Change> {
        match message["type"].as_str()? {
            "ack" => {
                if message["lock_version"].as_u64() == Some(self.view.lock_version) {
                    self.line.in_sync();
                }
                None
            }
            "closed" => {
                let why = message["reason"].as_str().unwrap_or("closed").to_owned();
                self.line.end();
                Some(Change::Closed { why })
            }
            "error" => Some(Change::Message(message)),
            _ => match self.view.apply(&message) {
                Applied::Newer => {
                    self.asked = false;
                    self.line.in_sync();
                    Some(Change::View)
                }
                Applied::Gap => {
                    if !self.asked {
                        self.resync().await;
                    }
                    None
                }
                Applied::Ignored => Some(Change::Message(message)),
            },
        }
    }

    /// Subscribing again gives a snapshot.
    async fn resync(&mut self) {
        self.asked = true;
        let topic = format!("session:{}", self.session);
        let again = json!({"type": "subscribe", "topic": topic, "patch": self.options.patch});
        self.line.say(&again).await;
    }
}

fn path(session: &str, view: &View, patch: bool) -> String {
    let mut path = format!("/ws/sessions/{session}?");
    if patch {
        path.push_str("patch=1&");
    }
    if !view.epoch.is_empty() {
        let class = protocol::from_client::viewer_class(view.viewer_seat);
        path.push_str(&format!("since={}:{}:{class}", view.epoch, view.lock_version));
    }
    path
}
