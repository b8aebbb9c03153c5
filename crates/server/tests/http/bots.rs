//! Games of Nommie that bots play alone: on one node, and on two that try each move at once.

use serde_json::{Value, json};

use crate::nommie::{done, game, path, ready, snapshot};
use crate::world::{World, ok, until};

#[tokio::test]
async fn a_whole_game_of_bots_ends_and_its_log_leads_to_its_state() {
    let world = World::start().await;
    let ann = world.guest("Ann").await;
    let id = game(&world, &ann, json!({})).await;
    for _ in 0..3 {
        done(world.post(&ann, &path(id, "ai/add"), &json!({}))).await;
    }
    ready(&world, &ann, id).await;
    done(world.delete(&ann, &path(id, "leave"))).await;
    let view = until(&world, &ann, &path(id, "snapshot"), |view| {
        view["snapshot"]["phase"]["phase"] == "GameOver"
    })
    .await;
    let scores = view["snapshot"]["game"]["scores_total"].clone();
    let winners = view["snapshot"]["game"]["winners"].as_array().expect("winners").clone();
    assert!(!winners.is_empty());
    let history = ok(world.get(&ann, &path(id, "history"))).await;
    assert_eq!(history["rounds"].as_array().map(Vec::len), Some(26));
    assert_eq!(history["rounds"][25]["scores_total"], scores);

    check_log(&world, id).await;
}

/// Both nodes run the table, and try each bot's move at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_never_play_a_bots_move_twice() {
    let one = World::start().await;
    let two = one.beside().await;
    let ann = one.guest("Ann").await;
    let id = game(&one, &ann, json!({})).await;
    for _ in 0..3 {
        done(one.post(&ann, &path(id, "ai/add"), &json!({}))).await;
    }
    snapshot(&two, &ann, id).await;
    ready(&one, &ann, id).await;
    done(one.delete(&ann, &path(id, "leave"))).await;
    let over = |view: &Value| view["snapshot"]["phase"]["phase"] == "GameOver";
    let mut last = [0, 0];
    loop {
        let views = [snapshot(&one, &ann, id).await, snapshot(&two, &ann, id).await];
        for (view, last) in views.iter().zip(&mut last) {
            let version = view["lock_version"].as_u64().expect("a version");
            assert!(version >= *last, "a node steps back from {last} to {version}");
            *last = version;
        }
        if views.iter().all(over) {
            assert_eq!(views[0], views[1]);
            break;
        }
    }
    check_log(&one, id).await;
}

/// The log of a game that bots have played leads to its state, and has each of their moves once.
async fn check_log(world: &World, id: u64) {
    let store = &world.app().store;
    let session = game::SessionId::new(id).expect("an id");
    let stored = store.load(session).await.expect("it answers").expect("it is there");
    let mut log = Vec::new();
    loop {
        let after =
            log.last().map_or(game::Version::NONE, |entry: &engine::LogEntry| entry.version);
        let page = store.log(session, after, 500).await.expect("it answers");
        if page.is_empty() {
            break;
        }
        log.extend(page);
    }
    let rules = engine::erase::<::nommie::Nommie>();
    let state = engine::replay(&*rules, &stored.created.seed, &log).expect("it replays");
    assert_eq!(rules.write_state(&state)[..], stored.state[..]);
    // One commit a move, and no move twice: 4 bids, a trump, 4 cards a trick, a deal for each round.
    let moves: usize =
        (1..=26).map(|round| 5 + 4 * usize::from(::nommie::hand_size(round)) + 1).sum();
    let by_clock = log.iter().filter(|entry| entry.actor == game::Actor::Clock).count();
    assert_eq!(by_clock, moves);
}
