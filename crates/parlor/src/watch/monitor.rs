//! The events of all users in the terminal, a line each. Must not know how the stream comes back.

use anstyle::{AnsiColor, Style};
use anyhow::bail;
use client::{Api, Change, Stream, events};
use serde_json::{Value, json};

use super::board::{Paint, clean};
use crate::print;

/// Follows until the server ends it, or Ctrl-C does.
pub(super) async fn follow(api: Api, paint: Paint, as_json: bool) -> anyhow::Result<()> {
    let mut stream = Stream::of_all(api);
    loop {
        let change = tokio::select! {
            change = stream.next() => change,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let Some(change) = change else { return Ok(()) };
        let text = if as_json { format!("{}\n", line_of(&change)) } else { told(paint, &change) };
        print::text(text)?;
        if let Change::Closed { why } = change {
            bail!(super::advised(&why));
        }
    }
}

fn line_of(change: &Change) -> Value {
    match change {
        Change::Connected => json!({ "at": "connected" }),
        Change::Message(message) => json!({ "at": "message", "message": message }),
        Change::Lost { why, retry } => {
            let retry_ms = u64::try_from(retry.as_millis()).unwrap_or(u64::MAX);
            json!({ "at": "lost", "why": why, "retry_ms": retry_ms })
        }
        Change::Closed { why } => json!({ "at": "closed", "why": why }),
        Change::View => Value::Null,
    }
}

fn told(paint: Paint, change: &Change) -> String {
    let note = |text: &str| format!("{}\n", paint.text(Style::new().dimmed(), &clean(text)));
    match change {
        Change::Connected => note("connected"),
        Change::Lost { why, retry } => {
            note(&format!("lost ({why}); again in {:.1} s", retry.as_secs_f64()))
        }
        Change::Closed { why } => note(&format!("closed: {why}")),
        Change::View => String::new(),
        Change::Message(message) => {
            let lines: String = events(message).iter().map(|event| play(paint, event)).collect();
            match message["type"].as_str() {
                Some("monitor_snapshot") => {
                    let gap = message["gap"] == true;
                    let gap = if gap {
                        note("more was missed than the server remembers")
                    } else {
                        String::new()
                    };
                    let connected = message["connected_user_ids"].as_array().map_or(0, Vec::len);
                    format!("{gap}{lines}{}", note(&format!("{connected} users are here")))
                }
                Some("presence") => note(&format!(
                    "+{} -{}: {} users are here",
                    message["joined"].as_array().map_or(0, Vec::len),
                    message["left"].as_array().map_or(0, Vec::len),
                    message["connected"]
                )),
                Some("error") => note(message["message"].as_str().unwrap_or("refused")),
                _ => lines,
            }
        }
    }
}

/// One play: when, who, at what, for how much, and what came of it.
fn play(paint: Paint, event: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => clean(text),
        other => other.to_string(),
    };
    let time = text(&event["ts"]);
    let time = time.get(11..23).unwrap_or(&time).to_owned();
    let (bet, win) = (event["bet"].as_u64().unwrap_or(0), event["result"]["win_amount"].as_u64());
    let (colour, came) = match win {
        Some(win) if win > bet => (AnsiColor::Green, format!("won {win}")),
        Some(0) | None => (AnsiColor::White, "-".to_owned()),
        Some(win) => (AnsiColor::Yellow, format!("back {win}")),
    };
    format!(
        "{}  {:>16}  {:<5}  bet {bet:>6}  {}  {}\n",
        paint.text(Style::new().dimmed(), &time),
        text(&event["user_id"]),
        text(&event["game_type"]),
        paint.text(colour.on_default(), &format!("{came:<10}")),
        detail(event)
    )
}

fn detail(event: &Value) -> String {
    let result = &event["result"];
    let word = |key: &str| result[key].as_str().map(clean).unwrap_or_default();
    match event["game_type"].as_str() {
        Some("slot") => {
            let row = result["reels"][0].as_array();
            let symbols = row.into_iter().flatten().filter_map(Value::as_str).map(clean);
            symbols.collect::<Vec<_>>().join(" ")
        }
        Some("rps") => format!("{} against {}", word("player_choice"), word("computer_choice")),
        Some("gacha") => {
            let items = result["items"].as_array();
            let rarities = items.into_iter().flatten().filter_map(|item| item["rarity"].as_str());
            rarities.map(clean).collect::<Vec<_>>().join(" ")
        }
        Some("crash") if result["phase"] == "bet" => "a round begins".to_owned(),
        Some("crash") if result["multiplier"].is_null() => {
            format!("crashed at {}", result["crash_point"])
        }
        Some("crash") => format!("out at {} of {}", result["multiplier"], result["crash_point"]),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_play_is_a_line_that_nothing_can_steer() {
        let event = json!({
            "type": "game_event", "id": "1-2-3-0", "game_type": "slot", "user_id": 4711, "bet": 10,
            "result": {"reels": [["🍒", "\u{1b}[2J", "🍋"]], "win_amount": 20},
            "ts": "2026-01-02T03:04:05.678Z",
        });
        let plain = Paint { colour: false };
        let line = play(plain, &event);
        assert_eq!(
            line,
            "03:04:05.678              4711  slot   bet     10  won 20      🍒 [2J 🍋\n"
        );
        let out = json!({"game_type": "crash",
            "result": {"phase": "cashed_out", "multiplier": 1.1, "crash_point": 11.67}});
        assert_eq!(detail(&out), "out at 1.1 of 11.67");
        let crashed = json!({"game_type": "crash",
            "result": {"phase": "crashed", "multiplier": null, "crash_point": 1.02}});
        assert_eq!(detail(&crashed), "crashed at 1.02");
        let snapshot = Change::Message(json!({
            "type": "monitor_snapshot", "connected_user_ids": [1, 2], "recent_events": [event],
            "gap": true,
        }));
        let text = told(plain, &snapshot);
        assert!(
            text.starts_with("more was missed") && text.ends_with("2 users are here\n"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
