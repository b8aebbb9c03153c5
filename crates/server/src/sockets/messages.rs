//! What the messages of a socket ask for. Must not know how a socket is written.
//!
//! Messages of one socket are handled in their order. Most are handled at once, on the thread of
//! the shard that read them; one that must wait (for the store, for a login) is taken over by a
//! task, and those behind it wait for that task.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::RawJson;
use game::{SessionId, UserId, Version};
use hub::{Deadline, Frame};
use protocol::close;
use protocol::codes;
use protocol::from_client::{ClientMessage, Command, Since, Subscribe, Unreadable, read};
use protocol::from_server::ErrorBody;
use protocol::limits::{KEY_BYTES, REF_BYTES};
use serde_json::Value;

use super::peers::{Peer, Turn};
use crate::app::App;
use crate::auth::{ADMIN, Login, Via};
use crate::tables::{Form, Full, Join, Request, Table, TableError};
use crate::{clock, frames, problem, streams};

/// A socket outlives its login by this much, so that it can be renewed in place.
const LOGIN_GRACE: Duration = Duration::from_secs(25);

/// A socket that asked for something that needs a login has this long to bring one.
const LOGIN_WAIT: Duration = Duration::from_secs(10);

/// What could not be done at once.
enum Slow {
    Open(SessionId, Box<Wanted>),
    Post(Table, Full),
    Token(String),
    /// The sessions that wait for this user.
    Turns(UserId),
}

/// What is wanted of a session once it is open.
enum Wanted {
    Join(Join),
    Command(Request, Option<String>),
}

impl Wanted {
    /// A face of one game shows no other.
    fn is_for(&self, table: &Table) -> bool {
        match self {
            Self::Join(join) => join.game.is_none_or(|game| game == table.now().game()),
            Self::Command(..) => true,
        }
    }
}

/// Handles a message, now or in its turn.
pub(super) fn take(app: &App, peer: &Arc<Peer>, text: &str) {
    match peer.turn(text) {
        Turn::Later => {}
        Turn::Flood => {
            let reason = close::RATE.reason(Some(1000));
            app.hub.close(peer.conn(), close::RATE.code, &reason);
        }
        Turn::Now => {
            if let Err(slow) = step(app, peer, text) {
                peer.begin();
                let (app, peer) = (app.clone(), peer.clone());
                app.tasks.clone().spawn(async move {
                    finish(&app, &peer, slow).await;
                    go_on(&app, &peer).await;
                });
            }
        }
    }
}

/// Handles the messages that wait, until there are none.
pub(super) async fn go_on(app: &App, peer: &Arc<Peer>) {
    while let Some(text) = peer.next() {
        if let Err(slow) = step(app, peer, &text) {
            finish(app, peer, slow).await;
        }
    }
}

/// Follows a session from the start, as its URL says.
pub(super) async fn join(app: &App, peer: &Arc<Peer>, id: SessionId, join: Join) {
    finish(app, peer, Slow::Open(id, Box::new(Wanted::Join(join)))).await;
}

fn step(app: &App, peer: &Arc<Peer>, text: &str) -> Result<(), Slow> {
    let begun = Instant::now();
    match read(text) {
        Ok(ClientMessage::Ping { reference }) => {
            app.hub.send(peer.conn(), frames::pong(short(reference).as_deref()));
            Ok(())
        }
        Ok(ClientMessage::Subscribe(subscribe)) => self::subscribe(app, peer, subscribe),
        Ok(ClientMessage::Unsubscribe { topic, reference }) => {
            unsubscribe(app, peer, &topic, short(reference).as_deref())
        }
        Ok(ClientMessage::Command(command)) => self::command(app, peer, command, begun),
        Ok(ClientMessage::Token { token }) => Err(Slow::Token(token)),
        Err(Unreadable::Type(kind)) => {
            let message = format!("the protocol has no message of type {kind:?}");
            refuse(app, peer, codes::UNKNOWN_TYPE, &message, None);
            Ok(())
        }
        Err(Unreadable::Shape(why)) => {
            refuse(app, peer, codes::BAD_JSON, &format!("not a message: {why}"), None);
            Ok(())
        }
    }
}

/// A `ref` over its limit is not handed back.
fn short(reference: Option<String>) -> Option<String> {
    reference.filter(|text| text.len() <= REF_BYTES)
}

fn refuse(app: &App, peer: &Peer, code: codes::Code, message: &str, reference: Option<&str>) {
    let detail = peer.face() == "scoreboard";
    app.hub.send(peer.conn(), frames::error(code.name, message, reference, detail));
}

enum Topic {
    Session(SessionId),
    BadSession,
    User,
    Monitor,
    Unknown,
}

fn topic(name: Option<&str>, game_id: Option<&Value>) -> Topic {
    let session = |text: &str| text.parse().map_or(Topic::BadSession, Topic::Session);
    match (name, game_id) {
        (Some(name), _) => match name.split_once(':') {
            Some(("session", id)) => session(id),
            _ if name == "user" => Topic::User,
            _ if name == "monitor" => Topic::Monitor,
            _ => Topic::Unknown,
        },
        (None, Some(Value::String(id))) => session(id),
        (None, Some(Value::Number(id))) => session(&id.to_string()),
        (None, _) => Topic::Unknown,
    }
}

fn subscribe(app: &App, peer: &Arc<Peer>, wanted: Subscribe) -> Result<(), Slow> {
    let reference = short(wanted.reference);
    let id = match topic(wanted.topic.as_deref(), wanted.game_id.as_ref()) {
        Topic::Session(id) => id,
        Topic::BadSession => {
            let code = codes::INVALID_SESSION_ID;
            refuse(app, peer, code, code.meaning, reference.as_deref());
            return Ok(());
        }
        Topic::User | Topic::Monitor if peer.login().is_none() => {
            refuse(app, peer, codes::UNAUTHORIZED, "log in first", reference.as_deref());
            let at = Instant::now() + LOGIN_WAIT;
            app.hub.set_deadline(peer.conn(), Some(login_deadline(at)));
            return Ok(());
        }
        Topic::User => {
            peer.follow_user(true);
            follow_user(app, peer, event(wanted.since.as_ref()), Some(reference));
            return peer.user().map_or(Ok(()), |user| Err(Slow::Turns(user)));
        }
        Topic::Monitor if peer.login().is_some_and(|login| !login.has(ADMIN)) => {
            let message = "only admins may watch all users";
            refuse(app, peer, codes::FORBIDDEN, message, reference.as_deref());
            return Ok(());
        }
        Topic::Monitor => {
            let ack = frames::ack("monitor", None, reference.as_deref());
            follow_all(app, peer, event(wanted.since.as_ref()), Some(ack));
            return Ok(());
        }
        Topic::Unknown => {
            let code = codes::UNKNOWN_TOPIC;
            refuse(app, peer, code, code.meaning, reference.as_deref());
            return Ok(());
        }
    };
    let form = if wanted.patch { Form::Patch } else { Form::Update };
    let join = Join {
        conn: peer.conn(),
        user: peer.user(),
        form,
        since: wanted.since,
        game: None,
        ack: Some(reference),
        sole: false,
    };
    match shown(app, peer, id) {
        Some(table) => follow(app, peer, table, join),
        None => Err(Slow::Open(id, Box::new(Wanted::Join(join)))),
    }
}

/// The table of a session, if it is live and this one may know of it.
fn shown(app: &App, peer: &Peer, id: SessionId) -> Option<Table> {
    app.tables.get(id).filter(|table| !app.hides(table, peer.login().as_deref()))
}

/// The event that a client had last.
fn event(since: Option<&Since>) -> Option<&str> {
    match since {
        Some(Since::Event(id)) => Some(id),
        // A position in a session is none in a stream.
        Some(Since::Version { .. }) => Some(""),
        None => None,
    }
}

/// Follows what happens to the socket's user. `topic` is there for a socket that follows it as a
/// topic, with the `ref` that it gave.
pub(super) fn follow_user(
    app: &App,
    peer: &Peer,
    since: Option<&str>,
    topic: Option<Option<String>>,
) {
    let (conn, Some(user)) = (peer.conn(), peer.user()) else { return };
    app.streams.follow_user(conn, &user, since, |gap| match topic {
        Some(reference) => frames::ack_at("user", gap, reference.as_deref()),
        None => Frame::text(&streams::acknowledged(&user, gap)),
    });
    if peer.closed() {
        // The socket went while it was joining: leaving twice does no harm.
        app.streams.leave_user(conn);
    }
}

/// Follows what happens to all users.
pub(super) fn follow_all(app: &App, peer: &Peer, since: Option<&str>, ack: Option<Frame>) {
    app.streams.follow_all(peer.conn(), since, ack);
    if peer.closed() {
        app.streams.leave_all(peer.conn());
    }
}

fn follow(app: &App, peer: &Arc<Peer>, table: Table, join: Join) -> Result<(), Slow> {
    let limit = app.settings.limits.subscriptions_per_socket;
    if !peer.follow(&table, limit) {
        if !peer.closed() {
            let reference = join.ack.flatten();
            let message = format!("this socket follows {limit} topics already; leave one first");
            refuse(app, peer, codes::RATE_LIMITED, &message, reference.as_deref());
        }
        return Ok(());
    }
    let offered = table.join(join);
    if peer.closed() {
        // The socket went while it was joining: leaving twice does no harm.
        return table.leave(peer.conn()).map_err(|full| Slow::Post(table, full));
    }
    offered.map_err(|full| Slow::Post(table, full))
}

fn unsubscribe(
    app: &App,
    peer: &Arc<Peer>,
    name: &str,
    reference: Option<&str>,
) -> Result<(), Slow> {
    let followed = match topic(Some(name), None) {
        Topic::Session(id) => peer.unfollow(id),
        Topic::User if peer.follow_user(false) => {
            app.streams.leave_user(peer.conn());
            app.hub.send(peer.conn(), frames::ack(name, None, reference));
            return Ok(());
        }
        Topic::Monitor if app.streams.leave_all(peer.conn()) => {
            app.hub.send(peer.conn(), frames::ack(name, None, reference));
            return Ok(());
        }
        Topic::BadSession | Topic::User | Topic::Monitor | Topic::Unknown => None,
    };
    let Some(table) = followed else {
        let message = "this socket does not follow that topic";
        refuse(app, peer, codes::UNKNOWN_TOPIC, message, reference);
        return Ok(());
    };
    let left = table.leave(peer.conn());
    app.hub.send(peer.conn(), frames::ack(name, None, reference));
    left.map_err(|full| Slow::Post(table, full))
}

fn command(app: &App, peer: &Arc<Peer>, command: Command, begun: Instant) -> Result<(), Slow> {
    let reference = short(command.reference);
    let id = match &command.session {
        Some(Value::String(id)) => id.parse::<SessionId>().ok(),
        Some(Value::Number(id)) => id.as_u64().and_then(|id| SessionId::new(id).ok()),
        Some(_) => None,
        // On a socket for one session the name may be left out.
        None => peer.topics().first().map(Table::id).filter(|_| peer.face() != "multi"),
    };
    let Some(id) = id else {
        let named = command.session.as_ref().map_or_else(String::new, |v| match v {
            Value::String(text) => text.chars().take(32).collect(),
            _ => String::new(),
        });
        refuse_command(app, peer, &named, codes::INVALID_SESSION_ID, None, reference.as_deref());
        return Ok(());
    };
    let Some(login) = peer.login() else {
        let id = id.to_string();
        refuse_command(app, peer, &id, codes::UNAUTHORIZED, None, reference.as_deref());
        return Ok(());
    };
    if command.id.as_ref().is_some_and(|key| !good_key(key)) {
        let why = format!("an idempotency key is 1 to {KEY_BYTES} visible ASCII characters");
        let id = id.to_string();
        refuse_command(app, peer, &id, codes::BAD_REQUEST, Some(&why), reference.as_deref());
        return Ok(());
    }
    if let Err(problem) = crate::http::check_right(app, id, &login) {
        let (id, why) = (id.to_string(), problem.message());
        refuse_command(app, peer, &id, codes::FORBIDDEN, Some(why), reference.as_deref());
        return Ok(());
    }
    let body: RawJson = command.command.into();
    let request = Request {
        actor: login.actor(),
        body: Some(body),
        expected: command.lock_version.map(Version),
        key: command.id,
        begun,
    };
    match shown(app, peer, id) {
        Some(table) => table
            .command_of(request, peer.conn(), Some(login.user.clone()), reference)
            .map_err(|full| Slow::Post(table, full)),
        None => Err(Slow::Open(id, Box::new(Wanted::Command(request, reference)))),
    }
}

/// An idempotency key that can be stored and logged.
#[must_use]
pub(crate) fn good_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= KEY_BYTES && key.bytes().all(|b| b.is_ascii_graphic())
}

fn refuse_command(
    app: &App,
    peer: &Peer,
    session: &str,
    code: codes::Code,
    message: Option<&str>,
    reference: Option<&str>,
) {
    let body = ErrorBody {
        code: code.name,
        message: message.unwrap_or(code.meaning),
        expected: None,
        actual: None,
        snapshot: None,
    };
    app.hub.send(peer.conn(), frames::refused(session, body, reference));
}

async fn finish(app: &App, peer: &Arc<Peer>, slow: Slow) {
    match slow {
        Slow::Open(id, wanted) => match crate::http::open_table(app, id).await {
            Ok(table) if !wanted.is_for(&table) || app.hides(&table, peer.login().as_deref()) => {
                not_opened(app, peer, id, *wanted, &TableError::NotFound);
            }
            Ok(table) => {
                let posted = match *wanted {
                    Wanted::Join(join) => follow(app, peer, table, join),
                    Wanted::Command(request, reference) => table
                        .command_of(request, peer.conn(), peer.user(), reference)
                        .map_err(|full| Slow::Post(table, full)),
                };
                if let Err(Slow::Post(table, full)) = posted {
                    post(app, peer, &table, full).await;
                }
            }
            Err(error) => not_opened(app, peer, id, *wanted, &error),
        },
        Slow::Post(table, full) => post(app, peer, &table, full).await,
        Slow::Token(token) => renew(app, peer, &token).await,
        Slow::Turns(user) => super::turns::tell_all(app, peer, &user).await,
    }
}

async fn post(app: &App, peer: &Peer, table: &Table, full: Full) {
    if let Err(error) = table.insist(full).await {
        let (code, message) = problem::refused_parts(&error);
        app.hub.send(peer.conn(), frames::error(&code, &message, None, false));
    }
}

fn not_opened(app: &App, peer: &Arc<Peer>, id: SessionId, wanted: Wanted, error: &TableError) {
    let (code, message) = problem::refused_parts(error);
    // Nommie's face says it in its own words.
    let of_game = matches!(&wanted, Wanted::Join(join) if join.form == Form::Snapshot);
    let (code, message) = match error {
        TableError::NotFound if of_game => {
            let not_found = codes::GAME_NOT_FOUND;
            (not_found.name.into(), not_found.meaning.to_owned())
        }
        _ => (code, message),
    };
    match wanted {
        Wanted::Command(_, reference) => {
            let body = ErrorBody {
                code: &code,
                message: &message,
                expected: None,
                actual: None,
                snapshot: None,
            };
            let frame = frames::refused(&id.to_string(), body, reference.as_deref());
            app.hub.send(peer.conn(), frame);
        }
        Wanted::Join(join) => {
            let reference = join.ack.flatten();
            let detail = join.form == Form::Plain;
            let frame = frames::error(&code, &message, reference.as_deref(), detail);
            app.hub.send(peer.conn(), frame);
            if join.sole {
                let why =
                    if *error == TableError::NotFound { close::NO_SESSION } else { close::FAULT };
                app.hub.close(peer.conn(), why.code, why.word);
            }
        }
    }
}

/// The close that follows when no login, or no newer one, has come by then.
pub(super) fn login_deadline(at: Instant) -> Deadline {
    Deadline { at, code: close::LOGIN.code, reason: close::LOGIN.word.to_owned() }
}

/// The moment at which a socket with this login is closed.
pub(super) fn end_of(login: &Login) -> Deadline {
    let left = Duration::from_millis(login.expires_at.0.saturating_sub(clock::now().0));
    login_deadline(Instant::now() + left + LOGIN_GRACE)
}

async fn renew(app: &App, peer: &Arc<Peer>, token: &str) {
    let login = match app.auth.socket(token, Via::Message).await {
        Ok(login) => login,
        Err(error) => {
            app.metrics.auth_failure(error.reason());
            return refuse(app, peer, codes::UNAUTHORIZED, &error.to_string(), None);
        }
    };
    let before = peer.user();
    if before.as_ref().is_some_and(|user| *user != login.user) {
        let message = "a socket stays with its user; open another one";
        return refuse(app, peer, codes::FORBIDDEN, message, None);
    }
    app.hub.set_deadline(peer.conn(), Some(end_of(&login)));
    peer.renew(login.clone());
    app.hub.send(peer.conn(), frames::ack("token", None, None));
    if before.is_none() {
        app.sockets.signed_in(peer, login.user.clone());
        // What it follows is seen with the user's eyes from now on.
        for table in peer.topics() {
            if let Err(full) = table.sign_in(peer.conn(), login.user.clone()) {
                post(app, peer, &table, full).await;
            }
        }
    }
}
