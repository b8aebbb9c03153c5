//! Draws the plays of a revealed seed again and compares them with what their player was told. Must
//! not know where the plays come from: it believes nothing of them.

use game::{Draws, Seed};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::limits::MOST_TOKENS;
use crate::wallet::seed_name;
use crate::{crash, gacha, rps, slot};

/// A seed that was rotated out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    /// 32 bytes, hex.
    pub server_seed: String,
    /// SHA-256 of it, hex: what the player was shown before.
    pub commitment: String,
    /// The player's own.
    pub client_seed: String,
    /// How many plays were drawn from them.
    pub plays: u64,
}

/// A play as the streams and the history tell it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// Names it.
    pub id: String,
    /// `slot`, `rps`, `gacha` or `crash`.
    pub game_type: String,
    /// Tokens at stake.
    pub bet: u64,
    /// What came of it.
    pub result: Value,
}

/// One play, drawn again.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Its id.
    pub id: String,
    /// Its game.
    pub game_type: String,
    /// Its number under the seeds.
    pub counter: u64,
    /// What the seeds say.
    pub drawn: String,
    /// What is wrong with what was told; nothing is, mostly.
    pub fault: Option<String>,
}

/// What came of the check.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The server's seed opens the commitment.
    pub seed_fits: bool,
    /// In the order of their numbers.
    pub plays: Vec<Checked>,
    /// Plays of these seeds that are not among those that were told: nobody can check them.
    pub missing: u64,
}

impl Report {
    /// The seed opens its commitment, and each of its plays was told and is what the seeds say.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.seed_fits && self.faults() == 0 && self.missing == 0
    }

    /// Plays that are not.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.plays.iter().filter(|play| play.fault.is_some()).count()
    }
}

/// Checks a seed against the plays of one wallet, oldest first, from its first one on. `None` when the
/// seed is not 32 bytes in hex.
#[must_use]
pub fn verify(revealed: &Revealed, told: &[Told]) -> Option<Report> {
    let mut seed = [0; 32];
    hex::decode_to_slice(&revealed.server_seed, &mut seed).ok()?;
    let seed_fits = hex::encode(Sha256::digest(seed)) == revealed.commitment;
    let name = seed_name(&revealed.commitment);
    let mut of_seed: Vec<(u64, usize)> = told
        .iter()
        .enumerate()
        .filter(|(_, play)| play.result["seed"] == name)
        .filter_map(|(at, play)| Some((counter(play)?, at)))
        .collect();
    of_seed.sort_unstable();
    let first = of_seed.first().map_or(0, |(_, at)| *at);
    let again = Again { seed: Seed::new(seed), revealed, told };
    let plays = again.check(&of_seed, pity_before(&told[..first]));
    of_seed.dedup_by_key(|(counter, _)| *counter);
    let known = of_seed.iter().filter(|(counter, _)| *counter < revealed.plays).count();
    let missing = revealed.plays.saturating_sub(known as u64);
    Some(Report { seed_fits, plays, missing })
}

/// The end of a crash round has no number: it was drawn when it began.
fn counter(told: &Told) -> Option<u64> {
    told.result["counter"].as_u64()
}

fn pity_before(told: &[Told]) -> u8 {
    let pity = told.iter().rev().find_map(|one| one.result["pity"].as_u64());
    pity.and_then(|pity| u8::try_from(pity).ok()).filter(|pity| *pity < gacha::PITY).unwrap_or(0)
}

struct Again<'a> {
    seed: Seed,
    revealed: &'a Revealed,
    told: &'a [Told],
}

impl Again<'_> {
    /// Numbers with the places of their plays, in order.
    fn check(&self, plays: &[(u64, usize)], mut pity: u8) -> Vec<Checked> {
        let mut last = None;
        let check = |&(counter, at): &(u64, usize)| {
            let told = &self.told[at];
            let mut draws = Draws::mixed(&self.seed, &self.revealed.client_seed, counter);
            let (drawn, fault) = match told.game_type.as_str() {
                _ if told.bet > MOST_TOKENS => {
                    ("nothing".to_owned(), Some("no wallet holds so much".to_owned()))
                }
                "slot" => of_slot(told, &mut draws),
                "rps" => of_rps(told, &mut draws),
                "gacha" => of_gacha(told, &mut draws, &mut pity),
                "crash" => self.of_crash(told, &mut draws),
                other => ("nothing".to_owned(), Some(format!("there is no game {other:?}"))),
            };
            let misplaced = if last.replace(counter) == Some(counter) {
                Some("a second play of this number".to_owned())
            } else {
                (counter >= self.revealed.plays).then(|| "after the last play".to_owned())
            };
            let (id, game_type) = (told.id.clone(), told.game_type.clone());
            Checked { id, game_type, counter, drawn, fault: misplaced.or(fault) }
        };
        plays.iter().map(check).collect()
    }

    fn of_crash(&self, told: &Told, draws: &mut Draws) -> (String, Option<String>) {
        let point = crash::point(draws);
        let round = &told.result["game_id"];
        let end = self
            .told
            .iter()
            .find(|one| one.result["game_id"] == *round && one.result.get("crash_point").is_some());
        // A seed is not revealed while a round rests on it.
        let fault = end.map_or_else(
            || Some("its end is missing".to_owned()),
            |end| fault_of_round(told, end, point),
        );
        (times(point), fault)
    }
}

fn times(hundredths: u32) -> String {
    format!("{}.{:02}×", hundredths / crash::ONE, hundredths % crash::ONE)
}

/// A multiplier in whole hundredths.
fn hundredths(value: &Value) -> Option<u32> {
    value.as_f64().map(|times| (times * f64::from(crash::ONE)).round() as u32)
}

fn fault_of_round(bet: &Told, end: &Told, point: u32) -> Option<String> {
    let result = &end.result;
    let (round, salt) = (&result["game_id"], result["salt"].as_str().unwrap_or_default());
    let opened = hex::encode(Sha256::digest(format!("{round}:{point}:{salt}")));
    let cashed = hundredths(&result["multiplier"]);
    let due = crash::due(point, hundredths(&bet.result["auto_cashout_multiplier"]));
    let wins = cashed.map_or(0, |multiplier| crash::win(bet.bet, multiplier));
    if hundredths(&result["crash_point"]) != Some(point) {
        Some(format!("told {}", result["crash_point"]))
    } else if bet.result["commitment"] != opened || result["commitment"] != opened {
        Some("not the point that was committed to".to_owned())
    } else if bet.bet != end.bet {
        Some(format!("ends with another bet, {}", end.bet))
    } else if cashed > Some(point) {
        Some("cashed out after the crash".to_owned())
    } else if let Some(due) = due.filter(|due| cashed.is_none_or(|cashed| cashed > *due)) {
        Some(format!("was to be cashed out at {}", times(due)))
    } else {
        not_paid(wins, result)
    }
}

fn not_paid(wins: u64, result: &Value) -> Option<String> {
    let told = &result["win_amount"];
    (*told != wins).then(|| format!("wins {wins}, told {told}"))
}

/// What was told, if it is something else than what was drawn.
fn differs(drawn: &Value, told: &Value) -> Option<String> {
    (drawn != told).then(|| format!("told {told}"))
}

fn of_slot(told: &Told, draws: &mut Draws) -> (String, Option<String>) {
    let reels = slot::spin(draws);
    let result = &told.result;
    let paytable: Option<slot::Paytable> = serde_json::from_value(result["paytable"].clone()).ok();
    let fault = differs(&json!([reels]), &result["reels"]).or_else(|| match paytable {
        Some(paytable) => not_paid(slot::win(paytable, reels, told.bet), result),
        None => Some(format!("there is no paytable {}", result["paytable"])),
    });
    (json!(reels).to_string(), fault)
}

fn of_rps(told: &Told, draws: &mut Draws) -> (String, Option<String>) {
    let house = rps::house(draws);
    let result = &told.result;
    let player = result["player_choice"].as_str().and_then(rps::Choice::named);
    let fault = differs(&json!(house), &result["computer_choice"]).or_else(|| {
        let outcome = player.map(|player| rps::outcome(player, house));
        let wins = outcome.map_or(0, |outcome| rps::win(outcome, told.bet));
        differs(&json!(outcome), &result["result"]).or_else(|| not_paid(wins, result))
    });
    (json!(house).to_string(), fault)
}

fn of_gacha(told: &Told, draws: &mut Draws, pity: &mut u8) -> (String, Option<String>) {
    let result = &told.result;
    let price = result["pull_count"].as_u64().and_then(|count| Some((count, gacha::price(count)?)));
    let count = price.map_or(0, |(count, _)| count);
    let items: Vec<gacha::Item> = (0..count).map(|_| gacha::pull(draws, pity)).collect();
    let fault = differs(&json!(items), &result["items"])
        .or_else(|| differs(&json!(pity), &result["pity"]))
        .or_else(|| match price {
            Some((_, price)) if price == told.bet => None,
            _ => Some(format!("not sold for {}", told.bet)),
        });
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    (names.join(", "), fault)
}
