//! A server of a test's own, and people who speak to it. Must not know what a test is about.

use std::sync::Arc;
use std::time::Duration;

use game::{Timestamp, UserId};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use server::games::Games;
use server::listen::{self, Mode, Running};
use server::settings::{Settings, StoreKind};
use store::{Store, User};
use tempfile::TempDir;

/// Longest that a test waits for something that is bound to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server on a free port, with a data directory of its own.
pub(crate) struct World {
    running: Running,
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    pub(crate) http: Client,
    _dir: TempDir,
}

/// Somebody with a login, or nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: Option<String>,
    pub(crate) refresh: Option<String>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::hosting(Games::default(), change).await
    }

    /// One that hosts these games.
    pub(crate) async fn hosting(games: Games, change: impl FnOnce(&mut Settings)) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: dir.path().join("data"),
            store: StoreKind::Memory,
            ..Settings::default()
        };
        settings.limits.off = true;
        settings.drain.window_seconds = 0;
        settings.drain.grace_seconds = 5;
        change(&mut settings);
        let store = listen::open_store(&settings, Mode::Serve).expect("a store of its own");
        Self::on(settings, store, games, dir).await
    }

    /// Another node on the same store, with the same secret, that hears no signals of this one.
    pub(crate) async fn beside(&self) -> Self {
        self.beside_with(|_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn beside_with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::clone(&self.app().settings);
        change(&mut settings);
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self::on(settings, self.app().store.clone(), self.app().games.clone(), dir).await
    }

    async fn on(settings: Settings, store: Arc<dyn Store>, games: Games, dir: TempDir) -> Self {
        let running = listen::start_with(settings, store, games).await.expect("the server starts");
        let base = format!("http://{}", running.address);
        let http = Client::builder().timeout(PATIENCE).build().expect("a client");
        Self { running, base, http, _dir: dir }
    }

    /// A client that waits for more than one sign of life of a stream.
    pub(crate) fn patient() -> Client {
        Client::new()
    }

    pub(crate) fn app(&self) -> &server::app::App {
        &self.running.app
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await.expect("it stops in good order");
    }

    /// A request of nobody.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) fn get(&self, who: &Person, path: &str) -> RequestBuilder {
        who.sign(self.ask(Method::GET, path))
    }

    pub(crate) fn send(
        &self,
        who: &Person,
        method: Method,
        path: &str,
        body: &Value,
    ) -> RequestBuilder {
        who.sign(self.ask(method, path)).json(body)
    }

    pub(crate) fn post(&self, who: &Person, path: &str, body: &Value) -> RequestBuilder {
        self.send(who, Method::POST, path, body)
    }

    pub(crate) fn patch(&self, who: &Person, path: &str, body: &Value) -> RequestBuilder {
        self.send(who, Method::PATCH, path, body)
    }

    pub(crate) fn delete(&self, who: &Person, path: &str) -> RequestBuilder {
        who.sign(self.ask(Method::DELETE, path))
    }

    /// A new guest.
    pub(crate) async fn guest(&self, name: &str) -> Person {
        let body =
            ok(self.post(&Person::default(), "/api/auth/guest", &json!({"name": name}))).await;
        Person {
            id: text(&body["user"]["id"]),
            token: Some(text(&body["access_token"])),
            refresh: Some(text(&body["refresh_token"])),
        }
    }

    /// Somebody with these roles.
    pub(crate) async fn with_roles(&self, id: &str, roles: &[&str]) -> Person {
        let user = User {
            id: UserId::new(id).expect("a good id"),
            name: id.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            guest: false,
            created_at: Timestamp(0),
            valid_from: Timestamp(0),
        };
        let auth = &self.app().auth;
        auth.put_user(user.clone()).await.expect("kept");
        let token = auth.issue_for(&user, Duration::from_secs(600)).expect("signed");
        Person { id: id.to_owned(), token: Some(token), refresh: None }
    }

    /// A new board of this user, by its id.
    pub(crate) async fn board(&self, owner: &Person, title: &str) -> String {
        let body = created(self.post(owner, "/game", &json!({"title": title}))).await;
        text(&body["id"])
    }

    /// A new mirror with one seat for each of these users, and a service that may change it.
    pub(crate) async fn mirror(&self, service: &Person, seats: &[&Person]) -> String {
        let players: serde_json::Map<String, Value> =
            seats.iter().enumerate().map(|(seat, who)| (seat.to_string(), json!(who.id))).collect();
        let secrets: serde_json::Map<String, Value> =
            (0..seats.len()).map(|seat| (seat.to_string(), json!({"secret": seat}))).collect();
        let options =
            json!({"title": "M", "public": {"n": 0}, "seats": secrets, "players": players});
        let wish = json!({"game": "mirror", "options": options});
        let body = created(self.post(service, "/api/sessions", &wish)).await;
        text(&body["session"])
    }

    /// The tag of what everyone sees of a session: changes with each commit.
    pub(crate) async fn tag(&self, session: &str) -> String {
        let path = format!("/api/sessions/{session}");
        let response = self.ask(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        header(&response, "etag")
    }
}

impl Person {
    pub(crate) fn nobody() -> Self {
        Self::default()
    }

    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("no header {name}: {:?}", response.headers()));
    value.to_str().expect("plain text").to_owned()
}

/// Sends, and expects this status; answers with the body as JSON (`null` when there is none).
pub(crate) async fn expect(request: RequestBuilder, status: StatusCode) -> Value {
    let response = request.send().await.expect("an answer");
    let (found, url) = (response.status(), response.url().clone());
    let body = response.text().await.expect("a body");
    assert_eq!(found, status, "{url}: {body}");
    if body.is_empty() { Value::Null } else { serde_json::from_str(&body).expect("JSON") }
}

pub(crate) async fn ok(request: RequestBuilder) -> Value {
    expect(request, StatusCode::OK).await
}

pub(crate) async fn created(request: RequestBuilder) -> Value {
    expect(request, StatusCode::CREATED).await
}

/// Sends, and expects a refusal in the documented form.
pub(crate) async fn refused(request: RequestBuilder, status: u16, code: &str) -> Value {
    let response = request.send().await.expect("an answer");
    let (found, url, headers) =
        (response.status().as_u16(), response.url().clone(), response.headers().clone());
    let trace_id = header(&response, "x-trace-id");
    let body = response.text().await.expect("a body");
    assert_eq!(found, status, "{url}: {body}");
    assert_eq!(headers["content-type"], "application/problem+json", "{url}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["code"], code, "{url}: {body}");
    assert_eq!(body["status"], status, "{url}: {body}");
    assert_eq!(body["trace_id"], trace_id.as_str(), "{url}");
    for key in ["type", "title", "detail"] {
        assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{url}: {key} in {body}");
    }
    assert_eq!(status == 401, headers.contains_key("www-authenticate"), "{url}");
    assert_eq!(matches!(status, 429 | 503), headers.contains_key("retry-after"), "{url}");
    body
}

/// Asks again until `good` likes the answer.
pub(crate) async fn until(
    world: &World,
    who: &Person,
    path: &str,
    good: impl Fn(&Value) -> bool,
) -> Value {
    let waiting = async {
        loop {
            let body = ok(world.get(who, path)).await;
            if good(&body) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it comes about")
}
