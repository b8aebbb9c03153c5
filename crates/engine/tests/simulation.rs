//! Some nodes, one store, and everything that may come between them in any order: commits judged
//! late, notices later, loads that are old when they arrive, a store that says nothing of what it
//! kept, nodes that die. Whatever happens, what must hold does ([`World::check`], [`World::end`]).
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod common;

use std::collections::{BTreeMap, VecDeque};

use common::toy::Toy;
use common::{Store, Table, json, person, seed};
use engine::{
    Command, Fingerprint, Hash, Input, Outcome, Refused, Stored, Ticket, Undone, erase, replay,
    verify_chain,
};
use game::{Status, Timestamp, Version};
use proptest::prelude::*;

const NODES: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Ask {
        node: usize,
        what: What,
        expected: Option<u64>,
        key: Option<u8>,
    },
    /// The store judges the oldest commit of this node that it has not judged.
    Judge(usize),
    /// The same, but the node will hear that the store is away. It may have kept the commit.
    Lose {
        node: usize,
        kept: bool,
    },
    /// The node hears what became of its oldest commit.
    Notice(usize),
    /// The load that this node asked for is read…
    Read(usize),
    /// … and arrives.
    Arrive(usize),
    Clock(usize),
    /// The bus says that the session has moved.
    Signal(usize),
    /// The node dies and starts again; what it had in flight may still reach the store, or not.
    Restart {
        node: usize,
        flushed: bool,
    },
    Time(u64),
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Shows something that nobody else shows.
    Mark,
    Spend,
    Earn,
    Due(u64),
    Roll,
    /// Ann takes this seat: whether it is her turn depends on what was earned and spent.
    Sit(u8),
    Nonsense,
    End,
    Delete,
}

fn any_step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        12 => Just(What::Mark),
        4 => Just(What::Spend),
        4 => Just(What::Earn),
        3 => (0u64..60).prop_map(What::Due),
        3 => Just(What::Roll),
        2 => (0u8..4).prop_map(What::Sit),
        1 => Just(What::Nonsense),
    ];
    let last = prop_oneof![Just(What::End), Just(What::Delete)];
    let what = prop_oneof![80 => what, 1 => last];
    let node = 0..NODES;
    let expected = prop_oneof![3 => Just(None), 1 => (0u64..3).prop_map(Some)];
    let key = prop_oneof![2 => Just(None), 1 => (0u8..4).prop_map(Some)];
    prop_oneof![
        10 => (node.clone(), what, expected, key)
            .prop_map(|(node, what, expected, key)| Step::Ask { node, what, expected, key }),
        8 => node.clone().prop_map(Step::Judge),
        1 => (node.clone(), any::<bool>()).prop_map(|(node, kept)| Step::Lose { node, kept }),
        8 => node.clone().prop_map(Step::Notice),
        4 => node.clone().prop_map(Step::Read),
        4 => node.clone().prop_map(Step::Arrive),
        3 => node.clone().prop_map(Step::Clock),
        2 => node.clone().prop_map(Step::Signal),
        1 => (node, any::<bool>()).prop_map(|(node, flushed)| Step::Restart { node, flushed }),
        2 => (0u64..3).prop_map(Step::Time),
    ]
}

/// What was asked under a ticket.
struct Asked {
    /// Not in any other command but under the same key.
    mark: Option<String>,
    expected: Option<Version>,
    key: Option<(Fingerprint, String)>,
}

struct Node {
    table: Table,
    notices: VecDeque<Input>,
    reload_asked: bool,
    loaded: Option<Stored>,
    wake: bool,
    asked: BTreeMap<u64, Asked>,
    published: Version,
}

impl Node {
    fn new(store: &Store, now: Timestamp) -> Self {
        let mut table = Table::open(store);
        table.now = now;
        Self {
            published: table.session.version(),
            table,
            notices: VecDeque::new(),
            reload_asked: false,
            loaded: None,
            wake: true,
            asked: BTreeMap::new(),
        }
    }

    fn give(&mut self, input: Input, store: &Store) {
        let before = self.table.session.version();
        let effects = self.table.give(input);
        for effect in effects {
            if effect == "reload" {
                self.reload_asked = true;
            } else if effect.starts_with("wake") {
                self.wake = effect != "wake never";
            } else if effect.starts_with("publish") {
                let version: u64 = effect.split(' ').nth(1).unwrap().parse().unwrap();
                assert!(Version(version) > self.published, "{effect} after {}", self.published);
                self.published = Version(version);
            }
        }
        assert!(self.table.session.version() >= before, "the session went back");
        self.check(store);
    }

    /// What the session shows is in the store, and what it answers too.
    fn check(&mut self, store: &Store) {
        let version = self.table.session.version();
        let game = erase::<Toy>();
        let shown = game.write_state(self.table.session.state());
        let at = usize::try_from(version.0).unwrap() - 1;
        assert!(at < store.taken.len(), "version {version} is shown and not stored");
        assert_eq!(shown, store.taken[at].state, "version {version} shows another state");
        for (ticket, outcome) in std::mem::take(&mut self.table.outcomes) {
            let asked = self.asked.remove(&ticket).expect("asked, and answered once");
            asked.check(&outcome, store);
        }
    }
}

impl Asked {
    fn check(&self, outcome: &Outcome, store: &Store) {
        let marked = store.taken.iter().filter(|record| {
            self.mark.as_ref().is_some_and(|mark| record.entry.command.get().contains(mark))
        });
        let marked: Vec<Version> = marked.map(|record| record.entry.version).collect();
        match outcome {
            Ok(answer) => {
                assert!(answer.version <= store.version(), "answered and not stored");
                if self.mark.is_some() {
                    assert_eq!(marked, [answer.version], "not carried out exactly once");
                }
                if let Some(expected) = self.expected.filter(|_| self.key.is_none()) {
                    assert_eq!(answer.version, expected.next(), "not on the version it expected");
                }
                if let Some((fingerprint, key)) = &self.key {
                    let first = store.taken.iter().filter_map(|record| record.keyed.as_ref());
                    let first = first.clone().find(|keyed| keyed.key.as_str() == key).unwrap();
                    assert_eq!(first.answer.version, answer.version);
                    assert_eq!(first.answer.reply.get(), answer.reply.get());
                    assert_eq!(first.fingerprint, *fingerprint);
                }
            }
            Err(Refused::Unavailable(_)) => assert!(marked.len() <= 1, "carried out twice"),
            Err(refused) => {
                let same_key = self.key.is_some();
                assert!(marked.is_empty() || same_key, "{refused}, and carried out: {marked:?}");
            }
        }
    }
}

struct World {
    store: Store,
    nodes: Vec<Node>,
    now: Timestamp,
    asked: u64,
}

impl World {
    fn new() -> Self {
        let store = Store::with(r#"{"due":1005,"lists":true}"#);
        let now = common::NOW;
        let nodes = (0..NODES).map(|_| Node::new(&store, now)).collect();
        Self { store, nodes, now, asked: 0 }
    }

    fn step(&mut self, step: &Step) {
        let store = &mut self.store;
        match *step {
            Step::Ask { node, what, expected, key } => self.ask(node, what, expected, key),
            Step::Judge(node) => self.nodes[node].judge(store),
            Step::Lose { node, kept } => self.nodes[node].lose(store, kept),
            Step::Notice(node) => {
                if let Some(notice) = self.nodes[node].notices.pop_front() {
                    self.nodes[node].give(notice, store);
                }
            }
            Step::Read(node) => {
                let node = &mut self.nodes[node];
                if std::mem::take(&mut node.reload_asked) {
                    node.loaded = Some(store.stored());
                }
            }
            Step::Arrive(node) => {
                if let Some(stored) = self.nodes[node].loaded.take() {
                    self.nodes[node].give(Input::Reloaded(Box::new(stored)), store);
                }
            }
            Step::Clock(node) => {
                if std::mem::take(&mut self.nodes[node].wake) {
                    self.nodes[node].give(Input::Clock, store);
                }
            }
            Step::Signal(node) => self.nodes[node].give(Input::Moved(store.version()), store),
            Step::Restart { node, flushed } => {
                while flushed && !self.nodes[node].table.flying.is_empty() {
                    self.nodes[node].judge(store);
                }
                self.nodes[node] = Node::new(store, self.now);
            }
            Step::Time(millis) => {
                self.now = self.now.plus(millis);
                self.nodes.iter_mut().for_each(|node| node.table.now = self.now);
            }
        }
    }

    fn ask(&mut self, node: usize, what: What, behind: Option<u64>, key: Option<u8>) {
        self.asked += 1;
        // The same key comes with the same command, mostly.
        let number = match key {
            Some(key) if self.asked.is_multiple_of(8) => format!("{key} other"),
            Some(key) => format!("{key} keyed"),
            None => self.asked.to_string(),
        };
        let mark = format!("mark {number}!");
        let what = if key.is_some() { What::Mark } else { what };
        let (mark, body) = match what {
            What::Mark => (Some(mark.clone()), format!(r#"{{"do":"show","shown":"{mark}"}}"#)),
            What::Spend => (None, r#"{"do":"add","n":-2}"#.to_owned()),
            What::Earn => (None, r#"{"do":"add","n":3}"#.to_owned()),
            What::Due(after) => (None, format!(r#"{{"do":"due","at":{}}}"#, self.now.0 + after)),
            What::Roll => (None, r#"{"do":"roll"}"#.to_owned()),
            What::Sit(seat) => (None, format!(r#"{{"do":"sit","seat":{seat},"secret":"s"}}"#)),
            What::Nonsense => (None, r#"{"do":"fly"}"#.to_owned()),
            What::End => (None, r#"{"do":"end"}"#.to_owned()),
            What::Delete => (None, String::new()),
        };
        let node = &mut self.nodes[node];
        let expected =
            behind.map(|behind| Version(node.table.session.version().0.saturating_sub(behind)));
        let actor = person("ann");
        let key = key.map(|key| key.to_string());
        let asked = Asked {
            mark,
            expected,
            key: key.as_ref().map(|key| {
                let key = engine::Key::new(&actor, key).as_str().to_owned();
                (Fingerprint(Hash::of(body.as_bytes())), key)
            }),
        };
        node.asked.insert(self.asked, asked);
        let body = (!body.is_empty()).then(|| json(&body));
        let command = Command { ticket: Ticket(self.asked), actor, body, expected, key };
        node.give(Input::Command(command), &self.store);
    }

    /// Lets everything come to rest, and walks what must hold then.
    fn end(mut self) {
        for _ in 0..20 {
            for node in 0..NODES {
                while !self.nodes[node].table.flying.is_empty() {
                    self.step(&Step::Judge(node));
                }
                while !self.nodes[node].notices.is_empty() {
                    self.step(&Step::Notice(node));
                }
                self.step(&Step::Signal(node));
                self.step(&Step::Read(node));
                self.step(&Step::Arrive(node));
            }
        }
        let log = self.store.log();
        let last = self.store.taken.last().unwrap();
        assert_eq!(verify_chain(&log), Ok((last.entry.version, last.head)));
        let game = erase::<Toy>();
        let state = replay(&*game, &seed(), &log).unwrap();
        assert_eq!(game.write_state(&state), last.state, "the log plays to another state");
        let mut members = game.members(&state);
        members.sort_unstable();
        members.dedup();
        let (mut to_act, over) = (game.to_act(&state), game.status(&state) == Status::Ended);
        members.retain(|_| !last.deleted);
        to_act.retain(|_| !last.deleted && !over);
        let taken = || self.store.taken.iter().rev();
        let named = taken().find_map(|record| record.members.clone());
        assert_eq!(named.unwrap_or_default(), members, "what was said last of members");
        let named = taken().find_map(|record| record.to_act.clone());
        assert_eq!(named.unwrap_or_default(), to_act, "what was said last of turns");
        for (number, node) in self.nodes.iter_mut().enumerate() {
            assert!(node.asked.is_empty(), "node {number} owes {:?}", node.asked.keys());
            assert!(!node.reload_asked && node.table.flying.is_empty());
            assert_eq!(node.table.session.version(), last.entry.version, "node {number}");
            assert_eq!(node.table.session.deleted(), last.deleted, "node {number}");
        }
    }
}

impl Node {
    fn judge(&mut self, store: &mut Store) {
        let Some(record) = self.table.flying.pop_front() else { return };
        let head = record.head;
        self.notices.push_back(match store.commit(record) {
            Ok(()) => Input::Committed(head),
            Err(why) => Input::NotCommitted(head, why),
        });
    }

    fn lose(&mut self, store: &mut Store, kept: bool) {
        let Some(record) = self.table.flying.pop_front() else { return };
        let head = record.head;
        if kept {
            let _ = store.commit(record);
        }
        let why = Undone::Unavailable("gone".to_owned());
        self.notices.push_back(Input::NotCommitted(head, why));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_whatever_order(steps in prop::collection::vec(any_step(), 1..150)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.end();
    }
}
