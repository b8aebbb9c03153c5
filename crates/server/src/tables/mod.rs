//! Live sessions: one task each, found by id, loaded on first use and dropped when idle. Must not
//! know HTTP or how a message came in.

mod audience;
mod published;
mod registry;
mod sweep;
mod task;

use std::sync::{Arc, Weak};
use std::time::Instant;

use engine::{Answered, Patch, RawJson, Refused, ToldEvent, Undone};
use game::{Actor, GameName, SeatId, SessionId, Status, Timestamp, UserId, Version, Viewer};
use hub::ConnId;
use protocol::from_client::Since;
use tokio::sync::{mpsc, oneshot, watch};

pub use published::Published;
pub use registry::{Tables, TablesConfig};
pub(crate) use sweep::sweep;

/// Messages that may wait for one table. A table takes some 100,000 a second; past this callers
/// wait, and past [`PATIENCE`] they are refused.
const MAILBOX: usize = 1024;

/// How long a caller waits for a place in a full mailbox.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Why a table did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// There is no such session, or it was deleted.
    #[error("there is no such session")]
    NotFound,
    /// This server has no game of that name.
    #[error("this server has no game named {0:?}")]
    UnknownGame(String),
    /// The command was refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The rules panicked or the stored state cannot be read; the log has the details.
    #[error("a fault of the server")]
    Fault,
    /// Too much waits already, or the server is going down.
    #[error("the server cannot take this now: {0}")]
    Unavailable(String),
}

/// A command of a user, or of the server for one.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who wants it.
    pub actor: Actor,
    /// What, in the words of the game; `None` deletes the session.
    pub body: Option<RawJson>,
    /// Refuse when the session has moved on from this version.
    pub expected: Option<Version>,
    /// Idempotency key.
    pub key: Option<String>,
    /// When the work began on what brought it here: the first leg of its way is measured from then.
    pub begun: Instant,
}

/// Who is here, on one session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// Seats with a live connection.
    pub seats: Vec<SeatId>,
    /// Live sockets and streams without a seat.
    pub viewers: u64,
}

/// What a viewer sees of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// The version of the commit that it came with.
    pub version: Version,
    /// Its place among the events of that commit.
    pub index: u32,
    /// When.
    pub at: Timestamp,
    /// Whose it is and what happened.
    pub told: ToldEvent,
}

/// Which messages a subscriber gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Whole views, events, presence.
    Update,
    /// The same with patches where they are smaller.
    Patch,
    /// Whole views and nothing else: for clients of the scoreboard's original face.
    Plain,
    /// The same as messages `snapshot`, each with `lock_version` inside: for Nommie's face.
    Snapshot,
}

impl Form {
    /// Are events and presence told, too?
    const fn has_events(self) -> bool {
        matches!(self, Self::Update | Self::Patch)
    }
}

/// A socket wants to follow the session.
#[derive(Debug)]
pub struct Join {
    /// The socket.
    pub conn: ConnId,
    /// Who is logged in on it.
    pub user: Option<UserId>,
    /// What it wants.
    pub form: Form,
    /// Where its client is.
    pub since: Option<Since>,
    /// The session must be of this game.
    pub game: Option<GameName>,
    /// Answer with an `ack` first; the inner text is handed back as `ref`.
    pub ack: Option<Option<String>>,
    /// The socket is there for this session alone: it is closed when the session is.
    pub sole: bool,
}

/// Who is answered, and how.
#[derive(Debug)]
enum ReplyTo {
    Caller(oneshot::Sender<Result<Answered, TableError>>),
    Socket { conn: ConnId, user: Option<UserId>, reference: Option<String> },
}

/// What a table's mailbox takes.
#[derive(Debug)]
enum Message {
    Command(Request, ReplyTo),
    Join(Join),
    Leave(ConnId),
    SignIn(ConnId, UserId),
    DryRun(Actor, RawJson, oneshot::Sender<Result<(), TableError>>),
    Patch(Viewer, Version, oneshot::Sender<Option<(Version, Patch)>>),
    Events(Version, u32, Viewer, oneshot::Sender<Option<Vec<EventView>>>),
    Presence(oneshot::Sender<Presence>),
    Stream(Weak<()>, Option<UserId>),
    StreamEnded,
    Moved(Version),
}

/// A message that a full mailbox did not take.
pub struct Full(Box<Message>);

/// A live session. While one of these is held, the session stays in memory.
#[derive(Clone)]
pub struct Table(Arc<Handle>);

struct Handle {
    session: SessionId,
    mailbox: mpsc::Sender<Message>,
    published: watch::Receiver<Arc<Published>>,
}

impl Table {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.0.session
    }

    /// What was published last.
    #[must_use]
    pub fn now(&self) -> Arc<Published> {
        self.0.published.borrow().clone()
    }

    /// It has ended or was deleted: nothing comes any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let published = self.0.published.borrow();
        published.deleted || published.status == Status::Ended
    }

    /// What is published from now on; latest wins.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Arc<Published>> {
        self.0.published.clone()
    }

    /// Gives a command and waits until its commit is durable.
    pub async fn command(&self, request: Request) -> Result<Answered, TableError> {
        self.ask(|reply| Message::Command(request, ReplyTo::Caller(reply))).await?
    }

    /// Would this command be carried out now?
    pub async fn dry_run(&self, actor: Actor, body: RawJson) -> Result<(), TableError> {
        self.ask(|reply| Message::DryRun(actor, body, reply)).await?
    }

    /// What leads this viewer class from `base` to the version in the answer.
    pub async fn patch(
        &self,
        viewer: Viewer,
        base: Version,
    ) -> Result<Option<(Version, Patch)>, TableError> {
        self.ask(|reply| Message::Patch(viewer, base, reply)).await
    }

    /// The events after a position as this viewer class sees them; `None` when memory does not
    /// reach back so far.
    pub async fn events_since(
        &self,
        version: Version,
        index: u32,
        viewer: Viewer,
    ) -> Result<Option<Vec<EventView>>, TableError> {
        self.ask(|reply| Message::Events(version, index, viewer, reply)).await
    }

    /// Who is here.
    pub async fn presence(&self) -> Result<Presence, TableError> {
        self.ask(Message::Presence).await
    }

    /// Somebody follows the session by other means than the hub, for as long as the answer is held:
    /// they count as present.
    pub async fn watch(&self, user: Option<UserId>) -> Result<Watching, TableError> {
        let here = Arc::new(());
        self.post(Message::Stream(Arc::downgrade(&here), user)).await?;
        Ok(Watching { table: self.clone(), here: Some(here) })
    }

    /// Lets a socket follow the session. What it is to be told comes through the hub.
    pub fn join(&self, join: Join) -> Result<(), Full> {
        self.offer(Message::Join(join))
    }

    /// A command of a socket, answered through the hub.
    pub fn command_of(
        &self,
        request: Request,
        conn: ConnId,
        user: Option<UserId>,
        reference: Option<String>,
    ) -> Result<(), Full> {
        self.offer(Message::Command(request, ReplyTo::Socket { conn, user, reference }))
    }

    /// The socket does not follow the session any more.
    pub fn leave(&self, conn: ConnId) -> Result<(), Full> {
        self.offer(Message::Leave(conn))
    }

    /// The socket that follows the session has a login now.
    pub fn sign_in(&self, conn: ConnId, user: UserId) -> Result<(), Full> {
        self.offer(Message::SignIn(conn, user))
    }

    /// Waits for a place for what a full mailbox did not take.
    pub async fn insist(&self, full: Full) -> Result<(), TableError> {
        self.post(*full.0).await
    }

    fn moved(&self, version: Version) {
        if version > self.0.published.borrow().version {
            // A full mailbox means that the table is at work and will hear of it from the store.
            let _ = self.offer(Message::Moved(version));
        }
    }

    fn offer(&self, message: Message) -> Result<(), Full> {
        self.0.mailbox.try_send(message).map_err(|refused| Full(Box::new(refused.into_inner())))
    }

    async fn post(&self, message: Message) -> Result<(), TableError> {
        match self.0.mailbox.send_timeout(message, PATIENCE).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                Err(TableError::Unavailable("too many commands wait for this session".to_owned()))
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => {
                Err(TableError::Unavailable("the server is going down".to_owned()))
            }
        }
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<T>) -> Message,
    ) -> Result<T, TableError> {
        let (reply, answer) = oneshot::channel();
        self.post(message(reply)).await?;
        // A table that drops a reply has lost the command to a panic.
        answer.await.map_err(|_| TableError::Fault)
    }
}

/// See [`Table::watch`].
pub struct Watching {
    table: Table,
    here: Option<Arc<()>>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.here = None;
        // A table whose mailbox is full sees it when it tells who is here the next time.
        let _ = self.table.offer(Message::StreamEnded);
    }
}

/// How the end of a commit comes back to its table.
type Commitment = (engine::Hash, Result<(), Undone>);
