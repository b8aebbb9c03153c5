//! The handle on the hub: what the rest of the server can ask of it. Every call only queues a
//! command and returns at once. Must not know what a shard does with it.

use std::{
    io,
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use mio::Poll;

use crate::{
    AttachOptions, Broadcast, Channel, CloseInfo, ConnId, Deadline, Deflate, Frame, HubConfig,
    HubStats, Subscribe, config,
    queue::{Attach, Command, CommandQueue, Drain, Pushed},
    routes::Routes,
    shard::Shard,
    stats::Totals,
};

/// What happens to messages. Called on the threads of the shards: it must not block, or all sockets
/// of the shard wait. A panic closes the socket it was about with 4480 and nothing else.
pub trait Handler: Send + Sync + 'static {
    /// A whole text message.
    fn on_message(&self, conn: ConnId, text: &str);

    /// A whole binary message; only called if [`HubConfig::binary`] is set.
    fn on_binary(&self, _conn: ConnId, _data: &[u8]) {}

    /// The socket is gone. Called once for each that was attached, after its last message.
    fn on_close(&self, conn: ConnId, why: &CloseInfo);
}

/// Why a socket was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubFull {
    /// [`crate::HubLimits::connections`] are here already, or the shard is far behind.
    #[error("too many sockets")]
    Connections,
    /// The hub is being drained or was shut down.
    #[error("the server is going down")]
    Draining,
}

/// What the handles and the shards have in common.
pub(crate) struct Shared {
    pub(crate) config: HubConfig,
    pub(crate) routes: Routes,
    pub(crate) totals: Totals,
    /// Places taken, in each shard: reserved ones and sockets that are not gone yet.
    pub(crate) places: Vec<AtomicUsize>,
    pub(crate) draining: AtomicBool,
}

struct Inner {
    shared: Arc<Shared>,
    queues: Vec<Arc<CommandQueue>>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for queue in &self.queues {
            queue.push(Command::Stop);
        }
    }
}

/// A handle on the hub; a clone is one more handle on the same. The shards end with
/// [`Hub::shutdown`] or with the last handle.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

impl Hub {
    /// Starts the shards.
    ///
    /// # Errors
    /// If the operating system gives no poll or no thread, or the number of shards is not 1 to 64.
    pub fn start(config: HubConfig, handler: Arc<dyn Handler>) -> io::Result<Self> {
        if !(1..=config::MAX_SHARDS).contains(&config.shards) {
            let text = format!("shards: {} is not in 1..={}", config.shards, config::MAX_SHARDS);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let shared = Arc::new(Shared {
            routes: Routes::new(config.shards),
            totals: Totals::default(),
            places: (0..config.shards).map(|_| AtomicUsize::new(0)).collect(),
            draining: AtomicBool::new(false),
            config,
        });
        let inner = Inner { shared, queues: Vec::new(), threads: Mutex::default() };
        Self::spawn(inner, &handler)
    }

    fn spawn(mut inner: Inner, handler: &Arc<dyn Handler>) -> io::Result<Self> {
        for index in 0..inner.shared.config.shards {
            let poll = Poll::new()?;
            let waker = Shard::waker(&poll)?;
            let limit = inner.shared.config.limits.command_queue;
            let queue = Arc::new(CommandQueue::new(waker, limit));
            inner.queues.push(Arc::clone(&queue));
            let (shared, handler) = (Arc::clone(&inner.shared), Arc::clone(handler));
            let thread = thread::Builder::new().name(format!("hub-{index}")).spawn(move || {
                let shard = Shard::new(index, poll, Arc::clone(&queue), shared, handler);
                if catch_unwind(AssertUnwindSafe(|| shard.run())).is_err() {
                    tracing::error!(shard = index, "a shard has panicked; its sockets are lost");
                }
                drop(queue.stop());
            })?;
            inner.threads.get_mut().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(Self(Arc::new(inner)))
    }

    /// Picks what can be kept of a `Sec-WebSocket-Extensions` header: the agreement for
    /// [`AttachOptions::deflate`] and the value of the header to answer with. `None` if compression
    /// is off or nothing fits.
    #[must_use]
    pub fn negotiate(&self, offers: &str) -> Option<(Deflate, String)> {
        self.0.shared.config.compression.then(|| crate::negotiate(offers)).flatten()
    }

    /// Takes a place before the upgrade, while a refusal can still be an HTTP status.
    ///
    /// # Errors
    /// If the hub takes no more sockets.
    pub fn reserve(&self) -> Result<Ticket, HubFull> {
        let shared = &self.0.shared;
        if shared.draining.load(Relaxed) {
            return Err(HubFull::Draining);
        }
        let taken = || shared.places.iter().map(|places| places.load(Relaxed));
        // Two callers at once may pass the limit by one: it is a guard, not a count.
        if taken().sum::<usize>() >= shared.config.limits.connections {
            return Err(HubFull::Connections);
        }
        let shard = taken().enumerate().min_by_key(|(_, places)| *places).map_or(0, |(i, _)| i);
        shared.places[shard].fetch_add(1, Relaxed);
        let (slot, generation) = self.0.queues[shard].take_slot();
        Ok(Ticket {
            hub: self.clone(),
            id: ConnId::new(shard as u8, slot, generation),
            used: false,
        })
    }

    /// Hands over a socket whose upgrade has been answered. `leftover` are bytes that were read
    /// behind the request. The handler may be called before this returns; see
    /// [`AttachOptions::on_attached`].
    ///
    /// # Errors
    /// If the hub takes no more sockets; the stream is closed then.
    pub fn attach(
        &self,
        stream: TcpStream,
        leftover: Bytes,
        options: AttachOptions,
    ) -> Result<ConnId, HubFull> {
        self.reserve()?.attach(stream, leftover, options)
    }

    /// Queues one message to one socket.
    pub fn send(&self, conn: ConnId, frame: Frame) {
        self.push(conn, Command::Send(conn, frame));
    }

    /// Writes what is queued for the socket, then a close frame, waits a little for the other
    /// side, and ends it. At most 123 bytes of reason.
    pub fn close(&self, conn: ConnId, code: u16, reason: &str) {
        self.push(conn, Command::Close(conn, code, reason.into()));
    }

    /// Sends `first`, then everything published on `channel` after this call that is newer than
    /// `version`. Call it from where the stream is published, so that the two are in order. On a
    /// channel that the socket already has, it starts afresh.
    pub fn subscribe(&self, conn: ConnId, channel: Channel, subscribe: Subscribe) {
        let routes = &self.0.shared.routes;
        routes.add(channel.stream, conn.shard());
        let command = Command::Subscribe(conn, channel, subscribe);
        if self.push(conn, command) == Pushed::Refused {
            routes.remove(channel.stream, conn.shard());
        }
    }

    /// Ends a subscription. What waits of its views is not sent any more.
    pub fn unsubscribe(&self, conn: ConnId, channel: Channel) {
        self.push(conn, Command::Unsubscribe(conn, channel));
    }

    /// Sends a broadcast to every shard with subscribers of its stream.
    #[expect(clippy::needless_pass_by_value, reason = "one handle goes to each shard")]
    pub fn publish(&self, broadcast: Arc<Broadcast>) {
        debug_assert!(broadcast.parts.iter().all(|p| p.channel.stream == broadcast.stream));
        let mut shards = self.0.shared.routes.shards(broadcast.stream);
        while shards != 0 {
            let shard = shards.trailing_zeros() as usize;
            shards &= shards - 1;
            if self.0.queues[shard].push(Command::Publish(Arc::clone(&broadcast))) == Pushed::Merged
            {
                self.0.shared.totals.merged.fetch_add(1, Relaxed);
            }
        }
    }

    /// Closes the socket at a time, instead of at the time set before; `None` lifts it.
    pub fn set_deadline(&self, conn: ConnId, deadline: Option<Deadline>) {
        self.push(conn, Command::Deadline(conn, deadline.map(Box::new)));
    }

    /// Takes no more sockets and closes all, evenly spread over `over`, each with its own reason
    /// (which says when to come back). Returns at once; `stats().alive` says when all are gone.
    pub fn drain(
        &self,
        over: Duration,
        code: u16,
        reason: impl Fn(ConnId) -> String + Send + Sync + 'static,
    ) {
        self.0.shared.draining.store(true, Relaxed);
        let reason = Arc::new(reason);
        for queue in &self.0.queues {
            let drain = Drain { over, code, reason: reason.clone() };
            queue.push(Command::Drain(Box::new(drain)));
        }
    }

    /// Subscriptions of a stream, in all shards.
    #[must_use]
    pub fn subscribers(&self, stream: u64) -> usize {
        self.0.shared.routes.count(stream)
    }

    /// The counters of this moment.
    #[must_use]
    pub fn stats(&self) -> HubStats {
        let shared = &self.0.shared;
        HubStats {
            alive: shared.places.iter().map(|places| places.load(Relaxed) as u64).sum(),
            subscriptions: shared.routes.total(),
            queued: self.0.queues.iter().map(|queue| queue.len() as u64).sum(),
            ..shared.totals.read()
        }
    }

    /// Ends the shards, with all sockets that are still there (1006 for them: drain first), and waits
    /// for their threads. Not from inside of a [`Handler`].
    pub fn shutdown(&self) {
        self.0.shared.draining.store(true, Relaxed);
        for queue in &self.0.queues {
            queue.push(Command::Stop);
        }
        let threads =
            std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The thread catches its panics and reports them.
            let _ = thread.join();
        }
    }

    fn push(&self, conn: ConnId, command: Command) -> Pushed {
        self.0.queues.get(conn.shard()).map_or(Pushed::Refused, |queue| queue.push(command))
    }
}

/// A place for a socket that is about to be upgraded. Dropped unused, the place is free again.
pub struct Ticket {
    hub: Hub,
    id: ConnId,
    used: bool,
}

impl Ticket {
    /// The id that the socket will have.
    #[must_use]
    pub fn id(&self) -> ConnId {
        self.id
    }

    /// As [`Hub::attach`].
    ///
    /// # Errors
    /// If the shard is far behind or gone; the stream is closed then.
    pub fn attach(
        mut self,
        stream: TcpStream,
        leftover: Bytes,
        mut options: AttachOptions,
    ) -> Result<ConnId, HubFull> {
        let id = self.id;
        if let Some(on_attached) = options.on_attached.take() {
            on_attached(id);
        }
        let attach = Attach { id, stream, leftover, options };
        match self.hub.push(id, Command::Attach(Box::new(attach))) {
            Pushed::Refused => Err(HubFull::Connections),
            Pushed::Queued | Pushed::Merged => {
                self.used = true;
                Ok(id)
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.used {
            self.hub.0.queues[self.id.shard()].give_back(self.id.slot());
            self.hub.0.shared.places[self.id.shard()].fetch_sub(1, Relaxed);
        }
    }
}
