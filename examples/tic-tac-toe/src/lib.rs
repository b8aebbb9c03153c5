//! Tic-tac-toe with a hidden coin: nobody knows who begins until both have held it in secret.
//! Shows how a game is written (`docs/first-game.md`). Must not know any crate but `game`.

use game::{Actor, Commit, Ctx, Game, GameName, NoEvent, Refusal, SeatId, Status, UserId, Viewer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Everything the rules know: stored, never sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    tails: bool,                  // how the coin fell before anyone sat down
    players: Vec<(UserId, bool)>, // who holds seats 0 and 1, and did they turn the coin over?
    cells: [Option<u8>; 9],       // the seat that has marked each cell, row by row
}

/// What a player may ask for: `{"do":"sit","turn_over":true}`, `{"do":"mark","cell":4}`.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Command {
    Sit { turn_over: bool },
    Mark { cell: usize },
}

impl State {
    fn winner(&self) -> Option<u8> {
        // Every line of three: its first cell, and the step to the next.
        let lines = [(0, 1), (3, 1), (6, 1), (0, 3), (1, 3), (2, 3), (0, 4), (2, 2)];
        let marks = lines.map(|(at, by)| [at, at + by, at + 2 * by].map(|cell| self.cells[cell]));
        marks.into_iter().find(|[a, b, c]| a.is_some() && a == b && b == c)?[0]
    }

    fn turn(&self) -> Option<SeatId> {
        let [(_, first), (_, second)] = self.players[..] else { return None };
        let marks = self.cells.iter().flatten().count();
        let over = marks == self.cells.len() || self.winner().is_some();
        let begins = usize::from(self.tails ^ first ^ second);
        (!over).then_some(SeatId(u8::from((begins + marks) % 2 == 1)))
    }
}

/// The rules.
pub struct TicTacToe;
type Decision = Result<Commit<State, NoEvent>, Refusal>;

impl Game for TicTacToe {
    const NAME: GameName = "tic-tac-toe";
    type Options = Value; // there are none
    type State = State;
    type Command = Command;
    type Event = NoEvent;
    type View = Value;
    type EventView = NoEvent;

    fn create(_: Value, _: &Actor, ctx: &mut Ctx) -> Decision {
        let tails = ctx.random.below(2) == 1;
        Ok(Commit::new(State { tails, players: Vec::new(), cells: [None; 9] }))
    }

    fn apply(state: &State, actor: &Actor, command: Command, _: &mut Ctx) -> Decision {
        let user = actor.user().ok_or_else(|| Refusal::forbidden("only people play"))?;
        let seat = Self::seat_of(state, user);
        let room = seat.is_none() && state.players.len() < 2;
        let turn = seat.is_some() && seat == state.turn();
        let free = |cell| state.cells.get(cell) == Some(&None);
        let mut next = state.clone();
        match command {
            Command::Sit { turn_over } if room => next.players.push((user.clone(), turn_over)),
            Command::Sit { .. } => return Err(Refusal::conflict("NO_SEAT", "no seat for you")),
            Command::Mark { .. } if !turn => return Err(Refusal::rule("NOT_YOUR_TURN", "wait")),
            Command::Mark { cell } if free(cell) => next.cells[cell] = seat.map(|seat| seat.0),
            Command::Mark { .. } => return Err(Refusal::rule("NOT_FREE", "mark a free cell")),
        }
        Ok(Commit::new(next))
    }

    fn view(state: &State, viewer: Viewer) -> Value {
        let own = viewer.seat().and_then(|seat| state.players.get(usize::from(seat.0)));
        json!({ "cells": state.cells, "seated": state.players.len(), "turn": state.turn(),
                "winner": state.winner(), "turned_over": own.map(|own| own.1) })
    }

    fn event_for(event: &NoEvent, _: Viewer) -> Option<NoEvent> {
        match *event {}
    }

    fn title(_: &State) -> String {
        "Tic-tac-toe".to_owned()
    }

    fn seat_of(state: &State, user: &UserId) -> Option<SeatId> {
        (0..).zip(&state.players).find(|(_, (id, _))| id == user).map(|(n, _)| SeatId(n))
    }

    fn status(state: &State) -> Status {
        let open = state.players.len() < 2;
        if open { Status::Open } else { state.turn().map_or(Status::Ended, |_| Status::Running) }
    }
}
