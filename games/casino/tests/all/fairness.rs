//! Whoever knows both seeds finds every play again; before that, the commitments bind the house.

use casino::{Casino, crash, gacha, rps, slot};
use game::{Draws, Game, Seed, Viewer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{START, Table, ann, ctx};

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[test]
fn plays_follow_from_the_seeds_that_were_committed_to() {
    let mut table = Table::new(21);
    table.grant(100_000);
    table.ask(&json!({ "do": "rotate", "client_seed": "my dice: 42" }));
    let committed = table.view()["fairness"].clone();
    assert_eq!(committed["client_seed"], "my dice: 42");
    for _ in 0..20 {
        table.ask(&json!({ "do": "spin", "bet_amount": 3 }));
        table.ask(&json!({ "do": "rps", "choice": "rock", "bet_amount": 3 }));
        table.ask(&json!({ "do": "pull", "pull_count": 10 }));
        table.ask(&json!({ "do": "crash_bet", "bet_amount": 3 }));
        table.now = table.now.plus(10_000_000);
        table.ask_as(&game::Actor::Clock, &json!({ "do": "settle" })).unwrap();
    }
    let revealed =
        table.ask(&json!({ "do": "rotate", "client_seed": "other" }))["revealed"].clone();
    assert_eq!(revealed["commitment"], committed["commitment"]);
    assert_eq!(revealed["plays"], 80);
    let mut bytes = [0; 32];
    hex::decode_to_slice(revealed["server_seed"].as_str().unwrap(), &mut bytes).unwrap();
    assert_eq!(sha256(bytes), committed["commitment"].as_str().unwrap());

    let draws =
        |counter: &Value| Draws::mixed(&Seed::new(bytes), "my dice: 42", counter.as_u64().unwrap());
    let (mut pity, mut point) = (0, 0);
    for play in &table.plays {
        let result = &play.result;
        match (play.game_type.as_str(), result["phase"].as_str()) {
            ("slot", _) => {
                assert_eq!(json!([slot::spin(&mut draws(&result["counter"]))]), result["reels"]);
            }
            ("rps", _) => {
                assert_eq!(
                    json!(rps::house(&mut draws(&result["counter"]))),
                    result["computer_choice"]
                );
            }
            ("gacha", _) => {
                let mut draws = draws(&result["counter"]);
                let items: Vec<_> = (0..10).map(|_| gacha::pull(&mut draws, &mut pity)).collect();
                assert_eq!(json!(items), result["items"]);
            }
            ("crash", Some("bet")) => point = crash::point(&mut draws(&result["counter"])),
            _ => {
                assert_eq!(result["crash_point"], f64::from(point) / 100.0);
                let salt = result["salt"].as_str().unwrap();
                let opened = format!("{}:{point}:{salt}", result["game_id"]);
                assert_eq!(result["commitment"], sha256(opened));
            }
        }
    }
    assert_eq!(table.plays.len(), 100);
}

#[test]
fn a_round_shows_the_same_commitment_from_the_bet_to_the_end() {
    let mut table = Table::new(22);
    let bet = table.ask(&json!({ "do": "crash_bet", "bet_amount": 3 }));
    assert_eq!(table.view()["crash"]["commitment"], bet["commitment"]);
    table.now = table.now.plus(10_000_000);
    table.ask_as(&game::Actor::Clock, &json!({ "do": "settle" })).unwrap();
    assert_eq!(table.plays[1].result["commitment"], bet["commitment"]);
}

#[test]
fn a_client_seed_has_its_limits() {
    let mut table = Table::new(23);
    for seed in ["", "a\nb", &"x".repeat(65)] {
        let rotate = json!({ "do": "rotate", "client_seed": seed });
        assert_eq!(table.refused(&ann(), &rotate), "INVALID_CLIENT_SEED", "{seed:?}");
    }
    let before = table.view()["fairness"].clone();
    table.ask(&json!({ "do": "rotate" }));
    let after = table.view()["fairness"].clone();
    assert_eq!(after["client_seed"], before["client_seed"]);
    assert_eq!(after["counter"], 0);
}

#[test]
fn the_next_seed_is_fixed_before_the_player_chooses_theirs() {
    let mut table = Table::new(24);
    let mut seen = table.view()["fairness"].clone();
    for client in ["one", "two", "three"] {
        table.ask(&json!({ "do": "rotate", "client_seed": client }));
        let now = table.view()["fairness"].clone();
        assert_eq!(now["commitment"], seen["next_commitment"]);
        assert_ne!(now["next_commitment"], now["commitment"]);
        seen = now;
    }
}

#[test]
fn a_rotation_is_told_to_the_player_alone_and_plays_name_their_seed() {
    let mut table = Table::new(25);
    let first = table.view()["fairness"]["commitment"].as_str().unwrap().to_owned();
    table.ask(&json!({ "do": "spin", "bet_amount": 3 }));
    let rotate = serde_json::from_value(json!({ "do": "rotate", "client_seed": "mine" })).unwrap();
    let mut ctx = ctx(25, 9, START);
    let commit = Casino::apply(&table.wallet, &ann(), rotate, &mut ctx).unwrap();
    let told = Casino::announce(&commit.state, &commit.events[0]).unwrap();
    assert_eq!((told.kind, told.user.as_str(), told.to_monitors), ("fairness", "ann", false));
    assert_eq!(told.fields, commit.reply);
    assert_eq!(told.fields["revealed"]["plays"], 1);
    assert_eq!(Casino::event_for(&commit.events[0], Viewer::Spectator), None);
    assert_eq!(table.plays[0].result["seed"], first[..16]);
}
