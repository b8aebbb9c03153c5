//! A wallet under test, and its clock.

use casino::{Casino, Command, Event, Options, Play, Wallet};
use game::{
    Actor, Commit, Ctx, Draws, Game, Refusal, SeatId, Seed, SessionId, Timestamp, UserId, Version,
    Viewer,
};
use serde_json::{Value, json};

pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

/// The wallet of Ann, played with as the server would.
pub(crate) struct Table {
    pub(crate) wallet: Wallet,
    pub(crate) now: Timestamp,
    pub(crate) seed: u8,
    version: u64,
    pub(crate) plays: Vec<Play>,
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn ann() -> Actor {
    Actor::User(user("ann"))
}

impl Table {
    pub(crate) fn new(seed: u8) -> Self {
        Self::with(seed, &json!({ "user": "ann" }))
    }

    pub(crate) fn with(seed: u8, options: &Value) -> Self {
        let options: Options = serde_json::from_value(options.clone()).unwrap();
        let mut ctx = ctx(seed, 1, START);
        let wallet = Casino::create(options, &Actor::System, &mut ctx).unwrap().state;
        Self { wallet, now: START, seed, version: 1, plays: Vec::new() }
    }

    pub(crate) fn ask_as(
        &mut self,
        actor: &Actor,
        command: &Value,
    ) -> Result<Commit<Wallet, Event>, Refusal> {
        let command: Command = serde_json::from_value(command.clone()).unwrap();
        let mut ctx = ctx(self.seed, self.version + 1, self.now);
        let commit = Casino::apply(&self.wallet, actor, command, &mut ctx)?;
        self.version += 1;
        // As a store and a log keep them.
        let text = serde_json::to_string(&commit.state).unwrap();
        self.wallet = serde_json::from_str(&text).unwrap();
        assert_eq!(self.wallet, commit.state);
        self.plays.extend(commit.events.iter().filter_map(|event| match event {
            Event::Play(play) => Some(play.clone()),
            _ => None,
        }));
        Ok(commit)
    }

    /// The answer to a command of Ann's.
    pub(crate) fn ask(&mut self, command: &Value) -> Value {
        self.ask_as(&ann(), command).unwrap().reply
    }

    /// The code of a refusal; the wallet is what it was.
    pub(crate) fn refused(&mut self, actor: &Actor, command: &Value) -> String {
        let before = self.wallet.clone();
        let refusal = self.ask_as(actor, command).unwrap_err();
        assert_eq!(self.wallet, before);
        refusal.code.into_owned()
    }

    pub(crate) fn grant(&mut self, amount: u64) {
        self.ask_as(&Actor::System, &json!({ "do": "grant", "amount": amount })).unwrap();
    }

    pub(crate) fn view(&self) -> Value {
        serde_json::to_value(Casino::view(&self.wallet, Viewer::Seat(SeatId(0)))).unwrap()
    }

    pub(crate) fn balance(&self) -> u64 {
        self.view()["balance"].as_u64().unwrap()
    }

    /// What is stored and never sent.
    pub(crate) fn stored(&self) -> Value {
        serde_json::to_value(&self.wallet).unwrap()
    }
}

pub(crate) fn ctx(seed: u8, version: u64, now: Timestamp) -> Ctx {
    let session = SessionId::new(u64::from(seed) + 1).unwrap();
    let random = Draws::new(&Seed::new([seed; 32]), session, Version(version));
    Ctx { session, now, random }
}
