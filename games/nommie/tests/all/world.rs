//! A table with a clock of its own, and a log that can be played again. Must not check rules.

use game::{
    Actor, Ctx, Draws, Game, Refusal, SeatId, Seed, SessionId, Timestamp, UserId, Version, Viewer,
};
use nommie::{Command, Event, Nommie, Options, Table};
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) table: Table,
    pub(crate) now: u64,
    pub(crate) log: Vec<(Actor, Command, u64)>,
    seed: u8,
    options: Value,
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).expect("a user id")
}

pub(crate) fn person(name: &str) -> Actor {
    Actor::User(user(name))
}

pub(crate) const PEOPLE: [&str; 4] = ["ann", "ben", "cat", "dan"];

fn ctx(seed: u8, version: u64, now: u64) -> Ctx {
    let session = SessionId::new(7).expect("an id");
    let random = Draws::new(&Seed::new([seed; 32]), session, Version(version));
    Ctx { session, now: Timestamp(now), random }
}

impl World {
    /// Ann's table.
    pub(crate) fn new(seed: u8, options: Value) -> Self {
        let made = parse(&options);
        let commit = Nommie::create(made, &person("ann"), &mut ctx(seed, 1, 0)).expect("created");
        Self { table: commit.state, now: 0, log: Vec::new(), seed, options }
    }

    /// Four people sit and are ready: round 1 is dealt, and seat 1 bids first.
    pub(crate) fn of_people(seed: u8, options: Value) -> Self {
        let mut world = Self::new(seed, options);
        for name in &PEOPLE[1..] {
            world.must(name, json!({"do": "join"}));
        }
        for name in PEOPLE {
            world.must(name, json!({"do": "ready", "is_ready": true}));
        }
        world
    }

    pub(crate) fn give(&mut self, actor: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let version = self.log.len() as u64 + 2;
        let mut ctx = ctx(self.seed, version, self.now);
        let commit = Nommie::apply(&self.table, &actor, command.clone(), &mut ctx)?;
        self.log.push((actor, command, self.now));
        self.table = commit.state;
        Ok(commit.events)
    }

    pub(crate) fn ask(&mut self, name: &str, command: Value) -> Result<Vec<Event>, Refusal> {
        let command = serde_json::from_value(command).expect("a command");
        self.give(person(name), command)
    }

    pub(crate) fn must(&mut self, name: &str, command: Value) -> Vec<Event> {
        let text = command.to_string();
        self.ask(name, command).unwrap_or_else(|why| panic!("{name} {text}: {why}"))
    }

    /// The code with which it is refused; nothing has changed.
    pub(crate) fn refused(&mut self, name: &str, command: Value) -> String {
        let before = self.table.clone();
        let text = command.to_string();
        let why = self.ask(name, command).expect_err(&text);
        assert_eq!(self.table, before);
        why.code.into_owned()
    }

    /// Lets time pass until the next deadline, and carries it out.
    pub(crate) fn tick(&mut self) -> Vec<Event> {
        let due = Nommie::deadline(&self.table).expect("something is due");
        self.now = self.now.max(due.at.0);
        self.give(Actor::Clock, due.command).expect("a deadline is never refused")
    }

    pub(crate) fn view(&self, viewer: Option<u8>) -> Value {
        let viewer = viewer.map_or(Viewer::Spectator, |seat| Viewer::Seat(SeatId(seat)));
        serde_json::to_value(Nommie::view(&self.table, viewer)).expect("JSON")
    }

    /// What everyone sees.
    pub(crate) fn open(&self) -> Value {
        self.view(None)["snapshot"].clone()
    }

    pub(crate) fn phase(&self) -> String {
        self.open()["phase"]["phase"].as_str().expect("a tag").to_owned()
    }

    pub(crate) fn data(&self) -> Value {
        self.open()["phase"]["data"].clone()
    }

    /// The seat whose turn it is.
    pub(crate) fn to_act(&self) -> u8 {
        u8::try_from(self.data()["to_act"].as_u64().expect("somebody's turn")).expect("a seat")
    }

    /// The first legal move of the seat whose turn it is, by the person there.
    pub(crate) fn move_on(&mut self) -> Vec<Event> {
        let seat = self.to_act();
        let legal = Nommie::legal(&self.table, SeatId(seat));
        let name = PEOPLE[usize::from(seat)];
        self.give(person(name), legal[0].clone()).expect("it is legal")
    }

    /// Everyone makes their first legal move until it is so.
    pub(crate) fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            if self.phase() == "Scoring" {
                self.tick();
            } else {
                self.move_on();
            }
        }
    }

    /// The same commands again, from the start.
    pub(crate) fn replayed(&self) -> Self {
        let mut again = Self::new(self.seed, self.options.clone());
        for (actor, command, now) in self.log.clone() {
            again.now = now;
            again.give(actor, command).expect("it was carried out before");
        }
        again
    }
}

pub(crate) fn parse(options: &Value) -> Options {
    serde_json::from_value(options.clone()).expect("options")
}

impl World {
    /// Is the turn clock stopped?
    pub(crate) fn table_is_paused(&self) -> bool {
        !self.open()["turn_clock"]["paused_ms"].is_null()
    }
}
