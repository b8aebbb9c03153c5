//! A shard that is behind: nobody waits for it, nothing grows, nothing is wrong afterwards.

use bytes::Bytes;
use hub::{AttachOptions, Channel, Frame, HubConfig, HubFull, HubLimits, Subscribe};

use crate::support::{Got, World, event, quiet, view};

const BOARD: Channel = Channel::new(7, 0);
const FEED: Channel = Channel::new(7, 1);

/// A world whose shard is held up by a message of the first client, with room for 4 commands.
fn held_up(extra: usize) -> (World, Vec<crate::support::Client>) {
    let limits = HubLimits { command_queue: 4, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let mut clients: Vec<_> = (0..=extra).map(|_| world.connect()).collect();
    for client in &clients {
        world.hub.subscribe(client.id, BOARD, Subscribe::default());
        world.until("it is carried out", |stats| stats.queued == 0);
    }
    clients[0].say("block!");
    world.recorder.blocked();
    (world, clients)
}

#[test]
fn views_are_merged_and_the_last_one_arrives() {
    let (world, mut clients) = held_up(1);
    for version in 1..=100 {
        let (full, patch) = (format!("v{version}"), format!("p{version}"));
        world.publish(7, version, vec![view(BOARD, &full, Some((version - 1, &patch)))]);
    }
    let stats = world.hub.stats();
    assert_eq!((stats.merged, stats.queued), (96, 5));
    world.hub.subscribe(
        clients[1].id,
        FEED,
        Subscribe { first: vec![Frame::text("ack")], version: 100 },
    );
    world.recorder.release();
    clients[0].expect(&["v100"]);
    clients[1].expect(&["ack", "v100"]);
    world.publish(7, 101, vec![view(BOARD, "v101", Some((100, "p101")))]);
    clients[0].expect(&["p101"]);
}

#[test]
fn a_lost_event_closes_those_who_should_have_got_it() {
    let (world, mut clients) = held_up(2);
    world.hub.subscribe(clients[1].id, FEED, Subscribe::default());
    for version in 1..=10 {
        world.publish(
            7,
            version,
            vec![view(BOARD, &format!("v{version}"), None), event(FEED, "e")],
        );
    }
    // This one comes after the events that were lost, and knows it.
    world.hub.subscribe(clients[2].id, FEED, Subscribe { first: vec![], version: 10 });
    world.recorder.release();
    clients[0].expect(&["v10"]);
    let got = clients[1].rest();
    assert_eq!(got.last(), Some(&Got::close(4408, "slow;retry=1000")));
    clients[2].expect(&["v10"]);
    world.publish(7, 11, vec![event(FEED, "e11")]);
    clients[2].expect(&["e11"]);
}

#[test]
fn past_all_bounds_sockets_are_closed_and_none_is_taken() {
    let (world, mut clients) = held_up(1);
    for number in 0..16 {
        world.hub.send(clients[1].id, Frame::text(&format!("d{number}")));
    }
    let (ours, theirs) = world.pair();
    let refused = world.hub.attach(theirs, Bytes::new(), AttachOptions::default());
    assert_eq!(refused, Err(HubFull::Connections));
    assert_eq!(world.hub.stats().alive, 2, "its place is free again");
    drop(ours);
    world.hub.subscribe(clients[1].id, FEED, Subscribe::default());
    assert_eq!(world.hub.stats().subscriptions, 2, "the third was refused");
    world.recorder.release();
    let got = clients[1].rest();
    assert_eq!(got.last(), Some(&Got::close(4408, "slow;retry=1000")), "{got:?}");
    world.publish(7, 1, vec![view(BOARD, "v1", None)]);
    clients[0].expect(&["v1"]);
}

#[test]
fn a_full_hub_says_so() {
    let limits = HubLimits { connections: 2, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..quiet() });
    let ticket = world.hub.reserve().expect("the first");
    let client = world.connect();
    assert_eq!(world.hub.reserve().err(), Some(HubFull::Connections));
    drop(ticket);
    let _second = world.connect();
    drop(client);
    world.until("room again", |stats| stats.alive == 1);
    assert!(world.hub.reserve().is_ok());
}
