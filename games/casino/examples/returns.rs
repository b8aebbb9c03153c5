//! Plays each game of the casino many times by its rules, and prints what came back beside what its
//! odds say: `cargo run --release --package casino --example returns -- 1000000`.
//!
//! Every play is a whole command to a wallet, as the server gives it; no part of the rules is left out.

#![allow(clippy::unwrap_used, reason = "what cannot be played ends the program")]

use casino::{Casino, Command, Event, Options, odds, slot};
use game::{Actor, Ctx, Draws, Game, Seed, SessionId, Timestamp, UserId, Version};
use serde_json::{Value, json};

/// Tokens of a bet: even, so that no paytable rounds.
const BET: u64 = 100;

/// What a wallet is given when it runs dry.
const GRANT: u64 = 1_000_000_000;

struct Table {
    wallet: casino::Wallet,
    user: Actor,
    now: Timestamp,
    version: u64,
}

impl Table {
    fn new(paytable: &str) -> Self {
        let options: Options =
            serde_json::from_value(json!({ "user": "7", "paytable": paytable })).unwrap();
        let now = Timestamp(1_767_225_600_000);
        let wallet = Casino::create(options, &Actor::System, &mut ctx(1, now)).unwrap().state;
        let user = Actor::User(UserId::new("7").unwrap());
        Self { wallet, user, now, version: 1 }
    }

    /// Gives a command; answers with the result of its last play.
    fn give(&mut self, actor: &Actor, command: &Value) -> Value {
        let command: Command = serde_json::from_value(command.clone()).unwrap();
        self.version += 1;
        let commit =
            Casino::apply(&self.wallet, actor, command, &mut ctx(self.version, self.now)).unwrap();
        self.wallet = commit.state;
        let play = commit.events.into_iter().rev().find_map(|event| match event {
            Event::Play(play) => Some(play.result),
            _ => None,
        });
        play.unwrap_or_default()
    }

    fn play(&mut self, command: &Value) -> Value {
        let user = self.user.clone();
        self.give(&user, command)
    }
}

fn ctx(version: u64, now: Timestamp) -> Ctx {
    let session = SessionId::new(1).unwrap();
    Ctx { session, now, random: Draws::new(&Seed::new([7; 32]), session, Version(version)) }
}

/// Mean of what a token brought, and the standard error of that mean.
#[derive(Default)]
struct Mean {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn value(&self) -> f64 {
        self.sum / self.count
    }

    fn error(&self) -> f64 {
        ((self.squares / self.count - self.value().powi(2)) / self.count).sqrt()
    }
}

fn main() {
    let plays: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    println!("{plays} plays of each game, bets of {BET}");
    for paytable in [slot::Paytable::Fair, slot::Paytable::Classic] {
        let name = json!(paytable);
        let exact = odds("slot", paytable).unwrap().return_to_player.unwrap();
        let mean = many(plays, name.as_str().unwrap(), |table| {
            won(&table.play(&json!({ "do": "spin", "bet_amount": BET })))
        });
        line(&format!("slot, {}", name.as_str().unwrap()), &mean, exact);
    }
    let mean = many(plays, "fair", |table| {
        won(&table.play(&json!({ "do": "rps", "choice": "rock", "bet_amount": BET })))
    });
    line("rps", &mean, 1.0);
    for auto in [1.01, 1.5, 2.0, 10.0] {
        let mean = many(plays, "fair", |table| {
            let bet =
                json!({ "do": "crash_bet", "bet_amount": BET, "auto_cashout_multiplier": auto });
            table.play(&bet);
            // The round is over by then, whatever its point is.
            table.now = table.now.plus(200_000);
            won(&table.give(&Actor::Clock, &json!({ "do": "settle" })))
        });
        line(&format!("crash, out at {auto}"), &mean, 0.99);
    }
    pulls(plays);
}

fn won(result: &Value) -> f64 {
    result["win_amount"].as_u64().unwrap() as f64 / BET as f64
}

fn many(plays: u64, paytable: &str, mut play: impl FnMut(&mut Table) -> f64) -> Mean {
    let (mut table, mut mean) = (Table::new(paytable), Mean::default());
    for number in 0..plays {
        if number % 1_000_000 == 0 {
            table.give(&Actor::System, &json!({ "do": "grant", "amount": GRANT }));
        }
        mean.add(play(&mut table));
    }
    mean
}

fn line(name: &str, mean: &Mean, exact: f64) {
    let (measured, error) = (mean.value(), mean.error());
    println!(
        "  {name:<18} measured {measured:.5} ± {error:.5}, exact {exact:.5}: {:+.2} standard errors",
        (measured - exact) / error
    );
}

fn pulls(plays: u64) {
    let exact = odds("gacha", slot::Paytable::Fair).unwrap().table;
    let mut table = Table::new("fair");
    let (mut epic, mut rare) = (Mean::default(), Mean::default());
    for _ in 0..plays / 10 {
        if table.wallet_balance() < 1_000 {
            table.give(&Actor::System, &json!({ "do": "grant", "amount": GRANT }));
        }
        let result = table.play(&json!({ "do": "pull", "pull_count": 10 }));
        for item in result["items"].as_array().unwrap() {
            let of = |rarity: &str| f64::from(u8::from(item["rarity"] == rarity));
            epic.add(of("Epic") + of("Legendary"));
            rare.add(of("Rare"));
        }
    }
    let mean = exact["pulls_to_epic_or_better"].as_f64().unwrap();
    line("gacha, Epic or more", &epic, 1.0 / mean);
    // With pity at the 90th pull, a part of what would be Rare there is Epic.
    let none = 1.0 - 0.027_f64;
    let at_pity = none.powi(89) / mean;
    line("gacha, Rare", &rare, 0.15 * (1.0 - at_pity));
}

impl Table {
    fn wallet_balance(&self) -> u64 {
        serde_json::to_value(&self.wallet).unwrap()["balance"].as_u64().unwrap()
    }
}
