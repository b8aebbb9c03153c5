//! A board's rules, case by case.

use game::{Game, RefusalKind, SeatId, Version, Viewer};
use scoreboard::{BoardView, Scoreboard, canonical, limits};
use serde_json::{Value, json};

use crate::play::Then::{Refused, Reply};
use crate::play::{Table, check};

fn drinks() -> Value {
    json!([{"id":"d1","name":"Beer"},{"id":"d2","name":"Rum"},{"id":"d10","name":"Tea"}])
}

fn board() -> Table<Scoreboard> {
    let catalogue = json!({"version": 5, "drinks": drinks()});
    let options = json!({"title":"Friday","teams":[{"name":"Reds"}],"catalogue":catalogue});
    Table::open("anna", options).expect("a good board")
}

/// With a player `p1` in `t1`, who has had two beers and a tea.
fn board_in_use() -> Table<Scoreboard> {
    let mut table = board();
    let tally = json!([{"drink_id":"d10","amount":1},{"drink_id":"d1","amount":2}]);
    table
        .give("anna", json!({"do":"add_player","name":"Zoe","team_id":"t1"}))
        .expect("the owner may");
    table
        .give("anna", json!({"do":"edit_player","player_id":"p1","drinks":tally}))
        .expect("the owner may");
    table
}

fn zoe(team: Value, drinks: Value) -> Value {
    json!({"id":"p1","name":"Zoe","team_id":team,"drinks":drinks})
}

fn beer(amount: u32) -> Value {
    json!({"drink_id":"d1","drink_name":"Beer","amount":amount})
}

fn tea(amount: u32) -> Value {
    json!({"drink_id":"d10","drink_name":"Tea","amount":amount})
}

#[test]
fn the_view_is_the_contract() {
    let expected = json!({
        "id": "4711",
        "title": "Friday",
        "players": [zoe(json!("t1"), json!([beer(2), tea(1)]))],
        "teams": [{"id":"t1","name":"Reds","player_ids":["p1"]}],
        "owner": "anna",
        "editors": [],
    });
    let table = board_in_use();
    assert_eq!(table.view(), expected);
    let seated = Scoreboard::view(&table.state, Viewer::Seat(SeatId(0)));
    assert_eq!(serde_json::to_value(seated).unwrap(), expected, "all see the same");

    let view: BoardView = serde_json::from_value(expected.clone()).expect("a view reads back");
    assert_eq!(view.players[0].score(), 3);
    assert_eq!(view.team_score(Some(&"t1".parse().unwrap())), 3);
    assert_eq!(view.team_score(None), 0);
    let mut wanted = expected;
    wanted.as_object_mut().unwrap().remove("editors");
    wanted["lock_version"] = json!(3);
    assert_eq!(serde_json::to_value(canonical(view, Version(3))).unwrap(), wanted);
}

#[test]
fn options_are_checked() {
    for (who, options, code) in [
        ("anna", json!({"title":"x"}), None),
        ("system", json!({"title":"x","teams":null}), None),
        ("service:bar", json!({"title":"x","teams":[]}), None),
        ("clock", json!({"title":"x"}), Some("FORBIDDEN")),
        ("anna", json!({}), Some("BAD_COMMAND")),
        ("anna", json!({"title":"  "}), Some("BAD_COMMAND")),
        ("anna", json!({"title":"x".repeat(256)}), Some("BAD_COMMAND")),
        ("anna", json!({"title":7}), Some("BAD_COMMAND")),
        ("anna", json!({"title":"x","teams":[{"name":""}]}), Some("BAD_COMMAND")),
        ("anna", json!({"title":"x","teams":vec![json!({"name":"t"}); limits::TEAMS]}), None),
        ("anna", json!({"title":"x","teams":vec![json!({"name":"t"}); 101]}), Some("TEAMS_FULL")),
    ] {
        let got = Table::<Scoreboard>::open(who, options.clone()).err().map(|r| r.code);
        assert_eq!(got.as_deref(), code, "{who} {options:.60}");
    }
    let twice = json!([{"id":"d1","name":"a"},{"id":"d1","name":"b"}]);
    let options = json!({"title":"x","catalogue":{"version":1,"drinks":twice}});
    assert!(Table::<Scoreboard>::open("system", options).is_err());
}

#[test]
fn titles_teams_and_players_change() {
    let mut table = board();
    check(
        &mut table,
        &[
            ("anna", json!({"do":"set_title","title":" Saturday "}), Reply(Value::Null)),
            (
                "anna",
                json!({"do":"add_team","name":"Blues"}),
                Reply(json!({"id":"t2","name":"Blues","player_ids":[]})),
            ),
            (
                "anna",
                json!({"do":"add_player","name":"Zoe","team_id":"t1"}),
                Reply(zoe(json!("t1"), json!([]))),
            ),
            (
                "anna",
                json!({"do":"rename_team","team_id":"t1","name":"Pinks"}),
                Reply(json!({"id":"t1","name":"Pinks","player_ids":["p1"]})),
            ),
            (
                "anna",
                json!({"do":"add_player","name":"Ali"}),
                Reply(json!({"id":"p2","name":"Ali","team_id":null,"drinks":[]})),
            ),
            (
                "anna",
                json!({"do":"edit_player","player_id":"p2","name":"Aly","team_id":"t1"}),
                Reply(json!({"id":"p2","name":"Aly","team_id":"t1","drinks":[]})),
            ),
            // An absent team stays, null clears it.
            (
                "anna",
                json!({"do":"edit_player","player_id":"p1"}),
                Reply(zoe(json!("t1"), json!([]))),
            ),
            (
                "anna",
                json!({"do":"edit_player","player_id":"p1","team_id":null}),
                Reply(zoe(Value::Null, json!([]))),
            ),
            ("anna", json!({"do":"remove_team","team_id":"t1"}), Reply(Value::Null)),
            ("anna", json!({"do":"remove_player","player_id":"p1"}), Reply(Value::Null)),
            // Ids are never used again.
            (
                "anna",
                json!({"do":"add_team","name":"Reds"}),
                Reply(json!({"id":"t3","name":"Reds","player_ids":[]})),
            ),
            (
                "anna",
                json!({"do":"add_player","name":"Zoe"}),
                Reply(json!({"id":"p3","name":"Zoe","team_id":null,"drinks":[]})),
            ),
            (
                "anna",
                json!({"do":"rename_team","team_id":"t1","name":"x"}),
                Refused("UNKNOWN_TEAM"),
            ),
            ("anna", json!({"do":"remove_team","team_id":"t1"}), Refused("UNKNOWN_TEAM")),
            ("anna", json!({"do":"add_player","name":"x","team_id":"t1"}), Refused("UNKNOWN_TEAM")),
            (
                "anna",
                json!({"do":"edit_player","player_id":"p2","name":"no","team_id":"t1"}),
                Refused("UNKNOWN_TEAM"),
            ),
            ("anna", json!({"do":"edit_player","player_id":"p1"}), Refused("UNKNOWN_PLAYER")),
            ("anna", json!({"do":"remove_player","player_id":"p1"}), Refused("UNKNOWN_PLAYER")),
        ],
    );
    let view = table.view();
    assert_eq!(view["title"], "Saturday");
    assert_eq!(view["players"][0], json!({"id":"p2","name":"Aly","team_id":null,"drinks":[]}));
    assert_eq!(view["teams"][0]["id"], "t2");
}

#[test]
fn tallies_add_set_and_stop_at_their_bounds() {
    let add = |drink: &str, amount: Value| json!({"do":"add_drink","player_id":"p1","drink_id":drink,"amount":amount});
    let set = |amount: Value| json!({"do":"edit_player","player_id":"p1","drinks":[{"drink_id":"d1","amount":amount}]});
    let has = |drinks: Value| Reply(zoe(json!("t1"), drinks));
    check(
        &mut board_in_use(),
        &[
            (
                "anna",
                json!({"do":"add_drink","player_id":"p1","drink_id":"d1"}),
                has(json!([beer(3), tea(1)])),
            ),
            ("anna", add("d1", json!(4)), has(json!([beer(7), tea(1)]))),
            ("anna", add("d10", json!(-9)), has(json!([beer(7)]))),
            ("anna", add("d10", json!(-1)), has(json!([beer(7)]))),
            ("anna", add("d10", json!(0)), has(json!([beer(7)]))),
            ("anna", set(json!(0)), has(json!([]))),
            ("anna", set(json!(limits::TALLY)), has(json!([beer(limits::TALLY)]))),
            ("anna", add("d1", json!(1)), Refused("TALLY_FULL")),
            ("anna", add("d1", json!(i64::MAX)), Refused("TALLY_FULL")),
            ("anna", set(json!(limits::TALLY + 1)), Refused("BAD_COMMAND")),
            ("anna", set(json!(-1)), Refused("BAD_COMMAND")),
            ("anna", set(json!(1.5)), Refused("BAD_COMMAND")),
            ("anna", add("d1", json!("1")), Refused("BAD_COMMAND")),
            ("anna", add("d1", json!(i64::MIN)), has(json!([]))),
            ("anna", add("d3", json!(1)), Refused("UNKNOWN_DRINK")),
            ("anna", add("d 3", json!(1)), Refused("BAD_COMMAND")),
            (
                "anna",
                json!({"do":"add_drink","player_id":"p9","drink_id":"d1"}),
                Refused("UNKNOWN_PLAYER"),
            ),
        ],
    );
}

#[test]
fn one_bad_line_of_an_edit_changes_nothing() {
    let drinks = json!([{"drink_id":"d1","amount":9},{"drink_id":"d77","amount":1}]);
    let edit = json!({"do":"edit_player","player_id":"p1","name":"New","drinks":drinks});
    check(&mut board_in_use(), &[("anna", edit, Refused("UNKNOWN_DRINK"))]);
}

#[test]
fn a_newer_catalogue_renames_and_keeps_what_was_drunk() {
    let catalogue =
        |version: u64, drinks: Value| json!({"do":"catalogue","version":version,"drinks":drinks});
    let newer = json!([{"id":"d1","name":"Ale"},{"id":"d11","name":"Gin"}]);
    let add = |drink: &str, amount: i64| json!({"do":"add_drink","player_id":"p1","drink_id":drink,"amount":amount});
    let ale = |amount: u32| json!({"drink_id":"d1","drink_name":"Ale","amount":amount});
    let gin = json!({"drink_id":"d11","drink_name":"Gin","amount":1});
    let has = |drinks: Value| Reply(zoe(json!("t1"), drinks));
    let mut table = board_in_use();
    table.give("anna", add("d10", 2)).unwrap();
    check(
        &mut table,
        &[
            ("anna", catalogue(6, newer.clone()), Refused("FORBIDDEN")),
            ("clock", catalogue(6, newer.clone()), Refused("FORBIDDEN")),
            ("system", catalogue(5, newer.clone()), Refused("CATALOGUE_OLD")),
            ("system", catalogue(6, json!([{"id":"d1","name":""}])), Refused("BAD_COMMAND")),
            ("system", catalogue(6, newer.clone()), Reply(Value::Null)),
            ("system", catalogue(6, drinks()), Refused("CATALOGUE_OLD")),
            // Tea is off the card: it may be corrected downwards, never up.
            ("anna", add("d10", 1), Refused("UNKNOWN_DRINK")),
            ("anna", add("d10", -1), has(json!([ale(2), tea(2)]))),
            // Rum is off too, and nobody has had any.
            ("anna", add("d2", 1), Refused("UNKNOWN_DRINK")),
            ("anna", add("d11", 1), has(json!([ale(2), tea(2), gin]))),
            ("system", catalogue(9, json!([])), Reply(Value::Null)),
            ("anna", add("d1", -1), has(json!([ale(1), tea(2), gin]))),
            // Back on the card, under a new name.
            ("system", catalogue(10, json!([{"id":"d10","name":"Chai"}])), Reply(Value::Null)),
            (
                "anna",
                add("d10", 1),
                has(json!([ale(1), {"drink_id":"d10","drink_name":"Chai","amount":3}, gin])),
            ),
        ],
    );
    // Nobody has had any rum, so that its name is not kept.
    let stored = serde_json::to_string(&table.state).unwrap();
    assert!(stored.contains("Chai") && !stored.contains("Rum"), "{stored}");
}

#[test]
fn the_owner_and_those_let_in_may_write() {
    let title = |text: &str| json!({"do":"set_title","title":text});
    check(
        &mut board(),
        &[
            ("bob", title("Bob's"), Refused("FORBIDDEN")),
            ("clock", title("Noon"), Refused("FORBIDDEN")),
            ("service:bob", title("Bob's"), Refused("FORBIDDEN")),
            ("service:anna", title("By program"), Reply(Value::Null)),
            ("system", title("By server"), Reply(Value::Null)),
            ("bob", json!({"do":"grant","user_id":"bob"}), Refused("FORBIDDEN")),
            ("anna", json!({"do":"grant","user_id":"b o b"}), Refused("BAD_COMMAND")),
            ("anna", json!({"do":"grant","user_id":"bob"}), Reply(Value::Null)),
            ("anna", json!({"do":"grant","user_id":"bob"}), Reply(Value::Null)),
            ("anna", json!({"do":"grant","user_id":"anna"}), Reply(Value::Null)),
            ("bob", title("Bob's"), Reply(Value::Null)),
            // An editor is not an owner.
            ("bob", json!({"do":"grant","user_id":"cleo"}), Refused("FORBIDDEN")),
            ("bob", json!({"do":"revoke","user_id":"bob"}), Refused("FORBIDDEN")),
            ("bob", json!({"do":"invite"}), Refused("FORBIDDEN")),
            ("anna", json!({"do":"revoke","user_id":"cleo"}), Refused("UNKNOWN_EDITOR")),
            ("anna", json!({"do":"revoke","user_id":"bob"}), Reply(Value::Null)),
            ("bob", title("Again"), Refused("FORBIDDEN")),
            // The server may put its own board in order; nobody owns that one.
            ("system", json!({"do":"grant","user_id":"dora"}), Reply(Value::Null)),
        ],
    );
}

#[test]
fn a_code_lets_people_in_until_the_next_one() {
    let mut table = board();
    let join = |code: &Value| json!({"do":"join","code":code});
    let code = |table: &mut Table<Scoreboard>| {
        table.give("anna", json!({"do":"invite"})).expect("the owner may")["code"].clone()
    };
    let refused = table.give("bob", join(&json!("0000-0000-0000"))).unwrap_err();
    assert_eq!((refused.kind, refused.code.as_ref()), (RefusalKind::Forbidden, "BAD_INVITE"));

    let first = code(&mut table);
    assert_eq!(first.as_str().unwrap().len(), 14, "{first}");
    check(
        &mut table,
        &[
            ("bob", join(&json!("0000-0000-0000")), Refused("BAD_INVITE")),
            ("bob", join(&json!("short")), Refused("BAD_COMMAND")),
            ("system", join(&first), Refused("FORBIDDEN")),
            ("bob", join(&json!(first.as_str().unwrap().to_lowercase())), Reply(Value::Null)),
            ("bob", join(&first), Reply(Value::Null)),
            ("anna", join(&first), Reply(Value::Null)),
            (
                "bob",
                json!({"do":"add_team","name":"B"}),
                Reply(json!({"id":"t2","name":"B","player_ids":[]})),
            ),
        ],
    );
    let second = code(&mut table);
    assert_ne!(first, second);
    check(
        &mut table,
        &[
            ("cleo", join(&first), Refused("BAD_INVITE")),
            ("cleo", join(&second), Reply(Value::Null)),
        ],
    );
    assert_eq!(table.view()["editors"], json!(["bob", "cleo"]));
    assert!(!table.view().to_string().contains(second.as_str().unwrap()));
}

#[test]
fn a_full_board_takes_no_more() {
    let mut table = board();
    for n in 0..limits::PLAYERS {
        table.give("anna", json!({"do":"add_player","name":n.to_string()})).unwrap();
    }
    for n in 0..limits::EDITORS {
        table.give("anna", json!({"do":"grant","user_id":n.to_string()})).unwrap();
    }
    check(
        &mut table,
        &[
            ("anna", json!({"do":"add_player","name":"x"}), Refused("PLAYERS_FULL")),
            ("anna", json!({"do":"grant","user_id":"x"}), Refused("EDITORS_FULL")),
            ("anna", json!({"do":"remove_player","player_id":"p1"}), Reply(Value::Null)),
            (
                "anna",
                json!({"do":"add_player","name":"x"}),
                Reply(json!({"id":"p501","name":"x","team_id":null,"drinks":[]})),
            ),
        ],
    );
    let ids: Vec<String> = serde_json::from_value(
        table.view()["players"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect(),
    )
    .unwrap();
    let wanted: Vec<String> = (2..=501).map(|n| format!("p{n}")).collect();
    assert_eq!(ids, wanted, "in the order of their coming");
}
