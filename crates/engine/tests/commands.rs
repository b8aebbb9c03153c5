//! Versions, and what becomes of a command: nothing that rests on a commit leaves before it.

mod common;

use common::{NOW, Store, Table, created, json, person};
use engine::limits::{Limits, PENDING_COMMITS};
use engine::{Input, NewSession, Refused, erase};
use game::{Actor, Status, Timestamp, UserId, Version};

#[test]
fn a_first_commit_holds_all_that_a_session_is() {
    let record = created(r#"{"due":5}"#);
    assert_eq!((record.expected, record.entry.version), (Version(0), Version(1)));
    assert_eq!(record.head, record.entry.hash());
    assert_eq!(record.title, "toy at 0");
    assert_eq!(record.status, Status::Running);
    assert_eq!(record.due_at, Some(Timestamp(5)));
    let about = record.created.unwrap();
    assert_eq!((about.game.as_str(), about.at), ("toy", NOW));
    assert_eq!(about.owner, Some(UserId::new("ann").unwrap()));
}

#[test]
fn options_are_checked() {
    let new = |options: &str| {
        let options = json(options);
        let creator = Actor::System;
        let new = NewSession {
            id: common::id(),
            creator: &creator,
            options: &options,
            seed: common::seed(),
        };
        engine::create(&*erase::<common::toy::Toy>(), new, NOW, Limits { state_bytes: 200 })
    };
    let refused = |options: &str| common::told(&Err(new(options).unwrap_err()));
    assert_eq!(refused(r#"{"unknown":1}"#), "refused BAD_COMMAND");
    let long = format!(r#"{{"shown":"{}"}}"#, "x".repeat(200));
    assert!(refused(&long).starts_with("too large"), "{}", refused(&long));
    assert_eq!(new("{}").unwrap().created.unwrap().owner, None);
}

#[test]
fn a_command_is_answered_and_published_once_it_is_stored() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    assert_eq!(table.ask(r#"{"do":"add","n":5}"#), ["commit 2"]);
    assert_eq!((table.session.version(), table.value()), (Version(1), 0));
    assert_eq!(table.settle(&mut store), ["1: ok 2 5", "publish 2 2.0"]);
    assert_eq!((table.session.version(), table.value()), (Version(2), 5));
    assert_eq!(store.taken[1].title, "toy at 5");
}

#[test]
fn many_commands_are_in_flight_and_each_sees_the_one_before() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for n in 1..=3 {
        table.ask(&format!(r#"{{"do":"add","n":{n}}}"#));
    }
    assert_eq!(table.flying.len(), 3);
    assert_eq!(table.settle(&mut store), ["1: ok 2 1", "publish 2 2.0"]);
    assert_eq!(table.value(), 1);
    assert_eq!(table.settle(&mut store), ["2: ok 3 3", "publish 3 3.0"]);
    assert_eq!(table.settle(&mut store), ["3: ok 4 6", "publish 4 4.0"]);
}

#[test]
fn a_refusal_waits_for_the_commit_that_it_rests_on() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    assert_eq!(table.ask(r#"{"do":"add","n":-1}"#), ["1: refused BELOW_ZERO"]);
    table.ask(r#"{"do":"add","n":5}"#);
    // Would be fine at 5, is refused at 5 - 5: both are told only with what they rest on.
    table.ask(r#"{"do":"add","n":-5}"#);
    assert_eq!(table.ask(r#"{"do":"add","n":-1}"#), [""; 0]);
    assert_eq!(table.ask(r#"{"do":"nonsense"}"#), [""; 0]);
    assert_eq!(table.settle(&mut store), ["2: ok 2 5", "publish 2 2.0"]);
    assert_eq!(
        table.settle(&mut store),
        ["3: ok 3 0", "publish 3 3.0", "4: refused BELOW_ZERO", "5: refused BAD_COMMAND"]
    );
}

#[test]
fn a_version_that_is_gone_is_refused_with_the_one_that_is() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    assert_eq!(table.ask_at(0, r#"{"do":"add","n":1}"#), ["1: stale 0, is 1"]);
    assert_eq!(table.ask_at(2, r#"{"do":"add","n":1}"#), ["2: stale 2, is 1"]);
    assert_eq!(table.ask_at(1, r#"{"do":"add","n":1}"#), ["commit 2"]);
    // The version is checked before the rules, against the newest state, told when that is sure.
    assert_eq!(table.ask_at(1, r#"{"do":"add","n":-9}"#), [""; 0]);
    assert_eq!(table.settle(&mut store), ["3: ok 2 1", "publish 2 2.0", "4: stale 1, is 2"]);
}

#[test]
fn a_stale_refusal_that_rests_on_a_lost_commit_is_judged_anew() {
    let mut store = Store::new();
    let (mut table, mut rival) = (Table::open(&store), Table::open(&store));
    table.ask(r#"{"do":"add","n":1}"#);
    table.ask_at(3, r#"{"do":"add","n":2}"#);
    for n in [10, 20] {
        rival.ask(&format!(r#"{{"do":"add","n":{n}}}"#));
        rival.settle(&mut store);
    }
    assert_eq!(table.settle(&mut store), ["reload"]);
    assert_eq!(table.reload(&store), ["publish 3 2.0 3.0", "commit 4"]);
    assert_eq!(table.settle(&mut store), ["1: ok 4 31", "publish 4 4.0", "2: stale 3, is 4"]);
}

#[test]
fn nothing_follows_the_end() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask(r#"{"do":"end"}"#);
    assert_eq!(table.ask(r#"{"do":"add","n":1}"#), [""; 0]);
    assert_eq!(table.session.status(), Status::Running);
    assert_eq!(table.settle(&mut store), ["1: ok 2 null", "publish 2", "2: ended"]);
    assert_eq!(table.session.status(), Status::Ended);
    assert_eq!(table.ask(r#"{"do":"add","n":1}"#), ["3: ended"]);
    assert_eq!(store.taken[1].status, Status::Ended);
    let mut later = Table::open(&store);
    assert_eq!(later.ask(r#"{"do":"add","n":1}"#), ["1: ended"]);
    assert_eq!(later.delete_as("ann"), ["commit 3"], "an ended session can be deleted");
}

#[test]
fn the_owner_deletes_and_then_there_is_nothing() {
    let mut store = Store::with(r#"{"due":5000}"#);
    let mut table = Table::open(&store);
    table.give(Input::Clock);
    assert_eq!(table.delete_as("bob"), ["1: refused FORBIDDEN"]);
    table.ask(r#"{"do":"add","n":5}"#);
    assert_eq!(table.delete_as("ann"), ["commit 3", "wake never"]);
    assert_eq!(table.ask(r#"{"do":"add","n":5}"#), [""; 0]);
    assert_eq!(table.settle(&mut store), ["2: ok 2 5", "publish 2 2.0"]);
    assert_eq!(table.settle(&mut store), ["3: ok 3 null", "deleted", "4: deleted"]);
    assert!(table.session.deleted());
    assert_eq!(table.value(), 5, "its last state can still be read");
    for effects in [table.ask(r#"{"do":"roll"}"#), table.delete_as("ann")] {
        assert!(effects[0].ends_with(": deleted"), "{effects:?}");
    }
    assert_eq!(table.give(Input::Clock), [""; 0]);
    assert_eq!(table.give(Input::Moved(Version(9))), [""; 0]);

    let last = store.taken.last().unwrap();
    assert_eq!((last.deleted, last.status, last.due_at), (true, Status::Ended, None));
    assert_eq!(last.state, store.taken[1].state, "the log leads to the last state");
    let mut later = Table::open(&store);
    assert!(later.session.deleted());
    assert_eq!(later.ask(r#"{"do":"roll"}"#), ["1: deleted"]);
}

#[test]
fn a_state_over_its_limit_is_refused() {
    let store = Store::new();
    let bytes = store.stored().state.len() + 50;
    let mut table = Table::load(store.stored(), Limits { state_bytes: bytes });
    let show = |n: usize| format!(r#"{{"do":"show","shown":"{}"}}"#, "x".repeat(n));
    // The state has `null` there: 4 bytes less, and 2 quotes more.
    assert_eq!(table.ask(&show(53)), [format!("1: too large {} of {bytes}", bytes + 1)]);
    assert_eq!(table.ask(&show(52)), ["commit 2"]);
}

#[test]
fn what_waits_for_the_store_is_bounded() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    // Commits, refusals and repeats alike: all of them are held in memory.
    for n in 0..PENDING_COMMITS {
        let effects = match n % 4 {
            0 => table.ask(r#"{"do":"add","n":1}"#),
            1 => table.ask_as("ann", "k", r#"{"do":"add","n":1}"#),
            2 => table.ask_at(999, r#"{"do":"roll"}"#),
            _ => table.ask(r#"{"do":"add","n":-9999}"#),
        };
        assert!(effects.iter().all(|effect| effect.starts_with("commit")), "{n}: {effects:?}");
    }
    assert_eq!(table.ask(r#"{"do":"roll"}"#), ["257: busy"]);
    assert_eq!(table.ask_at(999, r#"{"do":"roll"}"#), ["258: busy"]);
    assert_eq!(table.ask_as("ann", "k", r#"{"do":"add","n":1}"#), ["259: busy"]);
    table.settle(&mut store);
    assert!(table.ask(r#"{"do":"roll"}"#)[0].starts_with("commit"));
    table.settle_all(&mut store);
    assert_eq!(table.outcomes.len(), 260, "each was answered");
}

#[test]
fn a_dry_run_changes_nothing_and_tells_nothing_unconfirmed() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let run = |table: &Table, body: &str| {
        table.session.dry_run(NOW, &person("ann"), &json(body)).map_err(|e| common::told(&Err(e)))
    };
    let spend = r#"{"do":"add","n":-5}"#;
    assert_eq!(run(&table, spend), Err("refused BELOW_ZERO".to_owned()));
    table.ask(r#"{"do":"add","n":5}"#);
    assert_eq!(run(&table, spend), Err("refused BELOW_ZERO".to_owned()));
    table.settle(&mut store);
    assert_eq!(run(&table, spend), Ok(()));
    assert_eq!((table.session.version(), table.flying.len()), (Version(2), 0));
    table.delete_as("ann");
    table.settle(&mut store);
    let refused = table.session.dry_run(NOW, &person("ann"), &json(spend));
    assert_eq!(refused, Err(Refused::Deleted));
}
