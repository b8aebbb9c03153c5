//! Makes commits while a crowd watches: over a socket to Parlor, or as plain orders to the bare
//! loop. Must not know who watches.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, bail};
use client::Api;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use super::child::Server;
use super::wire::open;

/// Where commits come from.
pub(super) enum Publisher {
    /// A session of the mirror game.
    Parlor(Box<Mirror>),
    /// The bare loop.
    Baseline(TcpStream),
}

/// A session of the mirror game and a socket that gives it commands.
pub(super) struct Mirror {
    pub(super) session: String,
    socket: WebSocket<TcpStream>,
    answered: Arc<AtomicU64>,
    shape: Shape,
}

/// What one commit carries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Bytes of the view.
    pub(super) view: usize,
    /// Bytes of an event's result; 0 for none.
    pub(super) event: usize,
}

impl Shape {
    /// A view of this many bytes: `{"public":{"n":…,"pad":"…"},"seat":null}`.
    fn public(self, n: u64) -> Value {
        let frame = r#"{"public":{"n":"00000000","pad":""},"seat":null}"#.len();
        json!({ "n": format!("{n:08}"), "pad": "x".repeat(self.view.saturating_sub(frame)) })
    }

    fn command(self, n: u64) -> Value {
        let mut command = json!({ "do": "put", "public": self.public(n) });
        if self.event > 0 {
            let result = json!({ "n": format!("{n:08}"), "pad": "x".repeat(self.event) });
            command["events"] = json!([{ "type": "tick", "result": result }]);
        }
        command
    }
}

impl Publisher {
    /// Makes a session on a server, and a socket to give it commands.
    pub(super) fn parlor(server: &Server, shape: Shape) -> anyhow::Result<Self> {
        let token = server.token("service")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let api = Api::new(&format!("http://{}", server.address), Some(token.clone()));
        let options = json!({ "title": "bench", "public": shape.public(0) });
        let session = runtime.block_on(api.create("mirror", options))?;
        let (socket, answered) = command_socket(server.address, &token)?;
        Ok(Self::Parlor(Box::new(Mirror { session, socket, answered, shape })))
    }

    /// Gives orders to the bare loop.
    pub(super) fn baseline(server: &Server) -> anyhow::Result<Self> {
        let (stream, _) = open(server.address, "/publish")?;
        stream.set_nonblocking(false)?;
        Ok(Self::Baseline(stream))
    }

    /// Where to watch.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Parlor(mirror) => format!("/ws/sessions/{}", mirror.session),
            Self::Baseline(_) => "/".to_owned(),
        }
    }

    /// Makes the `n`th commit, without waiting for it.
    pub(super) fn publish(&mut self, n: u64) -> anyhow::Result<()> {
        match self {
            Self::Baseline(stream) => stream.write_all(b"p").context("the bare loop is gone"),
            Self::Parlor(mirror) => {
                let command = mirror.shape.command(n);
                send_command(&mut mirror.socket, &mirror.session, &command)
            }
        }
    }

    /// Commits that were answered.
    pub(super) fn answered(&self) -> u64 {
        match self {
            Self::Baseline(_) => 0,
            Self::Parlor(mirror) => mirror.answered.load(Ordering::Relaxed),
        }
    }
}

/// Gives a command over a socket.
pub(super) fn send_command(
    socket: &mut WebSocket<TcpStream>,
    session: &str,
    command: &Value,
) -> anyhow::Result<()> {
    let message = json!({ "type": "command", "session": session, "command": command });
    Ok(socket.send(Message::text(message.to_string()))?)
}

/// A socket for commands, and the number of those that were carried out. A thread reads the answers;
/// one that is a refusal ends the program, since figures of refused commands would be worthless.
pub(super) fn command_socket(
    address: SocketAddr,
    token: &str,
) -> anyhow::Result<(WebSocket<TcpStream>, Arc<AtomicU64>)> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let reads = stream.try_clone()?;
    let (socket, _) = match tungstenite::client(request, stream) {
        Ok(connected) => connected,
        Err(error) => bail!("no socket for commands: {error}"),
    };
    let answered = Arc::new(AtomicU64::new(0));
    let counter = answered.clone();
    thread::spawn(move || {
        let mut answers =
            WebSocket::from_raw_socket(reads, tungstenite::protocol::Role::Client, None);
        while let Ok(message) = answers.read() {
            let Ok(text) = message.to_text() else { continue };
            if text.starts_with(r#"{"type":"result""#) {
                if text.contains(r#""error":{"#) {
                    eprintln!("a command was refused: {text}");
                    std::process::exit(1);
                }
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    Ok((socket, answered))
}
