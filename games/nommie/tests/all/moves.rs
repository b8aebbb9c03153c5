//! Moves: what is refused with which code, what a move shows, how tricks and scores run.

use game::{Game, SeatId, Viewer};
use nommie::{EventView, Nommie};
use serde_json::{Value, json};

use crate::world::{PEOPLE, World, person};

fn to_play(seed: u8) -> World {
    let mut world = World::of_people(seed, json!({}));
    world.until(|world| world.phase() == "Trick");
    world
}

fn hand(world: &World, seat: u8) -> Vec<Value> {
    world.view(Some(seat))["viewer_hand"].as_array().expect("a hand").clone()
}

#[test]
fn a_bid_is_refused_for_the_phase_the_turn_and_its_size() {
    let mut world = World::new(1, json!({}));
    assert_eq!(world.refused("ann", json!({"do": "bid", "bid": 1})), "PHASE_MISMATCH");
    assert_eq!(world.refused("eve", json!({"do": "bid", "bid": 1})), "NOT_A_MEMBER");
    let mut world = World::of_people(1, json!({}));
    assert_eq!(world.refused("ann", json!({"do": "bid", "bid": 1})), "OUT_OF_TURN");
    assert_eq!(world.refused("ann", json!({"do": "play", "card": "AS"})), "PHASE_MISMATCH");
    assert_eq!(world.refused("ben", json!({"do": "trump", "trump": "CLUBS"})), "PHASE_MISMATCH");
    for bid in [-1, 14, 256, i64::MAX, i64::MIN] {
        assert_eq!(world.refused("ben", json!({"do": "bid", "bid": bid})), "INVALID_BID", "{bid}");
    }
    for bid in [json!(1.5), json!("ten"), json!(null), json!(1e30)] {
        let command = json!({"do": "bid", "bid": bid});
        assert!(serde_json::from_value::<nommie::Command>(command).is_err());
    }
    let events = world.must("ben", json!({"do": "bid", "bid": 13}));
    let view = Nommie::event_for(&events[0], Viewer::Spectator);
    assert_eq!(view, Some(EventView::Bid { seat: 1, bid: 13, timed_out: false }));
    assert_eq!(world.data()["bids"], json!([null, 13, null, null]));
    assert_eq!(world.refused("ben", json!({"do": "bid", "bid": 1})), "OUT_OF_TURN");
}

#[test]
fn the_bid_winner_chooses_trumps_and_left_of_the_dealer_leads() {
    let mut world = World::of_people(1, json!({}));
    for (name, bid) in [("ben", 1), ("cat", 5), ("dan", 5), ("ann", 0)] {
        world.must(name, json!({"do": "bid", "bid": bid}));
    }
    assert_eq!(world.phase(), "TrumpSelect");
    assert_eq!(world.to_act(), 2);
    let all = json!(["CLUBS", "DIAMONDS", "HEARTS", "SPADES", "NO_TRUMPS"]);
    assert_eq!(world.data()["allowed_trumps"], all);
    assert_eq!(world.view(Some(2))["viewer_legal"], json!({"trumps": all}));
    assert_eq!(world.view(Some(1))["viewer_legal"], Value::Null);
    assert_eq!(world.refused("ben", json!({"do": "trump", "trump": "CLUBS"})), "OUT_OF_TURN");
    world.must("cat", json!({"do": "trump", "trump": "NO_TRUMPS"}));
    assert_eq!(world.phase(), "Trick");
    let data = world.data();
    assert_eq!([&data["leader"], &data["to_act"], &data["trick_no"]], [1, 1, 1]);
    assert_eq!(data["round"]["trump"], "NO_TRUMPS");
    assert_eq!(data["round"]["bids"], json!([0, 1, 5, 5]));
}

#[test]
fn a_card_is_refused_unless_it_is_one_held_and_follows_suit() {
    // The first seed with which seat 2 could revoke: it holds the suit that seat 1 leads, and others.
    let (mut world, led) = (0..)
        .find_map(|seed| {
            let mut world = to_play(seed);
            let card = hand(&world, 1)[0].as_str().expect("a card").to_owned();
            world.must("ben", json!({"do": "play", "card": card}));
            let suit = card[1..].to_owned();
            let follows = |card: &Value| card.as_str().expect("a card").ends_with(&suit);
            let mixed = hand(&world, 2).iter().any(follows) && !hand(&world, 2).iter().all(follows);
            mixed.then_some((world, suit))
        })
        .expect("soon");
    for bad in ["", "10D", "ZZ", "as"] {
        assert_eq!(world.refused("cat", json!({"do": "play", "card": bad})), "PARSE_CARD");
    }
    let (own, other) = (hand(&world, 2), hand(&world, 3));
    let play = |card: &Value| json!({"do": "play", "card": card});
    assert_eq!(world.refused("cat", play(&other[0])), "CARD_NOT_IN_HAND");
    assert_eq!(world.refused("dan", play(&other[0])), "OUT_OF_TURN");
    let may = world.view(Some(2))["viewer_legal"]["cards"].as_array().expect("cards").clone();
    for card in &own {
        let follows = card.as_str().expect("a card").ends_with(&led);
        assert_eq!(may.contains(card), follows, "{card} on {led}");
        if !follows {
            assert_eq!(world.refused("cat", play(card)), "MUST_FOLLOW_SUIT");
        }
    }
    world.must("cat", play(&may[0]));
    assert!(!hand(&world, 2).contains(&may[0]));
    assert_eq!(world.refused("cat", play(&may[0])), "OUT_OF_TURN", "a double click");
}

#[test]
fn the_winner_of_a_trick_leads_and_everyone_still_sees_it() {
    let mut world = to_play(4);
    let mut shown = Vec::new();
    for _ in 0..4 {
        world.move_on();
        shown.push(world.data()["current_trick"].clone());
    }
    assert_eq!(shown[2].as_array().map(Vec::len), Some(3));
    assert_eq!(shown[3], json!([]), "swept");
    let data = world.data();
    let last = data["last_trick"].as_array().expect("the trick").clone();
    assert_eq!(last[..3], shown[2].as_array().expect("cards")[..]);
    let won: Vec<u64> = data["round"]["tricks_won"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap())
        .collect();
    assert_eq!(won.iter().sum::<u64>(), 1);
    let winner = won.iter().position(|tricks| *tricks == 1).expect("one");
    assert_eq!(data["leader"], json!(winner));
    assert_eq!(data["to_act"], json!(winner));
    assert_eq!(data["trick_no"], 2);
}

#[test]
fn a_round_is_scored_shown_and_followed_by_the_next() {
    let mut world = to_play(4);
    world.until(|world| world.phase() == "Scoring");
    let data = world.data();
    let number = |value: &Value| value.as_u64().expect("a number");
    for seat in 0..4 {
        let tricks = number(&data["round"]["tricks_won"][seat]);
        let bonus = if data["round"]["bids"][seat] == tricks { 10 } else { 0 };
        assert_eq!(number(&data["round_scores"][seat]), tricks + bonus);
    }
    assert_eq!(world.open()["game"]["scores_total"], data["round_scores"]);
    assert_eq!(hand(&world, 0), [] as [Value; 0]);
    assert_eq!(Nommie::legal(&world.table, SeatId(0)), []);
    assert_eq!(world.refused("ann", json!({"do": "bid", "bid": 1})), "PHASE_MISMATCH");
    let shown_at = world.now;
    world.tick();
    assert_eq!(world.now - shown_at, 3_000, "five paces of a bot");
    assert_eq!(world.phase(), "Bidding");
    let open = world.open();
    assert_eq!([&open["game"]["round_no"], &open["game"]["dealer"]], [2, 1]);
    let data = world.data();
    assert_eq!([&data["min_bid"], &data["max_bid"], &data["to_act"]], [0, 12, 2]);
    assert_eq!(data["previous_round"]["round_no"], 1);
    assert_eq!(data["previous_round"]["hand_size"], 13);
    assert_eq!(data["last_trick"].as_array().map(Vec::len), Some(4));
}

#[test]
fn hands_are_sorted_disjoint_and_shown_to_their_own_seat_only() {
    let world = World::of_people(9, json!({}));
    let mut all: Vec<String> = Vec::new();
    for seat in 0..4 {
        let hand = hand(&world, seat);
        let cards: Vec<nommie::Card> =
            hand.iter().map(|card| card.as_str().unwrap().parse().unwrap()).collect();
        assert!(cards.is_sorted() && cards.len() == 13);
        all.extend(cards.iter().map(ToString::to_string));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 52);
    assert_eq!(world.view(None)["viewer_hand"], Value::Null);
    // No card of a hand stands in what everyone sees.
    let open = world.open().to_string();
    assert!(all.iter().all(|card| !open.contains(&format!("\"{card}\""))), "{open}");
    assert_eq!(world.view(Some(0))["snapshot"], world.open());
}

#[test]
fn only_the_clock_moves_for_bots() {
    let mut world = World::of_people(1, json!({}));
    for command in ["bot_move", "time_out", "next_round"] {
        assert_eq!(world.refused("ben", json!({ "do": command })), "FORBIDDEN");
    }
    let presence = json!({"do": "presence", "seat": 1, "here": false});
    assert_eq!(world.refused("ben", presence), "FORBIDDEN");
    let bid = nommie::Command::Bid { bid: 1 };
    for actor in [game::Actor::System, game::Actor::Service(person("ben").user().unwrap().clone())]
    {
        assert_eq!(world.give(actor, bid.clone()).expect_err("refused").code, "FORBIDDEN");
    }
    let refused = world.give(game::Actor::Clock, nommie::Command::BotMove).expect_err("a person's");
    assert_eq!(refused.code, "PHASE_MISMATCH");
    assert_eq!(PEOPLE.len(), nommie::SEATS);
}
