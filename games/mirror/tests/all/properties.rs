//! Random documents: nothing of another's seat shows, and a state reads back as it was.

use game::{Game, SeatId, Viewer};
use mirror::{Mirror, State};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{backend, bytes, create, put};

const SEATS: u8 = 4;

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"/~]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn seats() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(0..SEATS, document(), 0..=SEATS as usize)
        .prop_map(|map| map.into_iter().map(|(seat, doc)| (seat.to_string(), doc)).collect())
}

fn viewers() -> impl Iterator<Item = Viewer> {
    (0..SEATS).map(|n| Viewer::Seat(SeatId(n))).chain([Viewer::Spectator])
}

/// What `viewer` is sent of the events of a put.
fn events(state: &State, command: &Value, viewer: Viewer) -> Vec<String> {
    let events = put(state, &backend(), command).expect("a good put").events;
    let seen = events.iter().filter_map(|event| Mirror::event_for(event, viewer));
    seen.map(|view| serde_json::to_string(&view).expect("a view is JSON")).collect()
}

proptest! {
    /// Every other seat's document, and which documents there are, may change at will.
    #[test]
    fn what_a_viewer_cannot_see_changes_none_of_their_bytes(
        public in document(), one in seats(), other in seats()
    ) {
        let made = |seats: &Map<String, Value>| {
            create(&backend(), &json!({"public": public, "seats": seats})).unwrap().state
        };
        for viewer in viewers() {
            let mut hidden = other.clone();
            let own = viewer.seat().map(|seat| seat.to_string());
            if let Some(own) = own {
                hidden.remove(&own);
                hidden.extend(one.get(&own).map(|doc| (own, doc.clone())));
            }
            prop_assert_eq!(bytes(&made(&one), viewer), bytes(&made(&hidden), viewer));
        }
    }

    /// The result of an event for others, and for how many others it is, may change at will.
    #[test]
    fn what_happens_to_others_is_not_told(
        shown in document(), one in document(), other in document(), also in any::<bool>()
    ) {
        let state = create(&backend(), &json!({})).unwrap().state;
        let command = |result: &Value, seats: Value| json!({"do":"put","public":1,"events":[
            {"result": result, "seats": seats}, {"result": shown, "seats": [1, 2]}, {"result": shown},
        ]});
        let (first, second) = (command(&one, json!([0])), command(&other, if also { json!([0, 3]) } else { json!([]) }));
        for viewer in [Viewer::Seat(SeatId(1)), Viewer::Seat(SeatId(2)), Viewer::Spectator] {
            let seen = events(&state, &first, viewer);
            prop_assert_eq!(&seen, &events(&state, &second, viewer));
            prop_assert_eq!(seen.len(), if viewer == Viewer::Spectator { 1 } else { 2 });
        }
    }

    #[test]
    fn a_state_reads_back_as_it_was(public in document(), seats in seats()) {
        let state = create(&backend(), &json!({"public": public, "seats": seats})).unwrap().state;
        let stored = serde_json::to_string(&state).unwrap();
        let read: State = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &state);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), stored);
        prop_assert_eq!(
            bytes(&read, Viewer::Spectator),
            format!(r#"{{"public":{public},"seat":null}}"#)
        );
    }
}
