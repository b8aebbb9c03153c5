//! The rules of delivery, one by one.

use hub::{AttachOptions, Channel, Frame, Part, PartBody, Subscribe};

use crate::support::{Got, World, event, quiet, view};

const BOARD: Channel = Channel::new(7, 0);
const SEAT: Channel = Channel::new(7, 1);

fn from(version: u64, first: &[&str]) -> Subscribe {
    Subscribe { first: first.iter().map(|text| Frame::text(text)).collect(), version }
}

#[test]
fn greeting_then_first_then_only_what_is_newer() {
    let world = World::new(quiet());
    let greeting = vec![Frame::text("hello")];
    let mut client = world.connect_with(AttachOptions { greeting, ..AttachOptions::default() });
    world.publish(7, 4, vec![view(BOARD, "too early", None)]);
    world.hub.subscribe(client.id, BOARD, from(5, &["ack", "v5"]));
    world.publish(7, 5, vec![view(BOARD, "again", None)]);
    world.publish(7, 4, vec![view(BOARD, "older", None)]);
    client.expect(&["hello", "ack", "v5"]);
    world.publish(7, 6, vec![view(BOARD, "v6", None)]);
    client.expect(&["v6"]);
    world.until("the counts", |stats| stats.stale == 2 && stats.messages_out == 4);
}

#[test]
fn a_patch_goes_only_onto_what_was_sent_before() {
    let world = World::new(quiet());
    let (mut current, mut behind) = (world.connect(), world.connect());
    world.hub.subscribe(current.id, BOARD, from(7, &["v7"]));
    world.hub.subscribe(behind.id, BOARD, from(5, &["v5"]));
    world.publish(7, 8, vec![view(BOARD, "v8", Some((7, "7 to 8")))]);
    current.expect(&["v7", "7 to 8"]);
    behind.expect(&["v5", "v8"]);
    world.publish(7, 9, vec![view(BOARD, "v9", Some((8, "8 to 9")))]);
    current.expect(&["8 to 9"]);
    behind.expect(&["8 to 9"]);
    world.publish(7, 11, vec![view(BOARD, "v11", Some((10, "10 to 11")))]);
    current.expect(&["v11"]);
    behind.expect(&["v11"]);
    world.until("the counts", |stats| stats.resync_base == 3);
}

#[test]
fn parts_come_in_their_order_and_to_their_channel() {
    let world = World::new(quiet());
    let (mut seated, mut watching) = (world.connect(), world.connect());
    for channel in [BOARD, SEAT] {
        world.hub.subscribe(seated.id, channel, from(0, &[]));
    }
    world.hub.subscribe(watching.id, BOARD, from(0, &["first"]));
    assert_eq!(world.hub.subscribers(7), 3);
    for version in 1..=3 {
        let parts = vec![
            view(SEAT, &format!("cards {version}"), None),
            event(SEAT, &format!("drawn {version}")),
            view(BOARD, &format!("table {version}"), None),
        ];
        world.publish(7, version, parts);
        seated.expect(&[
            &format!("cards {version}"),
            &format!("drawn {version}"),
            &format!("table {version}"),
        ]);
    }
    watching.expect(&["first", "table 1", "table 2", "table 3"]);
}

#[test]
fn unsubscribed_is_unsubscribed_and_others_are_not() {
    let world = World::new(quiet());
    let mut clients: Vec<_> = (0..5).map(|_| world.connect()).collect();
    for client in &clients {
        world.hub.subscribe(client.id, BOARD, from(0, &[]));
        world.hub.subscribe(client.id, SEAT, from(0, &[]));
    }
    for leaver in [0, 3] {
        world.hub.unsubscribe(clients[leaver].id, BOARD);
        world.hub.unsubscribe(clients[leaver].id, BOARD);
        world.hub.send(clients[leaver].id, Frame::text("left"));
    }
    world.publish(7, 1, vec![event(BOARD, "board"), event(SEAT, "seat")]);
    for (index, client) in clients.iter_mut().enumerate() {
        let expected = if [0, 3].contains(&index) { ["left", "seat"] } else { ["board", "seat"] };
        client.expect(&expected);
    }
    assert_eq!(world.hub.stats().subscriptions, 8);
}

#[test]
fn subscribing_again_starts_afresh() {
    let world = World::new(quiet());
    let mut client = world.connect();
    world.hub.subscribe(client.id, BOARD, from(3, &["v3"]));
    world.hub.subscribe(client.id, BOARD, from(9, &["v9"]));
    world.publish(7, 9, vec![view(BOARD, "again", None)]);
    world.publish(7, 10, vec![view(BOARD, "v10", Some((9, "9 to 10")))]);
    client.expect(&["v3", "v9", "9 to 10"]);
    assert_eq!(world.hub.subscribers(7), 1);
    world.hub.unsubscribe(client.id, BOARD);
    world.until("no subscription", |stats| stats.subscriptions == 0);
}

#[test]
fn a_terminal_ends_the_channel_and_maybe_the_socket() {
    let world = World::new(quiet());
    let (mut single, mut many) = (world.connect(), world.connect());
    world.hub.subscribe(single.id, BOARD, from(0, &[]));
    world.hub.subscribe(many.id, SEAT, from(0, &[]));
    let last = |channel, close| Part {
        channel,
        body: PartBody::Terminal { frame: Frame::text("closed"), close },
    };
    let parts = vec![
        view(BOARD, "last", None),
        last(BOARD, Some((4504, "deleted".to_owned()))),
        last(SEAT, None),
    ];
    world.publish(7, 1, parts);
    world.publish(7, 2, vec![view(BOARD, "after", None), view(SEAT, "after", None)]);
    single.expect(&["last", "closed"]);
    assert_eq!(single.next(), Some(Got::close(4504, "deleted")));
    many.expect(&["closed"]);
    world.hub.send(many.id, Frame::text("still here"));
    many.expect(&["still here"]);
    world.until("no subscription", |stats| stats.subscriptions == 0);
}

#[test]
fn commands_for_the_dead_reach_nobody() {
    let world = World::new(quiet());
    let first = world.connect();
    let old = first.id;
    world.hub.subscribe(old, BOARD, from(0, &[]));
    drop(first);
    assert_eq!(world.recorder.closed(old).code, 1006);
    world.until("a free place", |stats| stats.alive == 0);
    let mut second = world.connect();
    assert_ne!(second.id, old);
    world.hub.send(old, Frame::text("not for you"));
    world.hub.subscribe(old, BOARD, from(0, &["nor this"]));
    world.hub.close(old, 4503, "nor that");
    world.publish(7, 1, vec![event(BOARD, "nor this")]);
    world.hub.send(second.id, Frame::text("for you"));
    second.expect(&["for you"]);
    assert_eq!(world.hub.subscribers(7), 0);
}
