//! The vectors of `docs/vectors/casino-fairness.json`: what anyone must draw again from the same
//! seeds. The page's own verifier reads the same file.

use casino::slot::Paytable;
use casino::{crash, gacha, rps, slot};
use game::{Draws, Seed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Server seed (every byte), client seed, number of the play, pulls since the last Epic.
const DRAWN: [(u8, &str, u64, u8); 8] = [
    (7, "dice", 3, 0),
    (7, "dice", 4, 0),
    (7, "", 0, 88),
    (1, "0123456789abcdef", 0, 12),
    (1, "0123456789abcdef", 1, 80),
    (200, "my dice: 42", 9_007_199_254_740_991, 89),
    (255, "Würfel 🎲", 12, 5),
    (0, "a:b:c", 1_000_000, 81),
];

const MILLIS: [u64; 9] = [0, 1, 166, 1_000, 11_552, 11_553, 60_000, 115_129, 10_000_000];

#[test]
fn the_shared_vectors_are_what_the_rules_draw() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/vectors/casino-fairness.json");
    let expected = json!({
        "draws": DRAWN.map(drawn),
        "reels": reels(),
        "rounds": rounds(),
        "multipliers": MILLIS.map(|millis| json!([millis, crash::multiplier(millis)])),
    });
    let text = format!("{expected:#}\n");
    // To make the file anew: remove it and run this.
    if !std::path::Path::new(path).exists() {
        std::fs::write(path, &text).unwrap();
        panic!("the vectors were missing and are written: look at them, and run this again");
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(kept, expected);
}

fn drawn((byte, client, counter, pity): (u8, &str, u64, u8)) -> Value {
    let seed = Seed::new([byte; 32]);
    let draws = || Draws::mixed(&seed, client, counter);
    let mut words = draws();
    let mut after = pity;
    let mut pulls = draws();
    let items: Vec<_> = (0..10).map(|_| gacha::pull(&mut pulls, &mut after)).collect();
    json!({
        "server_seed": hex::encode(seed.reveal()),
        "commitment": seed.commitment().to_string(),
        "client_seed": client,
        "counter": counter,
        "words": (0..5).map(|_| format!("{:016x}", words.bits())).collect::<Vec<_>>(),
        "slot": slot::spin(&mut draws()),
        "rps": rps::house(&mut draws()),
        "gacha": { "pity_before": pity, "items": items, "pity": after },
        "crash": crash::point(&mut draws()),
    })
}

/// What three reels pay, in halves of the stake.
fn reels() -> Vec<Value> {
    use slot::Symbol::{Cherry, Diamond, Lemon, Seven};
    [
        [Seven; 3],
        [Cherry; 3],
        [Diamond, Diamond, Lemon],
        [Lemon, Seven, Seven],
        [Cherry, Lemon, Cherry],
    ]
    .map(|reels| {
        json!({
            "reels": reels, "fair": Paytable::Fair.halves(reels),
            "classic": Paytable::Classic.halves(reels), "jackpot": slot::is_jackpot(reels),
        })
    })
    .to_vec()
}

/// Crash rounds as they are committed to: the point in hundredths.
fn rounds() -> Vec<Value> {
    [(1_u64, 100_u32, 9_u8), (4_611_686_018_427_387, 198, 77), (42, 100_000, 0)]
        .map(|(game_id, point, salt)| {
            let salt = hex::encode([salt; 32]);
            let opened = format!("{game_id}:{point}:{salt}");
            json!({
                "game_id": game_id, "point": point, "salt": salt,
                "commitment": hex::encode(Sha256::digest(opened)),
            })
        })
        .to_vec()
}
