//! Proves at random that nobody is told how the coin lies (`docs/testing-a-game.md`). Must not know
//! how leaks are found.

use game::testkit::{Secrets, Twin, check};
use game::{Actor, Draws, Game, SeatId, UserId, Viewer};
use serde_json::{Value, json};
use tic_tac_toe::{Command, State, TicTacToe};

struct Coin;

fn person(name: &str) -> Actor {
    Actor::User(UserId::new(name).expect("a good name"))
}

fn coin(random: &mut Draws) -> bool {
    random.below(2) == 1
}

fn flip(value: &mut Value) {
    *value = json!(*value == false);
}

fn cell(random: &mut Draws) -> usize {
    usize::try_from(random.below(9)).expect("below nine")
}

impl Secrets for Coin {
    type Game = TicTacToe;
    const SEATS: u8 = 2;

    fn start(_: &mut Draws) -> (Value, Actor) {
        (Value::Null, person("anna"))
    }

    fn next(state: &State, random: &mut Draws) -> Option<(Actor, Command)> {
        let view = TicTacToe::view(state, Viewer::Spectator);
        let free: Vec<usize> = (0..9).filter(|cell| view["cells"][cell].is_null()).collect();
        match (view["seated"].as_u64(), view["turn"].as_u64()) {
            (Some(0), _) => Some((person("anna"), Command::Sit { turn_over: coin(random) })),
            (Some(1), _) => Some((person("bob"), Command::Sit { turn_over: coin(random) })),
            (_, Some(seat)) => {
                let who = if seat == 0 { "anna" } else { "bob" };
                Some((person(who), Command::Mark { cell: *random.pick(&free)? }))
            }
            _ => None,
        }
    }

    fn attempts(_: &State, viewer: Viewer, random: &mut Draws) -> Vec<(Actor, Command)> {
        let who = match viewer {
            Viewer::Spectator => "cleo",
            Viewer::Seat(SeatId(0)) => "anna",
            Viewer::Seat(_) => "bob",
        };
        let sit = Command::Sit { turn_over: coin(random) };
        let marks = [cell(random), 9].map(|cell| Command::Mark { cell });
        [sit].into_iter().chain(marks).map(|command| (person(who), command)).collect()
    }

    fn permute(
        state: &State,
        viewer: Viewer,
        next: Option<&(Actor, Command)>,
        random: &mut Draws,
    ) -> Option<Twin<Self>> {
        // The fields of a state are the game's own: go through what is stored.
        let mut other = serde_json::to_value(state).expect("a state is JSON");
        let own = viewer.seat().map(|seat| usize::from(seat.0));
        let seated = other["players"].as_array().map_or(0, Vec::len);
        let sits = matches!(next, Some((_, Command::Sit { .. })));
        // What the others did with the coin may be otherwise, if it fell otherwise as well: who
        // begins stays as it is.
        for seat in (0..seated).filter(|seat| Some(*seat) != own) {
            if coin(random) {
                flip(&mut other["players"][seat][1]);
                flip(&mut other["tails"]);
            }
        }
        let mut other_next = None;
        if let Some((actor, Command::Sit { turn_over })) = next
            && own != Some(seated)
            && coin(random)
        {
            other_next = Some((actor.clone(), Command::Sit { turn_over: !turn_over }));
            flip(&mut other["tails"]);
        }
        // Until both sit nobody knows who begins.
        if seated + usize::from(sits) < 2 && coin(random) {
            flip(&mut other["tails"]);
        }
        let twin = Twin::new(serde_json::from_value(other).expect("still a state"));
        Some(match other_next {
            Some((actor, command)) => twin.with_next(actor, command),
            None => twin,
        })
    }
}

#[test]
fn nothing_tells_how_the_coin_lies() {
    let seed = 7;
    let checked = check::<Coin>(seed, 200, 11).expect("nothing leaks");
    println!("seed {seed}: {checked}");
    assert!(checked.permuted * 2 > checked.comparisons, "{checked}");
}
