//! The players and monitors of a casino floor, in one thread. Must not know what is measured.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use client::Api;
use indicatif::ProgressBar;
use rustix::net::RecvFlags;
use serde::Deserialize;

use crate::bench::child::Server;
use crate::bench::wire::{Poll, TEXT, frames, open};

/// What every play asks for.
const PLAY: &str = r#"{"choice":"rock","bet_amount":1}"#;

/// Times, or what was made of them.
#[derive(Debug, Default)]
pub(super) struct Latencies<T> {
    /// From a request to the event in the player's own window.
    pub(super) own: T,
    /// From a request to the event at the last monitor.
    pub(super) monitors: T,
}

/// Everyone.
pub(super) struct Crowd {
    poll: Poll,
    sockets: Vec<Socket>,
    players: Vec<Player>,
    by_user: HashMap<u64, usize>,
    monitors: usize,
    idle: VecDeque<usize>,
    latencies: Latencies<Vec<Duration>>,
}

struct Socket {
    stream: TcpStream,
    partial: Vec<u8>,
    role: Role,
    /// Ids of the plays that it was told of.
    told: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The connection over which a player plays.
    Plays(usize),
    /// The window of a player.
    Window(usize),
    Monitor,
}

struct Player {
    request: Vec<u8>,
    /// The socket for plays.
    socket: usize,
    /// The play that is under way.
    play: Option<Play>,
}

struct Play {
    start: Instant,
    answered: bool,
    own: bool,
    /// Monitors that were told of it.
    monitors: usize,
}

#[derive(Deserialize)]
struct Event<'a> {
    r#type: &'a str,
    #[serde(default)]
    id: &'a str,
    #[serde(default)]
    user_id: u64,
}

impl Crowd {
    /// Makes guests with wallets, opens their sockets and those of the monitors.
    pub(super) fn gather(server: &Server, users: usize, monitors: usize) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut crowd = Self {
            poll: Poll::new()?,
            sockets: Vec::with_capacity(2 * users + monitors),
            players: Vec::with_capacity(users),
            by_user: HashMap::with_capacity(users),
            monitors,
            idle: (0..users).collect(),
            latencies: Latencies::default(),
        };
        let admin = server.token("admin")?;
        for _ in 0..monitors {
            let path = format!("/api/games/ws/monitor?token={admin}");
            crowd.add(open(server.address, &path)?, Role::Monitor)?;
        }
        let bar = ProgressBar::new(users as u64).with_message("users");
        for index in 0..users {
            let mut api = Api::new(&format!("http://{}", server.address), None);
            let guest = runtime.block_on(api.guest(Some(&format!("player {index}"))))?;
            let token = api.token().context("a guest without a token")?;
            let path = format!("/api/games/ws?token={token}");
            crowd.add(open(server.address, &path)?, Role::Window(index))?;
            let stream = TcpStream::connect(server.address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let socket = crowd.add((stream, Vec::new()), Role::Plays(index))?;
            let request = format!(
                "POST /api/games/rps/play HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{PLAY}",
                server.address,
                PLAY.len()
            );
            let user = guest.user["id"].as_str().context("a guest without an id")?;
            crowd.by_user.insert(user.parse()?, index);
            crowd.players.push(Player { request: request.into_bytes(), socket, play: None });
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(crowd)
    }

    fn add(
        &mut self,
        (stream, partial): (TcpStream, Vec<u8>),
        role: Role,
    ) -> anyhow::Result<usize> {
        let index = self.sockets.len();
        self.poll.add(&stream, index)?;
        self.sockets.push(Socket { stream, partial, role, told: Vec::new() });
        self.read(index)?;
        Ok(index)
    }

    /// Plays until so many plays are answered and told to everyone, as fast as it goes or at a rate.
    pub(super) fn play(
        &mut self,
        plays: u64,
        in_flight: usize,
        rate: Option<f64>,
        patience: Duration,
        progress: impl Fn(u64),
    ) -> anyhow::Result<()> {
        let users = self.players.len();
        let (start, mut begun, mut last_news) = (Instant::now(), 0, Instant::now());
        loop {
            let under_way = users - self.idle.len();
            let done = begun - under_way as u64;
            if done >= plays {
                return Ok(());
            }
            let allowed = rate
                .map_or(plays, |rate| plays.min((start.elapsed().as_secs_f64() * rate) as u64 + 1));
            let room = in_flight.saturating_sub(under_way);
            for _ in 0..room.min(usize::try_from(allowed - begun.min(allowed))?) {
                let Some(player) = self.idle.pop_front() else { break };
                self.begin(player)?;
                begun += 1;
            }
            if self.turn()? {
                last_news = Instant::now();
                progress(done);
            }
            ensure!(
                last_news.elapsed() < patience,
                "{done} of {plays} plays were answered and told, {begun} were begun"
            );
        }
    }

    fn begin(&mut self, index: usize) -> anyhow::Result<()> {
        let player = &mut self.players[index];
        player.play =
            Some(Play { start: Instant::now(), answered: false, own: false, monitors: 0 });
        Ok(self.sockets[player.socket].stream.write_all(&player.request)?)
    }

    /// Takes what has come; false when nothing has.
    fn turn(&mut self) -> anyhow::Result<bool> {
        // Without sleep: to wake a sleeping reader is work that is charged to the server.
        let ready = self.poll.wait(Duration::ZERO)?;
        for at in 0..ready {
            let index = self.poll.number(at)?;
            let socket = &mut self.sockets[index];
            let role = socket.role;
            let come = self.poll.take(&socket.stream, RecvFlags::empty());
            socket.partial.extend_from_slice(come.with_context(|| format!("{role:?}"))?);
            self.read(index).with_context(|| format!("{role:?}"))?;
        }
        Ok(ready > 0)
    }

    fn read(&mut self, index: usize) -> anyhow::Result<()> {
        let role = self.sockets[index].role;
        let mut bytes = std::mem::take(&mut self.sockets[index].partial);
        if let Role::Plays(player) = role {
            while let Some(length) = answer(&bytes)? {
                bytes.drain(..length);
                self.progress(player, |play| play.answered = true);
            }
        } else {
            frames(&mut bytes, |frame| match frame.opcode {
                TEXT => self.read_message(index, role, frame.payload),
                _ => Ok(()),
            })?;
        }
        self.sockets[index].partial = bytes;
        Ok(())
    }

    fn read_message(&mut self, index: usize, role: Role, text: &[u8]) -> anyhow::Result<()> {
        if !text.starts_with(br#"{"type":"game_event""#) {
            let refused = text.starts_with(br#"{"type":"error""#);
            ensure!(!refused, "{}", String::from_utf8_lossy(text));
            return Ok(());
        }
        let event: Event<'_> = serde_json::from_slice(text)?;
        ensure!(event.r#type == "game_event", "{}", event.r#type);
        self.sockets[index].told.push(event.id.to_owned());
        let player = *self.by_user.get(&event.user_id).context("an event of a stranger")?;
        let monitors = self.monitors;
        match role {
            Role::Window(of) => {
                ensure!(of == player, "a window was told of another player's play");
                let took = self.progress(player, |play| play.own = true);
                self.latencies.own.push(took.context("an event without a play")?);
            }
            Role::Monitor => {
                let mut last = false;
                let took = self.progress(player, |play| {
                    play.monitors += 1;
                    last = play.monitors == monitors;
                });
                let took = took.context("an event without a play")?;
                if last {
                    self.latencies.monitors.push(took);
                }
            }
            Role::Plays(_) => {}
        }
        Ok(())
    }

    /// Something has come of a player's play; answers with its age. The player is idle again when
    /// all of it has.
    fn progress(&mut self, player: usize, note: impl FnOnce(&mut Play)) -> Option<Duration> {
        let play = self.players[player].play.as_mut()?;
        note(play);
        let age = play.start.elapsed();
        if play.answered && play.own && play.monitors == self.monitors {
            self.players[player].play = None;
            self.idle.push_back(player);
        }
        Some(age)
    }

    /// Starts counting times anew.
    pub(super) fn forget(&mut self) {
        self.latencies = Latencies::default();
    }

    pub(super) fn latencies(&self) -> &Latencies<Vec<Duration>> {
        &self.latencies
    }

    /// Compares both ends: what each player was told in their own window, and what each monitor was
    /// told. Answers with how many plays that were.
    pub(super) fn count(&self) -> anyhow::Result<u64> {
        let of = |wanted: fn(Role) -> bool| {
            self.sockets.iter().filter(move |socket| wanted(socket.role))
        };
        let mut own: Vec<&String> =
            of(|role| matches!(role, Role::Window(_))).flat_map(|socket| &socket.told).collect();
        own.sort_unstable();
        ensure!(own.is_sorted_by(|one, other| one < other), "a play was told twice");
        for monitor in of(|role| role == Role::Monitor) {
            let mut told: Vec<&String> = monitor.told.iter().collect();
            told.sort_unstable();
            ensure!(
                told == own,
                "a monitor was told of {} plays, their players of {}, and they are not the same",
                told.len(),
                own.len()
            );
        }
        Ok(own.len() as u64)
    }
}

/// The length of the first answer of a keep-alive connection, once it is whole.
fn answer(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.context("an answer without a length")?.trim().parse()?;
    let end = head + 4 + length;
    if bytes.len() < end {
        return Ok(None);
    }
    ensure!(
        text.starts_with("http/1.1 200"),
        "a play was refused: {}",
        String::from_utf8_lossy(&bytes[head + 4..end])
    );
    Ok(Some(end))
}
