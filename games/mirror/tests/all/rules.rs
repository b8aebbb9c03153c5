//! Mirror's rules, case by case.

use game::{Actor, Game, SeatId, Status, UserId, Viewer};
use mirror::{Mirror, State, limits};
use serde_json::{Value, json};

use crate::{backend, bytes, create, put, user};

const SPECTATOR: Viewer = Viewer::Spectator;

const fn seat(n: u8) -> Viewer {
    Viewer::Seat(SeatId(n))
}

fn table() -> State {
    let options = json!({
        "title": "Poker",
        "public": {"pot": 5},
        "seats": {"0": {"hand": "AA"}, "1": {"hand": "72"}},
        "players": {"0": "anna", "1": "bob", "2": "cleo"},
    });
    create(&backend(), &options).expect("good options").state
}

/// Gives `command` to the table above: `Ok` is what spectators, seat 0, seat 1 and seat 2 see then.
fn check(actor: &Actor, command: Value, then: Result<[&str; 4], &str>) {
    let got = put(&table(), actor, &command);
    let seen = got.map(|c| [SPECTATOR, seat(0), seat(1), seat(2)].map(|v| bytes(&c.state, v)));
    let seen = seen.map_err(|refusal| refusal.code);
    let then = then.map(|views| views.map(str::to_owned)).map_err(Into::into);
    assert_eq!(seen, then, "{command:.200}");
}

#[test]
fn each_viewer_sees_their_part() {
    let pot = r#"{"public":{"pot":5},"seat":null}"#;
    assert_eq!(bytes(&table(), SPECTATOR), pot);
    assert_eq!(bytes(&table(), seat(0)), r#"{"public":{"pot":5},"seat":{"hand":"AA"}}"#);
    assert_eq!(bytes(&table(), seat(1)), r#"{"public":{"pot":5},"seat":{"hand":"72"}}"#);
    assert_eq!(bytes(&table(), seat(2)), pot, "a seat without a document");
    for (name, holds) in [("anna", Some(0)), ("bob", Some(1)), ("cleo", Some(2)), ("dan", None)] {
        assert_eq!(Mirror::seat_of(&table(), &user(name)), holds.map(SeatId), "{name}");
    }
}

#[test]
fn a_put_replaces_what_it_names() {
    let by = backend();
    let was = r#"{"public":9,"seat":null}"#;
    let (aa, seven) =
        (r#"{"public":9,"seat":{"hand":"AA"}}"#, r#"{"public":9,"seat":{"hand":"72"}}"#);
    check(&by, json!({"do":"put","public":9}), Ok([was, aa, seven, was]));
    check(
        &by,
        json!({"do":"put","public":9,"seats":null,"players":null}),
        Ok([was, aa, seven, was]),
    );
    check(&by, json!({"do":"put","public":9,"seats":{}}), Ok([was; 4]));
    let new = r#"{"public":null,"seat":[1]}"#;
    let null = r#"{"public":null,"seat":null}"#;
    check(
        &Actor::System,
        json!({"do":"put","public":null,"seats":{"2":[1]}}),
        Ok([null, null, null, new]),
    );
}

#[test]
fn only_a_backend_may_put() {
    let command = json!({"do":"put","public":1});
    for actor in [Actor::User(user("anna")), Actor::Clock] {
        check(&actor, command.clone(), Err("FORBIDDEN"));
        assert_eq!(create(&actor, &json!({})).unwrap_err().code, "FORBIDDEN", "{actor}");
        assert!(!Mirror::may_delete(&table(), &actor, Some(&user("anna"))), "{actor}");
    }
    assert!(Mirror::may_delete(&table(), &backend(), None));
}

#[test]
fn what_does_not_fit_is_refused() {
    let by = backend();
    let long = "x".repeat(limits::STATE_BYTES);
    let events = |count: usize, result: &str| json!({"do":"put","public":1,"events":vec![json!({"result":result}); count]});
    let seats: serde_json::Map<_, _> = (0..65).map(|n| (n.to_string(), json!(n))).collect();
    for (command, code) in [
        (json!({"do":"put"}), "BAD_COMMAND"),
        (json!({"public":1}), "BAD_COMMAND"),
        (json!({"do":"push","public":1}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"seats":{"x":1}}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"seats":{"256":1}}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"seats":[1]}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"seats":seats}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"players":{"0":"two words"}}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"players":{"0":"anna","1":"anna"}}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"title":""}), "BAD_COMMAND"),
        (json!({"do":"put","public":1,"events":[{}]}), "BAD_COMMAND"),
        (events(limits::EVENTS + 1, "x"), "BAD_COMMAND"),
        (events(1, &"x".repeat(limits::EVENT_BYTES)), "BAD_COMMAND"),
        (json!({"do":"put","public":long}), "STATE_TOO_LARGE"),
        (json!({"do":"put","public":1,"seats":{"0":long}}), "STATE_TOO_LARGE"),
    ] {
        check(&by, command, Err(code));
    }
    assert_eq!(create(&by, &json!({"public":long})).unwrap_err().code, "STATE_TOO_LARGE");
    let full = "x".repeat(limits::STATE_BYTES - 200);
    assert!(put(&table(), &by, &json!({"do":"put","public":full})).is_ok());
}

#[test]
fn a_mirror_has_a_title_and_an_end() {
    let bare = create(&backend(), &json!({})).unwrap().state;
    assert_eq!(Mirror::title(&bare), "Mirror");
    assert_eq!(bytes(&bare, SPECTATOR), r#"{"public":null,"seat":null}"#);
    let by = backend();
    let still = put(&table(), &by, &json!({"do":"put","public":1,"ended":false})).unwrap().state;
    assert_eq!(
        (Mirror::title(&still).as_str(), Mirror::status(&still)),
        ("Poker", Status::Running)
    );
    let last = json!({"do":"put","public":1,"title":"Over","ended":true});
    let over = put(&still, &by, &last).unwrap().state;
    assert_eq!((Mirror::title(&over).as_str(), Mirror::status(&over)), ("Over", Status::Ended));
    assert_eq!(put(&over, &by, &json!({"do":"put","public":2})).unwrap_err().code, "SESSION_ENDED");
}

#[test]
fn events_reach_whom_they_are_for() {
    let command = json!({"do":"put","public":1,"events":[
        {"type":"deal","result":{"n":1}},
        {"user_id":"anna","result":"for seat 0","seats":[0]},
        {"result":"for both","seats":[0, 1]},
        {"result":"for nobody","seats":[]},
    ]});
    let events = put(&table(), &backend(), &command).unwrap().events;
    let seen = |viewer| -> Vec<Value> {
        let views = events.iter().filter_map(|event| Mirror::event_for(event, viewer));
        views.map(|view| serde_json::to_value(view).unwrap()).collect()
    };
    let users: Vec<_> = events.iter().map(Mirror::event_user).collect();
    assert_eq!(users, [None, Some(UserId::new("anna").unwrap()), None, None]);
    let deal = json!({"type":"deal","result":{"n":1}});
    let own = json!({"result":"for seat 0"});
    let both = json!({"result":"for both"});
    assert_eq!(seen(SPECTATOR), std::slice::from_ref(&deal));
    assert_eq!(seen(seat(0)), [deal.clone(), own, both.clone()]);
    assert_eq!(seen(seat(1)), [deal.clone(), both]);
    assert_eq!(seen(seat(2)), [deal]);
}
