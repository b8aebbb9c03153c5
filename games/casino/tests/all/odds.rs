//! The odds: counted, and measured with fixed seeds.

use casino::slot::{Paytable, Symbol};
use casino::{crash, gacha, odds, rps, slot};
use game::{Draws, Seed};
use serde_json::json;

fn draws(name: &str) -> Draws {
    Draws::mixed(&Seed::new([5; 32]), name, 0)
}

/// How far a count is from what is expected, in standard deviations.
fn deviation(count: u64, of: u64, probability: f64) -> f64 {
    let mean = of as f64 * probability;
    (count as f64 - mean) / (mean * (1.0 - probability)).sqrt()
}

/// Beyond this, one fair source in 15,000 is refused.
const FAR: f64 = 4.0;

#[test]
fn slot_pays_back_exactly_what_the_paytables_say() {
    let classic = odds("slot", Paytable::Classic).unwrap();
    assert!((classic.return_to_player.unwrap() - 0.65711).abs() < 1e-9);
    assert!((classic.hit_rate.unwrap() - 0.38908).abs() < 1e-9);
    let alike: f64 = classic.table["lines"].as_array().unwrap()[..6]
        .iter()
        .map(|line| line["probability"].as_f64().unwrap())
        .sum();
    assert!((alike - 0.05452).abs() < 1e-9);
    let fair = odds("slot", Paytable::Fair).unwrap();
    assert!((fair.return_to_player.unwrap() - 0.95).abs() < 0.005, "{fair:?}");
    assert_eq!(Symbol::ALL.iter().map(|symbol| symbol.weight()).sum::<u64>(), slot::STOPS);
}

#[test]
fn slot_pays_by_the_tables() {
    use Symbol::{Cherry as C, Lemon as L, Seven as S};
    for (reels, bet, classic, fair) in [
        ([C, C, C], 10, 20, 40),
        ([S, S, S], 10, 500, 7_770),
        ([C, C, L], 1, 1, 2),
        ([L, C, C], 3, 4, 6),
        ([C, L, C], 10, 0, 0),
        ([C, L, S], 10, 0, 0),
    ] {
        let wins = [Paytable::Classic, Paytable::Fair].map(|table| slot::win(table, reels, bet));
        assert_eq!(wins, [classic, fair], "{reels:?} at {bet}");
        assert_eq!(slot::is_jackpot(reels), reels == [S; 3]);
    }
}

#[test]
fn slot_turns_by_its_weights() {
    const SPINS: u64 = 200_000;
    let mut draws = draws("slot");
    let (mut seen, mut back) = ([[0; 6]; 3], 0);
    for _ in 0..SPINS {
        let reels = slot::spin(&mut draws);
        back += slot::win(Paytable::Fair, reels, 1);
        for (reel, symbol) in reels.into_iter().enumerate() {
            seen[reel][symbol as usize] += 1;
        }
    }
    for reel in seen {
        for symbol in Symbol::ALL {
            let probability = symbol.weight() as f64 / slot::STOPS as f64;
            let far = deviation(reel[symbol as usize], SPINS, probability);
            assert!(far.abs() < FAR, "{symbol:?}: {far}");
        }
    }
    // The jackpot makes the spread: 777² · 8e-6 and the rest, 2.5 tokens a spin.
    let measured = back as f64 / SPINS as f64;
    assert!((measured - 0.950_891).abs() < FAR * 2.5 / (SPINS as f64).sqrt(), "{measured}");
}

#[test]
fn rps_is_won_lost_and_drawn_alike() {
    let exact = odds("rps", Paytable::Fair).unwrap();
    assert_eq!(exact.return_to_player, Some(1.0));
    assert!((exact.hit_rate.unwrap() - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(rps::outcome(rps::Choice::Paper, rps::Choice::Rock), rps::Outcome::Win);
    assert_eq!(rps::outcome(rps::Choice::Rock, rps::Choice::Scissors), rps::Outcome::Win);
    assert_eq!(rps::outcome(rps::Choice::Rock, rps::Choice::Paper), rps::Outcome::Lose);
    const PLAYS: u64 = 90_000;
    for player in rps::Choice::ALL {
        let (mut draws, mut seen) = (draws("rps"), [0; 3]);
        for _ in 0..PLAYS {
            seen[rps::outcome(player, rps::house(&mut draws)) as usize] += 1;
        }
        for count in seen {
            assert!(deviation(count, PLAYS, 1.0 / 3.0).abs() < FAR, "{seen:?}");
        }
    }
}

#[test]
fn gacha_brings_what_it_says_and_pity_at_the_ninetieth() {
    const PULLS: u64 = 200_000;
    let (mut draws, mut pity, mut seen) = (draws("gacha"), 0, [0; 4]);
    let (mut gap, mut runs, mut longest) = (0, 0, 0);
    for _ in 0..PULLS {
        let before = pity;
        let item = gacha::pull(&mut draws, &mut pity);
        seen[item.rarity as usize] += 1;
        gap += 1;
        if item.rarity >= gacha::Rarity::Epic {
            assert_eq!(pity, 0);
            (runs, longest, gap) = (runs + 1, longest.max(gap), 0);
        } else {
            assert_eq!(pity, before + 1);
        }
        assert!(gap < u64::from(gacha::PITY));
    }
    assert_eq!(longest, u64::from(gacha::PITY), "pity has been needed");
    // Pity takes from Common and Rare in their proportion, and so leaves Legendary as it is.
    let far = deviation(seen[gacha::Rarity::Legendary as usize], PULLS, 0.002);
    assert!(far.abs() < FAR, "{far}");
    let mean = odds("gacha", Paytable::Fair).unwrap().table["pulls_to_epic_or_better"].clone();
    let mean = mean.as_f64().unwrap();
    let measured = PULLS as f64 / runs as f64;
    // The spread of a run is at most its mean.
    assert!((measured - mean).abs() < FAR * mean / (runs as f64).sqrt(), "{measured} and {mean}");
}

#[test]
fn crash_reaches_m_in_99_of_100_m_rounds() {
    const ROUNDS: u64 = 200_000;
    let mut draws = draws("crash");
    let points: Vec<u32> = (0..ROUNDS).map(|_| crash::point(&mut draws)).collect();
    for multiplier in [101, 110, 150, 200, 500, 1_000, 10_000, crash::MOST] {
        let reached = points.iter().filter(|point| **point >= multiplier).count() as u64;
        let far = deviation(reached, ROUNDS, 99.0 / f64::from(multiplier));
        assert!(far.abs() < FAR, "×{multiplier}: {far}");
    }
    assert!(points.iter().all(|point| (crash::ONE..=crash::MOST).contains(point)));
    assert_eq!(odds("crash", Paytable::Fair).unwrap().return_to_player, Some(0.99));
    assert_eq!(odds("dice", Paytable::Fair), None);
    assert_eq!(odds("rps", Paytable::Fair).unwrap().table, json!({"win": 2, "draw": 1, "lose": 0}));
}
