//! What the parts of a commit at a table of Nommie take: the commit itself, the views of all who
//! look, and the patches between them. Moves are legal ones, by a fixed order of choice; only the
//! part that is named is timed.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_main};
use engine::limits::Limits;
use engine::{AnyGame, Command, Effect, Input, NewSession, RawJson, Session, Ticket};
use game::{Actor, SeatId, Seed, SessionId, Status, Timestamp, UserId, Viewer};
use nommie::Nommie;
use serde_json::value::RawValue;

const NOW: Timestamp = Timestamp(1_767_225_600_000);
/// After all that waits for the time.
const LATER: Timestamp = Timestamp(NOW.0 + 86_400_000);
const VIEWERS: [Viewer; 5] = [
    Viewer::Seat(SeatId(0)),
    Viewer::Seat(SeatId(1)),
    Viewer::Seat(SeatId(2)),
    Viewer::Seat(SeatId(3)),
    Viewer::Spectator,
];

/// A table at which four people play, one game after the other.
struct Table {
    game: Arc<dyn AnyGame>,
    session: Session,
    moves: u64,
}

impl Table {
    fn new() -> Self {
        let game = engine::erase::<Nommie>();
        let session = seated(&game);
        Self { game, session, moves: 0 }
    }

    /// The next move, and how long it took.
    fn play(&mut self) -> Duration {
        let user = loop {
            if let Some(user) = self.session.to_act().pop() {
                break user;
            } else if self.session.status() == Status::Ended {
                self.session = seated(&self.game);
            } else {
                // A round is over: the clock deals the next one.
                commit(&mut self.session, LATER, Input::Clock);
            }
        };
        let seat = self.session.viewer(Some(&user)).seat().expect("who is to act has a seat");
        let mut legal = self.session.legal(seat);
        self.moves = self.moves.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let body = legal.swap_remove((self.moves >> 33) as usize % legal.len());
        let start = Instant::now();
        give(&mut self.session, Actor::User(user), body);
        start.elapsed()
    }

    /// Shows it to everybody.
    fn look(&mut self) {
        for viewer in VIEWERS {
            black_box(self.session.view(viewer));
        }
    }
}

fn give(session: &mut Session, actor: Actor, body: RawJson) {
    let command = Command { ticket: Ticket(1), actor, body: Some(body), expected: None, key: None };
    commit(session, NOW, Input::Command(command));
}

/// An input that is carried out, and stored at once.
fn commit(session: &mut Session, now: Timestamp, input: Input) {
    let head = session.handle(now, input).into_iter().find_map(|effect| match effect {
        Effect::Commit(record) => Some(record.head),
        _ => None,
    });
    session.handle(now, Input::Committed(head.expect("it is legal")));
}

fn seated(game: &Arc<dyn AnyGame>) -> Session {
    let players: Vec<Actor> = ["ann", "ben", "cy", "di"]
        .map(|name| Actor::User(UserId::new(name).expect("a short text")))
        .into();
    let new = NewSession {
        id: SessionId::new(1).expect("not too large"),
        creator: &players[0],
        options: &raw(r#"{"name":"Friday"}"#),
        seed: Seed::new([7; 32]),
    };
    let record = engine::create(&**game, new, NOW, Limits::default()).expect("fitting options");
    let stored = record.as_stored().expect("the first commit");
    let mut session = Session::load(game.clone(), stored, Limits::default()).expect("what it made");
    for player in &players[1..] {
        give(&mut session, player.clone(), raw(r#"{"do":"join"}"#));
    }
    for player in &players {
        give(&mut session, player.clone(), raw(r#"{"do":"ready","is_ready":true}"#));
    }
    session
}

fn raw(json: &str) -> RawJson {
    RawValue::from_string(json.to_owned()).expect("JSON").into()
}

fn parts_of_a_commit(c: &mut Criterion) {
    let mut group = c.benchmark_group("nommie");
    let mut table = Table::new();
    group.bench_function("commit", |b| {
        b.iter_custom(|count| (0..count).map(|_| table.play()).sum());
    });
    group.bench_function("5 views", |b| {
        b.iter_custom(|count| {
            let views = |_| {
                table.play();
                let start = Instant::now();
                table.look();
                start.elapsed()
            };
            (0..count).map(views).sum()
        });
    });
    group.bench_function("5 patches", |b| {
        b.iter_custom(|count| {
            let patches = |_| {
                let base = table.session.version();
                table.look();
                table.play();
                table.look();
                let start = Instant::now();
                for viewer in VIEWERS {
                    black_box(table.session.patch(viewer, base));
                }
                start.elapsed()
            };
            (0..count).map(patches).sum()
        });
    });
    group.finish();
}

#[allow(missing_docs)]
mod group {
    use super::parts_of_a_commit;
    criterion::criterion_group!(benches, parts_of_a_commit);
}

criterion_main!(group::benches);
