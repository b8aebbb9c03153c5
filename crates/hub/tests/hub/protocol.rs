//! What clients do wrong, and what they may do. The Autobahn cases (`tests/autobahn.py`) try the rest
//! of the protocol; here are our own codes and limits.

use hub::{HubConfig, HubLimits};
use tungstenite::{Message, WebSocket, protocol::Role};

use crate::support::{BINARY, CONTINUE, FIN, Got, PING, PONG, TEXT, World, quiet};

/// Sends frames, expects the code (and the reason) of the close frame, and the end.
fn refused(config: HubConfig, frames: &[(u8, &[u8])], code: u16, reason: &str) {
    let world = World::new(config);
    let mut client = world.connect();
    for (first, payload) in frames {
        client.send(*first, payload);
    }
    assert_eq!(client.next(), Some(Got::close(code, reason)));
    assert_eq!(client.next(), None, "the server ends it without waiting for an answer");
    drop(client.stream);
    let why = world.recorder.closed(client.id);
    assert_eq!((why.code, why.reason.as_str()), (code, reason));
    assert_eq!(world.recorder.texts(client.id), [""; 0]);
}

#[test]
fn too_big() {
    let limits = HubLimits { inbound_message: 1000, ..quiet().limits };
    let config = HubConfig { limits, ..quiet() };
    refused(config.clone(), &[(FIN | TEXT, &[b'x'; 1001])], 4513, "too-big");
    let pieces: &[(u8, &[u8])] = &[(TEXT, &[b'x'; 600]), (FIN | CONTINUE, &[b'x'; 401])];
    refused(config, pieces, 4513, "too-big");
}

#[test]
fn not_utf8() {
    refused(quiet(), &[(FIN | TEXT, b"\xff")], 1007, "not UTF-8");
    refused(quiet(), &[(TEXT, b"ok \xc3"), (FIN | CONTINUE, b"\x28")], 1007, "not UTF-8");
}

#[test]
fn binary() {
    refused(quiet(), &[(FIN | BINARY, b"x")], 4500, "bad-message");
}

#[test]
fn broken() {
    refused(quiet(), &[(FIN | CONTINUE, b"x")], 1002, "nothing to continue");
}

#[test]
fn too_many_messages() {
    let limits = HubLimits { messages_per_second: 1, message_burst: 3, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let (mut flood, mut pings) = (world.connect(), world.connect());
    for number in 0..4 {
        flood.say(&number.to_string());
        pings.send(FIN | PING, b"");
    }
    assert_eq!(flood.next(), Some(Got::close(4429, "rate;retry=5000")));
    let got = pings.rest();
    assert_eq!(got.last(), Some(&Got::close(4429, "rate;retry=5000")));
    assert_eq!(got.len(), 4, "three pongs before");
    assert_eq!(world.recorder.texts(flood.id), ["0", "1", "2"]);
}

#[test]
fn too_many_subscriptions() {
    let limits = HubLimits { subscriptions_per_socket: 3, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let mut client = world.connect();
    for lane in [0, 1, 2, 2, 0] {
        let channel = hub::Channel::new(7, lane);
        world.hub.subscribe(client.id, channel, hub::Subscribe::default());
    }
    assert_eq!(world.hub.subscribers(8), 0);
    world.hub.subscribe(client.id, hub::Channel::new(8, 0), hub::Subscribe::default());
    assert_eq!(client.next(), Some(Got::close(4429, "subscriptions")));
    world.until("none is left", |stats| stats.subscriptions == 0);
}

#[test]
fn pings_are_answered_with_what_they_carry() {
    let world = World::new(quiet());
    let mut client = world.connect();
    client.send(TEXT, b"be");
    client.send(FIN | PING, b"in between");
    client.send(FIN | CONTINUE, b"gin");
    assert_eq!(client.next(), Some(Got { first: FIN | PONG, payload: b"in between".into() }));
    world.recorder.wait("the message", |heard| (!heard.is_empty()).then_some(()));
    assert_eq!(world.recorder.texts(client.id), ["begin"]);
}

#[test]
fn a_client_of_another_house_understands() {
    let world = World::new(quiet());
    let client = world.connect();
    let mut socket = WebSocket::from_raw_socket(client.stream, Role::Client, None);
    let long = "ä".repeat(5000);
    socket.send(Message::text(long.as_str())).expect("the hub reads");
    socket.send(Message::Ping("x".into())).expect("the hub reads");
    world.recorder.wait("the message", |heard| (!heard.is_empty()).then_some(()));
    assert_eq!(world.recorder.texts(client.id), [long.as_str()]);
    world.hub.send(client.id, hub::Frame::text(&long));
    world.hub.send(client.id, hub::Frame::binary(&[1, 2, 3]));
    let mut data = Vec::new();
    while data.len() < 2 {
        let message = socket.read().expect("a message");
        if !message.is_ping() && !message.is_pong() {
            data.push(message);
        }
    }
    assert_eq!(data, [Message::text(long), Message::binary(vec![1, 2, 3])]);
    world.hub.close(client.id, 4504, "no-session");
    let closed = loop {
        if let Message::Close(frame) = socket.read().expect("a close frame") {
            break frame.expect("with a code");
        }
    };
    assert_eq!((u16::from(closed.code), closed.reason.as_str()), (4504, "no-session"));
    assert!(matches!(socket.read(), Err(tungstenite::Error::ConnectionClosed)), "and a clean end");
    assert_eq!(world.recorder.closed(client.id).code, 4504);
}
