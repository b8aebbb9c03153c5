//! Clients that do not read: what waits for them is bounded, and what they get in the end is right.

use std::fs;

use hub::{Channel, Frame, HubConfig, HubLimits, Part, PartBody, Subscribe};

use crate::support::{CLOSE, Client, FIN, TEXT, World, event, quiet, view};

const BOARD: Channel = Channel::new(7, 0);
/// Bytes of a view here: the kernel takes a few megabytes before it says no.
const LARGE: usize = 64 * 1024;

fn text(kind: &str, number: u64) -> String {
    format!("{kind} {number} {}", ".".repeat(LARGE))
}

/// `"v 12 ..."` to `("v", 12)`.
fn label(payload: &[u8]) -> (String, u64) {
    let text = String::from_utf8_lossy(&payload[..payload.len().min(40)]).into_owned();
    let mut words = text.split(' ');
    let kind = words.next().expect("a kind").to_owned();
    (kind, words.next().and_then(|number| number.parse().ok()).expect("a number"))
}

fn subscribe(world: &World, client: &Client) {
    world.hub.subscribe(client.id, BOARD, Subscribe::default());
}

#[test]
fn the_latest_view_wins_as_a_whole() {
    for io_uring in [true, false] {
        latest_view_wins(&World::new(HubConfig { io_uring, ..quiet() }));
    }
}

fn latest_view_wins(world: &World) {
    let (mut stopped, mut other) = (world.connect(), world.connect());
    subscribe(world, &stopped);
    subscribe(world, &other);
    let mut version = 0;
    // The other one reads along, so that both get every broadcast in a turn of its own.
    while world.hub.stats().resync_conflated < 20 {
        version += 1;
        let (full, patch) = (text("v", version), text("p", version));
        world.publish(7, version, vec![view(BOARD, &full, Some((version - 1, &patch)))]);
        assert_eq!(label(other.text().as_bytes()), ("p".to_owned(), version));
    }
    let mut got = Vec::new();
    let mut last = 0;
    while last < version {
        let (kind, number) = label(stopped.text().as_bytes());
        assert!(number > last, "never a step back: {number} after {last}");
        assert!(kind == "v" || number == last + 1, "a patch from {last} to {number}");
        last = number;
        got.push(kind);
    }
    assert_eq!(got.last().map(String::as_str), Some("v"), "the one that replaced others");
    assert!(got.len() as u64 <= version - 20, "{} of {version}", got.len());
    version += 1;
    let (full, patch) = (text("v", version), text("p", version));
    world.publish(7, version, vec![view(BOARD, &full, Some((version - 1, &patch)))]);
    assert_eq!(label(stopped.text().as_bytes()), ("p".to_owned(), version), "in step again");
    assert_eq!(world.hub.stats().conflated, world.hub.stats().resync_conflated);
}

#[test]
fn presence_is_replaced_apart_from_views() {
    let world = World::new(quiet());
    let mut stopped = world.connect();
    subscribe(&world, &stopped);
    let mut number = 0;
    while world.hub.stats().conflated < 20 {
        number += 1;
        let presence = PartBody::Control(Frame::text(&text("here", number)));
        let parts =
            vec![view(BOARD, &text("v", number), None), Part { channel: BOARD, body: presence }];
        world.publish(7, number, parts);
        world.until("it is carried out", |stats| stats.queued == 0);
    }
    let mut last = (0, 0);
    while last != (number, number) {
        let (kind, number) = label(stopped.text().as_bytes());
        let slot = if kind == "v" { &mut last.0 } else { &mut last.1 };
        assert!(number > *slot, "{kind} {number} after {slot}");
        *slot = number;
    }
}

#[test]
fn an_unsubscribed_view_that_waits_is_not_sent() {
    let world = World::new(quiet());
    let (mut stopped, mut other) = (world.connect(), world.connect());
    subscribe(&world, &stopped);
    subscribe(&world, &other);
    let mut version = 0;
    while world.hub.stats().conflated < 1 {
        version += 1;
        world.publish(7, version, vec![view(BOARD, &text("v", version), None)]);
        assert_eq!(label(other.text().as_bytes()), ("v".to_owned(), version));
    }
    world.hub.unsubscribe(stopped.id, BOARD);
    world.hub.send(stopped.id, Frame::text("ack 0"));
    let mut last = ("v".to_owned(), 0);
    while last.0 == "v" {
        last = label(stopped.text().as_bytes());
        assert_ne!(last.1, version, "it waited when the subscription ended");
    }
    assert_eq!(last.0, "ack");
}

#[test]
fn too_many_events_end_the_socket_and_none_is_skipped() {
    let limits = HubLimits { event_queue: 10, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let (mut stopped, mut other) = (world.connect(), world.connect());
    subscribe(&world, &stopped);
    subscribe(&world, &other);
    let mut number = 0;
    while world.hub.stats().subscriptions == 2 {
        number += 1;
        world.publish(7, number, vec![event(BOARD, &text("e", number))]);
        assert_eq!(label(other.text().as_bytes()), ("e".to_owned(), number));
    }
    let got = stopped.rest();
    let (last, events) = got.split_last().expect("at least the close frame");
    assert_eq!(last.first, FIN | CLOSE);
    assert_eq!(last.payload, [&4408u16.to_be_bytes()[..], b"slow;retry=1000"].concat());
    for (index, event) in events.iter().enumerate() {
        assert_eq!(
            (event.first, label(&event.payload)),
            (FIN | TEXT, ("e".to_owned(), index as u64 + 1))
        );
    }
    drop(stopped.stream);
    let why = world.recorder.closed(stopped.id);
    assert_eq!((why.code, why.reason.as_str()), (4408, "slow;retry=1000"));
    assert_eq!(why.messages_out, got.len() as u64);
}

#[test]
fn many_events_at_once_are_no_fault_of_the_reader() {
    let limits = HubLimits { event_queue: 10, direct_queue: 10, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let mut client = world.connect();
    subscribe(&world, &client);
    client.say("block!");
    world.recorder.blocked();
    for number in 1..=100 {
        world.publish(7, number, vec![event(BOARD, &format!("e {number}"))]);
        world.hub.send(client.id, Frame::text(&format!("d {number}")));
    }
    world.recorder.release();
    for number in 1..=100 {
        client.expect(&[&format!("e {number}"), &format!("d {number}")]);
    }
    let stats = world.until("the counts", |stats| stats.messages_out >= 200);
    assert!(stats.writes < 60, "200 frames went out in {} writes", stats.writes);
}

#[test]
fn too_many_direct_messages_end_the_socket() {
    for limits in [
        HubLimits { direct_queue: 10, ..quiet().limits },
        HubLimits { outbox_bytes: 10 * LARGE, ..quiet().limits },
    ] {
        let world = World::new(HubConfig { limits, ..quiet() });
        let mut stopped = world.connect();
        subscribe(&world, &stopped);
        while world.hub.stats().subscriptions == 1 {
            world.hub.send(stopped.id, Frame::text(&text("d", 1)));
            world.until("it is carried out", |stats| stats.queued == 0);
        }
        let got = stopped.rest();
        assert_eq!(got.last().expect("a close frame").payload[..2], 4408u16.to_be_bytes());
    }
}

#[test]
fn a_subscription_begins_with_as_many_frames_as_there_are_bytes_for() {
    let limits = HubLimits { event_queue: 10, direct_queue: 10, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let (mut client, mut other) = (world.connect(), world.connect());
    subscribe(&world, &other);
    // The kernel takes some of it, the rest waits; 4 MiB would be too much, ten frames are not.
    let fill = |number| Frame::text(&format!("f {number} {}", ".".repeat(2_000)));
    let first = (1..=1_000).map(fill).collect();
    world.hub.subscribe(client.id, BOARD, Subscribe { first, version: 0 });
    world.publish(7, 1, vec![event(BOARD, "e 1")]);
    world.hub.send(client.id, Frame::text("d 1"));
    other.expect(&["e 1"]);
    world.until("it is carried out", |stats| stats.queued == 0);
    for number in 1..=1_000 {
        assert_eq!(label(client.text().as_bytes()), ("f".to_owned(), number));
    }
    client.expect(&["e 1", "d 1"]);
    assert_eq!(world.hub.stats().closed, Default::default());
}

#[test]
fn what_subscriptions_begin_with_is_bounded() {
    for (limits, each) in [
        // Each beginning is one message,
        (HubLimits { direct_queue: 10, ..quiet().limits }, 1),
        // and all have bytes.
        (HubLimits { outbox_bytes: 10 * LARGE, ..quiet().limits }, 50),
    ] {
        let world = World::new(HubConfig { limits, ..quiet() });
        let mut stopped = world.connect();
        subscribe(&world, &stopped);
        // Each on a channel of its own, so that there is always one until the socket is closed.
        for lane in 1..250 {
            let first = (0..each).map(|number| Frame::text(&text("f", number))).collect();
            let (channel, begins) = (Channel::new(7, lane), Subscribe { first, version: 0 });
            world.hub.subscribe(stopped.id, channel, begins);
            if world.until("it is carried out", |stats| stats.queued == 0).subscriptions == 0 {
                break;
            }
        }
        let got = stopped.rest();
        assert_eq!(got.last().expect("a close frame").payload[..2], 4408u16.to_be_bytes());
    }
}

#[test]
fn one_that_never_reads_is_let_go() {
    let limits = HubLimits { event_queue: 10, ..quiet().limits };
    let close_wait = std::time::Duration::from_millis(20);
    let world = World::new(HubConfig {
        limits,
        close_wait,
        heartbeat: std::time::Duration::from_millis(200),
        ..quiet()
    });
    let stopped = world.connect();
    subscribe(&world, &stopped);
    let mut number = 0;
    while world.hub.stats().subscriptions == 1 {
        number += 1;
        world.publish(7, number, vec![event(BOARD, &text("e", number))]);
    }
    assert_eq!(world.recorder.closed(stopped.id).code, 4408);
    world.until("nobody", |stats| stats.alive == 0);
}

fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("it has a VmRSS");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).expect("a number")
        * 1024
}

#[test]
fn memory_is_bounded_whatever_is_published() {
    const VIEW: usize = 1024 * 1024;
    let world = World::new(quiet());
    let stopped: Vec<Client> = (0..5).map(|_| world.connect()).collect();
    for client in &stopped {
        subscribe(&world, client);
    }
    let filler = ".".repeat(VIEW);
    let mut version = 0;
    let mut publish = |count: u64| {
        for _ in 0..count {
            version += 1;
            world.publish(7, version, vec![view(BOARD, &format!("v {version} {filler}"), None)]);
            world.until("it is carried out", |stats| stats.queued == 0);
        }
    };
    publish(50);
    assert!(world.hub.stats().conflated > 0, "the sockets are full");
    let before = resident();
    publish(500);
    let growth = resident().saturating_sub(before);
    // Each may hold the frame that is partly out and the latest; all of them share the latest.
    assert!(growth < 8 * 2 * VIEW, "500 MiB were published and {growth} bytes are held");
    assert_eq!(world.hub.stats().alive, 5);
}
