//! A server in a directory of its own, and sockets to it. Must not know what is tested.

#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::auth::SERVICE;
use server::listen::{self, Mode, Running};
use server::settings::{Overrides, Settings};
use server::users::Users;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Whatever should happen happens long before.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct House {
    running: Option<Running>,
    data: TempDir,
    settings: Vec<(&'static str, &'static str)>,
    http: reqwest::Client,
}

pub struct Person {
    pub id: String,
    pub token: String,
}

impl House {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// One with these settings.
    pub async fn with(settings: &[(&'static str, &'static str)]) -> Self {
        let data = TempDir::new().unwrap();
        let running = Some(Self::serve(&data, settings).await);
        Self { running, data, settings: settings.to_vec(), http: reqwest::Client::new() }
    }

    async fn serve(data: &TempDir, settings: &[(&'static str, &'static str)]) -> Running {
        let base = Overrides::default()
            .set("listen", "127.0.0.1:0")
            .set("data_dir", data.path().to_str().unwrap())
            .set("drain.window_seconds", "0")
            .set("limits.requests_per_second", "10000");
        let overrides = settings.iter().fold(base, |all, (name, value)| all.set(name, *value));
        listen::start(Settings::load_from(&overrides, []).unwrap()).await.unwrap()
    }

    pub async fn restart(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
        self.running = Some(Self::serve(&self.data, &self.settings).await);
    }

    /// From now on its store answers nothing.
    pub async fn lose_store(&self) {
        self.running().app.store.close().await.unwrap();
    }

    pub fn app(&self) -> &server::app::App {
        &self.running().app
    }

    /// Somebody with this id.
    pub async fn person(&self, id: &str) -> Person {
        self.person_with(id, &[]).await
    }

    /// The same with these roles.
    pub async fn person_with(&self, id: &str, roles: &[&str]) -> Person {
        let user = store::User {
            id: game::UserId::new(id).unwrap(),
            name: id.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            guest: false,
            created_at: game::Timestamp(0),
            valid_from: game::Timestamp(0),
        };
        self.app().auth.put_user(user.clone()).await.unwrap();
        let token = self.app().auth.issue_for(&user, Duration::from_secs(600)).unwrap();
        Person { id: id.to_owned(), token }
    }

    /// Status, headers that say what is in it, and body of a `GET`.
    pub async fn whole(&self, path: &str, token: &str) -> String {
        let request = self.http.get(self.url(path)).bearer_auth(token);
        Self::told(request).await
    }

    /// The same of a command that may be refused.
    pub async fn attempt(&self, path: &str, token: &str, body: Value) -> String {
        let request = self.http.post(self.url(path)).bearer_auth(token).json(&body);
        Self::told(request).await
    }

    async fn told(request: reqwest::RequestBuilder) -> String {
        let response = request.send().await.unwrap();
        let headers: Vec<String> =
            ["etag", "x-viewer-seat", "content-length", "vary", "cache-control"]
                .iter()
                .map(|name| format!("{name}: {:?}", response.headers().get(*name)))
                .collect();
        let status = response.status();
        format!("{status} {}\n{}", headers.join("; "), response.text().await.unwrap())
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running().address)
    }

    pub async fn service(&self) -> String {
        let app = &self.running().app;
        let users = Users::new(&app.settings, app.store.clone()).unwrap();
        users.token("backend", Some(SERVICE), Duration::from_secs(600)).await.unwrap().1
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Value {
        let (status, body) = self.try_post(path, token, body).await;
        assert!((200..300).contains(&status), "POST {path}: {status} {body}");
        body
    }

    pub async fn try_post(&self, path: &str, token: Option<&str>, body: Value) -> (u16, Value) {
        let mut request = self.http.post(self.url(path)).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.send(request).await
    }

    pub async fn try_get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.http.get(self.url(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.send(request).await
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_get(path, None).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    pub async fn guest(&self, name: &str) -> Person {
        let login = self.post("/api/auth/guest", None, json!({ "name": name })).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person { id: text(&login["user"]["id"]), token: text(&login["access_token"]) }
    }

    pub async fn socket_token(&self, token: &str) -> String {
        let made = self.post("/api/ws/token", Some(token), json!({})).await;
        assert_eq!(made["expires_in"], 90);
        made["token"].as_str().unwrap().to_owned()
    }

    pub async fn logout_everywhere(&self, token: &str) {
        self.post("/api/auth/logout", Some(token), json!({ "everywhere": true })).await;
    }

    pub async fn session(&self, service: &str, options: Value) -> String {
        let body = json!({ "game": "mirror", "options": options });
        let made = self.post("/api/sessions", Some(service), body).await;
        made["session"].as_str().unwrap().to_owned()
    }

    pub async fn board(&self, token: &str, title: &str) -> String {
        let made = self.post("/game", Some(token), json!({ "title": title })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    pub async fn command(&self, token: &str, session: &str, command: Value) -> Value {
        let path = format!("/api/sessions/{session}/commands");
        self.post(&path, Some(token), json!({ "command": command })).await
    }

    pub async fn delete(&self, token: &str, board: &str) {
        self.remove(token, &format!("/game/{board}")).await;
    }

    pub async fn remove(&self, token: &str, path: &str) {
        let request = self.http.delete(self.url(path)).bearer_auth(token);
        let (status, body) = self.send(request).await;
        assert!((200..300).contains(&status), "DELETE {path}: {status} {body}");
    }

    /// What an operator does beside the running server, as `parlor user` does.
    pub async fn operate<T>(&self, work: impl AsyncFnOnce(&Users) -> T) -> T {
        let settings = &self.app().settings;
        let store = listen::open_store(settings, Mode::Tool).unwrap();
        let users = Users::new(settings, store.clone()).unwrap();
        let done = work(&users).await;
        store.close().await.unwrap();
        done
    }

    /// The secret that signs this server's tokens.
    pub fn secret(&self) -> Vec<u8> {
        std::fs::read(self.data.path().join("secret.key")).unwrap()
    }

    pub async fn socket(&self, path: &str, token: Option<&str>) -> Socket {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> =
            bearer.iter().map(|value| ("authorization", value.as_str())).collect();
        self.socket_with(path, &headers).await
    }

    /// A socket whose own buffer is small, so that it is soon full when it is not read.
    pub async fn narrow_socket(&self, path: &str, token: &str) -> Socket {
        let address = self.running().address;
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(address).await.unwrap());
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = format!("ws://{address}{path}{mark}token={token}");
        let (stream, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        Socket { stream, subprotocol: None, heard: Vec::new(), held: None }
    }

    pub async fn socket_with(&self, path: &str, headers: &[(&'static str, &str)]) -> Socket {
        let url = format!("ws://{}{path}", self.running().address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (stream, response) = connect_async(request).await.unwrap();
        let chosen = response.headers().get("sec-websocket-protocol");
        let subprotocol = chosen.map(|value| value.to_str().unwrap().to_owned());
        Socket { stream, subprotocol, heard: Vec::new(), held: None }
    }
}

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub subprotocol: Option<String>,
    /// Every text that came.
    pub heard: Vec<String>,
    held: Option<(u64, Value)>,
}

pub struct View {
    pub seat: Value,
    pub data: Value,
}

impl Socket {
    pub async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn try_send(&mut self, message: Value) -> bool {
        self.stream.send(Message::text(message.to_string())).await.is_ok()
    }

    pub async fn raw_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub async fn raw_binary(&mut self, bytes: &'static [u8]) {
        self.stream.send(Message::binary(bytes)).await.unwrap();
    }

    async fn frame(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await;
        next.unwrap_or_else(|_| panic!("nothing came; so far {:#?}", self.heard))?.ok()
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => {
                    self.heard.push(text.to_string());
                    return serde_json::from_str(&text).unwrap();
                }
                Some(Message::Close(frame)) => {
                    panic!("closed: {frame:?}; so far {:#?}", self.heard)
                }
                Some(_) => {}
                None => panic!("the connection is gone; so far {:#?}", self.heard),
            }
        }
    }

    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await;
            if wanted(&message) {
                return message;
            }
        }
    }

    pub async fn next_of(&mut self, types: &[&str]) -> Value {
        self.until(|message| types.contains(&message["type"].as_str().unwrap())).await
    }

    /// Takes views and patches until `version`, and checks the rules of delivery on the way.
    pub async fn follow_until(&mut self, version: u64) -> View {
        loop {
            let message = self.next_of(&["snapshot", "update", "patch"]).await;
            let at = message["lock_version"].as_u64().unwrap();
            let data = match (message["type"].as_str().unwrap(), self.held.take()) {
                ("patch", Some((before, mut data))) => {
                    assert_eq!(message["base"], before, "a patch fits what was sent last");
                    let patch: json_patch::Patch =
                        serde_json::from_value(message["patch"].clone()).unwrap();
                    json_patch::patch(&mut data, &patch).unwrap();
                    data
                }
                ("patch", None) => panic!("a patch before any snapshot"),
                (kind, before) => {
                    assert!(before.is_some() || kind == "snapshot", "first comes a snapshot");
                    if let Some((before, _)) = before {
                        assert!(at > before, "a step back from {before} to {at}");
                    }
                    message["data"].clone()
                }
            };
            self.held = Some((at, data.clone()));
            if at >= version {
                assert_eq!(at, version);
                return View { seat: message["viewer_seat"].clone(), data };
            }
        }
    }

    /// Code and reason of the close frame that comes.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(frame))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Message::Text(text)) => self.heard.push(text.to_string()),
                Some(Message::Close(None)) => panic!("a close frame without a code"),
                Some(_) => {}
                None => panic!("gone without a close frame; so far {:#?}", self.heard),
            }
        }
    }
}
