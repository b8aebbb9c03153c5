//! `parlor verify` and `parlor watch --monitor` as people use them: the real binary against a server.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test that fails here fails")]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use client::{Api, Method};
use serde_json::{Value, json};
use server::listen::{self, Running};
use server::settings::Settings;
use server::users::Users;
use tempfile::TempDir;

struct World {
    dir: TempDir,
    running: Running,
}

impl World {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: dir.path().to_owned(),
            ..Settings::default()
        };
        settings.drain.window_seconds = 0;
        settings.limits.off = true;
        let running = listen::start(settings).await.unwrap();
        Self { dir, running }
    }

    fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    async fn guest(&self) -> Api {
        let mut api = Api::new(&self.url(), None);
        api.guest(Some("Ann")).await.unwrap();
        api
    }

    async fn admin(&self) -> String {
        let app = &self.running.app;
        let users = Users::new(&app.settings, app.store.clone()).unwrap();
        users.token("boss", Some("admin"), Duration::from_secs(600)).await.unwrap().1
    }

    fn command(&self, args: &[&str], token: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARLOR_")) {
            command.env_remove(name);
        }
        command.args(args).env("PARLOR_URL", self.url()).env("PARLOR_TOKEN", token);
        command
    }

    async fn run(&self, args: &[&str], token: &str) -> Output {
        let mut command = self.command(args, token);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
}

async fn play(api: &Api, path: &str, body: Value) -> Value {
    api.call(Method::POST, &format!("/api/games/{path}"), Some(&body)).await.unwrap()
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_evening_holds_and_a_changed_one_does_not() {
    let world = World::start().await;
    let ann = world.guest().await;
    let token = ann.token().unwrap().to_owned();
    for _ in 0..3 {
        play(&ann, "slot/spin", json!({"bet_amount": 2})).await;
        play(&ann, "rps/play", json!({"choice": "paper", "bet_amount": 2})).await;
        play(&ann, "gacha/pull", json!({"pull_count": 1})).await;
    }
    let file = world.file("evening.json");
    let output =
        world.run(&["verify", "--rotate", "--client-seed", "mine", "--save", &file], &token).await;
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{out}{err}");
    assert!(
        out.contains("is the commitment") && out.contains("9 plays drawn again, 0 of them"),
        "{out}"
    );
    assert_eq!(out.lines().filter(|line| line.starts_with("ok ")).count(), 9, "{out}");
    assert!(!out.contains(&token) && !err.contains(&token));

    // Offline, by anyone, and as JSON.
    world.running.stop().await.unwrap();
    let offline = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        command.arg("verify").args(args).output().unwrap()
    };
    let output = offline(&[&file, "--json"]);
    assert!(output.status.success(), "{}", texts(&output).1);
    let report: Value = serde_json::from_str(&texts(&output).0).unwrap();
    assert_eq!((&report["seed_fits"], &report["missing"]), (&json!(true), &json!(0)));
    let mut evidence: Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    evidence["events"][1]["result"]["win_amount"] = json!(3);
    std::fs::write(&file, evidence.to_string()).unwrap();
    let output = offline(&[&file]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("did not keep its word"), "{err}");
    let bad: Vec<&str> = out.lines().filter(|line| line.starts_with("BAD")).collect();
    assert!(bad.len() == 1 && bad[0].contains("rps") && bad[0].contains("told 3"), "{out}");
}

#[test]
fn an_operator_s_mistakes_make_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("typo");
    let parlor = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        command.args(args).arg("--data-dir").arg(&nowhere).stdin(Stdio::null());
        command
    };
    let said = |args: &[&str]| {
        let output = parlor(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        texts(&output).1
    };
    for args in [&["user", "end", "ann"][..], &["user", "list"], &["user", "grant", "ann", "admin"]]
    {
        assert!(said(args).contains("there is no such directory"), "{args:?}");
        assert!(!nowhere.exists(), "{args:?}");
    }
    let memory = said(&["user", "add", "ann", "--set", "store=memory"]);
    assert!(memory.contains("store = memory keeps no users"), "{memory}");

    // Who stops reading ends the command, and that is all.
    assert!(parlor(&["user", "add", "ann"]).output().unwrap().status.success());
    let mut child =
        parlor(&["user", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), texts(&output).1.as_str()), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_verified_says_what_to_do() {
    let world = World::start().await;
    let ann = world.guest().await;
    let token = ann.token().unwrap();
    let asked = async |args: &[&str], token: &str| {
        let output = world.run(args, token).await;
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        texts(&output).1
    };
    assert!(asked(&["verify"], token).await.contains("--rotate"));
    assert!(asked(&["verify", "--rotate"], "nonsense").await.contains("UNAUTHORIZED"));
    assert!(asked(&["verify", &world.file("none.json")], token).await.contains("none.json"));
    std::fs::write(world.file("bad.json"), "{}").unwrap();
    assert!(asked(&["verify", &world.file("bad.json")], token).await.contains("holds no seed"));
    play(&ann, "crash/bet", json!({"bet_amount": 2})).await;
    let output = world.run(&["verify", "--rotate"], token).await;
    // One round in a hundred is over at once.
    if !output.status.success() {
        assert!(texts(&output).1.contains("a crash round is open"), "{}", texts(&output).1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_is_not_revealed_when_it_cannot_be_kept() {
    let world = World::start().await;
    let ann = world.guest().await;
    let token = ann.token().unwrap();
    play(&ann, "slot/spin", json!({"bet_amount": 2})).await;
    let shown = async || ann.call(Method::GET, "/api/games/fairness", None).await.unwrap();
    let before = shown().await;
    let nowhere = world.file("nowhere/evening.json");
    let output = world.run(&["verify", "--rotate", "--save", &nowhere], token).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(texts(&output).1.contains("--save"), "{}", texts(&output).1);
    assert_eq!(shown().await, before, "the seed is still a secret");
    // What the file holds stays there until there is something new.
    let file = world.file("evening.json");
    std::fs::write(&file, "x".repeat(100_000)).unwrap();
    let output = world.run(&["verify", "--rotate", "--save", &file], "nonsense").await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 100_000);
    let output = world.run(&["verify", "--rotate", "--save", &file], token).await;
    assert!(output.status.success(), "{}", texts(&output).1);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept["revealed"]["commitment"], before["commitment"]);
}

/// A house that answers each request as `answer` says, over HTTP by hand.
fn crooked(answer: impl Fn(&str) -> Value + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            // The body is two bytes, if there is one: nobody reads it.
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let body = answer(&first).to_string();
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_changes_its_mind_is_caught() {
    let world = World::start().await;
    let ann = world.guest().await;
    play(&ann, "slot/spin", json!({"bet_amount": 2})).await;
    let get = async |path: &str| ann.call(Method::GET, path, None).await.unwrap();
    let shown = get("/api/games/fairness").await;
    let rotated = play(&ann, "fairness/rotate", json!({})).await;
    let history = get("/api/games/history").await;
    // An honest answer to everything, but for what `change` does to what was shown before.
    let verified = async |change: fn(&mut Value, &mut Value)| {
        let (mut shown, mut history) = (shown.clone(), history.clone());
        change(&mut shown, &mut history);
        let rotated = rotated.clone();
        let server = crooked(move |request| {
            let path = request.split(' ').nth(1).unwrap();
            match path.split('?').next().unwrap() {
                "/api/games/fairness" => shown.clone(),
                "/api/games/fairness/rotate" => rotated.clone(),
                _ => history.clone(),
            }
        });
        let output = world.run(&["verify", "--rotate", "--server", &server], "token").await;
        let (out, err) = texts(&output);
        (output.status.code(), out + &err)
    };
    let (status, said) = verified(|_, _| {}).await;
    assert_eq!(status, Some(0), "{said}");
    type Change = fn(&mut Value, &mut Value);
    let changes: [(Change, &str); 6] = [
        (|shown, _| shown["commitment"] = json!("ab"), "the commitment of the seed was ab before"),
        (|shown, _| shown["client_seed"] = json!("mine"), "the client seed was mine before"),
        (|shown, _| shown["next_commitment"] = json!("cd"), "of the next seed was cd before"),
        (|shown, _| shown["counter"] = json!(9), "9 plays were drawn before, and 1 are admitted"),
        // Always the same page, and always more.
        (|_, history| history["more"] = json!(true), "twice"),
        (|_, history| *history = json!({"events": [], "more": true}), "and tells none"),
    ];
    for (place, (change, reason)) in changes.into_iter().enumerate() {
        let (status, said) = verified(change).await;
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(reason), "{reason}: {said}");
        // What was revealed is told in any case: it is revealed only once.
        assert!(said.contains(rotated["revealed"]["server_seed"].as_str().unwrap()), "{said}");
        assert_eq!(said.contains("did not keep its word"), place < 4, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watching_ends_on_what_cannot_mend() {
    let world = World::start().await;
    let ann = world.guest().await;
    let session = ann.create("scoreboard", json!({"title": "Friday"})).await.unwrap();
    for way in [&["watch", "--monitor"][..], &["watch", &session]] {
        for (more, token, advice) in [
            (&[][..], "nonsense", "give --token (or PARLOR_TOKEN) a fresh one"),
            (&["--server", "nowhere"], "nonsense", "check --server"),
            (&["--server", "ftp://127.0.0.1"], "nonsense", "check --server"),
        ] {
            for json in [&[][..], &["--json"]] {
                let output = world.run(&[way, more, json].concat(), token).await;
                let (out, err) = texts(&output);
                assert_eq!(output.status.code(), Some(1), "{way:?} {more:?}: {out}{err}");
                assert!(err.contains(advice), "{way:?} {more:?}: {err}");
                assert!(!out.contains("connected") && !out.contains("live"), "{out}");
            }
        }
    }
    // A login that ends while somebody watches by it.
    let token = ann.token().unwrap();
    let mut command = world.command(&["watch", &session, "--json"], token);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut watch = Watch { child, lines };
    watch.until(|line| line["at"] == "view");
    let everywhere = json!({"everywhere": true});
    ann.call(Method::POST, "/api/auth/logout", Some(&everywhere)).await.unwrap();
    watch.until(|line| line["at"] == "closed");
    assert_eq!(watch.child.wait().unwrap().code(), Some(1));
    let mut said = String::new();
    watch.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("4401") && said.contains("parlor token"), "{said}");
}

/// A child that is ended with the test.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Watch {
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.lines.next().expect("more lines").unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            if wanted(&line) {
                return line;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_monitor_in_the_terminal_sees_every_play() {
    let world = World::start().await;
    let (ann, ben) = (world.guest().await, world.guest().await);
    let refused = world.run(&["watch", "--monitor"], ann.token().unwrap()).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(texts(&refused).1.contains("4503"), "{}", texts(&refused).1);

    play(&ann, "slot/spin", json!({"bet_amount": 1})).await;
    let mut command = world.command(&["watch", "--monitor", "--json"], &world.admin().await);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut watch = Watch { child, lines };
    let snapshot = watch.until(|line| line["message"]["type"] == "monitor_snapshot");
    assert_eq!(snapshot["message"]["recent_events"][0]["bet"], 1);
    for bet in 2..=4 {
        play(if bet % 2 == 0 { &ben } else { &ann }, "slot/spin", json!({"bet_amount": bet})).await;
        let event = watch.until(|line| line["message"]["type"] == "game_event");
        assert_eq!(event["message"]["bet"], bet);
    }
}
