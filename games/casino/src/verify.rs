//! Draws the plays of a revealed seed again and compares them with what their player was told. Must
//! not know where the plays come from: it believes nothing of them.

use game::{Draws, Seed};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{crash, gacha, rps, slot};

/// A seed that was rotated out.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// Plays of these seeds that are not among those that were told.
    pub missing: u64,
}

impl Report {
    /// The seed opens its commitment, and each play that was told is what the seeds say.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.seed_fits && self.faults() == 0
    }

    /// Plays that are not.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.plays.iter().filter(|play| play.fault.is_some()).count()
    }
}

/// Checks a seed against the plays of one wallet, oldest first, from its first one on. `None` when the
/// seed is not 32 bytes in hex.
///
/// Numbers begin anew with each seed, and a play does not say whose it is: of the runs of numbers
/// that end where this seed's do, the one that fits best is taken.
#[must_use]
pub fn verify(revealed: &Revealed, told: &[Told]) -> Option<Report> {
    let mut seed = [0; 32];
    hex::decode_to_slice(&revealed.server_seed, &mut seed).ok()?;
    let seed_fits = hex::encode(Sha256::digest(seed)) == revealed.commitment;
    let last = revealed.plays.checked_sub(1);
    let runs =
        runs(told).into_iter().filter(|run| run.last().and_then(|at| counter(&told[*at])) == last);
    let checked = runs.map(|run| {
        let again = Again { seed: Seed::new(seed), client: &revealed.client_seed, told };
        again.check(&run)
    });
    let good = |plays: &Vec<Checked>| plays.iter().filter(|play| play.fault.is_none()).count();
    let plays = checked.max_by_key(good).unwrap_or_default();
    let missing = revealed.plays.saturating_sub(plays.len() as u64);
    Some(Report { seed_fits, plays, missing })
}

/// The end of a crash round has no number: it was drawn when it began.
fn counter(told: &Told) -> Option<u64> {
    told.result["counter"].as_u64()
}

/// Places of plays whose numbers rise.
fn runs(told: &[Told]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut last = None;
    for (at, number) in told.iter().enumerate().filter_map(|(at, one)| Some((at, counter(one)?))) {
        match runs.last_mut() {
            Some(run) if last < Some(number) => run.push(at),
            _ => runs.push(vec![at]),
        }
        last = Some(number);
    }
    runs
}

struct Again<'a> {
    seed: Seed,
    client: &'a str,
    told: &'a [Told],
}

impl Again<'_> {
    fn check(&self, run: &[usize]) -> Vec<Checked> {
        let before = run.first().map_or(&[][..], |first| &self.told[..*first]);
        let pity = before.iter().rev().find_map(|one| one.result["pity"].as_u64());
        let mut pity = pity.and_then(|pity| u8::try_from(pity).ok()).unwrap_or(0);
        let check = |at: &usize| {
            let told = &self.told[*at];
            let number = counter(told)?;
            let mut draws = Draws::mixed(&self.seed, self.client, number);
            let (drawn, fault) = match told.game_type.as_str() {
                "slot" => of_slot(told, &mut draws),
                "rps" => of_rps(told, &mut draws),
                "gacha" => of_gacha(told, &mut draws, &mut pity),
                "crash" => self.of_crash(told, &mut draws),
                other => ("nothing".to_owned(), Some(format!("there is no game {other:?}"))),
            };
            let (id, game_type) = (told.id.clone(), told.game_type.clone());
            Some(Checked { id, game_type, counter: number, drawn, fault })
        };
        run.iter().filter_map(check).collect()
    }

    fn of_crash(&self, told: &Told, draws: &mut Draws) -> (String, Option<String>) {
        let point = crash::point(draws);
        let round = &told.result["game_id"];
        let end = self
            .told
            .iter()
            .find(|one| one.result["game_id"] == *round && one.result.get("crash_point").is_some());
        (times(point), end.and_then(|end| fault_of_round(told, end, point)))
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
    let wins = cashed.map_or(0, |multiplier| crash::win(bet.bet, multiplier));
    if hundredths(&result["crash_point"]) != Some(point) {
        Some(format!("told {}", result["crash_point"]))
    } else if bet.result["commitment"] != opened || result["commitment"] != opened {
        Some("not the point that was committed to".to_owned())
    } else if cashed > Some(point) {
        Some("cashed out after the crash".to_owned())
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
    let paid = [slot::Paytable::Fair, slot::Paytable::Classic]
        .map(|paytable| slot::win(paytable, reels, told.bet));
    let fault = differs(&json!([reels]), &result["reels"]).or_else(|| {
        let win = result["win_amount"].as_u64();
        (!paid.map(Some).contains(&win))
            .then(|| format!("no paytable pays {}", result["win_amount"]))
    });
    (json!(reels).to_string(), fault)
}

fn of_rps(told: &Told, draws: &mut Draws) -> (String, Option<String>) {
    let house = rps::house(draws);
    let result = &told.result;
    let player = result["player_choice"].as_str().and_then(rps::Choice::named);
    let wins = player.map_or(0, |player| rps::win(rps::outcome(player, house), told.bet));
    let fault =
        differs(&json!(house), &result["computer_choice"]).or_else(|| not_paid(wins, result));
    (json!(house).to_string(), fault)
}

fn of_gacha(told: &Told, draws: &mut Draws, pity: &mut u8) -> (String, Option<String>) {
    let result = &told.result;
    let count = result["pull_count"].as_u64().filter(|count| gacha::price(*count).is_some());
    let items: Vec<gacha::Item> =
        (0..count.unwrap_or(0)).map(|_| gacha::pull(draws, pity)).collect();
    let fault =
        differs(&json!(items), &result["items"]).or_else(|| differs(&json!(pity), &result["pity"]));
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    (names.join(", "), fault)
}
