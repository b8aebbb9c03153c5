//! Takes a connection from HTTP to the hub. Must not know what is said on it.
//!
//! Who may not come in is told so *after* the upgrade, by an `error` message and a close code: a
//! browser cannot read the status of a refused upgrade. Floods are refused before it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use game::{Game, SessionId};
use hub::{AttachOptions, Deflate, Frame, HubFull, Ticket};
use hyper_util::rt::TokioIo;
use nommie::Nommie;
use protocol::SUBPROTOCOL;
use protocol::close::{self, Close};
use protocol::codes::{self, Code};
use tokio::net::TcpStream;
use tungstenite::handshake::derive_accept_key;

use super::peers::Peer;
use super::{Face, Sockets, messages};
use crate::app::App;
use crate::auth::{ADMIN, AuthError, Login};
use crate::frames;
use crate::problem::Problem;
use crate::rate::ClientAddress;
use crate::tables::{Form, Join};
use crate::trace;

/// Seconds after which a refused socket may try again.
const RETRY_AFTER: u64 = 2;

/// Answers an upgrade, and goes on with the socket once HTTP has let go of it.
pub fn upgrade(
    app: App,
    face: Face,
    mut request: Request,
    login: Result<Option<Login>, AuthError>,
) -> Response {
    let key = match key_of(&request) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    // Behind a proxy, that of the client and not of the proxy.
    let address = request
        .extensions()
        .get::<ClientAddress>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.0);
    let ticket = match admit(&app, address, login.as_ref().ok().and_then(Option::as_ref)) {
        Ok(ticket) => ticket,
        Err(problem) => return problem.into_response(),
    };
    let headers = request.headers();
    let refusal = origin_refusal(&app, headers).or_else(|| match &login {
        // The login may be good: the client comes back with the same one.
        Err(error @ AuthError::Unavailable(_)) => {
            Some(Refusal::new(codes::UNAVAILABLE, error.to_string(), close::FAULT))
        }
        Err(error) => Some(Refusal::new(codes::UNAUTHORIZED, error.to_string(), close::LOGIN)),
        Ok(None) if needs_login(&face) => {
            let why = AuthError::Missing.to_string();
            Some(Refusal::new(codes::UNAUTHORIZED, why, close::LOGIN))
        }
        Ok(Some(login)) if matches!(face, Face::Monitor { .. }) && !login.has(ADMIN) => {
            let why = "only admins may watch all users".to_owned();
            Some(Refusal::new(codes::FORBIDDEN, why, close::FORBIDDEN))
        }
        Ok(_) => bad_id(&face),
    });
    let subprotocol = subprotocol(headers);
    let extensions: Vec<&str> = headers
        .get_all("sec-websocket-extensions")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .collect();
    let deflate = app.hub.negotiate(&extensions.join(", "));
    let response = switching(&key, subprotocol, deflate.as_ref().map(|(_, text)| text.as_str()));
    let arrival = Arrival {
        face,
        address,
        trace_id: trace::trace_id_of(&request),
        login: login.ok().flatten(),
        refusal,
        deflate: deflate.map(|(deflate, _)| deflate),
    };
    let upgraded = hyper::upgrade::on(&mut request);
    app.tasks.clone().spawn(async move {
        let stream = match upgraded.await.map(|u| u.downcast::<TokioIo<TcpStream>>()) {
            Ok(Ok(parts)) => parts,
            Ok(Err(_)) => return tracing::error!("an upgraded connection is not a TCP stream"),
            Err(error) => return tracing::debug!(%error, "an upgrade did not come about"),
        };
        match stream.io.into_inner().into_std() {
            Ok(tcp) => attach(app, ticket, tcp, stream.read_buf, arrival).await,
            Err(error) => tracing::debug!(%error, "an upgraded connection is gone"),
        }
    });
    response
}

struct Arrival {
    face: Face,
    address: IpAddr,
    trace_id: String,
    login: Option<Login>,
    refusal: Option<Refusal>,
    deflate: Option<Deflate>,
}

struct Refusal {
    code: Code,
    message: String,
    close: Close,
}

impl Refusal {
    const fn new(code: Code, message: String, close: Close) -> Self {
        Self { code, message, close }
    }
}

async fn attach(
    app: App,
    ticket: Ticket,
    stream: std::net::TcpStream,
    leftover: Bytes,
    arrival: Arrival,
) {
    let Arrival { face, address, trace_id, login, refusal, deflate } = arrival;
    let conn = ticket.id();
    let user = login.as_ref().map(|login| login.user.clone());
    let greeting = match (&refusal, &face) {
        (Some(refusal), face) => vec![refusal_frame(refusal, face)],
        // These begin with a message of their own.
        (None, Face::Scoreboard { .. } | Face::User { .. } | Face::Monitor { .. }) => Vec::new(),
        (None, _) => vec![frames::connected(user.as_ref().map(game::UserId::as_str))],
    };
    let deadline = login.as_ref().map(messages::end_of);
    let peer = Arc::new(Peer::new(conn, face.name(), address, &trace_id, login));
    let registered = peer.clone();
    let sockets = app.sockets.clone();
    let options = AttachOptions {
        greeting,
        deflate,
        deadline,
        on_attached: Some(Box::new(move |_| sockets.0.peers.insert(registered))),
    };
    if let Err(full) = ticket.attach(stream, leftover, options) {
        app.sockets.0.peers.remove(conn);
        return tracing::warn!(%conn, trace_id, %full, "a socket was not taken");
    }
    tracing::info!(
        %conn,
        trace_id,
        user = user.as_ref().map(tracing::field::display),
        face = face.name(),
        session = session_of(&face).map(tracing::field::display),
        address = %address,
        "socket opened"
    );
    if let Some(Refusal { code, close, .. }) = refusal {
        tracing::info!(%conn, trace_id, code = code.name, "socket refused");
        return app.hub.close(conn, close.code, close.word);
    }
    let join = |form| Join { conn, user, form, since: None, game: None, ack: None, sole: true };
    let joins = match face {
        Face::Session { id: Ok(id), patch, since } => {
            let form = if patch { Form::Patch } else { Form::Update };
            Some((id, Join { since, ack: Some(None), ..join(form) }))
        }
        Face::Scoreboard { id: Ok(id) } => Some((id, join(Form::Plain))),
        Face::Nommie { id: Ok(id) } => {
            Some((id, Join { game: Some(Nommie::NAME), ..join(Form::Snapshot) }))
        }
        Face::User { since } => {
            messages::follow_user(&app, &peer, since.as_deref(), None);
            None
        }
        Face::Monitor { since } => {
            messages::follow_all(&app, &peer, since.as_deref(), None);
            None
        }
        Face::Multi | Face::Session { .. } | Face::Scoreboard { .. } | Face::Nommie { .. } => None,
    };
    if let Some((id, join)) = joins {
        messages::join(&app, &peer, id, join).await;
    }
    messages::go_on(&app, &peer).await;
}

fn refusal_frame(refusal: &Refusal, face: &Face) -> Frame {
    let detail = matches!(face, Face::Scoreboard { .. });
    frames::error(refusal.code.name, &refusal.message, None, detail)
}

fn session_of(face: &Face) -> Option<SessionId> {
    match face {
        Face::Session { id, .. } | Face::Scoreboard { id } | Face::Nommie { id } => {
            id.as_ref().ok().copied()
        }
        Face::Multi | Face::User { .. } | Face::Monitor { .. } => None,
    }
}

const fn needs_login(face: &Face) -> bool {
    matches!(face, Face::Nommie { .. } | Face::User { .. } | Face::Monitor { .. })
}

fn bad_id(face: &Face) -> Option<Refusal> {
    let code = match face {
        Face::Session { id: Err(_), .. } | Face::Scoreboard { id: Err(_) } => {
            codes::INVALID_SESSION_ID
        }
        Face::Nommie { id: Err(_) } => codes::INVALID_GAME_ID,
        _ => return None,
    };
    Some(Refusal::new(code, code.meaning.to_owned(), close::NO_SESSION))
}

/// The handshake's key, if the request is a handshake (RFC 6455, section 4.2.1).
fn key_of(request: &Request) -> Result<HeaderValue, Problem> {
    let headers = request.headers();
    let has = |name: header::HeaderName, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let handshake = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket");
    let version = headers.get("sec-websocket-version").map(HeaderValue::as_bytes);
    let key = headers.get("sec-websocket-key").filter(|key| key.len() == 24);
    match key {
        Some(key) if handshake && version == Some(b"13") => Ok(key.clone()),
        _ => Err(Problem::upgrade_required()),
    }
}

/// A place in the hub, unless there are too many already.
fn admit(app: &App, address: IpAddr, login: Option<&Login>) -> Result<Ticket, Problem> {
    let limits = &app.settings.limits;
    let over = |count: usize, limit: usize| !limits.off && limit > 0 && count >= limit;
    let user = login.map_or(0, |login| app.sockets.of_user(&login.user));
    if over(user, limits.sockets_per_user) {
        return Err(Problem::rate_limited("this user has too many sockets open", RETRY_AFTER));
    }
    if over(app.sockets.of_address(address), limits.sockets_per_address) {
        return Err(Problem::rate_limited("too many sockets from this address", RETRY_AFTER));
    }
    app.hub.reserve().map_err(|full| {
        let why = match full {
            HubFull::Connections => "all places for sockets are taken",
            HubFull::Draining => "the server is going down",
        };
        Problem::unavailable(why, RETRY_AFTER)
    })
}

/// Browsers say which page opens a socket; pages of other hosts must be on the list.
fn origin_refusal(app: &App, headers: &HeaderMap) -> Option<Refusal> {
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or("null");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let same_host = origin.split_once("://").is_some_and(|(_, name)| Some(name) == host);
    if same_host || app.settings.allows_origin(origin) {
        return None;
    }
    let code = codes::ORIGIN_FORBIDDEN;
    Some(Refusal::new(code, code.meaning.to_owned(), close::FORBIDDEN))
}

/// What to select of the offered subprotocols: ours. A client that offers a token and forgets ours
/// gets none, and a browser then says so.
fn subprotocol(headers: &HeaderMap) -> Option<&'static str> {
    let offered = headers.get_all("sec-websocket-protocol").iter();
    let mut names = offered.filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    names.any(|name| name.trim() == SUBPROTOCOL).then_some(SUBPROTOCOL)
}

fn switching(
    key: &HeaderValue,
    subprotocol: Option<&'static str>,
    deflate: Option<&str>,
) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    let accept = derive_accept_key(key.as_bytes());
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert("sec-websocket-accept", accept);
    }
    if let Some(name) = subprotocol {
        headers.insert("sec-websocket-protocol", HeaderValue::from_static(name));
    }
    if let Some(Ok(text)) = deflate.map(HeaderValue::from_str) {
        headers.insert("sec-websocket-extensions", text);
    }
    response
}

impl Sockets {
    /// A socket that came without a login has one now.
    pub(super) fn signed_in(&self, peer: &Peer, user: game::UserId) {
        self.0.peers.index_user(user.clone(), peer.conn());
        // It may have gone before it stood there; whoever goes from now on is taken out.
        if self.0.peers.get(peer.conn()).is_none() {
            self.0.peers.forget_user(&user, peer.conn());
        }
    }
}
