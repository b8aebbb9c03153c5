//! The shared vectors of `docs/vectors` against the types of this crate: every message of a client
//! can be read, every message of the server has the keys that the types write. Must not know what a
//! message does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use protocol::close;
use protocol::from_client::{ClientMessage, read};
use protocol::from_server::{
    ClosedMessage, Envelope, ErrorBody, ErrorMessage, EventMessage, Note, PatchMessage,
    PresenceMessage, ResultMessage, ViewMessage, write,
};
use protocol::{SCHEMA, codes};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    name: String,
    direction: String,
    example: Value,
}

#[derive(Deserialize)]
struct CloseCase {
    code: u16,
    reason: String,
    comes_back: bool,
    word: Option<String>,
    retry_ms: Option<u64>,
}

fn load<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn examples(direction: &str) -> Vec<Example> {
    let all: Messages = load("messages.json");
    let found: Vec<Example> =
        all.messages.into_iter().filter(|example| example.direction == direction).collect();
    assert!(!found.is_empty(), "the vectors are there");
    found
}

#[test]
fn every_message_of_a_client_is_read_as_what_it_is() {
    let mut seen = BTreeSet::new();
    for Example { name, example, .. } in examples("client") {
        let message = read(&example.to_string()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let text = |key: &str| example[key].as_str().map(str::to_owned);
        let kind = match message {
            ClientMessage::Subscribe(subscribe) => {
                assert_eq!(subscribe.topic, text("topic"), "{name}");
                assert_eq!(subscribe.reference, text("ref"), "{name}");
                assert_eq!(subscribe.patch, example["patch"] == true, "{name}");
                assert_eq!(subscribe.since.is_some(), example.get("since").is_some(), "{name}");
                "subscribe"
            }
            ClientMessage::Unsubscribe { topic, reference } => {
                assert_eq!((Some(topic), reference), (text("topic"), text("ref")), "{name}");
                "unsubscribe"
            }
            ClientMessage::Command(command) => {
                let body: Value = serde_json::from_str(command.command.get()).unwrap();
                assert_eq!(body, example["command"], "{name}");
                assert_eq!(command.lock_version, example["lock_version"].as_u64(), "{name}");
                assert_eq!((command.id, command.reference), (text("id"), text("ref")), "{name}");
                "command"
            }
            ClientMessage::Token { token } => {
                assert_eq!(Some(token), text("token"), "{name}");
                "token"
            }
            ClientMessage::Ping { reference } => {
                assert_eq!(reference, text("ref"), "{name}");
                "ping"
            }
        };
        assert_eq!(example["type"], kind, "{name}");
        seen.insert(kind);
    }
    let all = BTreeSet::from(["subscribe", "unsubscribe", "command", "token", "ping"]);
    assert_eq!(seen, all, "an example of every type");
}

/// A type written with as few keys as it can have, and with all of them.
struct Shape {
    least: Value,
    most: Value,
}

impl Shape {
    fn new(least: &str, most: &str) -> Self {
        let value = |text| serde_json::from_str(text).expect("a message is JSON");
        Self { least: value(least), most: value(most) }
    }

    /// `also`: keys that a game may add.
    fn check(&self, example: &Value, also: &[&str], place: &str) {
        let keys = |value: &Value| -> BTreeSet<String> {
            value.as_object().expect("a message is an object").keys().cloned().collect()
        };
        let (least, here, mut most) = (keys(&self.least), keys(example), keys(&self.most));
        most.extend(also.iter().map(|key| (*key).to_owned()));
        let missing: Vec<_> = least.difference(&here).collect();
        let unknown: Vec<_> = here.difference(&most).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{place}: {missing:?} {unknown:?}");
    }
}

const RAW: &RawValue = RawValue::NULL;

const fn envelope(kind: &'static str) -> Envelope<'static> {
    Envelope::new(kind, "7", "e", 1)
}

fn error_body(snapshot: Option<&RawValue>) -> ErrorBody<'_> {
    let version = snapshot.map(|_| 1);
    ErrorBody { code: "C", message: "m", expected: version, actual: version, snapshot }
}

fn shape(kind: &str) -> Shape {
    match kind {
        "ack" | "pong" => {
            let least = Note { r#type: "ack", version: SCHEMA, ..Note::default() };
            let most = Note {
                message: Some("connected"),
                user_id: Some(None),
                topic: Some("t"),
                lock_version: Some(1),
                reference: Some("1"),
                ..least
            };
            Shape::new(&write(&least), &write(&most))
        }
        "snapshot" | "update" => {
            let view = ViewMessage {
                envelope: envelope("update"),
                viewer_seat: None,
                data: RAW,
                about: None,
            };
            Shape::new(&write(&view), &write(&view))
        }
        "patch" => {
            let patch = PatchMessage {
                envelope: envelope("patch"),
                viewer_seat: None,
                base: 1,
                patch: RAW,
            };
            Shape::new(&write(&patch), &write(&patch))
        }
        "game_event" => {
            let event = EventMessage {
                envelope: envelope("game_event"),
                id: "1.0",
                schema: 1,
                game_type: "g",
                user_id: None,
                result: RAW,
                ts: "t",
            };
            Shape::new(&write(&event), &write(&event))
        }
        "presence" => {
            let presence = PresenceMessage {
                r#type: "presence",
                version: SCHEMA,
                session: "7",
                epoch: "e",
                seats: BTreeMap::new(),
                viewers: 0,
            };
            Shape::new(&write(&presence), &write(&presence))
        }
        "closed" => {
            let closed = ClosedMessage { envelope: envelope("closed"), reason: "deleted" };
            Shape::new(&write(&closed), &write(&closed))
        }
        "error" => {
            let error = |detail, reference| ErrorMessage {
                r#type: "error",
                version: SCHEMA,
                code: "C",
                message: "m",
                detail,
                reference,
            };
            Shape::new(&write(&error(None, None)), &write(&error(Some("m"), Some("1"))))
        }
        "result" => {
            let result = |reference, lock_version, data, error| ResultMessage {
                r#type: "result",
                version: SCHEMA,
                reference,
                session: "7",
                lock_version,
                data,
                error,
            };
            let most = result(Some("1"), Some(1), Some(RAW), Some(error_body(None)));
            Shape::new(&write(&result(None, None, None, None)), &write(&most))
        }
        other => panic!("the vectors have a type that this crate does not write: {other}"),
    }
}

#[test]
fn every_message_of_the_server_has_the_keys_that_the_types_write() {
    let mut seen = BTreeSet::new();
    for Example { name, example, .. } in examples("server") {
        let kind = example["type"].as_str().expect("a type").to_owned();
        assert_eq!(example["version"], SCHEMA, "{name}");
        // Casino games tell what was staked.
        let also: &[&str] = if kind == "game_event" { &["bet"] } else { &[] };
        shape(&kind).check(&example, also, &name);
        if let Some(error) = example.get("error") {
            let (least, most) = (write(&error_body(None)), write(&error_body(Some(RAW))));
            Shape::new(&least, &most).check(error, &[], &name);
        }
        if let Some(snapshot) = example.pointer("/error/snapshot") {
            shape("snapshot").check(snapshot, &[], &name);
        }
        seen.insert(kind);
    }
    let all = [
        "ack",
        "closed",
        "error",
        "game_event",
        "patch",
        "pong",
        "presence",
        "result",
        "snapshot",
        "update",
    ];
    assert_eq!(seen, all.map(str::to_owned).into(), "an example of every type");
}

#[test]
fn error_codes_of_the_examples_are_in_the_table_or_a_games_own() {
    let games_own = ["UNKNOWN_PLAYER"];
    for Example { name, example, .. } in examples("server") {
        let code = example.get("code").or_else(|| example.pointer("/error/code"));
        let Some(code) = code.and_then(Value::as_str) else { continue };
        let known = codes::ALL.iter().any(|known| known.name == code);
        assert!(known || games_own.contains(&code), "{name}: {code}");
    }
}

#[test]
fn close_codes_say_whether_to_come_back() {
    let cases: Vec<CloseCase> = load("close.json");
    for case in &cases {
        assert_eq!(close::comes_back(case.code), case.comes_back, "{}", case.code);
        // What the server itself says with this code is what the vector says.
        let own = close::ALL.iter().find(|close| close.code == case.code);
        if let Some(own) = own.filter(|own| case.reason == own.reason(case.retry_ms)) {
            assert_eq!(case.word.as_deref(), Some(own.word), "{}", case.code);
        }
    }
    for close in close::ALL {
        let told = cases
            .iter()
            .any(|case| case.code == close.code && case.reason == close.reason(case.retry_ms));
        assert!(told, "{} {} is in the vectors", close.code, close.word);
    }
}
