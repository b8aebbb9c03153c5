//! Follows one session over a socket: reconnects, resumes, never steps back. Must not know who
//! shows what it finds.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::close;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{Api, Applied, Backoff, View};

/// The server pings every 20 s; when nothing was heard for so long the connection is dead.
const SILENCE: Duration = Duration::from_secs(45);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a [`Watch`] has seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Connected, and in sync or about to be.
    Connected,
    /// There is a newer view: see [`Watch::view`].
    View,
    /// Another message of the session: events, presence.
    Message(Value),
    /// The connection is gone; the next attempt comes after this time.
    Lost {
        /// Why, in words.
        why: String,
        /// Until the next attempt.
        retry: Duration,
    },
    /// Nothing more comes.
    Closed {
        /// Why, in words.
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
    api: Api,
    session: String,
    options: WatchOptions,
    view: View,
    socket: Option<Socket>,
    backoff: Backoff,
    wait: Duration,
    /// A whole view was asked for on this connection, and has not come yet.
    asked: bool,
    ended: bool,
}

impl Watch {
    /// Follows `session`; connects on the first [`Watch::next`].
    #[must_use]
    pub fn new(api: Api, session: &str, options: WatchOptions) -> Self {
        Self {
            api,
            session: session.to_owned(),
            options,
            view: View::of(session),
            socket: None,
            backoff: Backoff::default(),
            wait: Duration::ZERO,
            asked: false,
            ended: false,
        }
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
            if self.ended {
                return None;
            }
            let Some(socket) = self.socket.as_mut() else {
                tokio::time::sleep(self.wait).await;
                match self.connect().await {
                    Ok(socket) => {
                        self.socket = Some(socket);
                        self.asked = false;
                        return Some(Change::Connected);
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
                    if let Some(change) = self.heard(&text).await {
                        return Some(change);
                    }
                }
                Message::Close(frame) => return Some(self.closed(frame)),
                _ => {}
            }
        }
    }

    async fn heard(&mut self, text: &str) -> Option<Change> {
        let message: Value = serde_json::from_str(text).ok()?;
        match message["type"].as_str()? {
            "ack" => {
                if message["lock_version"].as_u64() == Some(self.view.lock_version) {
                    self.backoff.reset();
                }
                None
            }
            "closed" => {
                let why = message["reason"].as_str().unwrap_or("closed").to_owned();
                self.ended = true;
                Some(Change::Closed { why })
            }
            "error" => Some(Change::Message(message)),
            _ => match self.view.apply(&message) {
                Applied::Newer => {
                    self.asked = false;
                    self.backoff.reset();
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
        if let Some(socket) = self.socket.as_mut()
            && socket.send(Message::text(again.to_string())).await.is_err()
        {
            self.socket = None;
        }
    }

    fn lost(&mut self, why: String, asked: Option<Duration>) -> Change {
        self.socket = None;
        self.wait = self.backoff.next(asked);
        Change::Lost { why, retry: self.wait }
    }

    fn closed(&mut self, frame: Option<CloseFrame>) -> Change {
        let (code, reason) =
            frame.map_or((1005, String::new()), |f| (u16::from(f.code), f.reason.to_string()));
        if close::comes_back(code) {
            let asked = reason.split_once(";retry=").and_then(|(_, ms)| ms.parse().ok());
            return self.lost(format!("{code} {reason}"), asked.map(Duration::from_millis));
        }
        self.ended = true;
        self.socket = None;
        Change::Closed { why: format!("{code} {reason}") }
    }

    async fn connect(&self) -> Result<Socket, String> {
        let base = self.api.base();
        let base = base.strip_prefix("http").ok_or("the address does not start with http")?;
        let mut url = format!("ws{base}/ws/sessions/{}?", self.session);
        if self.options.patch {
            url.push_str("patch=1&");
        }
        if !self.view.epoch.is_empty() {
            let class = protocol::from_client::viewer_class(self.view.viewer_seat);
            let (epoch, version) = (&self.view.epoch, self.view.lock_version);
            url.push_str(&format!("since={epoch}:{version}:{class}"));
        }
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
