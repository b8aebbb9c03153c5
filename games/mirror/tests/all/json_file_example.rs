//! Runs `examples/mirror-json-file/mirror.py` against a server of a few lines, and gives what it
//! puts to the rules. Must not need a real server.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use game::Viewer;
use serde_json::{Value, json};

use crate::{backend, bytes, create, put};

/// Ends the example, however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One request: its first line, its headers in lower case, its body.
struct Request {
    line: String,
    headers: String,
    body: Value,
    stream: TcpStream,
}

/// Waits for the next request.
fn next_request(listener: &TcpListener) -> Request {
    let (stream, _) = listener.accept().expect("a listener accepts");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket has a second handle"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a first line");
    let mut headers = String::new();
    while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
        reader.read_line(&mut headers).expect("headers end with an empty line");
    }
    let headers = headers.to_lowercase();
    let length =
        headers.lines().find_map(|h| h.strip_prefix("content-length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    reader.read_exact(&mut body).expect("the whole body");
    Request { line, headers, body: serde_json::from_slice(&body).expect("JSON"), stream }
}

fn answer(request: &mut Request, status: &str, body: &Value) {
    let body = body.to_string();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    request.stream.write_all(format!("{head}{body}").as_bytes()).expect("the example listens");
}

/// Is there a Python to run it with? The other clients need none, so this machine may lack one.
fn has_python() -> bool {
    let mut asked = Command::new("python3");
    asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

#[test]
fn it_makes_a_session_and_puts_every_change() {
    if !has_python() {
        eprintln!("skipped: there is no python3 here");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let dir = tempfile::tempdir().expect("a directory of our own");
    let file = dir.path().join("score.json");
    fs::write(&file, r#"{"home": 0}"#).expect("writable");
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/mirror-json-file/mirror.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(&file).env("PARLOR_URL", url).env("PARLOR_TOKEN", "t0");
    let _running = Running(command.stdout(Stdio::null()).spawn().expect("python3 starts"));

    let mut made = next_request(&listener);
    assert_eq!(made.line, "POST /api/sessions HTTP/1.1\r\n");
    assert!(made.headers.contains("authorization: bearer t0\r\n"), "{}", made.headers);
    assert_eq!(made.body["game"], "mirror");
    let mut state = create(&backend(), &made.body["options"]).expect("good options").state;
    answer(&mut made, "201 Created", &json!({"session": "42", "lock_version": 1}));

    // The second change meets a server that is away for a moment, and is put again.
    for (content, status) in [
        (r#"{"home": 0}"#, "200 OK"),
        (r#"{"home": 1}"#, "503 Service Unavailable"),
        (r#"{"home": 1}"#, "200 OK"),
        (r#"{"home": 1, "guests": ["ü"]}"#, "200 OK"),
    ] {
        // At once and whole, as an editor would: the example must not read half a file.
        let next = dir.path().join("next");
        fs::write(&next, content).and_then(|()| fs::rename(&next, &file)).expect("writable");
        let mut request = next_request(&listener);
        assert_eq!(request.line, "PUT /api/sessions/42 HTTP/1.1\r\n");
        let wanted: Value = serde_json::from_str(content).expect("JSON");
        assert_eq!(request.body, json!({ "public": wanted }));
        answer(&mut request, status, &json!({}));
        let mut body = request.body;
        body["do"] = json!("put");
        state = put(&state, &backend(), &body).expect("a good put").state;
        let view = json!({"public": wanted, "seat": null}).to_string();
        assert_eq!(bytes(&state, Viewer::Spectator), view);
    }
}
