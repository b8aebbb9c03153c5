//! A socket that comes back: connects, notices silence, waits before it tries again. Must not know
//! what is said on it.

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
    Connected,
    Message(Value),
    /// The next attempt comes after this time.
    Lost(String, Duration),
    /// Nothing more comes.
    Closed(String),
}

pub(crate) struct Line {
    api: Api,
    socket: Option<Socket>,
    backoff: Backoff,
    wait: Duration,
    ended: bool,
}

impl Line {
    pub(crate) fn new(api: Api) -> Self {
        let (backoff, wait) = (Backoff::default(), Duration::ZERO);
        Self { api, socket: None, backoff, wait, ended: false }
    }

    /// The next thing that happens, on a socket at the path that `path` makes when it is opened;
    /// `None` after the end. Safe to drop at any moment: at worst an attempt starts anew.
    pub(crate) async fn next(&mut self, path: impl Fn() -> String) -> Option<Heard> {
        loop {
            if self.ended {
                return None;
            }
            let Some(socket) = self.socket.as_mut() else {
                tokio::time::sleep(self.wait).await;
                match self.connect(&path()).await {
                    Ok(socket) => {
                        self.socket = Some(socket);
                        return Some(Heard::Connected);
                    }
                    Err(why) => return Some(self.lost(why, None)),
                }
            };
            let message = match tokio::time::timeout(SILENCE, socket.next()).await {
                Err(_) => return Some(self.lost("nothing was heard".to_owned(), None)),
                Ok(None) => return Some(self.lost("the connection ended".to_owned(), None)),
                Ok(Some(Err(error))) => return Some(self.lost(error.to_string(), None)),
                Ok(Some(Ok(message))) => message,
            };
            match message {
                Message::Text(text) => {
                    if let Ok(message) = serde_json::from_str(&text) {
                        return Some(Heard::Message(message));
                    }
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
        if close::comes_back(code) {
            let asked = reason.split_once(";retry=").and_then(|(_, ms)| ms.parse().ok());
            return self.lost(format!("{code} {reason}"), asked.map(Duration::from_millis));
        }
        self.ended = true;
        self.socket = None;
        Heard::Closed(format!("{code} {reason}"))
    }

    async fn connect(&self, path: &str) -> Result<Socket, String> {
        let base = self.api.base();
        let base = base.strip_prefix("http").ok_or("the address does not start with http")?;
        let url = format!("ws{base}{path}");
        let mut request = url.into_client_request().map_err(|e| e.to_string())?;
        let headers = request.headers_mut();
        headers.insert(
            "sec-websocket-protocol",
            tungstenite::http::HeaderValue::from_static(protocol::SUBPROTOCOL),
        );
        if let Some(token) = self.api.token() {
            let value = format!("Bearer {token}").parse().map_err(|_| "the token is malformed")?;
            headers.insert("authorization", value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => {
                Err(format!("the server refused the connection: HTTP {}", response.status()))
            }
            Err(error) => Err(error.to_string()),
        }
    }
}
