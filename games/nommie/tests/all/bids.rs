//! Bids: sizes, the dealer's restriction, the lock on zero, who wins. Small cases exhaustively.

use nommie::{BidRules, ROUNDS, dealer, hand_size};
use serde_json::{Value, json};

use crate::world::{PEOPLE, World};

#[test]
fn sizes_and_dealers_are_those_of_the_table() {
    let sizes: Vec<u8> = (1..=ROUNDS).map(hand_size).collect();
    let expected =
        [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    assert_eq!(sizes, expected);
    let dealers: Vec<u8> = (1..=6).map(dealer).collect();
    assert_eq!(dealers, [0, 1, 2, 3, 0, 1]);
}

/// Every hand size, every three other bids, locked or not.
#[test]
fn the_fourth_bid_never_makes_the_sum_and_there_always_is_one() {
    for hand_size in 2..=13u8 {
        for others in 0..=3 * hand_size {
            for zero_locked in [false, true] {
                let rules = BidRules { hand_size, others: Some(others), zero_locked };
                let expected: Vec<u8> = (0..=hand_size)
                    .filter(|bid| others + bid != hand_size && !(zero_locked && *bid == 0))
                    .collect();
                assert_eq!(rules.legal(), expected, "{rules:?}");
                assert!(!expected.is_empty(), "{rules:?}");
                let barred = (others <= hand_size).then(|| hand_size - others);
                assert_eq!(rules.barred(), barred, "{rules:?}");
            }
        }
        let free = BidRules { hand_size, others: None, zero_locked: false };
        assert_eq!(free.legal(), (0..=hand_size).collect::<Vec<_>>());
    }
}

fn bids_of(world: &World, seat: u8) -> Value {
    world.view(Some(seat))["viewer_legal"]["bids"].clone()
}

/// Round 12 has two cards: all 27 sequences of three bids, played through the table.
#[test]
fn the_dealer_is_bound_at_the_table_too() {
    let mut start = World::of_people(3, json!({"bot_pace_ms": 0}));
    start.until(|world| world.open()["game"]["round_no"] == 12);
    // Round 12 is dealt by seat 3, so seats 0, 1, 2 bid before it.
    assert_eq!(start.to_act(), 0);
    let mut seen = 0;
    for (a, b, c) in (0..27).map(|n| (n % 3, n / 3 % 3, n / 9)) {
        let mut world = start.clone();
        let free = [(0, a), (1, b), (2, c)]
            .into_iter()
            .all(|(seat, bid)| world.ask(PEOPLE[seat], json!({"do": "bid", "bid": bid})).is_ok());
        // Everyone has bid lowest until now: zero is locked for some.
        let locked = world.view(Some(3))["bid_constraints"]["zero_bid_locked"] == true;
        if !free {
            assert!(a == 0 || b == 0 || c == 0);
            continue;
        }
        seen += 1;
        let expected: Vec<i64> =
            (0..=2).filter(|d| a + b + c + d != 2 && !(locked && *d == 0)).collect();
        assert_eq!(bids_of(&world, 3), json!(expected), "{a} {b} {c}");
        for bid in -1..=3 {
            let allowed = expected.contains(&bid);
            let mut world = world.clone();
            if allowed {
                world.must("dan", json!({"do": "bid", "bid": bid}));
                let all = [a, b, c, bid];
                let best = all.iter().max();
                let winner = all.iter().position(|bid| Some(bid) == best);
                assert_eq!(world.phase(), "TrumpSelect");
                assert_eq!(world.data()["round"]["bid_winner"], json!(winner), "{all:?}");
                assert_eq!(world.to_act() as usize, winner.expect("one of four"));
            } else {
                let code = world.refused("dan", json!({"do": "bid", "bid": bid}));
                assert_eq!(code, "INVALID_BID", "{a} {b} {c} {bid}");
            }
        }
    }
    assert!(seen >= 8, "{seen} of 27 sequences were possible");
}

/// Makes seat 1 bid what is asked for in each round, and everyone else something else than zero.
fn play_with_bids(world: &mut World, bids: &[i64]) {
    for bid in bids {
        let round = world.open()["game"]["round_no"].clone();
        while world.phase() == "Bidding" {
            let seat = world.to_act();
            if seat == 1 {
                world.must("ben", json!({"do": "bid", "bid": bid}));
            } else {
                let legal = bids_of(world, seat);
                let most = legal.as_array().and_then(|bids| bids.last()).expect("a legal bid");
                world.must(PEOPLE[usize::from(seat)], json!({"do": "bid", "bid": most}));
            }
        }
        world.until(|world| world.open()["game"]["round_no"] != round);
    }
}

#[test]
fn three_zeros_lock_the_fourth_and_any_other_bid_opens_it() {
    let mut world = World::of_people(5, json!({"bot_pace_ms": 0}));
    // Seat 1 deals rounds 2 and 6: with high bids of the others no value is barred for it.
    play_with_bids(&mut world, &[0, 0, 1, 0, 0, 0]);
    let locked = |world: &World, seat: u8| {
        world.view(Some(seat))["bid_constraints"]["zero_bid_locked"].clone()
    };
    assert_eq!(world.open()["game"]["round_no"], 7);
    assert_eq!([0, 1, 2, 3].map(|seat| locked(&world, seat) == true), [false, true, false, false]);
    assert!(world.view(None).get("bid_constraints").is_none());

    // It is the seat's, not the person's.
    world.must("ben", json!({"do": "leave"}));
    let mut bot = world.clone();
    while bot.data()["bids"][1].is_null() {
        if bot.to_act() == 1 { drop(bot.tick()) } else { drop(bot.move_on()) }
    }
    assert_ne!(bot.data()["bids"][1], 0, "the bot may not bid zero either");

    world.must("ben", json!({"do": "rejoin"}));
    while world.to_act() != 1 {
        world.move_on();
    }
    assert_eq!(bids_of(&world, 1)[0], 1);
    assert_eq!(world.refused("ben", json!({"do": "bid", "bid": 0})), "INVALID_BID");
    play_with_bids(&mut world, &[1]);
    assert_eq!(locked(&world, 1), false);
    play_with_bids(&mut world, &[0]);
}

#[test]
fn of_equal_bids_the_earliest_wins_and_of_four_zeros_the_first() {
    for (bids, winner) in
        [([2, 3, 3, 1], 2), ([0, 0, 0, 0], 1), ([5, 1, 3, 5], 1), ([0, 0, 0, 4], 0)]
    {
        let mut world = World::of_people(1, json!({}));
        for (seat, bid) in [1, 2, 3, 0].into_iter().zip(bids) {
            world.must(PEOPLE[seat], json!({"do": "bid", "bid": bid}));
        }
        assert_eq!(world.to_act(), winner, "{bids:?}");
    }
}
