//! Random commands from random actors: what holds of every board, whatever is done to it.

use std::collections::BTreeSet;

use game::Name;
use proptest::prelude::*;
use proptest::sample::select;
use scoreboard::{BoardView, Scoreboard};
use serde_json::{Value, json};

use crate::play::Table;

const OWNER: &str = "anna";

fn who() -> impl Strategy<Value = &'static str> {
    let all = [OWNER, OWNER, OWNER, "bob", "cleo", "dan", "service:bob", "system", "clock"];
    select(all.to_vec())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[ a-zäöü]{0,12}",
        1 => any::<String>(),
        1 => (250usize..260).prop_map(|n| "é".repeat(n)),
    ]
}

fn id(letter: char) -> impl Strategy<Value = String> {
    (1u8..6).prop_map(move |n| format!("{letter}{n}"))
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -4i64..9, 1 => any::<i64>()]
}

fn drinks() -> impl Strategy<Value = Value> {
    prop::collection::vec((id('d'), name()), 0..5).prop_map(|list| {
        let mut seen = BTreeSet::new();
        let drink = |(id, name)| json!({"id": id, "name": name});
        list.into_iter().filter(|(id, _)| seen.insert(id.clone())).map(drink).collect()
    })
}

fn command() -> impl Strategy<Value = Value> {
    let user = || select(vec!["anna", "bob", "cleo", "dan"]);
    let team = || prop::option::of(id('t'));
    let tallies = prop::collection::vec(
        (id('d'), amount()).prop_map(|(d, a)| json!({"drink_id": d, "amount": a})),
        0..4,
    );
    prop_oneof![
        1 => name().prop_map(|n| json!({"do":"set_title","title":n})),
        1 => name().prop_map(|n| json!({"do":"add_team","name":n})),
        1 => (id('t'), name()).prop_map(|(t, n)| json!({"do":"rename_team","team_id":t,"name":n})),
        1 => id('t').prop_map(|t| json!({"do":"remove_team","team_id":t})),
        3 => (name(), team()).prop_map(|(n, t)| json!({"do":"add_player","name":n,"team_id":t})),
        1 => (id('p'), team()).prop_map(|(p, t)| json!({"do":"edit_player","player_id":p,"team_id":t})),
        2 => (id('p'), tallies).prop_map(|(p, d)| json!({"do":"edit_player","player_id":p,"drinks":d})),
        1 => id('p').prop_map(|p| json!({"do":"remove_player","player_id":p})),
        4 => (id('p'), id('d'), amount()).prop_map(
            |(p, d, a)| json!({"do":"add_drink","player_id":p,"drink_id":d,"amount":a})
        ),
        1 => user().prop_map(|u| json!({"do":"grant","user_id":u})),
        1 => user().prop_map(|u| json!({"do":"revoke","user_id":u})),
        1 => Just(json!({"do":"invite"})),
        // "right" stands for the code that was given out last.
        1 => select(vec!["right", "0000-0000-0000", "?"]).prop_map(|c| json!({"do":"join","code":c})),
        2 => (0u64..20, drinks()).prop_map(|(v, d)| json!({"do":"catalogue","version":v,"drinks":d})),
        1 => Just(json!({"do":"dance"})),
    ]
}

/// A board with something on it, so that most commands meet what they name.
fn board() -> Table<Scoreboard> {
    let teams = json!([{"name":"A"},{"name":"B"},{"name":"C"}]);
    let mut table = Table::open(OWNER, json!({"title":"x","teams":teams})).expect("a good board");
    for team in ["t1", "t2", "t2", "t3"] {
        let add = json!({"do":"add_player","name":"P","team_id":team});
        table.give(OWNER, add).expect("the owner may");
    }
    table
}

fn typed(view: &Value) -> BoardView {
    serde_json::from_value(view.clone()).expect("a view reads back")
}

/// What every view keeps to.
fn check_view(view: &Value, code: Option<&str>) {
    let board = typed(view);
    let teams: BTreeSet<_> = board.teams.iter().map(|team| &team.id).collect();
    let players: BTreeSet<_> = board.players.iter().map(|player| &player.id).collect();
    assert_eq!(teams.len(), board.teams.len(), "no team stands there twice");
    assert_eq!(players.len(), board.players.len(), "no player stands there twice");
    for player in &board.players {
        assert!(player.team_id.as_ref().is_none_or(|team| teams.contains(team)), "{player:?}");
        assert!(player.drinks.iter().all(|tally| tally.amount > 0), "{player:?}");
        let kinds: BTreeSet<_> = player.drinks.iter().map(|tally| &tally.drink_id).collect();
        assert_eq!(kinds.len(), player.drinks.len(), "{player:?}");
    }
    for team in &board.teams {
        let members = board.players.iter().filter(|p| p.team_id.as_ref() == Some(&team.id));
        assert!(members.map(|p| &p.id).eq(&team.player_ids), "{team:?}");
    }
    let all: u64 = board.players.iter().map(|player| player.score()).sum();
    let by_team: u64 = board.teams.iter().map(|team| board.team_score(Some(&team.id))).sum();
    assert_eq!(all, by_team + board.team_score(None), "totals are sums");
    let names = board.teams.iter().map(|t| &t.name).chain(board.players.iter().map(|p| &p.name));
    let drinks = board.players.iter().flat_map(|p| p.drinks.iter().map(|t| &t.drink_name));
    for name in names.chain(drinks).chain([&board.title]) {
        assert_eq!(Name::new(name.as_str()).as_ref(), Ok(name));
    }
    assert!(!board.editors.iter().any(|editor| editor.as_str() == OWNER));
    if let Some(code) = code {
        let shown = view.to_string();
        assert!(!shown.contains(code) && !shown.contains(&code.replace('-', "")), "the code leaks");
    }
}

/// May `who` have carried out `command` on the board that `before` shows?
fn had_the_right(who: &str, command: &Value, before: &BoardView) -> bool {
    let user = who.strip_prefix("service:").unwrap_or(who);
    let owner = user == OWNER;
    match command["do"].as_str().expect("a tag") {
        "catalogue" => who == "system",
        "join" => command["code"] == "right" && who != "system" && who != "clock",
        "grant" | "revoke" | "invite" => owner || who == "system",
        _ => owner || who == "system" || before.editors.iter().any(|id| id.as_str() == user),
    }
}

proptest! {
    #[test]
    fn every_board_keeps_its_invariants(script in prop::collection::vec((who(), command()), 1..60)) {
        let mut table = board();
        let mut code: Option<String> = None;
        for (who, asked) in script {
            let before = table.view();
            let mut command = asked.clone();
            if asked["code"] == "right" {
                command["code"] = json!(code.as_deref().unwrap_or("ZZZZ-ZZZZ-ZZZZ"));
            }
            let drunk = |view: &Value| typed(view).team_scores();
            match table.give(who, command) {
                Ok(reply) => {
                    prop_assert!(had_the_right(who, &asked, &typed(&before)), "{} {}", who, asked);
                    if asked["do"] == "invite" {
                        code = reply["code"].as_str().map(str::to_owned);
                        prop_assert!(code.is_some());
                    }
                    if asked["do"] == "catalogue" {
                        prop_assert_eq!(drunk(&before), drunk(&table.view()), "a catalogue counts nothing");
                    }
                }
                Err(_) => prop_assert_eq!(&table.view(), &before, "refused, so nothing changed"),
            }
            check_view(&table.view(), code.as_deref());
        }
    }

    #[test]
    fn a_state_reads_back_as_it_was(script in prop::collection::vec(command(), 1..40)) {
        let mut table = board();
        for command in script {
            let who = if command["do"] == "catalogue" { "system" } else { OWNER };
            let _ = table.give(who, command);
            let stored = serde_json::to_string(&table.state).unwrap();
            table.state = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&serde_json::to_string(&table.state).unwrap(), &stored);
        }
    }
}

/// Short for this file: the sums that a catalogue must not move.
trait Sums {
    fn team_scores(&self) -> Vec<u64>;
}

impl Sums for BoardView {
    fn team_scores(&self) -> Vec<u64> {
        let teams = self.teams.iter().map(|team| self.team_score(Some(&team.id)));
        teams.chain([self.team_score(None)]).collect()
    }
}
