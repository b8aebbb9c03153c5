//! The shared vectors of `docs/vectors`, played through [`client::View`]: the same files that the
//! TypeScript client is tested with. Must not know a server.

use std::fs;
use std::path::Path;

use client::{Applied, View};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Messages {
    sequences: Vec<Sequence>,
}

#[derive(Deserialize)]
struct Sequence {
    name: String,
    session: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    frame: Value,
    expect: serde_json::Map<String, Value>,
}

/// RFC 6902: a document, operations, and what comes of them.
#[derive(Deserialize)]
struct PatchCase {
    name: String,
    doc: Value,
    patch: Value,
    expected: Option<Value>,
    #[serde(default)]
    error: bool,
}

fn load<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What the vectors call an outcome, as a [`View`] answers it. Events, presence and `closed` are
/// not a view's business (`Watch` hands them on), and how often to ask for a whole view is not
/// either (`Watch` asks once).
fn outcome(name: &str) -> Applied {
    match name {
        "applied" => Applied::Newer,
        "resync" | "waiting" => Applied::Gap,
        "ignored" | "event" | "presence" | "closed" => Applied::Ignored,
        other => panic!("the vectors have an outcome that this test does not know: {other}"),
    }
}

/// What the client holds, in the words of the vectors: all `null` before the first view.
fn held(view: &View, key: &str) -> Value {
    if view.epoch.is_empty() {
        return Value::Null;
    }
    match key {
        "view" => view.data.clone(),
        "lock_version" => json!(view.lock_version),
        "epoch" => json!(view.epoch),
        "viewer_seat" => json!(view.viewer_seat),
        other => panic!("the vectors have a key that this test does not know: {other}"),
    }
}

#[test]
fn every_sequence_leads_to_the_view_that_it_names() {
    let messages: Messages = load("messages.json");
    assert!(messages.sequences.len() >= 10, "the vectors are there");
    for sequence in &messages.sequences {
        let mut view = View::of(&sequence.session);
        let mut expected = serde_json::Map::new();
        for Step { frame, expect } in &sequence.steps {
            let mut now = expect.clone();
            let name = now.remove("outcome").expect("every step has an outcome");
            let name = name.as_str().expect("an outcome is a word");
            let place = format!("{}: after {frame}", sequence.name);
            assert_eq!(view.apply(frame), outcome(name), "{place}");
            // A key that is missing keeps the value of the step before.
            expected.extend(now);
            for (key, value) in &expected {
                assert_eq!(held(&view, key), *value, "{key}: {place}");
            }
            if name == "closed" {
                // The client leaves for good here; what follows reaches no view.
                break;
            }
        }
    }
}

/// The one vector that the library in use judges otherwise: it takes 10 and 10.0 for two values.
/// Only `test` compares, and the server's patches hold no `test`.
const OTHERWISE: &[&str] = &["test of numbers by value"];

#[test]
fn every_patch_is_applied_whole_or_not_at_all() {
    let cases: Vec<PatchCase> = load("patch.json");
    assert!(cases.len() >= 40, "the vectors are there");
    for case in cases.iter().filter(|case| !OTHERWISE.contains(&case.name.as_str())) {
        let common = json!({ "session": "7", "epoch": "e", "viewer_seat": null });
        let message = |rest: Value| {
            let mut message = common.clone();
            for (key, value) in rest.as_object().expect("an object") {
                message[key] = value.clone();
            }
            message
        };
        let mut view = View::of("7");
        let whole = message(json!({ "type": "snapshot", "lock_version": 1, "data": case.doc }));
        assert_eq!(view.apply(&whole), Applied::Newer, "{}", case.name);
        let patch =
            message(json!({ "type": "patch", "lock_version": 2, "base": 1, "patch": case.patch }));
        let applied = view.apply(&patch);
        if case.error {
            assert_eq!((applied, view.lock_version), (Applied::Gap, 1), "{}", case.name);
            assert_eq!(view.data, case.doc, "{}", case.name);
        } else {
            assert_eq!((applied, view.lock_version), (Applied::Newer, 2), "{}", case.name);
            // `null` is a document, too.
            let expected = case.expected.clone().unwrap_or(Value::Null);
            assert_eq!(view.data, expected, "{}", case.name);
        }
    }
}
