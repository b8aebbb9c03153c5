//! Seats before and during play: who may sit, leave, come back, and what the host may do.

use game::{Game, Status};
use nommie::Nommie;
use serde_json::{Value, json};

use crate::world::{World, parse, person, user};

fn seats(world: &World) -> Vec<Value> {
    let open = world.open();
    let seating = open["game"]["seating"].as_array().expect("seats").clone();
    seating.iter().map(|seat| seat["display_name"].clone()).collect()
}

#[test]
fn whoever_makes_it_is_host_in_seat_0_and_others_take_the_lowest_free_seat() {
    let mut world = World::new(1, json!({"name": "Friday", "player": "Ann"}));
    assert_eq!(world.phase(), "Init");
    assert_eq!(world.open()["game"]["name"], "Friday");
    assert_eq!(world.open()["game"]["round_no"], 0);
    assert_eq!(world.open()["game"]["host_seat"], 0);
    world.must("ben", json!({"do": "join", "player": "Ben"}));
    world.must("ann", json!({"do": "add_bot", "seat": 2}));
    world.must("cat", json!({"do": "join", "player": "Cat"}));
    assert_eq!(seats(&world), ["Ann", "Ben", "Ada", "Cat"]);
    assert_eq!(world.refused("ben", json!({"do": "join"})), "ALREADY_JOINED");
    assert_eq!(world.refused("dan", json!({"do": "join"})), "GAME_FULL");
    world.must("ben", json!({"do": "leave"}));
    assert_eq!(seats(&world), [json!("Ann"), Value::Null, json!("Ada"), json!("Cat")]);
    world.must("dan", json!({"do": "join", "player": "Dan"}));
    assert_eq!(Nommie::seat_of(&world.table, &user("dan")).map(|seat| seat.0), Some(1));
    assert_eq!(Nommie::seat_of(&world.table, &user("ben")), None);
    assert_eq!(Nommie::status(&world.table), Status::Open);
    assert_eq!(
        Nommie::summary(&world.table),
        json!({"free": 0, "round_no": 0, "turn_clock": false, "seats": [
            {"display_name": "Ann", "is_ai": false}, {"display_name": "Dan", "is_ai": false},
            {"display_name": "Ada", "is_ai": true}, {"display_name": "Cat", "is_ai": false}]})
    );
}

#[test]
fn bots_are_the_hosts_in_the_lobby_and_their_names_differ() {
    let mut world = World::new(1, json!({"player": "Ada"}));
    world.must("ben", json!({"do": "join", "player": "Ben"}));
    for command in [
        json!({"do": "add_bot"}),
        json!({"do": "remove_bot"}),
        json!({"do": "update_bot", "profile": "random"}),
        json!({"do": "remove_player", "seat": 0}),
        json!({"do": "rename", "name": "Mine"}),
    ] {
        assert_eq!(world.refused("ben", command.clone()), "FORBIDDEN", "{command}");
        assert_eq!(world.refused("eve", command.clone()), "NOT_A_MEMBER", "{command}");
    }
    world.must("ann", json!({"do": "add_bot", "seat": 3, "profile": "random"}));
    world.must("ann", json!({"do": "add_bot"}));
    assert_eq!(seats(&world), ["Ada", "Ben", "Edsger", "Blaise"]);
    let open = world.open();
    let bot = &open["game"]["seating"][3];
    assert_eq!(bot["ai_profile"], json!({"name": "random", "version": "1"}));
    assert_eq!(
        [&bot["is_ai"], &bot["is_ready"], &bot["user_id"]],
        [&json!(true), &json!(true), &Value::Null]
    );
    assert_eq!(world.refused("ann", json!({"do": "add_bot"})), "GAME_FULL");
    assert_eq!(world.refused("ann", json!({"do": "remove_bot", "seat": 1})), "NOT_A_BOT");
    world.must("ann", json!({"do": "update_bot", "seat": 3, "profile": "heuristic"}));
    assert_eq!(world.open()["game"]["seating"][3]["ai_profile"]["name"], "heuristic");
    world.must("ann", json!({"do": "remove_bot"}));
    assert_eq!(world.refused("ann", json!({"do": "add_bot", "seat": 0})), "SEAT_TAKEN");
    assert_eq!(world.refused("ann", json!({"do": "add_bot", "seat": 9})), "SEAT_TAKEN");
    world.must("ann", json!({"do": "remove_bot", "seat": 2}));
    assert_eq!(world.refused("ann", json!({"do": "remove_bot"})), "NOT_A_BOT");
    world.must("ann", json!({"do": "rename", "name": "Sunday"}));
    assert_eq!(Nommie::title(&world.table), "Sunday");
}

#[test]
fn a_player_who_was_removed_may_not_act() {
    let mut world = World::new(1, json!({}));
    world.must("ben", json!({"do": "join"}));
    assert_eq!(world.refused("ann", json!({"do": "remove_player", "seat": 0})), "NOT_A_PLAYER");
    assert_eq!(world.refused("ann", json!({"do": "remove_player", "seat": 2})), "NOT_A_PLAYER");
    world.must("ann", json!({"do": "remove_player", "seat": 1}));
    assert_eq!(world.refused("ben", json!({"do": "ready", "is_ready": true})), "NOT_A_MEMBER");
    assert_eq!(world.refused("ben", json!({"do": "leave"})), "NOT_A_MEMBER");
    assert_eq!(world.refused("ben", json!({"do": "rejoin"})), "NOT_A_MEMBER");
}

#[test]
fn round_1_is_dealt_when_all_four_are_ready() {
    let mut world = World::new(1, json!({}));
    world.must("ann", json!({"do": "ready", "is_ready": true}));
    world.must("ann", json!({"do": "ready", "is_ready": false}));
    world.must("ann", json!({"do": "add_bot"}));
    world.must("ann", json!({"do": "add_bot"}));
    world.must("ann", json!({"do": "ready", "is_ready": true}));
    assert_eq!(world.phase(), "Init", "a seat is free");
    assert_eq!(world.view(Some(0))["viewer_hand"], Value::Null);
    let events = world.must("ann", json!({"do": "add_bot"}));
    assert_eq!(world.phase(), "Bidding");
    assert_eq!(events.len(), 1);
    assert_eq!(world.view(Some(0))["viewer_hand"].as_array().map(Vec::len), Some(13));
    assert_eq!(Nommie::status(&world.table), Status::Running);
    for command in [
        json!({"do": "ready", "is_ready": false}),
        json!({"do": "add_bot"}),
        json!({"do": "remove_bot"}),
        json!({"do": "remove_player", "seat": 1}),
    ] {
        assert_eq!(world.refused("ann", command), "PHASE_MISMATCH");
    }
    assert_eq!(world.refused("eve", json!({"do": "join"})), "PHASE_MISMATCH");
}

#[test]
fn the_host_hands_on_and_the_last_one_ends_the_lobby() {
    let mut world = World::new(1, json!({}));
    world.must("ann", json!({"do": "add_bot", "seat": 1}));
    world.must("ben", json!({"do": "join"}));
    world.must("ann", json!({"do": "leave"}));
    assert_eq!(world.open()["game"]["host_seat"], 2);
    let may = |world: &World, name: &str| {
        Nommie::may_delete(&world.table, &person(name), Some(&user("ann")))
    };
    assert!(may(&world, "ben") && !may(&world, "ann"));
    world.must("ben", json!({"do": "leave"}));
    assert_eq!(Nommie::status(&world.table), Status::Ended);
    assert_eq!(world.phase(), "Init");
}

#[test]
fn a_bot_keeps_the_seat_of_one_who_leaves_until_they_are_back() {
    let mut world = World::of_people(2, json!({}));
    let hand = world.view(Some(2))["viewer_hand"].clone();
    world.must("cat", json!({"do": "leave"}));
    let open = world.open();
    let seat = &open["game"]["seating"][2];
    assert_eq!([&seat["is_ai"], &seat["original_user_id"]], [&json!(true), &json!("cat")]);
    assert_eq!(seat["user_id"], Value::Null);
    assert_eq!(Nommie::seat_of(&world.table, &user("cat")), None, "she sees no hand now");
    assert!(Nommie::members(&world.table).contains(&user("cat")), "it stays in her list");
    assert_eq!(world.refused("cat", json!({"do": "bid", "bid": 1})), "NOT_A_MEMBER");
    assert_eq!(world.refused("eve", json!({"do": "rejoin"})), "NOT_A_MEMBER");
    world.must("ben", json!({"do": "bid", "bid": 1}));
    assert_eq!(world.to_act(), 2);
    assert_eq!(Nommie::to_act(&world.table), []);
    world.must("cat", json!({"do": "rejoin"}));
    assert_eq!(Nommie::deadline(&world.table), None, "it is hers to bid, not the bot's");
    assert_eq!(Nommie::to_act(&world.table), [user("cat")]);
    assert_eq!(world.view(Some(2))["viewer_hand"], hand);
    assert_eq!(world.refused("cat", json!({"do": "rejoin"})), "ALREADY_JOINED");
    world.must("cat", json!({"do": "bid", "bid": 2}));
}

#[test]
fn bots_play_on_alone_and_who_comes_back_first_is_the_host() {
    let mut world = World::of_people(2, json!({"bot_pace_ms": 0}));
    for name in ["ben", "cat", "dan", "ann"] {
        world.must(name, json!({"do": "leave"}));
    }
    for _ in 0..20 {
        world.tick();
    }
    world.must("cat", json!({"do": "rejoin"}));
    world.must("ann", json!({"do": "rejoin"}));
    assert_eq!(world.open()["game"]["host_seat"], 2);
}

#[test]
fn only_people_and_sensible_options_make_a_table() {
    use game::{Actor, Ctx, Draws, Seed, SessionId, Timestamp, Version};
    let create = |actor: &Actor, options: Value| {
        let session = SessionId::new(1).unwrap();
        let random = Draws::new(&Seed::new([0; 32]), session, Version(1));
        let mut ctx = Ctx { session, now: Timestamp(0), random };
        Nommie::create(parse(&options), actor, &mut ctx).map(|_| ())
    };
    assert!(create(&person("ann"), json!({"bot_pace_ms": 60_000})).is_ok());
    let code = |result: Result<(), game::Refusal>| result.expect_err("refused").code;
    assert_eq!(code(create(&person("ann"), json!({"bot_pace_ms": 60_001}))), "BAD_COMMAND");
    assert_eq!(code(create(&Actor::System, json!({}))), "FORBIDDEN");
    for options in [json!({"bots": 3}), json!({"bot_pace_ms": -1}), json!({"name": ""})] {
        assert!(serde_json::from_value::<nommie::Options>(options).is_err());
    }
}
