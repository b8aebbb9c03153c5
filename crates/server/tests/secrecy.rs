//! Secrecy over every way out of a real server: two servers hold games that differ only in what one
//! viewer cannot see, and that viewer is sent the same bytes by both: snapshots, updates, patches,
//! events, their history, streams, refusals, entity tags. Must not know how any of it is made.
//!
//! Masked, since they differ between any two servers: the name of the store's incarnation, times,
//! trace ids.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test ends where it fails")]

mod socket;

use std::sync::Arc;

use engine::{CommitRecord, EntryKind, Hash, LogEntry, RawJson, Stored};
use game::{Actor, Draws, Game, SeatId, Seed, SessionId, Status, UserId, Version};
use nommie::{Card, Command, Nommie, Table};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use socket::{House, Person, Socket};

const PEOPLE: [&str; 4] = ["ann", "ben", "cat", "dan"];

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn raw(value: &Value) -> RawJson {
    RawValue::from_string(value.to_string()).unwrap().into()
}

/// A game in the middle of a round, at some trick, made by playing it.
fn game_at(seed: u8, moves: usize) -> (Table, SessionId) {
    let session = SessionId::new(4711).unwrap();
    let mut version = 0;
    let mut ctx = || {
        version += 1;
        let random = Draws::new(&Seed::new([seed; 32]), session, Version(version));
        game::Ctx { session, now: game::Timestamp(version), random }
    };
    let options = serde_json::from_value(json!({})).unwrap();
    let mut table = Nommie::create(options, &Actor::User(user("ann")), &mut ctx()).unwrap().state;
    let mut give = |table: &mut Table, name: &str, command: Command| {
        let actor = Actor::User(user(name));
        *table = Nommie::apply(table, &actor, command, &mut ctx()).unwrap().state;
    };
    for name in &PEOPLE[1..] {
        give(&mut table, name, Command::Join { player: None });
    }
    for name in PEOPLE {
        give(&mut table, name, Command::Ready { is_ready: true });
    }
    for _ in 0..moves {
        let (name, legal) = turn(&table);
        give(&mut table, name, legal);
    }
    (table, session)
}

/// Whose turn it is, and the middle one of their legal moves.
fn turn(table: &Table) -> (&'static str, Command) {
    let seat = PEOPLE.iter().position(|name| Nommie::to_act(table) == [user(name)]).unwrap();
    let mut legal = Nommie::legal(table, SeatId(seat as u8));
    let middle = legal.len() / 2;
    (PEOPLE[seat], legal.swap_remove(middle))
}

/// The same game with other cards where the viewer cannot look: all hands but their own and that of
/// whoever moves next.
fn permuted(table: &Table, own: Option<usize>, mover: usize, random: &mut Draws) -> Table {
    let mut stored = serde_json::to_value(table).unwrap();
    let mut hands: [Vec<Card>; 4] =
        serde_json::from_value(stored["round"]["hands"].clone()).unwrap();
    let hidden: Vec<usize> = (0..4).filter(|seat| Some(*seat) != own && *seat != mover).collect();
    let mut pool: Vec<Card> = hidden.iter().flat_map(|seat| hands[*seat].clone()).collect();
    random.shuffle(&mut pool);
    for seat in hidden {
        let size = hands[seat].len();
        hands[seat] = pool.split_off(pool.len() - size);
        hands[seat].sort_unstable();
    }
    stored["round"]["hands"] = json!(hands);
    serde_json::from_value(stored).unwrap()
}

/// A server that holds this game as the first version of a session.
async fn house(table: &Table, session: SessionId) -> (House, Vec<Person>) {
    let house = House::start().await;
    let mut people = Vec::new();
    for name in PEOPLE.into_iter().chain(["eve"]) {
        people.push(house.person(name).await);
    }
    let state: Arc<[u8]> = serde_json::to_vec(table).unwrap().into();
    let entry = LogEntry {
        session,
        version: Version(1),
        at: game::Timestamp(1),
        kind: EntryKind::Created,
        actor: Actor::User(user("ann")),
        command: raw(&json!({})),
        events: Vec::new(),
        state_hash: Hash::of(&state),
        previous: Hash::ZERO,
    };
    let created = engine::Created {
        game: Nommie::NAME.to_owned(),
        owner: Some(user("ann")),
        seed: Seed::new([7; 32]),
        at: game::Timestamp(1),
    };
    let record = CommitRecord {
        expected: Version::NONE,
        head: entry.hash(),
        entry,
        state,
        status: Status::Running,
        title: Nommie::title(table),
        summary: None,
        members: None,
        to_act: None,
        due_at: None,
        keyed: None,
        created: Some(created),
        deleted: false,
    };
    let stored: Option<Stored> = record.as_stored();
    assert!(stored.is_some());
    house.app().store.commit(record).await.unwrap();
    (house, people)
}

/// Everything that one viewer is sent around one move of another.
async fn received(
    table: &Table,
    session: SessionId,
    viewer: usize,
    mover: &str,
    next: &Command,
) -> Vec<String> {
    let (house, people) = house(table, session).await;
    let (who, epoch) = (&people[viewer], house.app().store.epoch().to_string());
    let api = format!("/api/sessions/{session}");
    let face = format!("/api/games/{session}");
    let reads = [
        api.clone(),
        format!("{api}/legal"),
        format!("{api}/history"),
        format!("{api}/events?since=0"),
        format!("{face}/snapshot"),
        format!("{face}/history"),
        "/api/games?state=in-progress".to_owned(),
        "/api/games/waiting-longest".to_owned(),
    ];
    let mut seen = Vec::new();
    let mut sockets: Vec<Socket> = Vec::new();
    for path in [
        format!("/ws/sessions/{session}"),
        format!("/ws/sessions/{session}?patch=1"),
        format!("/ws/games/{session}"),
    ] {
        let mut socket = house.socket(&path, Some(&who.token)).await;
        socket.next_of(&["snapshot"]).await;
        sockets.push(socket);
    }
    for path in &reads {
        seen.push(house.whole(path, &who.token).await);
    }
    // What a cheat would try: cards of others, out of turn, with and without a version.
    for card in ["AS", "2C", "KH", "7D", "TC", "ZZ"] {
        let play = json!({"card": card, "lock_version": 1});
        if PEOPLE.get(viewer) != Some(&mover) {
            seen.push(house.attempt(&format!("{face}/play"), &who.token, play).await);
        }
        let play = json!({"card": card, "lock_version": 0});
        seen.push(house.attempt(&format!("{face}/play"), &who.token, play).await);
    }
    let by = &people[PEOPLE.iter().position(|name| *name == mover).unwrap()];
    let command = serde_json::to_value(next).unwrap();
    house.command(&by.token, &session.to_string(), command).await;
    for socket in &mut sockets {
        socket
            .until(|message| message["lock_version"] == 2 && message["type"] != "game_event")
            .await;
        // Who is here is told at its own pace; it tells of no card.
        let kept = |text: &&String| !text.contains("\"type\":\"presence\"");
        seen.push(socket.heard.iter().filter(kept).cloned().collect::<Vec<_>>().join("\n"));
    }
    for path in &reads {
        seen.push(house.whole(path, &who.token).await);
    }
    seen.into_iter().map(|text| masked(&text, &epoch)).collect()
}

fn masked(text: &str, epoch: &str) -> String {
    let mut text = text.replace(epoch, "EPOCH");
    for (before, after) in [
        ("\"ts\":\"", "\""),
        ("\"trace_id\":\"", "\""),
        ("updated_at\":\"", "\""),
        ("\"at\":\"", "\""),
    ] {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        text = parts.fold(first, |done, part| {
            let end = part.find(after).unwrap_or(0);
            format!("{done}{before}{}", &part[end..])
        });
    }
    text
}

#[tokio::test]
async fn two_worlds_that_differ_in_what_is_hidden_look_alike() {
    let mut permutations = 0;
    for (seed, moves) in [(1, 0), (2, 4), (3, 9), (4, 27)] {
        println!("seed {seed}, after {moves} moves");
        let (table, session) = game_at(seed, moves);
        let (mover, next) = turn(&table);
        let at = PEOPLE.iter().position(|name| *name == mover).unwrap();
        for viewer in 0..5 {
            let own = (viewer < 4).then_some(viewer);
            let mut random =
                Draws::new(&Seed::new([seed; 32]), session, Version(1000 + viewer as u64));
            let twin = permuted(&table, own, at, &mut random);
            permutations += usize::from(twin != table);
            let real = received(&table, session, viewer, mover, &next).await;
            let other = received(&twin, session, viewer, mover, &next).await;
            assert_eq!(real.len(), other.len());
            for (one, two) in real.iter().zip(&other) {
                assert_eq!(one, two, "seed {seed}, after {moves} moves, viewer {viewer}");
            }
            assert!(
                real.iter().any(|text| text.contains("\"type\":\"patch\"")),
                "no patch was sent"
            );
            assert!(real.iter().any(|text| text.contains("game_event")), "no event was sent");
        }
    }
    assert!(permutations >= 18, "only {permutations} of 20 worlds were other ones");
}

/// The same check finds a difference where there is one: a viewer's own hand.
#[tokio::test]
async fn a_difference_that_may_be_seen_is_seen() {
    let (table, session) = game_at(5, 6);
    let (mover, next) = turn(&table);
    let at = PEOPLE.iter().position(|name| *name == mover).unwrap();
    let viewer = (at + 1) % 4;
    let mut random = Draws::new(&Seed::new([5; 32]), session, Version(1));
    let twin = permuted(&table, None, at, &mut random);
    let real = received(&table, session, viewer, mover, &next).await;
    let other = received(&twin, session, viewer, mover, &next).await;
    let differ = real.iter().zip(&other).filter(|(one, two)| one != two).count();
    assert!(differ >= 6, "snapshots, tags and sockets show the own hand: {differ}");
}
