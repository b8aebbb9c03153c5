//! A Parlor server of one's own for the length of a check: a free port, a data directory that
//! goes away with it, and just enough HTTP to wait for it and to make a board.
//!
//! Must not know what is checked.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// A server that is not ready by then will not be; a start takes well under a second.
const START_AT_MOST: Duration = Duration::from_secs(30);

/// One request takes milliseconds.
const REQUEST_AT_MOST: Duration = Duration::from_secs(10);

/// How often to ask whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// A running server; ended and cleaned up when dropped.
pub(crate) struct LiveServer {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) data: PathBuf,
}

impl LiveServer {
    /// Starts `binary` and waits until it can serve.
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        // Freed at once: another program could take the port first, and the start would then fail.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let data = env::temp_dir().join(format!("parlor-xtask-{}", process::id()));
        fs::create_dir_all(&data)?;
        let log = fs::File::create(data.join("server.log"))?;
        let child = Command::new(binary)
            .arg("serve")
            .env("PARLOR_LISTEN", address.to_string())
            .env("PARLOR_DATA_DIR", &data)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let mut server = Self { child, address, data };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let give_up = Instant::now() + START_AT_MOST;
        loop {
            if self.request("GET", "/readyz", None, &Value::Null).is_ok() {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || Instant::now() > give_up {
                let log = fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
                bail!("the server did not get ready ({ended:?}); it said:\n{log}");
            }
            thread::sleep(ASK_EVERY);
        }
    }

    /// Makes a board and returns its id.
    pub(crate) fn new_board(&self) -> Result<String> {
        let login = self.request("POST", "/api/auth/guest", None, &json!({"name": "Reader"}))?;
        let token = login["access_token"].as_str().context("a guest gets an access_token")?;
        let wanted = json!({"game": "scoreboard", "options": {"title": "Read me"}});
        let board = self.request("POST", "/api/sessions", Some(token), &wanted)?;
        let id = board.get("session").or_else(|| board.get("id")).context("a session has an id")?;
        Ok(id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned))
    }

    /// The JSON body of the answer, or an error if its status is not 2xx.
    fn request(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let login =
            token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{login}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect_timeout(&self.address, REQUEST_AT_MOST)?;
        stream.set_read_timeout(Some(REQUEST_AT_MOST))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        parse_answer(&answer).with_context(|| format!("{method} {path}"))
    }
}

fn parse_answer(answer: &str) -> Result<Value> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of head")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "status {status}: {body}");
    Ok(serde_json::from_str(body).unwrap_or_default())
}

impl Drop for LiveServer {
    fn drop(&mut self) {
        // It may have ended by itself; a directory that stays behind in /tmp does no harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

#[cfg(test)]
mod tests {
    use super::parse_answer;

    #[test]
    fn only_a_2xx_answer_is_an_answer() {
        let made = parse_answer("HTTP/1.1 201 Created\r\nx: y\r\n\r\n{\"id\":\"7\"}");
        assert_eq!(made.expect("it is 2xx")["id"], "7");
        assert!(parse_answer("HTTP/1.1 200 OK\r\n\r\nok").expect("it is 2xx").is_null());
        let refused =
            parse_answer("HTTP/1.1 401 Unauthorized\r\n\r\nno").expect_err("it is not 2xx");
        assert_eq!(refused.to_string(), "status 401: no");
        assert!(parse_answer("").is_err());
    }
}
