//! Client → server messages of a socket. Must not know what a command means.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A message that the protocol has.
#[derive(Debug)]
pub enum ClientMessage {
    /// Follow a topic.
    Subscribe(Subscribe),
    /// Stop following a topic.
    Unsubscribe {
        /// The topic that was subscribed.
        topic: String,
        /// Handed back in the reply.
        reference: Option<String>,
    },
    /// Ask a session to do something.
    Command(Command),
    /// Renew the login of this socket.
    Token {
        /// A fresh token, of either kind.
        token: String,
    },
    /// Ask for a `pong`.
    Ping {
        /// Handed back in the reply.
        reference: Option<String>,
    },
}

/// Follow a topic.
#[derive(Debug, Deserialize)]
pub struct Subscribe {
    /// `session:<id>`, `user`, `monitor` or `lobby:<game>`.
    pub topic: Option<String>,
    /// The other way to name a session.
    #[serde(rename = "gameId")]
    pub game_id: Option<Value>,
    /// Send patches where they are smaller than views.
    #[serde(default)]
    pub patch: bool,
    /// Where the client is.
    pub since: Option<Since>,
    /// Handed back in the reply.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// A position from which a client wants to go on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Since {
    /// In a session.
    Version {
        /// The incarnation of the store that the version belongs to.
        epoch: String,
        /// The last version that was shown.
        lock_version: u64,
        /// For whom that view was made.
        #[serde(default)]
        viewer_seat: SeenAs,
    },
    /// In a stream of events.
    Event(String),
}

impl Since {
    /// The form in a query: `<epoch>:<lock_version>`, and perhaps `:<class>` as in
    /// [`viewer_class`].
    #[must_use]
    pub fn from_query(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':')?;
        let (version, viewer_seat) = match rest.split_once(':') {
            Some((version, class)) => (version, SeenAs::from_class(class)?),
            None => (rest, SeenAs::Unsaid),
        };
        let lock_version = version.parse().ok()?;
        Some(Self::Version { epoch: epoch.to_owned(), lock_version, viewer_seat })
    }
}

/// Whose view a client holds. A view of the same version for another seat is no base to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Option<u8>")]
pub enum SeenAs {
    /// The client does not say: the same as now.
    #[default]
    Unsaid,
    /// That of a spectator (`null`), or of the holder of a seat.
    Viewer(Option<u8>),
}

impl From<Option<u8>> for SeenAs {
    fn from(seat: Option<u8>) -> Self {
        Self::Viewer(seat)
    }
}

impl SeenAs {
    fn from_class(class: &str) -> Option<Self> {
        match class.strip_prefix("seat") {
            Some(seat) => Some(Self::Viewer(Some(seat.parse().ok()?))),
            None => (class == ALL).then_some(Self::Viewer(None)),
        }
    }

    /// May a view for `seat` follow on it?
    #[must_use]
    pub fn fits(self, seat: Option<u8>) -> bool {
        match self {
            Self::Unsaid => true,
            Self::Viewer(seen) => seen == seat,
        }
    }
}

/// The class of all spectators.
const ALL: &str = "all";

/// The word for those who see the same bytes: `all` without a seat, else `seat0`, `seat1` and so on.
#[must_use]
pub fn viewer_class(seat: Option<u8>) -> String {
    seat.map_or_else(|| ALL.to_owned(), |seat| format!("seat{seat}"))
}

/// Ask a session to do something.
#[derive(Debug, Deserialize)]
pub struct Command {
    /// The session, as text or number.
    pub session: Option<Value>,
    /// The command, in the words of the game.
    pub command: Box<RawValue>,
    /// Refuse when the session has moved on from this version.
    pub lock_version: Option<u64>,
    /// Idempotency key.
    pub id: Option<String>,
    /// Handed back in the reply.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// Why a text was not a [`ClientMessage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or a known type of another shape.
    #[error("not a message of this protocol: {0}")]
    Shape(String),
    /// JSON with a `type` that the protocol does not have.
    #[error("the protocol has no message of type {0:?}")]
    Type(String),
}

/// Reads one text frame.
pub fn read(text: &str) -> Result<ClientMessage, Unreadable> {
    #[derive(Deserialize)]
    struct Head {
        r#type: String,
    }
    // Two steps, and not an enum with an inner tag: that buffers the body, and a raw command cannot
    // be taken from a buffer.
    let shape = |e: serde_json::Error| Unreadable::Shape(e.to_string());
    let head: Head = serde_json::from_str(text).map_err(shape)?;
    #[derive(Deserialize)]
    struct Unsubscribe {
        topic: String,
        #[serde(rename = "ref")]
        reference: Option<String>,
    }
    #[derive(Deserialize)]
    struct Token {
        token: String,
    }
    #[derive(Deserialize)]
    struct Ping {
        #[serde(rename = "ref")]
        reference: Option<String>,
    }
    Ok(match head.r#type.as_str() {
        "subscribe" => ClientMessage::Subscribe(serde_json::from_str(text).map_err(shape)?),
        "unsubscribe" => {
            let m: Unsubscribe = serde_json::from_str(text).map_err(shape)?;
            ClientMessage::Unsubscribe { topic: m.topic, reference: m.reference }
        }
        "command" => ClientMessage::Command(serde_json::from_str(text).map_err(shape)?),
        "token" => {
            let m: Token = serde_json::from_str(text).map_err(shape)?;
            ClientMessage::Token { token: m.token }
        }
        "ping" => {
            let m: Ping = serde_json::from_str(text).map_err(shape)?;
            ClientMessage::Ping { reference: m.reference }
        }
        other => return Err(Unreadable::Type(other.chars().take(64).collect())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_and_its_errors_are_told_apart() {
        for kind in ["subscribe", "unsubscribe", "command", "token", "ping"] {
            let text =
                format!(r#"{{"type":"{kind}","topic":"session:1","token":"t","command":{{}}}}"#);
            assert!(read(&text).is_ok(), "{kind}");
        }
        assert!(matches!(read("{"), Err(Unreadable::Shape(_))));
        assert!(matches!(read("[]"), Err(Unreadable::Shape(_))));
        assert!(matches!(read(r#"{"type":7}"#), Err(Unreadable::Shape(_))));
        assert!(matches!(read(r#"{"type":"command"}"#), Err(Unreadable::Shape(_))));
        assert_eq!(read(r#"{"type":"dance"}"#).unwrap_err(), Unreadable::Type("dance".into()));
    }

    #[test]
    fn a_command_keeps_its_bytes_and_a_position_its_form() {
        let text =
            r#"{"type":"command","session":"7","command":{"b":1, "a":1.50},"id":"k","ref":"r"}"#;
        let ClientMessage::Command(command) = read(text).unwrap() else { panic!("a command") };
        assert_eq!(command.command.get(), r#"{"b":1, "a":1.50}"#);
        let text =
            r#"{"type":"subscribe","topic":"session:7","since":{"epoch":"e","lock_version":3}}"#;
        let ClientMessage::Subscribe(subscribe) = read(text).unwrap() else { panic!("subscribe") };
        assert_eq!(subscribe.since, Since::from_query("e:3"));
    }

    #[test]
    fn a_position_may_say_whose_view_it_is_of() {
        let seen = |since: Option<Since>| match since {
            Some(Since::Version { viewer_seat, .. }) => Some(viewer_seat),
            _ => None,
        };
        for (json, query, expected) in [
            ("{}", "e:3", SeenAs::Unsaid),
            (r#"{"viewer_seat":null}"#, "e:3:all", SeenAs::Viewer(None)),
            (r#"{"viewer_seat":2}"#, "e:3:seat2", SeenAs::Viewer(Some(2))),
        ] {
            let mut message: Value = serde_json::from_str(json).unwrap();
            message["epoch"] = "e".into();
            message["lock_version"] = 3.into();
            let since = serde_json::from_value(message).unwrap();
            assert_eq!(seen(since), Some(expected), "{json}");
            assert_eq!(seen(Since::from_query(query)), Some(expected), "{query}");
        }
        for query in ["e:3:", "e:3:seat", "e:3:seat256", "e:3:nobody", "e:3:all:", "e:x:all"] {
            assert_eq!(Since::from_query(query), None, "{query}");
        }
        assert!(SeenAs::Unsaid.fits(Some(1)) && SeenAs::Viewer(Some(1)).fits(Some(1)));
        assert!(!SeenAs::Viewer(None).fits(Some(1)) && !SeenAs::Viewer(Some(1)).fits(None));
        assert_eq!(viewer_class(None), "all");
        assert_eq!(viewer_class(Some(2)), "seat2");
        assert_eq!(Since::from_query("e"), None);
    }
}
