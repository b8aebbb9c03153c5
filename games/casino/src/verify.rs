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
    /// Its number under the seeds; what is not drawn from them has none.
    pub counter: Option<u64>,
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
    /// In the order in which they were told, with what stands among them and should not.
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
///
/// From the first play of a seed to the last one and the end of its round, nothing else may be told: a
/// stake that is drawn from nothing is taken without a draw.
#[must_use]
pub fn verify(revealed: &Revealed, told: &[Told]) -> Option<Report> {
    let mut seed = [0; 32];
    hex::decode_to_slice(&revealed.server_seed, &mut seed).ok()?;
    let seed_fits = hex::encode(Sha256::digest(seed)) == revealed.commitment;
    let mut walk = Walk {
        seed: Seed::new(seed),
        revealed,
        begun: false,
        next: 0,
        known: 0,
        pity: 0,
        paytable: None,
        rounds: Vec::new(),
        checked: Vec::new(),
        strangers: Vec::new(),
    };
    told.iter().for_each(|play| walk.take(play));
    Some(walk.end(seed_fits))
}

/// What a message tells of.
enum Kind {
    /// A play: of this seed, with this number.
    Own(u64),
    /// Of another seed.
    Other,
    /// The end of a crash round, which was drawn when it began.
    End,
    Nothing,
}

/// Goes through what was told.
struct Walk<'a> {
    seed: Seed,
    revealed: &'a Revealed,
    /// The first play of the seed was told.
    begun: bool,
    /// The least number that the next one can have.
    next: u64,
    /// Plays with numbers that the seed was used for.
    known: u64,
    pity: u8,
    /// Of the first spin.
    paytable: Option<&'a Value>,
    rounds: Vec<Round<'a>>,
    checked: Vec<Checked>,
    /// What was told since the seed's last play: only another one makes it stand among them.
    strangers: Vec<Checked>,
}

/// A crash round of this seed.
struct Round<'a> {
    bet: &'a Told,
    point: u32,
    /// Its place in what was checked.
    at: usize,
    over: bool,
}

impl<'a> Walk<'a> {
    fn take(&mut self, told: &'a Told) {
        match self.kind(told) {
            Kind::Own(counter) => {
                self.begun = true;
                self.checked.append(&mut self.strangers);
                self.draw(told, counter);
            }
            Kind::End => self.end_of_round(told),
            Kind::Other if self.begun => self.strange(told, "of another seed"),
            Kind::Other => self.pity = pity_of(told).unwrap_or(self.pity),
            Kind::Nothing => {
                let stranger = stranger(told, "names no seed");
                self.checked.push(stranger);
            }
        }
    }

    fn kind(&self, told: &Told) -> Kind {
        let result = &told.result;
        match (result["seed"].as_str(), result["counter"].as_u64()) {
            (Some(seed), Some(counter)) if seed == seed_name(&self.revealed.commitment) => {
                Kind::Own(counter)
            }
            (Some(_), Some(_)) => Kind::Other,
            _ if told.game_type == "crash" && result.get("crash_point").is_some() => Kind::End,
            _ => Kind::Nothing,
        }
    }

    fn strange(&mut self, told: &Told, why: &str) {
        self.strangers.push(stranger(told, why));
    }

    fn draw(&mut self, told: &'a Told, counter: u64) {
        let misplaced = if counter >= self.revealed.plays {
            Some("after the last play")
        } else if counter < self.next {
            Some("its number was before")
        } else {
            (self.next, self.known) = (counter + 1, self.known + 1);
            None
        };
        let mut draws = Draws::mixed(&self.seed, &self.revealed.client_seed, counter);
        let (drawn, fault) = match told.game_type.as_str() {
            _ if told.bet > MOST_TOKENS => {
                ("nothing".to_owned(), Some("no wallet holds so much".to_owned()))
            }
            "slot" => self.of_slot(told, &mut draws),
            "rps" => of_rps(told, &mut draws),
            "gacha" => of_gacha(told, &mut draws, &mut self.pity),
            "crash" => {
                let (point, at) = (crash::point(&mut draws), self.checked.len());
                self.rounds.push(Round { bet: told, point, at, over: false });
                (times(point), None)
            }
            other => ("nothing".to_owned(), Some(format!("there is no game {other:?}"))),
        };
        let fault = misplaced.map(str::to_owned).or(fault);
        let (id, game_type) = (told.id.clone(), told.game_type.clone());
        self.checked.push(Checked { id, game_type, counter: Some(counter), drawn, fault });
    }

    /// What is wrong with it shows at its bet.
    fn end_of_round(&mut self, told: &'a Told) {
        let id = &told.result["game_id"];
        let round = self.rounds.iter_mut().find(|round| round.bet.result["game_id"] == *id);
        match round {
            Some(round) => {
                let again = std::mem::replace(&mut round.over, true);
                let fault = if again {
                    Some("ends twice".to_owned())
                } else {
                    fault_of_round(round.bet, told, round.point)
                };
                let begin = &mut self.checked[round.at];
                begin.fault = begin.fault.take().or(fault);
                // No round of the seed may be open when another seed follows.
                self.checked.append(&mut self.strangers);
            }
            None if self.begun => self.strange(told, "the end of no round of this seed"),
            None => {}
        }
    }

    fn of_slot(&mut self, told: &'a Told, draws: &mut Draws) -> (String, Option<String>) {
        let reels = slot::spin(draws);
        let result = &told.result;
        let before = *self.paytable.get_or_insert(&result["paytable"]);
        let paytable = serde_json::from_value::<slot::Paytable>(before.clone()).ok();
        let fault = differs(&json!([reels]), &result["reels"])
            .or_else(|| differs(&json!(slot::is_jackpot(reels)), &result["is_jackpot"]))
            .or_else(|| match paytable {
                _ if *before != result["paytable"] => Some("paid by another table".to_owned()),
                Some(paytable) => {
                    let times = paytable.halves(reels) as f64 / 2.0;
                    match &result["multiplier"] {
                        told if told.as_f64() != Some(times) => Some(format!("told {told}")),
                        _ => not_paid(slot::win(paytable, reels, told.bet), result),
                    }
                }
                None => Some(format!("there is no paytable {before}")),
            });
        (json!(reels).to_string(), fault)
    }

    fn end(mut self, seed_fits: bool) -> Report {
        for round in self.rounds.iter().filter(|round| !round.over) {
            let begin = &mut self.checked[round.at];
            // A seed is not revealed while a round rests on it.
            begin.fault.get_or_insert_with(|| "its end is missing".to_owned());
        }
        let missing = self.revealed.plays.saturating_sub(self.known);
        Report { seed_fits, plays: self.checked, missing }
    }
}

fn stranger(told: &Told, why: &str) -> Checked {
    let (id, game_type) = (told.id.clone(), told.game_type.clone());
    let drawn = "nothing".to_owned();
    Checked { id, game_type, counter: None, drawn, fault: Some(why.to_owned()) }
}

/// Pulls since the last Epic, after this play.
fn pity_of(told: &Told) -> Option<u8> {
    let pity = u8::try_from(told.result["pity"].as_u64()?).ok()?;
    (pity < gacha::PITY).then_some(pity)
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
