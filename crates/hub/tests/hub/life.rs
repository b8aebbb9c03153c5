//! From the attachment to the end: heartbeats, deadlines, closes of every kind, the drain.

use std::{
    collections::HashSet,
    io::Write,
    net::Shutdown,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use hub::{AttachOptions, ClosedBy, Deadline, Frame, HubConfig, HubFull};

use crate::support::{CLOSE, FIN, Got, PATIENCE, PING, PONG, TEXT, World, masked, quiet};

fn beating(millis: u64) -> HubConfig {
    let heartbeat = Duration::from_millis(millis);
    HubConfig { heartbeat, silent: 2 * heartbeat, ..quiet() }
}

#[test]
fn bytes_read_too_early_are_not_lost() {
    let world = World::new(quiet());
    let (mut ours, theirs) = world.pair();
    let whole =
        [masked(FIN | TEXT, b"one"), masked(FIN | TEXT, b"two"), masked(FIN | TEXT, b"three")]
            .concat();
    let (early, late) = whole.split_at(whole.len() - 3);
    let seen = Arc::new(Mutex::new(None));
    let options = AttachOptions {
        on_attached: Some(Box::new({
            let seen = Arc::clone(&seen);
            move |id| *seen.lock().expect("nobody panics with it") = Some(id)
        })),
        ..AttachOptions::default()
    };
    let id =
        world.hub.attach(theirs, Bytes::copy_from_slice(early), options).expect("there is room");
    assert_eq!(*seen.lock().expect("nobody panics with it"), Some(id));
    world.recorder.wait("two messages", |heard| (heard.len() == 2).then_some(()));
    ours.write_all(late).expect("the hub reads");
    world.recorder.wait("three messages", |heard| (heard.len() == 3).then_some(()));
    assert_eq!(world.recorder.texts(id), ["one", "two", "three"]);
}

#[test]
fn pings_come_and_a_pong_keeps_the_socket_alive() {
    let world = World::new(beating(60));
    let (mut alive, silent) = (world.connect(), world.connect());
    let start = Instant::now();
    let mut beats = 0;
    while start.elapsed() < Duration::from_millis(600) {
        assert_eq!(alive.any(), Some(Got { first: FIN | PING, payload: vec![] }));
        beats += 1;
        alive.send(FIN | PONG, b"");
    }
    assert!((3..=11).contains(&beats), "{beats} pings in ten heartbeats");
    let why = world.recorder.closed(silent.id);
    assert_eq!((why.code, why.by), (4450, ClosedBy::Server));
    assert_eq!(why.reason, "silent;retry=500");
    assert!(why.lived >= Duration::from_millis(120), "{why:?}");
    world.until("one is left", |stats| stats.alive == 1);
}

#[test]
fn half_a_message_is_life_too() {
    let world = World::new(beating(100));
    let (mut slow, silent) = (world.connect(), world.connect());
    let start = Instant::now();
    for byte in masked(FIN | TEXT, b"twenty-four bytes of it.") {
        slow.stream.write_all(&[byte]).expect("the hub reads");
        // A pace, not a wait: the bytes must come one by one over several heartbeats.
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(start.elapsed() > Duration::from_millis(400));
    world.recorder.wait("the message", |heard| {
        heard.iter().find_map(|h| match h {
            crate::support::Heard::Text(id, text) if *id == slow.id => Some(text.clone()),
            _ => None,
        })
    });
    assert_eq!(world.recorder.closed(silent.id).code, 4450);
}

#[test]
fn first_pings_do_not_come_together() {
    let world = World::new(beating(1000));
    let mut clients: Vec<_> = (0..20).map(|_| world.connect()).collect();
    world.until("all are here", |stats| stats.opened == 20);
    let start = Instant::now();
    let mut times: Vec<u64> = clients
        .iter_mut()
        .map(|client| client.stream.set_read_timeout(Some(PATIENCE)).map(|()| client))
        .map(|client| {
            let got = client.expect("not zero").any();
            assert_eq!(got.map(|got| got.first), Some(FIN | PING));
            start.elapsed().as_millis() as u64 / 50
        })
        .collect();
    times.dedup();
    assert!(times.len() > 1, "all at once: {times:?}");
}

#[test]
fn deadlines_come_move_and_are_lifted() {
    let world = World::new(beating(2000));
    let at = |millis| Deadline {
        at: Instant::now() + Duration::from_millis(millis),
        code: 4401,
        reason: "login;retry=0".to_owned(),
    };
    let with = |deadline| AttachOptions { deadline: Some(deadline), ..AttachOptions::default() };
    let mut due = world.connect_with(with(at(100)));
    let mut moved = world.connect_with(with(at(100_000)));
    let mut lifted = world.connect_with(with(at(100)));
    world.hub.set_deadline(lifted.id, None);
    world.hub.set_deadline(moved.id, Some(at(200)));
    let start = Instant::now();
    assert_eq!(due.next(), Some(Got::close(4401, "login;retry=0")));
    // Later than the one that was lifted would have been.
    assert_eq!(moved.next(), Some(Got::close(4401, "login;retry=0")));
    assert!(start.elapsed() >= Duration::from_millis(150), "{:?}", start.elapsed());
    for late in [&mut due, &mut moved] {
        late.send(FIN | CLOSE, &4401u16.to_be_bytes());
    }
    world.until("one is left", |stats| stats.alive == 1);
    world.hub.send(lifted.id, Frame::text("here"));
    lifted.expect(&["here"]);
}

#[test]
fn the_server_closes_after_what_is_queued() {
    let world = World::new(quiet());
    let mut client = world.connect();
    world.hub.send(client.id, Frame::text("first this"));
    world.hub.close(client.id, 4509, "replaced");
    world.hub.send(client.id, Frame::text("too late"));
    world.hub.close(client.id, 4503, "too late");
    client.expect(&["first this"]);
    assert_eq!(client.next(), Some(Got::close(4509, "replaced")));
    client.say("nobody listens");
    client.send(FIN | CLOSE, &4509u16.to_be_bytes());
    assert_eq!(client.next(), None);
    let why = world.recorder.closed(client.id);
    assert_eq!((why.code, why.reason.as_str(), why.by), (4509, "replaced", ClosedBy::Server));
    assert_eq!((why.messages_out, why.bytes_out), (2, 12 + 12));
    assert!(world.recorder.texts(client.id).is_empty());
    assert_eq!(world.hub.stats().closed.get(&4509), Some(&1));
}

#[test]
fn nobody_waits_for_ever_for_an_answer() {
    let world = World::new(HubConfig { close_wait: Duration::from_millis(20), ..beating(200) });
    let mut client = world.connect();
    world.hub.close(client.id, 4503, "forbidden");
    assert_eq!(client.next(), Some(Got::close(4503, "forbidden")));
    assert_eq!(client.next(), None, "the server hangs up");
    assert_eq!(world.recorder.closed(client.id).code, 4503);
}

#[test]
fn the_client_closes() {
    let world = World::new(quiet());
    for (payload, code, reason, answer) in [
        (&b"\x03\xe8bye"[..], 1000, "bye", Some(Got::close(1000, "bye"))),
        (b"\x0f\xa1", 4001, "", Some(Got::close(4001, ""))),
        (b"", 1005, "", Some(Got { first: FIN | CLOSE, payload: vec![] })),
    ] {
        let mut client = world.connect();
        client.say("last words");
        client.send(FIN | CLOSE, payload);
        assert_eq!(client.next(), answer);
        assert_eq!(client.next(), None);
        let why = world.recorder.closed(client.id);
        assert_eq!((why.code, why.reason.as_str(), why.by), (code, reason, ClosedBy::Peer));
        assert_eq!(world.recorder.texts(client.id), ["last words"]);
    }
}

#[test]
fn a_lost_connection_is_noticed() {
    let world = World::new(quiet());
    let (ended, half) = (world.connect(), world.connect());
    drop(ended.stream);
    half.stream.shutdown(Shutdown::Write).expect("it is open");
    for id in [ended.id, half.id] {
        let why = world.recorder.closed(id);
        assert_eq!((why.code, why.by), (1006, ClosedBy::Lost));
    }
    world.until("nobody", |stats| stats.alive == 0 && stats.closed.get(&1006) == Some(&2));
}

#[test]
fn a_panic_ends_its_own_socket_only() {
    let world = World::new(quiet());
    let (mut bad, mut good) = (world.connect(), world.connect());
    bad.say("panic!");
    assert_eq!(bad.next(), Some(Got::close(4480, "fault")));
    good.say("all well");
    world.recorder.wait("the other", |heard| (!heard.is_empty()).then_some(()));
    world.hub.send(good.id, Frame::text("all well"));
    good.expect(&["all well"]);
}

#[test]
fn a_drain_is_spread_and_everyone_is_told_when_to_come_back() {
    let world = World::new(HubConfig { shards: 2, ..quiet() });
    let mut clients: Vec<_> = (0..20).map(|_| world.connect()).collect();
    world.until("all are here", |stats| stats.opened == 20);
    let start = Instant::now();
    let over = Duration::from_millis(400);
    world.hub.drain(over, 1012, |id| format!("drain;retry={}", 1000 + id.as_u64() % 7));
    assert_eq!(world.hub.reserve().err(), Some(HubFull::Draining));
    world.until("half are told", |stats| stats.messages_out >= 10);
    let half = start.elapsed();
    assert!(half >= over / 4 && (half < over || start.elapsed() > 4 * over), "half after {half:?}");
    for client in &mut clients {
        let reason = format!("drain;retry={}", 1000 + client.id.as_u64() % 7);
        assert_eq!(client.next(), Some(Got::close(1012, &reason)));
        client.send(FIN | CLOSE, &1012u16.to_be_bytes());
        assert_eq!(client.next(), None);
    }
    assert!(start.elapsed() >= over * 9 / 10);
    let stats = world.until("nobody", |stats| stats.alive == 0);
    assert_eq!(stats.closed.get(&1012), Some(&20));
}

#[test]
fn shutdown_ends_everybody_and_the_threads() {
    let world = World::new(HubConfig { shards: 2, ..quiet() });
    let mut clients: Vec<_> = (0..4).map(|_| world.connect()).collect();
    let ids: HashSet<_> = clients.iter().map(|client| client.id).collect();
    assert_eq!(ids.len(), 4);
    world.hub.shutdown();
    for client in &mut clients {
        assert_eq!(client.rest(), []);
        assert_eq!(world.recorder.closed(client.id).code, 1006);
    }
    let (_ours, theirs) = world.pair();
    let refused = world.hub.attach(theirs, Bytes::new(), AttachOptions::default());
    assert_eq!(refused, Err(HubFull::Draining));
    world.until("nobody is left", |stats| stats.alive == 0);
    world.hub.send(clients[0].id, Frame::text("nothing happens"));
}

#[test]
fn shards_share_the_sockets() {
    let world = World::new(HubConfig { shards: 3, ..quiet() });
    let clients: Vec<_> = (0..9).map(|_| world.connect()).collect();
    let shard = |id: hub::ConnId| id.to_string().split('.').next().map(str::to_owned);
    for index in 0..3 {
        let here = clients.iter().filter(|c| shard(c.id) == Some(index.to_string())).count();
        assert_eq!(here, 3, "in shard {index}");
    }
    assert!(hub::Hub::start(HubConfig { shards: 65, ..quiet() }, world.recorder.clone()).is_err());
}
