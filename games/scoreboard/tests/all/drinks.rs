//! The catalogue's rules.

use scoreboard::{Drinks, SEED, limits};
use serde_json::{Value, json};

use crate::play::Then::{Refused, Reply};
use crate::play::{Table, check};

fn catalogue() -> Table<Drinks> {
    Table::open("system", json!({})).expect("the server may")
}

#[test]
fn it_starts_with_the_seed_and_keeps_its_ids() {
    let mut table = catalogue();
    let names: Vec<Value> =
        table.view().as_array().unwrap().iter().map(|d| d["name"].clone()).collect();
    assert_eq!(names, SEED);
    check(
        &mut table,
        &[
            (
                "anna",
                json!({"do":"add","name":" Water "}),
                Reply(json!({"id":"d13","name":"Water"})),
            ),
            (
                "bob",
                json!({"do":"remove","drink_id":"d13"}),
                Reply(json!({"id":"d13","name":"Water"})),
            ),
            // An id is never used again, and names need not differ.
            (
                "bob",
                json!({"do":"add","name":"Mojito"}),
                Reply(json!({"id":"d14","name":"Mojito"})),
            ),
            (
                "service:bar",
                json!({"do":"rename","drink_id":"d2","name":"Caipi"}),
                Reply(json!({"id":"d2","name":"Caipi"})),
            ),
            ("anna", json!({"do":"rename","drink_id":"d13","name":"x"}), Refused("UNKNOWN_DRINK")),
            ("anna", json!({"do":"remove","drink_id":"d13"}), Refused("UNKNOWN_DRINK")),
            ("clock", json!({"do":"add","name":"x"}), Refused("FORBIDDEN")),
            ("anna", json!({"do":"add","name":""}), Refused("BAD_COMMAND")),
            ("anna", json!({"do":"remove","drink_id":"no such id"}), Refused("BAD_COMMAND")),
            ("anna", json!({"do":"drink"}), Refused("BAD_COMMAND")),
        ],
    );
    let view = table.view();
    assert_eq!(view[1], json!({"id":"d2","name":"Caipi"}));
    assert_eq!(view[12], json!({"id":"d14","name":"Mojito"}));
    assert_eq!(view.as_array().unwrap().len(), 13);
}

#[test]
fn only_the_server_makes_and_ends_it() {
    use game::Game;
    for who in ["anna", "service:bar", "clock"] {
        let refusal = Table::<Drinks>::open(who, json!({})).err().expect("refused");
        assert_eq!(refusal.code, "FORBIDDEN", "{who}");
        assert!(!Drinks::may_delete(&catalogue().state, &crate::play::actor(who), None), "{who}");
    }
    assert!(Drinks::may_delete(&catalogue().state, &game::Actor::System, None));
}

#[test]
fn it_holds_no_more_than_a_board_can_copy() {
    let mut table = catalogue();
    for n in SEED.len()..limits::DRINKS {
        table.give("anna", json!({"do":"add","name":n.to_string()})).unwrap();
    }
    check(
        &mut table,
        &[("anna", json!({"do":"add","name":"one more"}), Refused("CATALOGUE_FULL"))],
    );

    let mut table = catalogue();
    let long = "n".repeat(255);
    let fit = limits::CATALOGUE_BYTES / long.len() - 1;
    for _ in 0..fit {
        table.give("anna", json!({"do":"add","name":long})).unwrap();
    }
    check(
        &mut table,
        &[
            ("anna", json!({"do":"add","name":"ü".repeat(255)}), Refused("CATALOGUE_FULL")),
            (
                "anna",
                json!({"do":"rename","drink_id":"d1","name":"ü".repeat(255)}),
                Refused("CATALOGUE_FULL"),
            ),
            (
                "anna",
                json!({"do":"remove","drink_id":"d13"}),
                Reply(json!({"id":"d13","name":long})),
            ),
        ],
    );
}
