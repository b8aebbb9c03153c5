//! Prints a replay: a table, a view, a verdict; for people with colours, for programs as JSON. Must
//! not know how a log is played.

use std::fmt::Write as _;
use std::io::{IsTerminal, stdout};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use server::clock::rfc3339;

use crate::print;
use server::replay::{Player, Recording, Step, Viewer};

/// Longest command in the table, in characters: a line of 120 columns has room for no more.
const COMMAND: usize = 48;

/// Width of the column of actors; longer ones are cut.
const ACTOR: usize = 20;

/// Where a replay is printed to, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    colour: bool,
    json: bool,
}

impl Out {
    pub(super) fn new(colour: &str, json: bool) -> Self {
        let colour = match colour {
            "always" => true,
            "never" => false,
            _ => stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        Self { colour: colour && !json, json }
    }

    /// What stands above the table.
    pub(super) fn head(self, recording: &Recording) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        let gone = if recording.stored().deleted { ", deleted" } else { "" };
        let (session, game) = (recording.stored().session, recording.game());
        let versions = recording.version();
        let title = format!("session {session}: {game}, {versions} versions{gone}");
        let columns = columns("version", "time", "actor", "command", "events", "hash");
        print::line(format!("{}\n{}", self.paint(bold(), &title), self.paint(dim(), &columns)))
    }

    /// One commit.
    pub(super) fn row(self, step: &Step) -> anyhow::Result<()> {
        let entry = &step.entry;
        if self.json {
            return print::line(serde_json::to_string(&Commit::from(step))?);
        }
        let command = match entry.kind.as_str() {
            "command" => clean(entry.command.get()),
            kind if entry.command.get() == "null" => kind.to_owned(),
            kind => format!("{kind} {}", clean(entry.command.get())),
        };
        let hash = match step.outcome {
            Ok(()) => self.paint(AnsiColor::Green.on_default(), "ok"),
            Err(_) => self.paint(AnsiColor::Red.on_default().bold(), "BROKEN"),
        };
        print::line(columns(
            &entry.version.to_string(),
            &rfc3339(entry.at),
            &cut(&clean(&entry.actor.to_string()), ACTOR),
            &cut(&command, COMMAND),
            &entry.events.len().to_string(),
            &hash,
        ))
    }

    /// What a viewer saw where the player stands, which `step` has led to.
    pub(super) fn view(self, player: &Player, viewer: Viewer, step: &Step) -> anyhow::Result<()> {
        let (recording, replay) = (player.recording(), player.replay());
        let view = recording.view(replay, viewer).context("a step has led here")?;
        let about = recording.about(replay);
        let seat = viewer.seat().map(|seat| seat.0);
        if self.json {
            let shown = Shown {
                session: recording.stored().session.to_string(),
                lock_version: replay.version().0,
                viewer_seat: seat,
                at: rfc3339(step.entry.at),
                kind: step.entry.kind.as_str(),
                actor: json!(step.entry.actor),
                command: &step.entry.command,
                events: step.entry.events.iter().map(|event| &**event).collect(),
                about: json!(about),
                data: &view,
            };
            return print::line(serde_json::to_string(&shown)?);
        }
        let seen_as = seat.map_or_else(|| "spectators".to_owned(), |seat| format!("seat {seat}"));
        let about = about.map(|about| format!("{}, {}", clean(&about.title), about.status));
        eprintln!(
            "version {} of {}, as {seen_as}: {}; made at {} by {} with {}",
            replay.version(),
            recording.version(),
            about.unwrap_or_default(),
            rfc3339(step.entry.at),
            clean(&step.entry.actor.to_string()),
            clean(step.entry.command.get()),
        );
        let mut text = String::new();
        self.value(&mut text, &serde_json::from_str(view.get())?, 0);
        print::line(text)
    }

    /// Whether the log is whole; otherwise at which version it breaks, and why.
    pub(super) fn verdict(
        self,
        recording: &Recording,
        broken: Option<(u64, &str)>,
    ) -> anyhow::Result<()> {
        let (session, game) = (recording.stored().session, recording.game());
        let versions = recording.version();
        if self.json {
            let mut verdict = json!({
                "session": session, "game": game, "versions": versions, "ok": broken.is_none(),
            });
            if let Some((version, why)) = broken {
                (verdict["breaks_at"], verdict["why"]) = (json!(version), json!(why));
            }
            return print::line(verdict);
        }
        let found = match broken {
            None => self.paint(AnsiColor::Green.on_default(), "every hash checks out"),
            Some((version, _)) => {
                let found = format!("broken from version {version} on");
                self.paint(AnsiColor::Red.on_default().bold(), &found)
            }
        };
        print::line(format!("session {session}: {game}, {versions} versions: {found}"))
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// JSON over several lines, as `serde_json` lays it out, in colours.
    fn value(self, text: &mut String, value: &Value, depth: usize) {
        let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
        match value {
            Value::Array(items) if !items.is_empty() => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    let _ = write!(text, "{comma}\n{inner}");
                    self.value(text, item, depth + 1);
                }
                let _ = write!(text, "\n{outer}]");
            }
            Value::Object(fields) if !fields.is_empty() => {
                text.push('{');
                for (place, (name, field)) in fields.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    let name = clean(&json!(name).to_string());
                    let name = self.paint(AnsiColor::Cyan.on_default(), &name);
                    let _ = write!(text, "{comma}\n{inner}{name}: ");
                    self.value(text, field, depth + 1);
                }
                let _ = write!(text, "\n{outer}}}");
            }
            Value::String(_) => {
                let string = clean(&value.to_string());
                text.push_str(&self.paint(AnsiColor::Green.on_default(), &string));
            }
            Value::Number(_) | Value::Bool(_) => {
                let plain = value.to_string();
                text.push_str(&self.paint(AnsiColor::Yellow.on_default(), &plain));
            }
            empty => text.push_str(&self.paint(dim(), &empty.to_string())),
        }
    }
}

const fn bold() -> Style {
    Style::new().bold()
}

const fn dim() -> Style {
    Style::new().dimmed()
}

fn columns(
    version: &str,
    at: &str,
    actor: &str,
    command: &str,
    events: &str,
    hash: &str,
) -> String {
    format!("{version:>7}  {at:<24}  {actor:<ACTOR$}  {command:<COMMAND$}  {events:>6}  {hash}")
}

/// A commit as it is stored, for programs.
#[derive(Serialize)]
struct Commit<'a> {
    version: u64,
    at: String,
    kind: &'static str,
    actor: Value,
    command: &'a RawValue,
    events: Vec<&'a RawValue>,
    state_hash: String,
    previous: String,
    /// It follows from those before.
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl<'a> From<&'a Step> for Commit<'a> {
    fn from(step: &'a Step) -> Self {
        let entry = &step.entry;
        Self {
            version: entry.version.0,
            at: rfc3339(entry.at),
            kind: entry.kind.as_str(),
            actor: json!(entry.actor),
            command: &entry.command,
            events: entry.events.iter().map(|event| &**event).collect(),
            state_hash: entry.state_hash.to_string(),
            previous: entry.previous.to_string(),
            ok: step.outcome.is_ok(),
            why: step.outcome.as_ref().err().map(ToString::to_string),
        }
    }
}

/// A view and the commit that led to it, for programs.
#[derive(Serialize)]
struct Shown<'a> {
    session: String,
    lock_version: u64,
    viewer_seat: Option<u8>,
    at: String,
    kind: &'static str,
    actor: Value,
    command: &'a RawValue,
    events: Vec<&'a RawValue>,
    /// Game, status, title, and what is known of the seed.
    #[serde(flatten)]
    about: Value,
    data: &'a RawValue,
}

/// What people wrote stands in commands and names: nothing in it may steer the terminal.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_like_everywhere_and_colours_are_only_paint() {
        let value = json!({"a": [1, {"b": "x\u{1b}[2J"}], "c": {}, "d": [], "e": null, "f": true});
        let print = |colour| {
            let mut text = String::new();
            Out { colour, json: false }.value(&mut text, &value, 0);
            text
        };
        assert_eq!(print(false), serde_json::to_string_pretty(&value).unwrap());
        let mut painted = print(true);
        assert!(painted.contains("\u{1b}[36m\"a\"\u{1b}[0m: "), "{painted:?}");
        while let Some(from) = painted.find("\u{1b}[") {
            let to = from + painted[from..].find('m').unwrap();
            painted.replace_range(from..=to, "");
        }
        assert_eq!(painted, print(false));
    }

    #[test]
    fn what_is_too_long_is_cut_by_characters() {
        assert_eq!(cut("äöüß", 4), "äöüß");
        assert_eq!(cut("äöüßé", 4), "äöü…");
        assert_eq!(clean("a\u{1b}[2J\nb"), "a[2Jb");
    }
}
