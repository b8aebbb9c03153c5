//! Streams on sockets of a hub of their own, whose queue and whose ticks the test holds. Must not
//! know the server.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hub::{AttachOptions, CloseInfo, Handler, HubConfig, HubLimits};
use serde_json::{Value, json};
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

use super::super::*;
use super::position;

/// Whatever should happen happens long before.
const PATIENCE: Duration = Duration::from_secs(20);

/// Holds the hub's only shard up from a message on until it is released.
#[derive(Default)]
struct Gate {
    held: Mutex<Option<bool>>,
    moved: Condvar,
}

impl Gate {
    fn set(&self, held: bool) {
        *self.held.lock().unwrap() = Some(held);
        self.moved.notify_all();
    }

    fn wait_for(&self, held: bool) {
        let now = self.held.lock().unwrap();
        let other = |now: &mut Option<bool>| *now != Some(held);
        let (_now, late) = self.moved.wait_timeout_while(now, PATIENCE, other).unwrap();
        assert!(!late.timed_out(), "the shard is not held, or was never released");
    }
}

impl Handler for Gate {
    fn on_message(&self, _: ConnId, _: &str) {
        self.set(true);
        self.wait_for(false);
    }

    fn on_close(&self, _: ConnId, _: &CloseInfo) {}
}

struct World {
    streams: Streams,
    gate: Arc<Gate>,
    listener: TcpListener,
}

struct Client {
    conn: ConnId,
    socket: WebSocket<TcpStream>,
}

impl World {
    fn new() -> Self {
        let gate = Arc::new(Gate::default());
        let limits = HubLimits { command_queue: 4, ..HubLimits::default() };
        // No ping may keep a test waiting that gets nothing else.
        let (heartbeat, silent) = (PATIENCE * 10, PATIENCE * 20);
        let config = HubConfig { shards: 1, limits, heartbeat, silent, ..HubConfig::default() };
        let streams = Streams::new(Hub::start(config, gate.clone()).unwrap());
        Self { streams, gate, listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap() }
    }

    fn connect(&self) -> Client {
        let ours = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        ours.set_read_timeout(Some(PATIENCE)).unwrap();
        let theirs = self.listener.accept().unwrap().0;
        let conn =
            self.streams.hub().attach(theirs, Bytes::new(), AttachOptions::default()).unwrap();
        Client { conn, socket: WebSocket::from_raw_socket(ours, Role::Client, None) }
    }

    /// A window of this user, once it has been told that it is one.
    fn window(&self, who: &str) -> Client {
        let mut client = self.connect();
        self.follow(&client, who);
        assert_eq!(client.next()["type"], "ws_ack");
        client
    }

    fn follow(&self, client: &Client, who: &str) {
        let who = user(who);
        let ack = |gap| Frame::text(&acknowledged(&who, gap));
        self.streams.follow_user(client.conn, &who, None, ack);
    }

    /// A monitor, and what it was shown first.
    fn monitor(&self) -> (Client, Value) {
        let mut client = self.connect();
        self.streams.follow_all(client.conn, None, None);
        let snapshot = client.next();
        assert_eq!(snapshot["type"], "monitor_snapshot");
        (client, snapshot)
    }

    /// The short queue has room again.
    fn settle(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.streams.hub().stats().queued > 0 {
            assert!(Instant::now() < deadline, "the shard does nothing");
            std::thread::yield_now();
        }
    }

    fn tell(&self, who: &str, version: u64) {
        let fields = json!({ "n": version });
        let announcement =
            Announcement { kind: "game_event", user: user(who), to_monitors: true, fields };
        self.streams.tell(vec![(position(version), announcement)]);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.streams.hub().shutdown();
    }
}

impl Client {
    fn next(&mut self) -> Value {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The numbers of the events before the close frame, and its code.
    fn until_closed(&mut self) -> (Vec<u64>, u16) {
        let mut numbers = Vec::new();
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => {
                    let event: Value = serde_json::from_str(&text).unwrap();
                    numbers.push(event["n"].as_u64().unwrap());
                }
                Message::Close(frame) => return (numbers, frame.unwrap().code.into()),
                _ => {}
            }
        }
    }

    fn presence(&mut self) -> Value {
        let message = self.next();
        assert_eq!(message["type"], "presence", "{message}");
        json!(["joined", "left", "connected", "connections"].map(|key| message[key].clone()))
    }
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

#[test]
fn who_lost_an_event_is_closed_and_who_came_after_it_is_not() {
    let world = World::new();
    let mut window = world.window("ann");
    let mut other = world.window("ben");
    let (mut monitor, _) = world.monitor();
    let mut blocker = world.connect();
    let (mut late, mut late_monitor) = (world.connect(), world.connect());
    world.settle();
    world.tell("ann", 1);
    assert_eq!((window.next()["n"].clone(), monitor.next()["n"].clone()), (json!(1), json!(1)));
    blocker.socket.send(Message::text("hold")).unwrap();
    world.gate.wait_for(true);
    // The queue takes four broadcasts, so the first two of these for each.
    for version in 2..=20 {
        world.tell("ann", version);
    }
    world.follow(&late, "ann");
    world.streams.follow_all(late_monitor.conn, None, None);
    world.gate.set(false);
    for client in [&mut window, &mut monitor] {
        // What waits is dropped when a socket is closed for this: what came has no gap.
        let (numbers, code) = client.until_closed();
        assert_eq!(code, 4408);
        assert_eq!(numbers[..], [2, 3][..numbers.len()]);
    }
    assert_eq!(late.next()["type"], "ws_ack");
    let snapshot = late_monitor.next();
    assert_eq!(snapshot["recent_events"].as_array().unwrap().len(), 20);
    world.settle();
    world.tell("ann", 21);
    assert_eq!(
        (late.next()["n"].clone(), late_monitor.next()["n"].clone()),
        (21.into(), 21.into())
    );
    world.tell("ben", 22);
    assert_eq!(other.next()["n"], 22, "nothing of his was lost");
}

#[test]
fn a_monitor_that_comes_between_two_ticks_hears_of_what_follows() {
    let world = World::new();
    let (mut first, snapshot) = world.monitor();
    assert_eq!(snapshot["connected_user_ids"], json!([]));
    // Ann comes, a monitor begins, she goes.
    let ann = world.window("ann");
    let (mut second, snapshot) = world.monitor();
    assert_eq!(snapshot["connected_user_ids"], json!(["ann"]));
    world.streams.leave_user(ann.conn);
    world.streams.tell_presence();
    assert_eq!(first.presence(), json!([["ann"], [], 1, 1]));
    for monitor in [&mut first, &mut second] {
        assert_eq!(monitor.presence(), json!([[], ["ann"], 0, 0]));
    }
    // She goes, a monitor begins, she comes again.
    let ann = world.window("ann");
    world.streams.tell_presence();
    world.streams.leave_user(ann.conn);
    let (mut third, snapshot) = world.monitor();
    assert_eq!(snapshot["connected_user_ids"], json!([]));
    let _ann = world.window("ann");
    world.streams.tell_presence();
    for monitor in [&mut first, &mut second] {
        assert_eq!(monitor.presence(), json!([["ann"], [], 1, 1]));
        assert_eq!(monitor.presence(), json!([[], ["ann"], 0, 0]));
    }
    for monitor in [&mut first, &mut second, &mut third] {
        assert_eq!(monitor.presence(), json!([["ann"], [], 1, 1]));
    }
}

#[test]
fn more_windows_of_who_is_there_are_told_with_the_tick_and_once() {
    let world = World::new();
    let _one = world.window("ann");
    let (mut monitor, snapshot) = world.monitor();
    assert_eq!(snapshot["connections"], 1);
    world.streams.tell_presence();
    let two = world.window("ann");
    let three = world.window("ann");
    world.streams.tell_presence();
    world.streams.tell_presence();
    assert_eq!(monitor.presence(), json!([[], [], 1, 3]));
    world.streams.leave_user(two.conn);
    world.streams.leave_user(three.conn);
    world.streams.tell_presence();
    assert_eq!(monitor.presence(), json!([[], [], 1, 1]));
}
