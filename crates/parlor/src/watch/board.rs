//! Draws a view for the terminal: a scoreboard as a board, anything else as JSON. Must not know
//! where the view comes from.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Deserialize;
use serde_json::Value;

/// Longest bar of the ranking.
const BAR: u64 = 24;

#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    pub(super) fn text(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// The line above the view.
    pub(super) fn head(
        self,
        session: &str,
        version: u64,
        status: &str,
        viewers: Option<u64>,
    ) -> String {
        let colour = if status == "live" { AnsiColor::Green } else { AnsiColor::Yellow };
        let status = self.text(colour.on_default().bold(), &format!("● {}", clean(status)));
        let watching = viewers.map_or_else(String::new, |n| format!(" · {n} watching"));
        let rest = format!(" · session {session} · version {version}{watching}");
        format!("{status}{}\n", self.text(Style::new().dimmed(), &rest))
    }
}

#[derive(Deserialize)]
struct Board {
    title: String,
    players: Vec<Player>,
    teams: Vec<Team>,
}

#[derive(Deserialize)]
struct Player {
    name: String,
    team_id: Option<String>,
    drinks: Vec<Tally>,
}

#[derive(Deserialize)]
struct Tally {
    drink_name: String,
    amount: u64,
}

#[derive(Deserialize)]
struct Team {
    id: String,
    name: String,
}

impl Player {
    fn score(&self) -> u64 {
        self.drinks.iter().map(|tally| tally.amount).sum()
    }
}

/// The view as text, ending in a line break.
pub(super) fn draw(paint: Paint, view: &Value) -> String {
    match Board::deserialize(view) {
        Ok(board) => draw_board(paint, &board),
        Err(_) => format!("{}\n", serde_json::to_string_pretty(view).unwrap_or_default()),
    }
}

fn draw_board(paint: Paint, board: &Board) -> String {
    let mut text = format!("\n{}\n", paint.text(Style::new().bold(), &clean(&board.title)));
    let most = board.players.iter().map(Player::score).max().unwrap_or(0).max(1);
    let named = board.teams.iter().map(|team| (Some(&team.id), team.name.as_str()));
    for (id, name) in named.chain([(None, "No team")]) {
        let mut players: Vec<&Player> =
            board.players.iter().filter(|player| player.team_id.as_ref() == id).collect();
        if players.is_empty() && id.is_none() {
            continue;
        }
        players.sort_by_key(|player| std::cmp::Reverse(player.score()));
        let total: u64 = players.iter().map(|player| player.score()).sum();
        let title = format!("{}  {total}", clean(name));
        let _ = writeln!(text, "\n{}", paint.text(AnsiColor::Cyan.on_default().bold(), &title));
        for player in players {
            let score = player.score();
            let width = usize::try_from(score.saturating_mul(BAR) / most).unwrap_or(0);
            let bar = paint.text(AnsiColor::Magenta.on_default(), &"█".repeat(width));
            let drinks: Vec<String> = player
                .drinks
                .iter()
                .map(|tally| format!("{} {}", tally.amount, clean(&tally.drink_name)))
                .collect();
            let drinks = paint.text(Style::new().dimmed(), &drinks.join(", "));
            let _ = writeln!(text, "  {:<20} {score:>4} {bar} {drinks}", clean(&player.name));
        }
    }
    text
}

/// Names come from strangers: nothing in them may steer the terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_board_shows_teams_totals_and_ranks() {
        let view = json!({"id": "1", "title": "Friday\u{1b}[2J", "teams": [
            {"id": "t1", "name": "Red", "player_ids": ["p1", "p2"]}],
            "players": [
                {"id": "p1", "name": "Ann", "team_id": "t1", "drinks": [
                    {"drink_id": "d1", "drink_name": "Mojito", "amount": 2}]},
                {"id": "p2", "name": "Bob", "team_id": "t1", "drinks": [
                    {"drink_id": "d1", "drink_name": "Mojito", "amount": 5}]},
                {"id": "p3", "name": "Cy", "team_id": null, "drinks": []}]});
        let text = draw(Paint { colour: false }, &view);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[0], "Friday[2J", "control characters are gone");
        assert_eq!(lines[1], "Red  7");
        assert!(
            lines[2].starts_with("  Bob")
                && lines[2].contains(" 5 ")
                && lines[2].ends_with("5 Mojito")
        );
        assert!(lines[3].starts_with("  Ann"));
        assert_eq!(lines[4], "No team  0");
        assert!(lines[5].starts_with("  Cy"));
    }

    #[test]
    fn another_game_is_shown_as_json() {
        assert_eq!(draw(Paint { colour: true }, &json!({"public": 1})), "{\n  \"public\": 1\n}\n");
    }
}
