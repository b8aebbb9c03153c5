//! A socket that comes back: connects, notices silence, waits before it tries again, and gives up on
//! what no attempt can mend. Must not know what is said on it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::close;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{Api, Backoff};

/// The server pings every 20 s; when nothing was heard for so long the connection is dead.
const SILENCE: Duration = Duration::from_secs(45);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What happens on a line.
pub(crate) enum Heard {
    /// The server has taken the connection and the token: what it says next is no refusal.
    Connected,
    Message(Value),
    /// The next attempt comes after this time.
    Lost(String, Duration),
    /// Nothing more comes.
    Closed(String),
}

/// Why there is no connection.
enum Failed {
    /// Another attempt may do better.
    Now(String),
    /// None will: the address or the token is none.
    ForGood(String),
}

pub(crate) struct Line {
    api: Api,
    socket: Option<Socket>,
    /// The server has said something on this socket that is no refusal.
    taken: bool,
    /// What it said, while [`Heard::Connected`] is told before it.
    held: Option<Value>,
    backoff: Backoff,
    wait: Duration,
    ended: bool,
}

impl Line {
    pub(crate) fn new(api: Api) -> Self {
        let (backoff, wait) = (Backoff::default(), Duration::ZERO);
        Self { api, socket: None, taken: false, held: None, backoff, wait, ended: false }
    }

    /// The next thing that happens, on a socket at the path that `path` makes when it is opened;
    /// `None` after the end. Safe to drop at any moment: at worst an attempt starts anew.
    pub(crate) async fn next(&mut self, path: impl Fn() -> String) -> Option<Heard> {
        loop {
            if let Some(message) = self.held.take() {
                return Some(Heard::Message(message));
            }
            if self.ended {
                return None;
            }
            let Some(socket) = self.socket.as_mut() else {
                tokio::time::sleep(self.wait).await;
                match self.connect(&path()).await {
                    Ok(socket) => (self.socket, self.taken) = (Some(socket), false),
                    Err(Failed::Now(why)) => return Some(self.lost(why, None)),
                    Err(Failed::ForGood(why)) => return Some(self.over(why)),
                }
                continue;
            };
            let message = match tokio::time::timeout(SILENCE, socket.next()).await {
                Err(_) => return Some(self.lost("nothing was heard".to_owned(), None)),
                Ok(None) => return Some(self.lost("the connection ended".to_owned(), None)),
                Ok(Some(Err(error))) => return Some(self.lost(error.to_string(), None)),
                Ok(Some(Ok(message))) => message,
            };
            match message {
                Message::Text(text) => {
                    let Ok(message) = serde_json::from_str::<Value>(&text) else { continue };
                    // Who may not come in is told so after the handshake, by an error.
                    if self.taken || message["type"] == "error" {
                        return Some(Heard::Message(message));
                    }
                    (self.taken, self.held) = (true, Some(message));
                    return Some(Heard::Connected);
                }
                Message::Close(frame) => return Some(self.closed(frame)),
                _ => {}
            }
        }
    }

    /// The next failure waits as little as the first.
    pub(crate) const fn in_sync(&mut self) {
        self.backoff.reset();
    }

    /// Nothing more comes.
    pub(crate) const fn end(&mut self) {
        self.ended = true;
    }

    /// Says something; a connection that does not take it is dropped.
    pub(crate) async fn say(&mut self, message: &Value) {
        if let Some(socket) = self.socket.as_mut()
            && socket.send(Message::text(message.to_string())).await.is_err()
        {
            self.socket = None;
        }
    }

    fn lost(&mut self, why: String, asked: Option<Duration>) -> Heard {
        self.socket = None;
        self.wait = self.backoff.next(asked);
        Heard::Lost(why, self.wait)
    }

    fn closed(&mut self, frame: Option<CloseFrame>) -> Heard {
        let (code, reason) =
            frame.map_or((1005, String::new()), |f| (u16::from(f.code), f.reason.to_string()));
        // To come back after 4401 takes another token, and here there is one for all time.
        if close::comes_back(code) && code != close::LOGIN.code {
            let asked = reason.split_once(";retry=").and_then(|(_, ms)| ms.parse().ok());
            return self.lost(format!("{code} {reason}"), asked.map(Duration::from_millis));
        }
        self.over(format!("{code} {reason}"))
    }

    fn over(&mut self, why: String) -> Heard {
        self.ended = true;
        self.socket = None;
        Heard::Closed(why)
    }

    async fn connect(&self, path: &str) -> Result<Socket, Failed> {
        let base = self.api.address().map_err(Failed::ForGood)?;
        let request = format!("ws{base}{path}").into_client_request();
        let mut request = request.map_err(|e| Failed::ForGood(e.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(
            "sec-websocket-protocol",
            tungstenite::http::HeaderValue::from_static(protocol::SUBPROTOCOL),
        );
        if let Some(token) = self.api.token() {
            let malformed = |_| Failed::ForGood("the token is malformed".to_owned());
            let value = format!("Bearer {token}").parse().map_err(malformed)?;
            headers.insert("authorization", value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => {
                let status = response.status();
                Err(Failed::Now(format!("the server refused the connection: HTTP {status}")))
            }
            Err(error @ tungstenite::Error::Url(_)) => Err(Failed::ForGood(error.to_string())),
            Err(error) => Err(Failed::Now(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests;
