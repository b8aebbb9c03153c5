//! A hub with a listener, a handler that remembers, and a client that sees every frame. Must not
//! sleep: everything waits for a condition, or fails after a while.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use hub::{
    AttachOptions, Broadcast, Channel, CloseInfo, ConnId, Frame, Handler, Hub, HubConfig,
    HubLimits, HubStats, Part, PartBody,
};

/// Long enough for a loaded machine; only a failure waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What the hub said to its handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(ConnId, String),
    Closed(ConnId, CloseInfo),
}

/// Remembers what it hears. A message `panic!` makes it panic, `block!` makes it wait for
/// [`Recorder::release`].
#[derive(Default)]
pub(crate) struct Recorder {
    heard: Mutex<Vec<Heard>>,
    news: Condvar,
    gate: Mutex<Gate>,
    gate_moved: Condvar,
}

#[derive(Default)]
struct Gate {
    waiting: usize,
    released: usize,
}

impl Recorder {
    fn remember(&self, heard: Heard) {
        self.heard.lock().expect("no test panics with it").push(heard);
        self.news.notify_all();
    }

    /// Waits until what was heard makes `found` say something.
    pub(crate) fn wait<T>(&self, what: &str, found: impl Fn(&[Heard]) -> Option<T>) -> T {
        let heard = self.heard.lock().expect("no test panics with it");
        let mut result = None;
        let (heard, _) = self
            .news
            .wait_timeout_while(heard, PATIENCE, |heard| {
                result = found(heard);
                result.is_none()
            })
            .expect("no test panics with it");
        result.unwrap_or_else(|| panic!("waited for {what}; heard {heard:?}"))
    }

    pub(crate) fn texts(&self, conn: ConnId) -> Vec<String> {
        let heard = self.heard.lock().expect("no test panics with it");
        heard
            .iter()
            .filter_map(|h| match h {
                Heard::Text(id, text) if *id == conn => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn closed(&self, conn: ConnId) -> CloseInfo {
        self.wait("the end of a socket", |heard| {
            let ends: Vec<&CloseInfo> = heard
                .iter()
                .filter_map(|h| match h {
                    Heard::Closed(id, why) if *id == conn => Some(why),
                    _ => None,
                })
                .collect();
            assert!(ends.len() <= 1, "told twice: {ends:?}");
            ends.first().map(|why| (*why).clone())
        })
    }

    /// Waits until the handler blocks.
    pub(crate) fn blocked(&self) {
        let gate = self.gate.lock().expect("no test panics with it");
        let (_gate, late) = self
            .gate_moved
            .wait_timeout_while(gate, PATIENCE, |gate| gate.waiting == gate.released)
            .expect("no test panics with it");
        assert!(!late.timed_out(), "the handler never blocked");
    }

    pub(crate) fn release(&self) {
        self.gate.lock().expect("no test panics with it").released += 1;
        self.gate_moved.notify_all();
    }

    fn block(&self) {
        let mut gate = self.gate.lock().expect("no test panics with it");
        gate.waiting += 1;
        let turn = gate.waiting;
        self.gate_moved.notify_all();
        let (_gate, late) = self
            .gate_moved
            .wait_timeout_while(gate, PATIENCE, |gate| gate.released < turn)
            .expect("no test panics with it");
        assert!(!late.timed_out(), "never released");
    }
}

impl Handler for Recorder {
    fn on_message(&self, conn: ConnId, text: &str) {
        match text {
            "panic!" => panic!("as the test asked"),
            "block!" => self.block(),
            _ => self.remember(Heard::Text(conn, text.to_owned())),
        }
    }

    fn on_close(&self, conn: ConnId, why: &CloseInfo) {
        self.remember(Heard::Closed(conn, why.clone()));
    }
}

/// A hub and who listens to it.
pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) recorder: Arc<Recorder>,
    listener: TcpListener,
}

/// One shard, no surprises by the clock or by rates.
pub(crate) fn quiet() -> HubConfig {
    HubConfig {
        shards: 1,
        heartbeat: Duration::from_secs(3600),
        silent: Duration::from_secs(7200),
        limits: HubLimits { messages_per_second: 0, ..HubLimits::default() },
        ..HubConfig::default()
    }
}

impl World {
    pub(crate) fn new(config: HubConfig) -> Self {
        let recorder = Arc::new(Recorder::default());
        let hub = Hub::start(config, recorder.clone()).expect("the hub starts");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        Self { hub, recorder, listener }
    }

    /// Both ends of a connection.
    pub(crate) fn pair(&self) -> (TcpStream, TcpStream) {
        let address = self.listener.local_addr().expect("it is bound");
        let ours = TcpStream::connect(address).expect("it listens");
        let (theirs, _) = self.listener.accept().expect("it was just connected");
        ours.set_read_timeout(Some(PATIENCE)).expect("not zero");
        ours.set_nodelay(true).expect("it is open");
        (ours, theirs)
    }

    pub(crate) fn connect(&self) -> Client {
        self.connect_with(AttachOptions::default())
    }

    pub(crate) fn connect_with(&self, options: AttachOptions) -> Client {
        let (ours, theirs) = self.pair();
        let id = self.hub.attach(theirs, Bytes::new(), options).expect("there is room");
        Client { id, stream: ours, buffer: Vec::new() }
    }

    pub(crate) fn publish(&self, stream: u64, version: u64, parts: Vec<Part>) {
        self.hub.publish(Arc::new(Broadcast::new(stream, version, parts)));
    }

    /// Waits until the counters make `done` true.
    pub(crate) fn until(&self, what: &str, done: impl Fn(&HubStats) -> bool) -> HubStats {
        let start = Instant::now();
        loop {
            let stats = self.hub.stats();
            if done(&stats) {
                return stats;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what}: {stats:?}");
            std::thread::yield_now();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.hub.shutdown();
    }
}

/// A view for everyone on `channel`, with a patch from `base` if there is one.
pub(crate) fn view(channel: Channel, full: &str, patch: Option<(u64, &str)>) -> Part {
    let patch = patch.map(|(base, text)| (base, Frame::text(text)));
    Part { channel, body: PartBody::View { full: Frame::text(full), patch } }
}

pub(crate) fn event(channel: Channel, text: &str) -> Part {
    Part { channel, body: PartBody::Event(Frame::text(text)) }
}

pub(crate) const CONTINUE: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
pub(crate) const FIN: u8 = 0x80;
pub(crate) const RSV1: u8 = 0x40;

/// A frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) first: u8,
    pub(crate) payload: Vec<u8>,
}

impl Got {
    pub(crate) fn text(text: &str) -> Self {
        Self { first: FIN | TEXT, payload: text.into() }
    }

    pub(crate) fn close(code: u16, reason: &str) -> Self {
        Self { first: FIN | CLOSE, payload: [&code.to_be_bytes(), reason.as_bytes()].concat() }
    }
}

/// The bytes of a client's frame.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0xa1, 0x02, 0xf3, 0x44];
    let mut out = vec![first];
    match payload.len() {
        n @ 0..126 => out.push(0x80 | n as u8),
        n @ 126..65536 => {
            out.push(0x80 | 126);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(0x80 | 127);
            out.extend((n as u64).to_be_bytes());
        }
    }
    out.extend(mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
    out
}

/// The other end, without any manners of its own.
pub(crate) struct Client {
    pub(crate) id: ConnId,
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn say(&mut self, text: &str) {
        self.send(FIN | TEXT, text.as_bytes());
    }

    pub(crate) fn send(&mut self, first: u8, payload: &[u8]) {
        self.stream.write_all(&masked(first, payload)).expect("the hub reads");
    }

    /// The next frame but for pings; `None` at the end of the stream.
    pub(crate) fn next(&mut self) -> Option<Got> {
        loop {
            let got = self.any();
            if got.as_ref().is_none_or(|got| got.first != FIN | PING) {
                return got;
            }
        }
    }

    /// The next frame; `None` at the end of the stream.
    pub(crate) fn any(&mut self) -> Option<Got> {
        loop {
            if let Some((got, size)) = parse(&self.buffer) {
                self.buffer.drain(..size);
                return Some(got);
            }
            let mut piece = vec![0; 256 * 1024];
            match self.stream.read(&mut piece) {
                Ok(0) => {
                    assert!(self.buffer.is_empty(), "half a frame at the end");
                    return None;
                }
                Ok(count) => self.buffer.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("waited for a frame: {error}"),
            }
        }
    }

    pub(crate) fn text(&mut self) -> String {
        let got = self.next().expect("a text, not the end");
        assert_eq!(got.first, FIN | TEXT, "{got:?}");
        String::from_utf8(got.payload).expect("text is UTF-8")
    }

    pub(crate) fn expect(&mut self, texts: &[&str]) {
        for text in texts {
            assert_eq!(self.next(), Some(Got::text(text)));
        }
    }

    /// Everything up to the end.
    pub(crate) fn rest(&mut self) -> Vec<Got> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

fn parse(bytes: &[u8]) -> Option<(Got, usize)> {
    let (&first, &length) = (bytes.first()?, bytes.get(1)?);
    assert!(length & 0x80 == 0, "servers do not mask");
    let (length, at) = match length {
        126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
        short => (u64::from(short), 2),
    };
    let end = at + length as usize;
    Some((Got { first, payload: bytes.get(at..end)?.to_vec() }, end))
}
