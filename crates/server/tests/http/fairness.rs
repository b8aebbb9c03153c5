//! What the casino says of its odds and of its seeds.

use reqwest::Method;
use serde_json::json;
use server::settings::Paytable;
use sha2::{Digest, Sha256};

use crate::casino::me;
use crate::world::{Person, World, ok, text};

#[tokio::test]
async fn seeds_are_committed_to_before_and_revealed_after() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    let before = ok(world.get(&ann, "/api/games/fairness")).await;
    assert_eq!(before["counter"], 0);
    ok(world.post(&ann, "/api/games/slot/spin", &json!({"bet_amount": 1}))).await;
    let wish = json!({"client_seed": "my lucky words"});
    let rotated = ok(world.post(&ann, "/api/games/fairness/rotate", &wish)).await;
    let revealed = &rotated["revealed"];
    assert_eq!(revealed["commitment"], before["commitment"]);
    assert_eq!((&revealed["client_seed"], &revealed["plays"]), (&before["client_seed"], &json!(1)));
    let seed = hex::decode(text(&revealed["server_seed"])).expect("hex");
    assert_eq!(before["commitment"], hex::encode(Sha256::digest(seed)));
    let after = ok(world.get(&ann, "/api/games/fairness")).await;
    assert_eq!((&after["client_seed"], &after["counter"]), (&json!("my lucky words"), &json!(0)));
    assert_eq!(after["commitment"], rotated["commitment"]);
    assert_ne!(after["commitment"], before["commitment"]);
}

#[tokio::test]
async fn odds_are_exact_and_anyones_to_read() {
    let world = World::start().await;
    let odds = |game: &str| ok(world.ask(Method::GET, &format!("/api/games/{game}/odds")));
    let slot = odds("slot").await;
    assert!((slot["return_to_player"].as_f64().unwrap() - 0.950_89).abs() < 5e-6, "{slot}");
    assert_eq!(slot["table"]["paytable"], "fair");
    let rps = odds("rps").await["return_to_player"].as_f64().expect("a number");
    assert!((rps - 1.0).abs() < 1e-12, "{rps}");
    assert_eq!(odds("gacha").await["table"]["pity"], 90);
    assert_eq!(odds("crash").await["return_to_player"], 0.99);
    let classic =
        World::with(|settings| settings.casino.paytable = server::settings::Paytable::Classic)
            .await;
    let slot = ok(classic.ask(Method::GET, "/api/games/slot/odds")).await;
    assert!((slot["return_to_player"].as_f64().unwrap() - 0.657_11).abs() < 5e-6, "{slot}");
}

#[tokio::test]
async fn the_odds_are_those_of_the_caller_s_wallet() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    assert_eq!(me(&world, &ann).await["paytable"], "fair");
    // The same store under other settings, as after a restart.
    let classic = world.beside_with(|settings| settings.casino.paytable = Paytable::Classic).await;
    let odds = async |who: &Person| {
        let odds = ok(classic.get(who, "/api/games/slot/odds")).await;
        (text(&odds["table"]["paytable"]), odds["return_to_player"].as_f64().unwrap() > 0.9)
    };
    assert_eq!(odds(&ann).await, ("fair".to_owned(), true));
    assert_eq!(odds(&Person::nobody()).await, ("classic".to_owned(), false));
    let ben = classic.guest("Ben").await;
    assert_eq!(odds(&ben).await, ("classic".to_owned(), false));
    let spun = ok(classic.post(&ben, "/api/games/slot/spin", &json!({"bet_amount": 1}))).await;
    assert_eq!(spun["paytable"], "classic");
}
