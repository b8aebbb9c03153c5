//! `parlor watch`: one session in the terminal, live, or what happens to all users. Must not know how
//! it is kept in sync: the client crate does that.

mod board;
mod monitor;

use std::io::{IsTerminal, stdout};

use anyhow::{Context, ensure};
use clap::Args;
use client::{Api, Change, Watch, WatchOptions};
use serde_json::{Value, json};

use crate::print;

/// Follow a session in the terminal, live. Reconnects by itself; Ctrl-C ends it.
///
/// With `--monitor`, follow what all users do, a line each, instead of a session; with the token of
/// an admin.
///
/// A scoreboard is drawn as a board, any other game as JSON. With `--json` every message is one
/// line: `{"at":…}` objects with `view`, `message`, `connected`, `lost` or `closed`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Session id, or the address of its page or API: http://host/boards/42.
    #[arg(required_unless_present = "monitor", conflicts_with = "monitor")]
    session: Option<String>,
    /// What all users do. Needs the token of an admin.
    #[arg(long)]
    monitor: bool,
    /// The server, when only an id is given.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "PARLOR_URL")]
    server: String,
    /// API token, to see what a seat sees. Safer in the environment than on the command line.
    #[arg(long, env = "PARLOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// One JSON object a line, for programs.
    #[arg(long)]
    json: bool,
    /// Ask for whole views instead of patches.
    #[arg(long)]
    no_patch: bool,
    /// Colours: `auto` uses them in a terminal, unless NO_COLOR is set.
    #[arg(long, default_value = "auto", value_parser = ["auto", "always", "never"])]
    color: String,
}

impl WatchArgs {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.follow())
    }

    async fn follow(self) -> anyhow::Result<()> {
        let Some(session) = &self.session else {
            let api = Api::new(&self.server, self.token.clone());
            ensure!(self.token.is_some(), "whose eyes? Give --token (or PARLOR_TOKEN) of an admin");
            return monitor::follow(api, self.paint(), self.json).await;
        };
        let (server, session) = place(session, &self.server)?;
        let api = Api::new(&server, self.token.clone());
        let mut watch = Watch::new(api, &session, WatchOptions { patch: !self.no_patch });
        let mut screen = Screen::new(&self, &session);
        loop {
            let change = tokio::select! {
                change = watch.next() => change,
                _ = tokio::signal::ctrl_c() => break,
            };
            let Some(change) = change else { break };
            screen.show(&watch, &change)?;
            if let Change::Closed { why } = change {
                let gone = why.contains("deleted") || why.contains("ended");
                ensure!(gone, advised(&why));
                break;
            }
        }
        Ok(())
    }
}

impl WatchArgs {
    fn paint(&self) -> board::Paint {
        let colour = match self.color.as_str() {
            "always" => true,
            "never" => false,
            _ => stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        board::Paint { colour }
    }
}

/// Why nothing more comes, and what to do about it.
fn advised(why: &str) -> String {
    match why.split(' ').next() {
        Some("4401") => format!(
            "the server does not take the login ({why}): it is missing, not of this server, or has \
             ended; give --token (or PARLOR_TOKEN) a fresh one, as `parlor token` prints it"
        ),
        Some("4503") => {
            format!("this user may not see that ({why}); give the token of one who may")
        }
        Some(code) if code.parse::<u16>().is_ok() => format!("the server closed it: {why}"),
        _ => format!("{why}; check --server (or PARLOR_URL) and --token (or PARLOR_TOKEN)"),
    }
}

/// Server and session of an argument that is an id or an address.
fn place(text: &str, server: &str) -> anyhow::Result<(String, String)> {
    let wrong = || format!("{text:?} is neither a session id nor the address of a session");
    let (server, id) = match text.find("://") {
        None => (server.to_owned(), text),
        Some(at) => {
            let rest = &text[at + 3..];
            let (host, path) = rest.split_once('/').with_context(wrong)?;
            let path = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
            let id = path.rsplit('/').next().with_context(wrong)?;
            let scheme = match &text[..at] {
                "ws" => "http",
                "wss" => "https",
                other => other,
            };
            (format!("{scheme}://{host}"), id)
        }
    };
    let digits = !id.is_empty() && id.len() <= 16 && id.bytes().all(|b| b.is_ascii_digit());
    ensure!(digits, wrong());
    Ok((server, id.to_owned()))
}

struct Screen {
    session: String,
    json: bool,
    paint: board::Paint,
    redraw: bool,
    status: String,
    presence: Option<u64>,
}

impl Screen {
    fn new(args: &WatchArgs, session: &str) -> Self {
        Self {
            session: session.to_owned(),
            json: args.json,
            paint: args.paint(),
            redraw: stdout().is_terminal(),
            status: "connecting".to_owned(),
            presence: None,
        }
    }

    fn show(&mut self, watch: &Watch, change: &Change) -> anyhow::Result<()> {
        if self.json {
            return print::line(as_json(watch, change));
        }
        match change {
            Change::Connected => "live".clone_into(&mut self.status),
            Change::Lost { why, retry } => {
                self.status = format!("lost ({why}); again in {:.1} s", retry.as_secs_f64());
            }
            Change::Closed { why } => self.status = format!("closed: {why}"),
            Change::View => {}
            Change::Message(message) => match message["type"].as_str() {
                Some("presence") => self.presence = message["viewers"].as_u64(),
                Some("error") => {
                    self.status = message["message"].as_str().unwrap_or("refused").to_owned();
                }
                _ => {}
            },
        }
        let (view, waiting) = (watch.view(), watch.view().lock_version == 0);
        let paint = self.paint;
        let head = paint.head(&self.session, view.lock_version, &self.status, self.presence);
        let body = if waiting { String::new() } else { board::draw(paint, &view.data) };
        if !self.redraw {
            return print::text(format_args!("{head}{body}"));
        }
        // Home, the new picture, then clear what is left of the old one: no flicker.
        let picture = format!("{head}{body}").replace('\n', "\x1b[K\n");
        print::text(format_args!("\x1b[H{picture}\x1b[J"))
    }
}

fn as_json(watch: &Watch, change: &Change) -> Value {
    let view = watch.view();
    match change {
        Change::Connected => json!({ "at": "connected" }),
        Change::View => json!({
            "at": "view", "epoch": view.epoch, "lock_version": view.lock_version,
            "viewer_seat": view.viewer_seat, "data": view.data,
        }),
        Change::Message(message) => json!({ "at": "message", "message": message }),
        Change::Lost { why, retry } => {
            let retry_ms = u64::try_from(retry.as_millis()).unwrap_or(u64::MAX);
            json!({ "at": "lost", "why": why, "retry_ms": retry_ms })
        }
        Change::Closed { why } => json!({ "at": "closed", "why": why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_id_or_by_address() {
        let check = |text: &str, server: &str, id: &str| {
            let found = place(text, "http://home:1").unwrap();
            assert_eq!(found, (server.to_owned(), id.to_owned()), "{text}");
        };
        check("42", "http://home:1", "42");
        check("http://host:8080/boards/42", "http://host:8080", "42");
        check("https://host/api/sessions/42/?x=1", "https://host", "42");
        check("ws://host:1/ws/game/42", "http://host:1", "42");
        check("https://host/boards/42#join=CODE", "https://host", "42");
        for wrong in ["", "x", "http://host", "http://host/", "-4", "4.2", "12345678901234567"] {
            assert!(place(wrong, "http://home:1").is_err(), "{wrong:?}");
        }
    }
}
