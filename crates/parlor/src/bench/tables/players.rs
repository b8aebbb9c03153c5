//! The players and spectators of many tables, in one thread. Must not know what is measured.

use std::collections::VecDeque;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use client::Api;
use indicatif::ProgressBar;
use rustix::net::RecvFlags;
use serde_json::{Value, json};

use crate::bench::child::Server;
use crate::bench::crowd::version;
use crate::bench::wire::{Poll, TEXT, frames, masked, open};

/// Players of a table.
const PLAYERS: usize = 4;

/// Sockets of a table: the players and a spectator.
const SOCKETS: usize = PLAYERS + 1;

/// All tables.
pub(super) struct Floor {
    poll: Poll,
    sockets: Vec<Socket>,
    tables: Vec<Table>,
    /// Tables at which a seat is to move, and which.
    ready: VecDeque<(usize, usize)>,
    latencies: Vec<Duration>,
    answered: u64,
    views: u64,
    view_bytes: u64,
    dice: u64,
}

struct Socket {
    stream: TcpStream,
    partial: Vec<u8>,
    version: u64,
    /// What a player sees; a spectator's is not kept.
    seen: Value,
}

struct Table {
    session: String,
    /// Commands under way: the version that each makes, and when it was given.
    under_way: VecDeque<(u64, Instant)>,
}

impl Floor {
    /// Makes the tables over HTTP, seats four guests at each, opens the sockets.
    pub(super) fn seat(server: &Server, tables: usize, patch: bool) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut floor = Self {
            poll: Poll::new()?,
            sockets: Vec::with_capacity(tables * SOCKETS),
            tables: Vec::with_capacity(tables),
            ready: VecDeque::new(),
            latencies: Vec::new(),
            answered: 0,
            views: 0,
            view_bytes: 0,
            dice: 0x9e37_79b9_7f4a_7c15,
        };
        let bar = ProgressBar::new(tables as u64).with_message("tables");
        for _ in 0..tables {
            let (session, tokens) = runtime.block_on(four_guests(server))?;
            let how = if patch { "?patch=1" } else { "?" };
            for token in tokens.iter().map(Some).chain([None]) {
                let token = token.map(|token| format!("&token={token}")).unwrap_or_default();
                let path = format!("/ws/sessions/{session}{how}{token}");
                let (stream, partial) = open(server.address, &path)?;
                let index = floor.sockets.len();
                floor.poll.add(&stream, index)?;
                floor.sockets.push(Socket { stream, partial, version: 0, seen: Value::Null });
                floor.read_frames(index)?;
            }
            floor.tables.push(Table { session, under_way: VecDeque::new() });
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(floor)
    }

    /// Plays until so many moves have reached everyone, as fast as it goes or at a rate.
    pub(super) fn play(
        &mut self,
        moves: u64,
        rate: Option<f64>,
        patience: Duration,
        progress: impl Fn(u64),
    ) -> anyhow::Result<()> {
        let (start, already) = (Instant::now(), self.latencies.len() as u64);
        let (mut sent, mut last_news) = (0, Instant::now());
        loop {
            let done = self.latencies.len() as u64 - already;
            if done >= moves {
                return Ok(());
            }
            let allowed = rate
                .map_or(moves, |rate| moves.min((start.elapsed().as_secs_f64() * rate) as u64 + 1));
            while sent < allowed
                && let Some((table, seat)) = self.ready.pop_front()
            {
                self.make_move(table, seat)?;
                sent += 1;
            }
            if self.turn()? {
                last_news = Instant::now();
                progress(done);
            }
            ensure!(
                last_news.elapsed() < patience,
                "{done} of {moves} moves, {sent} sent, {} answered, {} tables are to move",
                self.answered,
                self.ready.len()
            );
        }
    }

    /// Starts counting anew.
    pub(super) fn forget(&mut self) {
        self.latencies.clear();
        (self.views, self.view_bytes) = (0, 0);
    }

    /// From each command to the last of its viewers.
    pub(super) fn latencies(&self) -> &[Duration] {
        &self.latencies
    }

    /// Mean size of a frame that shows a commit to a viewer.
    pub(super) fn bytes_per_view(&self) -> f64 {
        self.view_bytes as f64 / self.views.max(1) as f64
    }

    /// Takes what has come; false when nothing has.
    fn turn(&mut self) -> anyhow::Result<bool> {
        // Without sleep: to wake a sleeping reader is work that is charged to the server.
        let ready = self.poll.wait(Duration::ZERO)?;
        for at in 0..ready {
            let index = self.poll.number(at)?;
            let socket = &mut self.sockets[index];
            let come = self.poll.take(&socket.stream, RecvFlags::empty());
            socket.partial.extend_from_slice(come.with_context(|| format!("socket {index}"))?);
            self.read_frames(index).with_context(|| format!("socket {index}"))?;
        }
        Ok(ready > 0)
    }

    fn read_frames(&mut self, index: usize) -> anyhow::Result<()> {
        let mut bytes = std::mem::take(&mut self.sockets[index].partial);
        frames(&mut bytes, |frame| match frame.opcode {
            TEXT => self.read_message(index, frame.payload, frame.size),
            _ => Ok(()),
        })?;
        self.sockets[index].partial = bytes;
        Ok(())
    }

    fn read_message(&mut self, index: usize, text: &[u8], size: usize) -> anyhow::Result<()> {
        let is = |kind: &str| text.starts_with(format!(r#"{{"type":"{kind}""#).as_bytes());
        if is("result") {
            self.answered += 1;
            let refused = text.windows(9).any(|part| part == br#""error":{"#);
            ensure!(!refused, "a move was refused: {}", String::from_utf8_lossy(text));
            return Ok(());
        }
        if is("error") {
            bail!("{}", String::from_utf8_lossy(text));
        }
        let patch = is("patch");
        if !patch && !is("update") && !is("snapshot") {
            return Ok(());
        }
        let version = version(text).context("a view without a version")?;
        let socket = &mut self.sockets[index];
        ensure!(version > socket.version, "a step back from {} to {version}", socket.version);
        socket.version = version;
        self.views += 1;
        self.view_bytes += size as u64;
        let (table, seat) = (index / SOCKETS, index % SOCKETS);
        if seat < PLAYERS {
            socket.see(text, patch)?;
            if !socket.seen["viewer_legal"].is_null() {
                self.ready.push_back((table, seat));
            }
        }
        self.count(table);
        Ok(())
    }

    /// Counts the commands that have reached all viewers of the table.
    fn count(&mut self, table: usize) {
        let sockets = &self.sockets[table * SOCKETS..];
        let Some(sockets) = sockets.get(..SOCKETS) else { return };
        let everyone = sockets.iter().map(|socket| socket.version).min().unwrap_or_default();
        let Some(table) = self.tables.get_mut(table) else { return };
        while let Some((version, start)) = table.under_way.front()
            && *version <= everyone
        {
            self.latencies.push(start.elapsed());
            table.under_way.pop_front();
        }
    }

    /// One of the moves that the view lists, on the version that it shows.
    fn make_move(&mut self, table: usize, seat: usize) -> anyhow::Result<()> {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        let socket = &mut self.sockets[table * SOCKETS + seat];
        let legal = &socket.seen["viewer_legal"];
        let kinds =
            [("bids", "bid", "bid"), ("trumps", "trump", "trump"), ("cards", "play", "card")];
        let found = kinds.iter().find_map(|(list, verb, field)| {
            let list = legal[list].as_array().filter(|list| !list.is_empty())?;
            Some((verb, field, &list[self.dice as usize % list.len()]))
        });
        let (verb, field, choice) = found.context("a turn without a legal move")?;
        let version = socket.version;
        let message = json!({
            "type": "command", "session": self.tables[table].session, "lock_version": version,
            "command": { "do": verb, *field: choice },
        });
        self.tables[table].under_way.push_back((version + 1, Instant::now()));
        socket.stream.write_all(&masked(&message.to_string()))?;
        Ok(())
    }
}

impl Socket {
    /// Takes in what a player is shown.
    fn see(&mut self, text: &[u8], patch: bool) -> anyhow::Result<()> {
        let mut message: Value = serde_json::from_slice(text)?;
        if patch {
            let patch: json_patch::Patch = serde_json::from_value(message["patch"].take())?;
            json_patch::patch(&mut self.seen, &patch).context("a patch that does not fit")?;
        } else {
            self.seen = message["data"].take();
        }
        Ok(())
    }
}

/// A table with four guests who are ready: its session, and their tokens.
async fn four_guests(server: &Server) -> anyhow::Result<(String, Vec<String>)> {
    let base = format!("http://{}", server.address);
    let mut guests = Vec::new();
    for seat in 0..PLAYERS {
        let mut api = Api::new(&base, None);
        api.guest(Some(&format!("player {seat}"))).await?;
        guests.push(api);
    }
    let session = guests[0].create("nommie", json!({ "bot_pace_ms": 0 })).await?;
    for api in &guests[1..] {
        api.command(&session, json!({ "do": "join" }), None, None).await?;
    }
    for api in &guests {
        api.command(&session, json!({ "do": "ready", "is_ready": true }), None, None).await?;
    }
    let tokens = guests.iter().filter_map(|api| api.token().map(str::to_owned)).collect();
    Ok((session, tokens))
}
