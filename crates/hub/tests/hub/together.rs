//! Everything at once: tables commit while clients come, go, stall and read. Whatever the timing, each
//! client sees no gap, no step back and no wrong patch, and ends at the last version.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use hub::{
    Broadcast, Channel, ConnId, Frame, Hub, HubConfig, HubLimits, Part, PartBody, Subscribe,
};

use crate::support::{Client, World, quiet};

const TABLES: u64 = 3;
const COMMITS: u64 = 1500;
const CLIENTS: usize = 24;
const VIEWS: u64 = 0;
const EVENTS: u64 = 1;

/// A small generator; its seed is printed so that a failure can be tried again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn say(kind: &str, table: u64, version: u64, base: u64) -> Frame {
    let filler = ".".repeat(if kind == "view" { 2000 } else { 20 });
    Frame::text(&format!("{kind} {table} {version} {base} {filler}"))
}

/// One table: commits, and in between takes in who wants to watch, as a real one does.
fn table(hub: &Hub, table: u64, wishes: &Receiver<(ConnId, bool)>, seed: u64) {
    let mut random = Random(seed + table);
    for version in 1..=COMMITS {
        for (conn, on) in wishes.try_iter() {
            wish(hub, table, version - 1, conn, on);
        }
        let parts = vec![
            Part {
                channel: Channel::new(table, VIEWS),
                body: PartBody::View {
                    full: say("view", table, version, 0),
                    patch: (random.below(10) > 0)
                        .then(|| (version - 1, say("patch", table, version, version - 1))),
                },
            },
            Part {
                channel: Channel::new(table, EVENTS),
                body: PartBody::Event(say("event", table, version, 0)),
            },
        ];
        hub.publish(Arc::new(Broadcast::new(table, version, parts)));
        if random.below(20) == 0 {
            thread::sleep(Duration::from_micros(random.below(500)));
        }
    }
    // Whoever still asks gets the final state.
    for (conn, on) in wishes {
        wish(hub, table, COMMITS, conn, on);
    }
}

fn wish(hub: &Hub, table: u64, version: u64, conn: ConnId, on: bool) {
    if on {
        let first = vec![say("view", table, version, 0)];
        hub.subscribe(conn, Channel::new(table, VIEWS), Subscribe { first, version });
        let first = vec![say("event", table, version, 0)];
        hub.subscribe(conn, Channel::new(table, EVENTS), Subscribe { first, version });
    } else {
        hub.unsubscribe(conn, Channel::new(table, VIEWS));
        hub.unsubscribe(conn, Channel::new(table, EVENTS));
        hub.send(conn, say("left", table, version, 0));
    }
}

/// What a client knows of a table.
#[derive(Default)]
struct Known {
    view: u64,
    event: u64,
    subscribed: bool,
    /// It asked to leave and was not answered yet.
    leaving: bool,
}

struct Watcher {
    client: Client,
    random: Random,
    tables: HashMap<u64, Known>,
    wishes: Vec<SyncSender<(ConnId, bool)>>,
}

impl Watcher {
    fn ask(&self, table: u64, on: bool) {
        self.wishes[table as usize].send((self.client.id, on)).expect("the table runs");
    }

    /// Watches all tables to their end, leaving and coming back at random.
    fn run(mut self) {
        for table in 0..TABLES {
            self.ask(table, true);
        }
        while self.tables.len() < TABLES as usize
            || self
                .tables
                .values()
                .any(|known| !known.subscribed || known.view < COMMITS || known.event < COMMITS)
        {
            let text = self.client.text();
            let words: Vec<&str> = text.split(' ').collect();
            let number = |at: usize| words[at].parse::<u64>().expect("a number");
            let (table, version, base) = (number(1), number(2), number(3));
            self.check(words[0], table, version, base);
            match self.random.below(400) {
                // Stop reading for a while, so that views pile up.
                0 => thread::sleep(Duration::from_millis(self.random.below(20))),
                1..=3 if version < COMMITS => self.leave(table),
                _ => {}
            }
        }
    }

    fn leave(&mut self, table: u64) {
        let known = self.tables.entry(table).or_default();
        if known.subscribed && !std::mem::replace(&mut known.leaving, true) {
            self.ask(table, false);
        }
    }

    fn check(&mut self, kind: &str, table: u64, version: u64, base: u64) {
        let again = kind == "left";
        let known = self.tables.entry(table).or_default();
        let seen =
            format!("{kind} {version} of table {table} after {} and {}", known.view, known.event);
        match kind {
            "view" if !known.subscribed => {
                assert!(version >= known.view, "{seen}");
                (known.subscribed, known.view, known.event) = (true, version, 0);
            }
            "view" => {
                assert!(version > known.view, "{seen}");
                known.view = version;
            }
            "patch" => {
                assert!(known.subscribed && version > known.view && base == known.view, "{seen}");
                known.view = version;
            }
            // The first one after a subscription says where the events begin.
            "event" if known.event == 0 => known.event = version,
            "event" => {
                assert!(known.subscribed && version == known.event + 1, "{seen}");
                known.event = version;
            }
            "left" => *known = Known { view: known.view, ..Known::default() },
            _ => panic!("{seen}"),
        }
        if again {
            self.ask(table, true);
        }
    }
}

/// Runs the whole thing; the number of views that were replaced.
fn run(seed: u64, io_uring: bool, limits: HubLimits) -> u64 {
    println!("seed {seed}, io_uring {io_uring}");
    let world = World::new(HubConfig { shards: 2, io_uring, limits, ..quiet() });
    thread::scope(|scope| {
        let mut wishes = Vec::new();
        for number in 0..TABLES {
            let (sender, receiver) = sync_channel(1000);
            wishes.push(sender);
            let hub = world.hub.clone();
            scope.spawn(move || table(&hub, number, &receiver, seed));
        }
        for number in 0..CLIENTS {
            let watcher = Watcher {
                client: world.connect(),
                random: Random(seed.wrapping_mul(31) + number as u64),
                tables: HashMap::new(),
                wishes: wishes.clone(),
            };
            scope.spawn(move || watcher.run());
        }
    });
    let stats = world.until("nobody", |stats| stats.alive == 0);
    assert_eq!(stats.subscriptions, 0, "{stats:?}");
    assert_eq!(stats.closed.keys().collect::<Vec<_>>(), [&1006], "they just hang up: {stats:?}");
    stats.conflated
}

#[test]
fn no_gap_no_step_back_no_wrong_patch() {
    let limits = HubLimits {
        event_queue: 100_000,
        direct_queue: 100_000,
        outbox_bytes: 1 << 30,
        messages_per_second: 0,
        ..HubLimits::default()
    };
    for seed in 1..=4 {
        let conflated = run(seed, seed % 2 == 0, limits.clone());
        assert!(conflated > 0, "nothing was ever replaced: the test tests too little");
    }
}
