//! What commits say for lists: summary, members, whose turn it is. Said when it changes, and once
//! after each load.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod common;

use common::{Store, Table, user};
use engine::CommitRecord;
use engine::limits::{LISTED_USERS, SUMMARY_BYTES};
use game::UserId;

/// In short: `-` for a list that is left out, names otherwise.
fn said(list: Option<&Vec<UserId>>) -> String {
    list.map_or("-".to_owned(), |users| {
        let names: Vec<&str> = users.iter().map(UserId::as_str).collect();
        format!("[{}]", names.join(" "))
    })
}

fn listed(record: &CommitRecord) -> String {
    format!("{} {}", said(record.members.as_ref()), said(record.to_act.as_ref()))
}

fn last(store: &Store) -> String {
    listed(store.taken.last().unwrap())
}

fn add(n: i64) -> String {
    format!(r#"{{"do":"add","n":{n}}}"#)
}

fn sit(table: &mut Table, name: &str, seat: u8) {
    let body = format!(r#"{{"do":"sit","seat":{seat},"secret":"s"}}"#);
    assert_eq!(table.ask_as(name, &format!("sit-{name}"), &body).len(), 1);
}

fn summaries(store: &Store) -> Vec<Option<String>> {
    let summary = |record: &CommitRecord| record.summary.as_ref().map(|json| json.get().to_owned());
    store.taken.iter().map(summary).collect()
}

/// A session of which lists know something; ann sits at 0 and ben at 1.
fn seated() -> (Store, Table) {
    let mut store = Store::with(r#"{"lists":true}"#);
    let mut table = Table::open(&store);
    sit(&mut table, "ben", 1);
    sit(&mut table, "ann", 0);
    table.settle_all(&mut store);
    (store, table)
}

#[test]
fn a_commit_says_what_it_changes() {
    let (mut store, mut table) = seated();
    for body in [&add(1), &add(4), &add(1), &add(2), r#"{"do":"end"}"#] {
        table.ask(body);
    }
    table.delete_as("ann");
    table.settle_all(&mut store);
    let told: Vec<String> = store.taken.iter().map(listed).collect();
    assert_eq!(
        told,
        [
            "- -",             // made: nobody is there
            "[ben] -",         // ben sits down
            "[ann ben] [ann]", // ann sits down, and it is her turn
            "- [ben]",         // 1
            "- -",             // 5: still ben's
            "- []",            // 6: nobody's
            "- [ann]",         // 8
            "- []",            // the end
            "[] -",            // deleted
        ]
    );
}

#[test]
fn what_a_session_is_made_with_is_said_by_its_first_commit() {
    let record = common::created(r#"{"lists":true}"#);
    assert_eq!(listed(&record), "- -", "nobody sits there yet");
    assert_eq!(record.summary.unwrap().get(), r#"{"shown":null,"value":0}"#);
}

#[test]
fn a_summary_comes_with_every_commit_until_the_session_is_deleted() {
    let (mut store, mut table) = seated();
    table.ask(&add(3));
    table.delete_as("ann");
    table.settle_all(&mut store);
    let at = |value: u8| Some(format!(r#"{{"shown":null,"value":{value}}}"#));
    assert_eq!(summaries(&store), [at(0), at(0), at(0), at(3), None]);
}

#[test]
fn a_summary_that_is_too_large_is_left_out() {
    let (mut store, mut table) = seated();
    let frame = r#"{"shown":"","value":0}"#.len();
    for bytes in [SUMMARY_BYTES - frame, SUMMARY_BYTES - frame + 1, 1] {
        table.ask(&format!(r#"{{"do":"show","shown":"{}"}}"#, "x".repeat(bytes)));
        table.settle(&mut store);
    }
    let sizes: Vec<Option<usize>> =
        summaries(&store).iter().skip(3).map(|json| json.as_ref().map(String::len)).collect();
    assert_eq!(sizes, [Some(SUMMARY_BYTES), None, Some(frame + 1)]);
}

/// Whatever the store had, it has all of it afterwards: it may have been filled by rules, or with a
/// schema, that knew nothing of lists.
#[test]
fn the_first_commit_after_a_load_says_all() {
    let (mut store, _) = seated();
    let mut table = Table::open(&store);
    table.ask(&add(4));
    table.ask(&add(4));
    table.settle_all(&mut store);
    let told: Vec<String> = store.taken.iter().skip(3).map(listed).collect();
    assert_eq!(told, ["[ann ben] [ann]", "- -"]);
}

#[test]
fn the_first_commit_after_a_lost_race_says_all() {
    let (mut store, mut table) = seated();
    table.ask(&add(4));
    table.settle(&mut store);
    let mut rival = Table::open(&store);
    rival.now = rival.now.plus(1);
    rival.ask(&add(5));
    rival.settle(&mut store);
    assert_eq!(last(&store), "[ann ben] [ben]");
    table.ask(&add(4));
    table.ask(&add(8));
    assert_eq!(table.settle(&mut store), [""; 0]);
    assert_eq!(table.settle(&mut store), ["reload"]);
    table.reload(&store);
    table.settle_all(&mut store);
    let told: Vec<String> = store.taken.iter().rev().take(2).map(listed).collect();
    assert_eq!(told, ["- -", "[ann ben] [ben]"], "newest first");
}

#[test]
fn a_game_without_lists_says_nothing_ever() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    sit(&mut table, "ann", 0);
    table.ask(&add(1));
    table.settle_all(&mut store);
    let mut table = Table::open(&store);
    table.ask(&add(1));
    table.delete_as("ann");
    table.settle_all(&mut store);
    assert_eq!(store.taken.len(), 5);
    for record in &store.taken {
        assert_eq!(listed(record), "- -");
        assert!(record.summary.is_none());
    }
}

#[test]
fn lists_of_users_have_a_limit() {
    let mut store = Store::with(r#"{"lists":true}"#);
    let mut table = Table::open(&store);
    let names: Vec<String> = (0..LISTED_USERS + 3).map(|n| format!("u{n:05}")).collect();
    for name in &names {
        sit(&mut table, name, 0);
        table.settle(&mut store);
    }
    let members = store.taken.iter().rev().find_map(|record| record.members.clone()).unwrap();
    let expected: Vec<UserId> = names.iter().take(LISTED_USERS).map(|name| user(name)).collect();
    assert_eq!(members, expected);
    assert_eq!(last(&store), "- -", "those beyond change nothing");
}
