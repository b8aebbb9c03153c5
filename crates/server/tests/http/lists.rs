//! Lists of what is one's own: by membership, with summaries, and where it is one's turn.

use engine::erase;
use game::{Actor, Commit, Ctx, Game, GameName, Refusal, SessionId, Status, UserId, Viewer};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use server::games::Games;
use server::settings::{Settings, StoreKind};

use crate::world::{Person, World, created, expect, ok, refused, text};

/// People in a circle pass a turn on.
struct Circle;

#[derive(Clone, Serialize, Deserialize)]
struct State {
    people: Vec<UserId>,
    at: usize,
    over: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    Join,
    Leave,
    Pass,
    Wave,
    End,
}

impl Game for Circle {
    const NAME: GameName = "circle";
    type Options = Value;
    type State = State;
    type Command = Order;
    type Event = Value;
    type View = Value;
    type EventView = Value;

    fn create(_: Value, creator: &Actor, _: &mut Ctx) -> Result<Commit<State, Value>, Refusal> {
        let people = creator.user().cloned().into_iter().collect();
        Ok(Commit::new(State { people, at: 0, over: false }))
    }

    fn apply(
        state: &State,
        actor: &Actor,
        order: Order,
        _: &mut Ctx,
    ) -> Result<Commit<State, Value>, Refusal> {
        let mut next = state.clone();
        match order {
            Order::Join => next.people.extend(actor.user().cloned()),
            Order::Leave => next.people.retain(|other| Some(other) != actor.user()),
            Order::Pass => next.at = (state.at + 1) % state.people.len(),
            Order::Wave => {}
            Order::End => next.over = true,
        }
        Ok(Commit::new(next))
    }

    fn view(state: &State, _: Viewer) -> Value {
        json!(state.at)
    }

    fn event_for(event: &Value, _: Viewer) -> Option<Value> {
        Some(event.clone())
    }

    fn title(_: &State) -> String {
        "Circle".to_owned()
    }

    fn summary(state: &State) -> Value {
        json!({ "people": state.people.len() })
    }

    fn members(state: &State) -> Vec<UserId> {
        state.people.clone()
    }

    fn to_act(state: &State) -> Vec<UserId> {
        state.people.get(state.at).cloned().into_iter().collect()
    }

    fn status(state: &State) -> Status {
        if state.over { Status::Ended } else { Status::Running }
    }
}

async fn hosting(change: impl FnOnce(&mut Settings)) -> World {
    let games =
        [erase::<Circle>(), erase::<scoreboard::Scoreboard>(), erase::<scoreboard::Drinks>()];
    World::hosting(Games::new(games), change).await
}

async fn circle(world: &World, by: &Person) -> String {
    let body = created(world.post(by, "/api/sessions", &json!({"game": "circle"}))).await;
    text(&body["session"])
}

async fn tell(world: &World, who: &Person, session: &str, order: &str) {
    let path = format!("/api/sessions/{session}/commands");
    ok(world.post(who, &path, &json!({"command": {"do": order}}))).await;
}

/// The list that this query asks for: ids and summaries. Newest first is checked here.
async fn list(world: &World, who: &Person, query: &str) -> Vec<(String, Value)> {
    let page = ok(world.get(who, &format!("/api/sessions?{query}"))).await;
    let lines = page["sessions"].as_array().expect("a list");
    let place = |line: &Value| {
        let id: u64 = text(&line["id"]).parse().expect("a number");
        (text(&line["created_at"]), id)
    };
    assert!(lines.is_sorted_by(|a, b| place(a) > place(b)), "{page}");
    lines.iter().map(|line| (text(&line["id"]), line["summary"].clone())).collect()
}

/// The same without the order, in which sessions of one millisecond stand by their ids.
async fn found(world: &World, who: &Person, query: &str) -> Vec<String> {
    let mut ids: Vec<String> =
        list(world, who, query).await.into_iter().map(|(id, _)| id).collect();
    ids.sort();
    ids
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn mine_are_the_sessions_that_i_am_a_member_of() {
    let world = hosting(|_| {}).await;
    let (anna, ben) = (world.guest("Anna").await, world.guest("Ben").await);
    let one = circle(&world, &anna).await;
    let two = circle(&world, &ben).await;
    let board = world.board(&anna, "Whoever owns it is no member").await;
    tell(&world, &anna, &two, "join").await;
    tell(&world, &anna, &two, "wave").await;

    assert_eq!(found(&world, &anna, "mine=true").await, sorted(&[&one, &two]));
    assert_eq!(found(&world, &ben, "mine=1").await, sorted(&[&two]));
    let owned = format!("mine=true&owner={}", anna.id);
    assert_eq!(found(&world, &anna, &owned).await, sorted(&[&one]));
    assert_eq!(found(&world, &anna, "mine=true&game=scoreboard").await, sorted(&[]));
    for query in ["mine=false", "mine=0", "mine=", "limit=50"] {
        let all = found(&world, &anna, query).await;
        for id in [&one, &two, &board] {
            assert!(all.contains(id), "{query}: {all:?}");
        }
    }

    let first = ok(world.get(&anna, "/api/sessions?mine=true&limit=1")).await;
    let next = text(&first["next"]);
    assert_eq!(text(&first["sessions"][0]["id"]), next);
    let path = format!("/api/sessions?mine=true&limit=1&after={next}");
    let second = ok(world.get(&anna, &path)).await;
    assert_eq!(second["next"], Value::Null);
    let last = text(&second["sessions"][0]["id"]);
    assert_eq!(sorted(&[&next, &last]), sorted(&[&one, &two]), "each once");

    tell(&world, &anna, &two, "leave").await;
    assert_eq!(found(&world, &anna, "mine=true").await, sorted(&[&one]));
    tell(&world, &anna, &one, "end").await;
    assert_eq!(found(&world, &anna, "mine=true&status=ended").await, sorted(&[&one]));
    let path = format!("/api/sessions/{one}");
    expect(world.delete(&anna, &path), StatusCode::NO_CONTENT).await;
    assert_eq!(found(&world, &anna, "mine=true").await, sorted(&[]));
}

#[tokio::test]
async fn mine_needs_a_login() {
    let world = hosting(|_| {}).await;
    let nobody = Person::nobody();
    refused(world.get(&nobody, "/api/sessions?mine=true"), 401, "UNAUTHORIZED").await;
    ok(world.get(&nobody, "/api/sessions?mine=false")).await;
    let stranger = Person { token: Some("x.y.z".to_owned()), ..Person::nobody() };
    refused(world.get(&stranger, "/api/sessions"), 401, "UNAUTHORIZED").await;
}

/// Where it is this person's turn, by what the store says.
async fn turns(world: &World, who: &Person) -> Vec<(SessionId, u64)> {
    let user = UserId::new(&who.id).expect("a user id");
    let waiting = world.app().store.waiting(&user, Some("circle"), 9).await.expect("it answers");
    waiting.into_iter().map(|(session, since)| (session, since.0)).collect()
}

/// From the rules to the file and back, over a restart.
#[tokio::test]
async fn summaries_and_turns_are_kept() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let in_a_file = |settings: &mut Settings| {
        settings.store = StoreKind::Sqlite;
        settings.data_dir = dir.path().join("data");
    };
    let world = hosting(in_a_file).await;
    let (anna, ben) = (world.guest("Anna").await, world.guest("Ben").await);
    let board = world.board(&anna, "B").await;
    let one = circle(&world, &anna).await;
    tell(&world, &ben, &one, "join").await;
    let began = turns(&world, &anna).await;
    assert_eq!(began.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().concat(), one);
    tell(&world, &anna, &one, "wave").await;
    assert_eq!(turns(&world, &anna).await, began, "the turn goes on");
    assert_eq!(turns(&world, &ben).await, []);
    world.stop().await;

    let world = hosting(in_a_file).await;
    let mut expected = vec![(one.clone(), json!({"people": 2})), (board, Value::Null)];
    let mut all = list(&world, &anna, "").await;
    all.retain(|line| expected.contains(line));
    all.sort_by_key(|(id, _)| id.clone());
    expected.sort_by_key(|(id, _)| id.clone());
    assert_eq!(all, expected);
    assert_eq!(found(&world, &ben, "mine=true").await, sorted(&[&one]));
    tell(&world, &anna, &one, "wave").await;
    assert_eq!(turns(&world, &anna).await, began, "also over a restart");
    tell(&world, &anna, &one, "pass").await;
    assert_eq!(turns(&world, &anna).await, []);
    let now = turns(&world, &ben).await;
    assert!(now.len() == 1 && now[0].1 >= began[0].1, "{began:?}, then {now:?}");
    tell(&world, &ben, &one, "end").await;
    assert_eq!(turns(&world, &ben).await, []);
    world.stop().await;
}
