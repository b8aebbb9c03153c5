//! Views and patches: made once, whole for whom they are meant, and a patch leads where it says.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod common;

use std::collections::BTreeMap;

use common::toy::views_made;
use common::{Store, Table};
use engine::limits::{CACHED_PATCHES, HISTORY_BYTES, HISTORY_VERSIONS};
use game::{SeatId, Version, Viewer};
use proptest::prelude::*;
use serde_json::{Value, json};

const ALL: Viewer = Viewer::Spectator;

fn show(value: &Value) -> String {
    json!({ "do": "show", "shown": value }).to_string()
}

/// A table with so many more versions, each showing a counter beside `rest`.
fn counted(rest: &str, versions: u64) -> (Store, Table) {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for number in 1..=versions {
        table.ask(&show(&json!([number, rest])));
        table.settle(&mut store);
    }
    (store, table)
}

fn patched(table: &mut Table, viewer: Viewer, base: u64, before: &Value) -> Option<Value> {
    let patch = table.session.patch(viewer, Version(base))?;
    assert_eq!(patch.base, Version(base));
    let operations: json_patch::Patch = serde_json::from_str(patch.operations.get()).unwrap();
    let mut view = before.clone();
    json_patch::patch(&mut view, &operations).unwrap();
    Some(view)
}

#[test]
fn a_view_is_made_once_for_each_class_and_version() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    let made = |table: &mut Table| {
        let before = views_made();
        for _ in 0..100 {
            for viewer in [ALL, Viewer::Seat(SeatId(0)), Viewer::Seat(SeatId(1))] {
                table.session.view(viewer);
                table.session.patch(viewer, Version(table.session.version().0 - 1));
            }
        }
        views_made() - before
    };
    table.ask(r#"{"do":"add","n":1}"#);
    table.settle(&mut store);
    // Version 1 was never shown: a patch from it needs its view, too.
    assert_eq!(made(&mut table), 6);
    assert_eq!(made(&mut table), 0);
    for _ in 0..3 {
        table.ask(r#"{"do":"add","n":1}"#);
        table.settle(&mut store);
        assert_eq!(made(&mut table), 3, "the last view is the base of the patch");
        assert_eq!(made(&mut table), 0);
    }
}

#[test]
fn each_sees_what_is_theirs() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for (name, seat) in [("ann", 0), ("bob", 1)] {
        let sit = format!(r#"{{"do":"sit","seat":{seat},"secret":"of {name}"}}"#);
        table.ask_as(name, "sit", &sit);
    }
    table.settle_all(&mut store);
    let viewer = |name| table.session.viewer(Some(&common::user(name)));
    assert_eq!(viewer("ann"), Viewer::Seat(SeatId(0)));
    assert_eq!(viewer("bob"), Viewer::Seat(SeatId(1)));
    assert_eq!(viewer("eve"), ALL);
    assert_eq!(table.session.viewer(None), ALL);
    assert_eq!(table.view(Viewer::Seat(SeatId(1)))["mine"], "of bob");
    for viewer in [ALL, Viewer::Seat(SeatId(9))] {
        assert_eq!(table.view(viewer)["mine"], Value::Null);
    }
    let patch = table.session.patch(Viewer::Seat(SeatId(0)), Version(2));
    let text = patch.map_or(String::new(), |patch| patch.operations.get().to_owned());
    assert!(!text.contains("bob"), "{text}");
}

#[test]
fn a_view_is_that_of_the_confirmed_state() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    table.ask(r#"{"do":"add","n":1}"#);
    assert_eq!(table.value(), 0);
    assert!(table.session.patch(ALL, Version(1)).is_none());
    table.settle(&mut store);
    assert_eq!(table.value(), 1);
}

#[test]
fn a_patch_is_made_only_from_a_version_behind() {
    let (_store, mut table) = counted(&"x".repeat(200), 3);
    for (base, some) in [(0, false), (2, true), (3, true), (4, false), (5, false)] {
        assert_eq!(table.session.patch(ALL, Version(base)).is_some(), some, "base {base}");
    }
}

#[test]
fn a_patch_that_is_not_smaller_than_the_view_is_none() {
    let mut store = Store::new();
    let mut table = Table::open(&store);
    for value in [json!("x".repeat(400)), json!("y".repeat(400))] {
        table.ask(&show(&value));
        table.settle(&mut store);
    }
    assert!(table.session.patch(ALL, Version(2)).is_none());
    assert!(table.session.patch(ALL, Version(2)).is_none(), "also from the cache");
}

#[test]
fn the_window_holds_so_many_versions() {
    let more = 5;
    let (_store, mut table) = counted(&"x".repeat(100), HISTORY_VERSIONS as u64 + more - 1);
    let oldest = 1 + more;
    assert_eq!(table.session.version(), Version(HISTORY_VERSIONS as u64 + more));
    assert!(table.session.patch(ALL, Version(oldest - 1)).is_none());
    let before = json!({ "value": 0, "shown": [oldest - 1, "x".repeat(100)], "mine": null });
    let now = table.view(ALL);
    assert_eq!(patched(&mut table, ALL, oldest, &before), Some(now));
}

#[test]
fn the_window_holds_so_many_bytes() {
    let each = HISTORY_BYTES / 10;
    let (_store, mut table) = counted(&"x".repeat(each), 30);
    let held: Vec<u64> =
        (1..31).filter(|base| table.session.patch(ALL, Version(*base)).is_some()).collect();
    // Nine whole states fit, one of them is the newest.
    assert_eq!(held, (23..=30).collect::<Vec<u64>>());
}

#[test]
fn a_state_larger_than_the_window_is_shown_all_the_same() {
    let store = Store::new();
    let limits = engine::limits::Limits { state_bytes: 4 * HISTORY_BYTES };
    let mut table = Table::load(store.stored(), limits);
    let mut store = store;
    for fill in ["x", "y"] {
        table.ask(&show(&json!(fill.repeat(2 * HISTORY_BYTES))));
        table.settle(&mut store);
    }
    assert!(table.view(ALL)["shown"].as_str().unwrap().starts_with('y'));
    assert!(table.session.patch(ALL, Version(2)).is_none());
}

/// More bases than patches are kept: each is right, whether it comes from the cache or not.
#[test]
fn patches_from_many_versions_are_right() {
    let many = 3 * CACHED_PATCHES as u64;
    let rest = "x".repeat(100);
    let (_store, mut table) = counted(&rest, many);
    let now = table.view(ALL);
    for _ in 0..2 {
        for base in 2..=many {
            let before = json!({ "value": 0, "shown": [base - 1, rest], "mine": null });
            assert_eq!(patched(&mut table, ALL, base, &before), Some(now.clone()), "base {base}");
        }
    }
}

#[test]
fn a_patch_leads_over_a_reload() {
    let (mut store, mut table) = counted(&"x".repeat(100), 2);
    let before = table.view(ALL);
    let mut rival = Table::open(&store);
    for number in [50, 51] {
        rival.ask(&show(&json!([number, "x".repeat(100)])));
        rival.settle(&mut store);
    }
    table.reload(&store);
    let now = table.view(ALL);
    assert_eq!(now["shown"][0], 51);
    assert_eq!(patched(&mut table, ALL, 3, &before), Some(now));
    assert!(table.session.patch(ALL, Version(4)).is_none(), "it never had that one");
}

/// Any JSON: odd keys, deep trees, numbers of all sorts.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof!["[a-c]", "", "~", "/", "~1", "a/b~c", "-", "0", "1", "é\"\\\\\u{1f600}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        key.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let object = prop::collection::btree_map(key.clone(), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            object.prop_map(|map: BTreeMap<String, Value>| {
                Value::Object(map.into_iter().collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is shown in whatever order, a patch applied to its base is the view.
    #[test]
    fn a_patch_applied_to_its_base_is_the_view(
        shown in prop::collection::vec(any_json(), 2..8),
        seat in prop::option::of(0u8..2),
    ) {
        let viewer = seat.map_or(ALL, |seat| Viewer::Seat(SeatId(seat)));
        let mut store = Store::new();
        let mut table = Table::open(&store);
        let mut views = vec![(1, table.view(viewer))];
        for (number, value) in shown.iter().enumerate() {
            // A long tail that stays, so that most patches are worth their while.
            let shown = json!({ "value": value, "tail": "t".repeat(20_000) });
            table.ask(&show(&shown));
            if number % 3 == 0 {
                let sit = json!({ "do": "sit", "seat": 1, "secret": number.to_string() });
                table.ask(&sit.to_string());
            }
            table.settle_all(&mut store);
            let now = table.view(viewer);
            for (base, before) in &views {
                let after = patched(&mut table, viewer, *base, before);
                if *base > 1 {
                    prop_assert_eq!(after.as_ref(), Some(&now), "from {}", base);
                }
            }
            views.push((table.session.version().0, now));
        }
    }
}
