//! What a player can expect, counted over all outcomes. Must not know wallets.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{crash, gacha, rps, slot};

/// The odds of a game.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GameOdds {
    /// Its name.
    pub game: &'static str,
    /// Of the tokens that are staked, the part that comes back; null where nothing but items is won.
    pub return_to_player: Option<f64>,
    /// The part of all plays that win something.
    pub hit_rate: Option<f64>,
    /// The whole table.
    pub table: Value,
    /// How this was computed.
    pub method: &'static str,
}

/// The odds of the game with this name, under this paytable.
#[must_use]
pub fn odds(game: &str, paytable: slot::Paytable) -> Option<GameOdds> {
    match game {
        "slot" => Some(of_slot(paytable)),
        "rps" => Some(of_rps()),
        "gacha" => Some(of_gacha()),
        "crash" => Some(of_crash()),
        _ => None,
    }
}

fn of_slot(paytable: slot::Paytable) -> GameOdds {
    let stops = slot::STOPS.pow(3) as f64;
    let (mut halves, mut hits, mut lines) = (0, 0, Vec::new());
    let mut pairs = 0;
    for a in slot::Symbol::ALL {
        for b in slot::Symbol::ALL {
            for c in slot::Symbol::ALL {
                let weight = a.weight() * b.weight() * c.weight();
                let pays = paytable.halves([a, b, c]);
                halves += weight * pays;
                hits += if pays > 0 { weight } else { 0 };
                if a == b && b == c {
                    let (times, part) = (pays as f64 / 2.0, weight as f64 / stops);
                    lines
                        .push(json!({ "symbols": [a, b, c], "times": times, "probability": part }));
                } else if a == b || b == c {
                    pairs += weight;
                }
            }
        }
    }
    let [one, two, _] = slot::Symbol::ALL.first_chunk().copied().expect("there are six");
    let pair = paytable.halves([one, one, two]) as f64 / 2.0;
    lines.push(json!({
        "symbols": "two alike, side by side", "times": pair, "probability": pairs as f64 / stops,
    }));
    GameOdds {
        game: "slot",
        return_to_player: Some(halves as f64 / 2.0 / stops),
        hit_rate: Some(hits as f64 / stops),
        table: json!({ "paytable": paytable, "lines": lines }),
        method: "all 216 outcomes of three independent reels, by their weights; parts of a token, \
                 which the classic paytable has for an odd bet, are the house's and not counted",
    }
}

fn of_rps() -> GameOdds {
    let (mut back, mut hits) = (0, 0);
    for player in rps::Choice::ALL {
        for house in rps::Choice::ALL {
            let outcome = rps::outcome(player, house);
            back += rps::win(outcome, 1);
            hits += u64::from(outcome == rps::Outcome::Win);
        }
    }
    GameOdds {
        game: "rps",
        return_to_player: Some(back as f64 / 9.0),
        hit_rate: Some(hits as f64 / 9.0),
        table: json!({ "win": 2, "draw": 1, "lose": 0 }),
        method: "all 9 pairs of hands, each as likely as the others for any choice of the player",
    }
}

fn of_gacha() -> GameOdds {
    let part = |rarity: gacha::Rarity| rarity.weight() as f64 / gacha::TICKETS as f64;
    let rarities: Vec<Value> = gacha::Rarity::ALL
        .iter()
        .map(|rarity| json!({ "rarity": rarity, "probability": part(*rarity) }))
        .collect();
    let none = 1.0 - part(gacha::Rarity::Epic) - part(gacha::Rarity::Legendary);
    // A run ends at the first Epic or better, or at the pull where pity brings one.
    let mean: f64 = (0..i32::from(gacha::PITY)).map(|pulls| none.powi(pulls)).sum();
    GameOdds {
        game: "gacha",
        return_to_player: None,
        hit_rate: None,
        table: json!({
            "rarities": rarities, "pity": gacha::PITY,
            "price": { "1": gacha::PRICE_OF_ONE, "10": gacha::PRICE_OF_TEN },
            "pulls_to_epic_or_better": mean,
        }),
        method: "the weights of 1,000 tickets; the mean number of pulls is the sum over k of the \
                 probability that the first k bring neither Epic nor Legendary, to the 90th",
    }
}

fn of_crash() -> GameOdds {
    let reach = |times: f64| json!({ "times": times, "probability": (0.99 / times).min(1.0) });
    let reached = [1.01, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0, 1000.0].map(reach);
    GameOdds {
        game: "crash",
        return_to_player: Some(0.99),
        hit_rate: None,
        table: json!({
            "reach": reached,
            "most": f64::from(crash::MOST) / f64::from(crash::ONE),
        }),
        method: "a round reaches m with probability 0.99 / m, and pays m there: 0.99 for every m \
                 from 1.01 on; parts of a token are the house's and not counted",
    }
}
