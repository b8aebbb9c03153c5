//! Parlor over HTTP. Must not know sockets.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Why a request did not do what it was for. Holds no token.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The server said no.
    #[error("{code}: {message} (HTTP {status}, trace {trace_id})")]
    Problem {
        /// Status.
        status: u16,
        /// Stable name of the problem.
        code: String,
        /// One sentence.
        message: String,
        /// Finds it in the server's log.
        trace_id: String,
        /// The whole body.
        body: Box<Value>,
    },
    /// There was no answer, or not one of Parlor.
    #[error("no answer from the server: {0}")]
    Unreachable(String),
}

impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold a token.
        Self::Unreachable(error.without_url().to_string())
    }
}

/// A fresh login.
#[derive(Debug, Clone, Deserialize)]
pub struct Guest {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Gets a new one.
    pub refresh_token: String,
    /// Who it is: `id`, `name`, `roles`.
    pub user: Value,
}

/// A session in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listed {
    /// Session id.
    pub id: String,
    /// Name of its game.
    pub game: String,
    /// The name that lists show.
    pub title: String,
    /// `open`, `running` or `ended`.
    pub status: String,
    /// Commits so far.
    pub lock_version: u64,
}

/// One server, as one user or as nobody.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Api {
    /// The server at `base`, `http://127.0.0.1:8080` for one; `token` is an API token.
    #[must_use]
    pub fn new(base: &str, token: Option<String>) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), token, http: reqwest::Client::new() }
    }

    /// The server's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What follows the `http` of the server's address; or why it is none.
    pub(crate) fn address(&self) -> Result<&str, String> {
        let base = &self.base;
        let none = |why: &str| format!("{base:?} is no address of a server: {why}");
        let url = reqwest::Url::parse(base).map_err(|error| none(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(none("it does not begin with http://"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(none("it has a query or a fragment"));
        }
        base.strip_prefix("http").ok_or_else(|| none("it does not begin with http://"))
    }

    /// The API token, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Becomes a guest: later requests are made as this user.
    pub async fn guest(&mut self, name: Option<&str>) -> Result<Guest, ApiError> {
        let body = name.map_or_else(|| json!({}), |name| json!({ "name": name }));
        let guest: Guest = read(self.request(Method::POST, "/api/auth/guest").json(&body)).await?;
        self.token = Some(guest.access_token.clone());
        Ok(guest)
    }

    /// Makes a session; answers with its id.
    pub async fn create(&self, game: &str, options: Value) -> Result<String, ApiError> {
        let body = json!({ "game": game, "options": options });
        let made: Value = read(self.request(Method::POST, "/api/sessions").json(&body)).await?;
        let id = made["session"].as_str().or_else(|| made["id"].as_str()).unwrap_or_default();
        Ok(id.to_owned())
    }

    /// Gives a command; answers with `{session, lock_version, data}`.
    pub async fn command(
        &self,
        session: &str,
        command: Value,
        lock_version: Option<u64>,
        key: Option<&str>,
    ) -> Result<Value, ApiError> {
        let mut body = json!({ "command": command });
        if let Some(version) = lock_version {
            body["lock_version"] = version.into();
        }
        let mut request = self.request(Method::POST, &format!("/api/sessions/{session}/commands"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        read(request.json(&body)).await
    }

    /// The newest view, as a `snapshot` message.
    pub async fn snapshot(&self, session: &str) -> Result<Value, ApiError> {
        read(self.request(Method::GET, &format!("/api/sessions/{session}"))).await
    }

    /// A token for one socket.
    pub async fn socket_token(&self) -> Result<String, ApiError> {
        let made: Value = read(self.request(Method::POST, "/api/ws/token")).await?;
        Ok(made["token"].as_str().unwrap_or_default().to_owned())
    }

    /// Any other request; `path` starts with a slash.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        let request = self.request(method, path);
        read(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

async fn read<T: serde::de::DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    if status.is_success() {
        let body: &[u8] = if status == StatusCode::NO_CONTENT { b"null" } else { &bytes };
        return serde_json::from_slice(body).map_err(|e| {
            ApiError::Unreachable(format!("the answer is not what was expected: {e}"))
        });
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let text = |key: &str, default: &str| body[key].as_str().unwrap_or(default).to_owned();
    Err(ApiError::Problem {
        status: status.as_u16(),
        code: text("code", "UNKNOWN"),
        message: text("detail", status.canonical_reason().unwrap_or("refused")),
        trace_id: text("trace_id", "none"),
        body: Box::new(body),
    })
}
