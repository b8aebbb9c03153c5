//! Cards, following suit, and who wins a trick.

use nommie::{Card, Suit, Trump, deck, playable, winner};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

fn cards(text: &str) -> Vec<Card> {
    text.split(' ').map(|token| token.parse().expect("a card")).collect()
}

#[test]
fn tokens_are_rank_and_suit_in_the_order_of_a_hand() {
    let tokens: Vec<String> = deck().iter().map(Card::to_string).collect();
    assert_eq!(tokens.len(), 52);
    assert_eq!(tokens[..3].join(" "), "2C 3C 4C");
    assert_eq!(tokens[8..14].join(" "), "TC JC QC KC AC 2D");
    assert_eq!(tokens[51], "AS");
    assert!(deck().is_sorted());
    for (card, token) in deck().iter().zip(&tokens) {
        assert_eq!(token.parse(), Ok(*card));
        assert_eq!(serde_json::to_value(card).unwrap(), **token);
    }
    for bad in ["", "T", "TDD", "10D", "td", "1C", "TX", "DT", " TD", "♥A"] {
        assert!(bad.parse::<Card>().is_err(), "{bad:?}");
    }
}

#[test]
fn tricks_go_where_a_card_player_expects() {
    for (trick, trump, wins) in [
        ("5H 9H 2H KH", Trump::NoTrumps, 3),
        ("5H AS AC AD", Trump::NoTrumps, 0),
        ("5H AS 2C AD", Trump::Clubs, 2),
        ("5H 2C 9C AH", Trump::Clubs, 2),
        ("5C 9C AH TC", Trump::Clubs, 3),
        ("AH KH QH JH", Trump::Hearts, 0),
        ("2D AD", Trump::Spades, 1),
        ("2D", Trump::Spades, 0),
    ] {
        assert_eq!(winner(&cards(trick), trump), wins, "{trick} {trump:?}");
    }
}

proptest! {
    #[test]
    fn suit_is_followed_where_it_can_be(
        hand in subsequence(deck(), 1..=13),
        led in proptest::option::of(0usize..4),
    ) {
        let led = led.map(|at| Suit::ALL[at]);
        let may = playable(&hand, led);
        prop_assert!(!may.is_empty());
        let follow: Vec<Card> = hand.iter().filter(|c| Some(c.suit()) == led).copied().collect();
        prop_assert_eq!(may, if follow.is_empty() { hand } else { follow });
    }

    #[test]
    fn the_winner_is_beaten_by_no_card(
        trick in subsequence(deck(), 4).prop_shuffle(),
        trump: Index,
    ) {
        let trump = Trump::ALL[trump.index(5)];
        let best = trick[winner(&trick, trump)];
        let (led, suit) = (trick[0].suit(), trump.suit());
        for card in &trick {
            let beats = match (Some(card.suit()) == suit, Some(best.suit()) == suit) {
                (true, false) => true,
                (false, true) => false,
                (true, true) => card.rank() > best.rank(),
                (false, false) => card.suit() == led && card.rank() > best.rank(),
            };
            prop_assert!(!beats, "{} beats {}", card, best);
        }
        prop_assert!(best.suit() == led || Some(best.suit()) == suit);
    }
}
