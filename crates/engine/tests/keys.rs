//! Idempotency keys: a repeated command is carried out once and answered each time.

mod common;

use common::{Store, Table, person};
use engine::limits::RECENT_ANSWERS;
use engine::{Command, Input};

const ADD: &str = r#"{"do":"add","n":5}"#;

#[test]
fn a_repeat_gets_the_first_answer() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    assert_eq!(table.ask_as("ann", "k", ADD), ["commit 2"]);
    assert_eq!(table.ask_as("ann", "k", ADD), [""; 0], "it waits for the first");
    assert_eq!(table.settle(&mut store), ["1: ok 2 5", "publish 2 2.0", "2: ok 2 5"]);
    assert_eq!(table.ask_as("ann", "k", ADD), ["3: ok 2 5"]);
    table.ask(ADD);
    table.settle(&mut store);
    assert_eq!(table.ask_as("ann", "k", ADD), ["5: ok 2 5"], "also when others have come after");
    assert_eq!(store.version().0, 3);
    let mut later = Table::open(&store);
    assert_eq!(later.ask_as("ann", "k", ADD), ["1: ok 2 5"], "also in another process");
}

#[test]
fn a_repeat_does_not_overtake_what_it_waits_behind() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask_as("ann", "k", ADD);
    table.ask(ADD);
    table.ask_as("ann", "k", ADD);
    assert_eq!(table.settle(&mut store), ["1: ok 2 5", "publish 2 2.0"]);
    assert_eq!(table.settle(&mut store), ["2: ok 3 10", "publish 3 3.0", "3: ok 2 5"]);
}

#[test]
fn another_command_under_the_key_is_refused() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask_as("ann", "k", ADD);
    table.ask_as("ann", "k", r#"{"do":"roll"}"#);
    assert_eq!(table.settle(&mut store), ["1: ok 2 5", "publish 2 2.0", "2: key reused"]);
    assert_eq!(table.ask_as("ann", "k", r#"{"do":"roll"}"#), ["3: key reused"]);
}

#[test]
fn the_key_of_one_user_is_not_that_of_another() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask_as("ann", "k", ADD);
    assert_eq!(table.ask_as("bob", "k", ADD), ["commit 3"]);
    table.settle_all(&mut store);
    assert_eq!(table.value(), 10);
    assert_eq!(table.ask_as("bob", "k", ADD), ["3: ok 3 10"]);
    assert_eq!(table.ask_as("ann", "k", ADD), ["4: ok 2 5"]);
}

#[test]
fn a_refused_command_may_come_again() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let spend = r#"{"do":"add","n":-5}"#;
    assert_eq!(table.ask_as("ann", "k", spend), ["1: refused BELOW_ZERO"]);
    table.ask(ADD);
    assert_eq!(table.ask_as("ann", "k", spend), ["commit 3"]);
    table.settle_all(&mut store);
    assert_eq!(table.value(), 0);
}

#[test]
fn a_deletion_may_be_repeated_too() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let delete = |table: &mut Table| {
        let command = Command { body: None, key: Some("k".to_owned()), ..table.command("null") };
        table.give(Input::Command(command))
    };
    assert_eq!(delete(&mut table), ["commit 2"]);
    table.settle(&mut store);
    assert_eq!(delete(&mut table), ["2: ok 2 null"]);
    assert_eq!(delete(&mut Table::open(&store)), ["1: ok 2 null"]);
}

#[test]
fn a_key_that_another_node_took_is_answered_by_the_store() {
    let mut store = Store::new();
    let (mut table, mut rival) = (Table::open(&store), Table::open(&store));
    rival.now = rival.now.plus(1);
    rival.ask_as("ann", "k", ADD);
    rival.settle(&mut store);
    table.ask_as("ann", "k", ADD);
    table.ask_as("ann", "k", r#"{"do":"roll"}"#);
    table.ask(ADD);
    assert_eq!(table.settle(&mut store), ["1: ok 2 5", "2: key reused"]);
    // What rested on it has its own notice; only then the session asks where it is.
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), ["publish 2 2.0", "commit 3"]);
    assert_eq!(table.settle(&mut store), ["3: ok 3 10", "publish 3 3.0"]);
}

/// A key so old that a reload does not bring it: the store knows it, the session forgets it.
#[test]
fn a_key_older_than_those_in_memory_is_answered_once_and_for_all() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for n in 0..=RECENT_ANSWERS {
        table.ask_as("ann", &n.to_string(), r#"{"do":"add","n":1}"#);
        table.settle(&mut store);
    }
    let version = store.version().0;
    assert_eq!(table.ask_as("ann", "1", r#"{"do":"add","n":1}"#), ["258: ok 3 2"]);
    let asked = table.ask_as("ann", "0", r#"{"do":"add","n":1}"#);
    assert_eq!(asked, [format!("commit {}", version + 1)]);
    table.ask(r#"{"do":"add","n":1}"#);
    assert_eq!(table.settle(&mut store), ["259: ok 2 1"]);
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), [format!("commit {}", version + 1)]);
    table.settle_all(&mut store);
    assert_eq!(store.version().0, version + 1);
    assert!(table.outcomes.contains_key(&260));
}

#[test]
fn a_key_is_what_the_actor_chose() {
    let key = |text: &str| engine::Key::new(&person("ann"), text);
    assert_eq!(key("a/b").as_str(), "user:ann/a/b");
    assert_ne!(key("x"), engine::Key::new(&game::Actor::Service(common::user("ann")), "x"));
}
