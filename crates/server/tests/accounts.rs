//! Logins that end while sockets live on them, on real servers: by a copied refresh token, by log-out,
//! by an operator beside the server. And what stands in no log.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on ends here")]

mod socket;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use server::auth::{ADMIN, SERVICE};
use server::listen::{self, Mode};
use server::settings::{Overrides, Settings};
use server::users::Users;
use socket::{House, Socket};

const PASSWORD: &str = "correct horse battery";

async fn sign_up(house: &House, site_id: &str) -> Value {
    let wish = json!({ "site_id": site_id, "nickname": "Anna", "password": PASSWORD });
    house.post("/api/auth/signup", None, wish).await
}

async fn log_in(house: &House, site_id: &str) -> Value {
    let given = json!({ "site_id": site_id, "password": PASSWORD });
    house.post("/api/auth/login", None, given).await
}

fn access(login: &Value) -> &str {
    login["access_token"].as_str().unwrap()
}

/// A socket that has been greeted.
async fn open(house: &House, token: &str) -> Socket {
    let mut socket = house.socket("/ws", Some(token)).await;
    socket.until(|message| message["message"] == "connected").await;
    socket
}

/// Still answers.
async fn is_open(socket: &mut Socket) {
    socket.send(json!({ "type": "ping", "ref": "alive" })).await;
    socket.next_of(&["pong"]).await;
}

#[tokio::test]
async fn a_copied_refresh_token_closes_the_sockets_of_its_login() {
    let house = House::start().await;
    let login = sign_up(&house, "anna").await;
    let other = log_in(&house, "anna").await;
    let renew = json!({ "refresh_token": login["refresh_token"] });
    let renewed = house.post("/api/auth/refresh", None, renew.clone()).await;
    let single = house.socket_token(access(&renewed)).await;
    let mut of_login = [
        open(&house, access(&login)).await,
        open(&house, access(&renewed)).await,
        house.socket(&format!("/ws?token={single}"), None).await,
    ];
    let mut of_other = open(&house, access(&other)).await;

    let (status, body) = house.try_post("/api/auth/refresh", None, renew).await;
    assert_eq!((status, &body["code"]), (401, &json!("UNAUTHORIZED")));
    for socket in &mut of_login {
        assert_eq!(socket.closed().await, (4401, "login".to_owned()));
    }
    is_open(&mut of_other).await;
    for login in [&login, &renewed] {
        assert_eq!(house.try_get("/api/auth/me", Some(access(login))).await.0, 401);
        let mut refused = house.socket("/ws", Some(access(login))).await;
        assert_eq!(refused.next_of(&["error"]).await["code"], "UNAUTHORIZED");
        assert_eq!(refused.closed().await.0, 4401);
    }
    assert_eq!(house.try_get("/api/auth/me", Some(access(&other))).await.0, 200);
}

#[tokio::test]
async fn a_log_out_closes_the_sockets_of_that_login_alone() {
    let house = House::start().await;
    let (here, there) = (sign_up(&house, "anna").await, log_in(&house, "anna").await);
    let guest = house.guest("Ben").await;
    let mut socket = open(&house, access(&here)).await;
    let mut of_others = [open(&house, access(&there)).await, open(&house, &guest.token).await];
    house.post("/api/auth/logout", Some(access(&here)), json!({})).await;
    assert_eq!(socket.closed().await, (4401, "login".to_owned()));
    for other in &mut of_others {
        is_open(other).await;
    }
    assert_eq!(house.try_get("/api/auth/me", Some(access(&here))).await.0, 401);

    let mut late = open(&house, &guest.token).await;
    house.post("/api/auth/logout", Some(&guest.token), json!({})).await;
    assert_eq!(late.closed().await.0, 4401, "guests log out in the same way");
    is_open(&mut of_others[0]).await;
}

#[tokio::test]
async fn an_operator_beside_the_server_ends_logins_and_takes_roles_of_live_sockets() {
    let house = House::start().await;
    let login = sign_up(&house, "anna").await;
    let other = sign_up(&house, "ben").await;
    let service = house.service().await;
    let backend = house.operate(async |users| users.find("backend").await.unwrap().id).await;
    let table = house.session(&service, json!({ "title": "M", "public": {} })).await;
    let mut socket = open(&house, access(&login)).await;
    let mut of_ben = open(&house, access(&other)).await;
    let mut of_backend = open(&house, &service).await;
    let set = json!({ "type": "command", "session": table,
                      "command": { "do": "put", "public": { "n": 1 } }, "ref": "c" });
    of_backend.send(set.clone()).await;
    let done = of_backend.next_of(&["result"]).await;
    assert!(done.get("error").is_none(), "{done}");

    house.operate(async |users| users.end("@anna", false).await.unwrap()).await;
    assert_eq!(socket.closed().await, (4401, "login".to_owned()));
    is_open(&mut of_ben).await;

    // Without the role, the same command over the same socket is refused within seconds.
    house.operate(async |users| users.revoke(backend.as_str(), SERVICE).await.unwrap()).await;
    let waiting = async {
        loop {
            of_backend.send(set.clone()).await;
            let answer = of_backend.next_of(&["result"]).await;
            if answer["error"]["code"] == "FORBIDDEN" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the role is gone");
}

/// What this server remembers of a login for a moment is not what a socket lives on.
#[tokio::test]
async fn a_socket_that_comes_right_after_its_login_ended_is_closed_all_the_same() {
    let house = House::start().await;
    let login = sign_up(&house, "anna").await;
    let admin = sign_up(&house, "boss").await;
    house.operate(async |users| users.grant("@boss", ADMIN).await.unwrap()).await;
    let path = "/api/games/ws/monitor";
    let mut first = house.socket(path, Some(access(&admin))).await;
    first.next_of(&["monitor_snapshot"]).await;
    drop(first);
    // Both are remembered as good now, and have no socket when they change.
    assert_eq!(house.try_get("/api/auth/me", Some(access(&login))).await.0, 200);
    house.operate(async |users| users.end("@anna", false).await.unwrap()).await;
    house.operate(async |users| users.revoke("@boss", ADMIN).await.unwrap()).await;
    let mut of_anna = house.socket("/ws", Some(access(&login))).await;
    let mut monitor = house.socket(path, Some(access(&admin))).await;
    assert_eq!(of_anna.closed().await.0, 4401);
    assert_eq!(monitor.closed().await.0, 4503);
}

#[tokio::test]
async fn a_log_out_at_one_node_closes_sockets_at_another() {
    let house = House::start().await;
    let login = sign_up(&house, "anna").await;
    let mut socket = open(&house, access(&login)).await;
    // Another node: the same store, and nothing else in common.
    let app = house.app();
    let settings = Settings { listen: ([127, 0, 0, 1], 0).into(), ..(*app.settings).clone() };
    let beside = listen::start_with(settings, app.store.clone(), app.games.clone()).await.unwrap();
    let logout = format!("http://{}/api/auth/logout", beside.address);
    let request = reqwest::Client::new().post(logout).bearer_auth(access(&login));
    assert_eq!(request.send().await.unwrap().status(), 204);
    assert_eq!(socket.closed().await, (4401, "login".to_owned()));
    beside.abandon();
}

#[tokio::test]
async fn an_admin_made_on_the_command_line_logs_in() {
    let house = House::start().await;
    house
        .operate(async |users| {
            users.add_with_login("Root", &[ADMIN], "root", PASSWORD).await.unwrap()
        })
        .await;
    let login = log_in(&house, "ROOT").await;
    assert_eq!(login["user"]["role"], "admin");
    let board = house.board(access(&sign_up(&house, "anna").await), "Friday").await;
    let path = format!("/api/admin/sessions/{board}/log");
    let (status, body) = house.try_get(&path, Some(access(&login))).await;
    assert_eq!(status, 200, "{body}");
    // The role is the store's: without it the same token may no more.
    house.operate(async |users| users.revoke("Root", ADMIN).await.unwrap()).await;
    let waiting = async {
        while house.try_get(&path, Some(access(&login))).await.0 != 403 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the role is gone");
}

fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap() + seconds
}

#[tokio::test]
async fn a_token_that_is_not_ours_opens_nothing() {
    let house = House::start().await;
    let login = sign_up(&house, "anna").await;
    let good = access(&login);
    let id = login["user"]["id"].to_string();
    let (iat, exp) = (seconds_from_now(-9), seconds_from_now(60));
    let claims = json!({ "iss": "parlor", "aud": "api", "sub": id, "iat": iat, "exp": exp });
    let sign = |claims: &Value, secret: &[u8]| {
        let key = EncodingKey::from_secret(secret);
        encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
    };
    let with = |key: &str, value: Value| {
        let mut claims = claims.clone();
        claims[key] = value;
        sign(&claims, &house.secret())
    };
    assert_eq!(house.try_get("/api/auth/me", Some(&sign(&claims, &house.secret()))).await.0, 200);
    let payload = good.split('.').nth(1).unwrap();
    let gone = sign_up(&house, "gone").await;
    house.post("/api/auth/logout", Some(access(&gone)), json!({ "everywhere": true })).await;
    let left = log_in(&house, "anna").await;
    house.post("/api/auth/logout", Some(access(&left)), json!({})).await;
    for (why, token) in [
        // {"alg":"none"} and {"alg":"None","typ":"JWT"}
        ("alg none", format!("eyJhbGciOiJub25lIn0.{payload}.")),
        ("alg None", format!("eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0.{payload}.")),
        ("no signature", good.rsplit_once('.').unwrap().0.to_owned() + "."),
        ("another key", sign(&claims, &[7; 32])),
        ("for others", with("aud", json!("elsewhere"))),
        ("of others", with("iss", json!("elsewhere"))),
        ("expired", with("exp", json!(seconds_from_now(-60)))),
        ("not yet", with("nbf", json!(seconds_from_now(60)))),
        ("revoked with all", access(&gone).to_owned()),
        ("logged out", access(&left).to_owned()),
        ("no token", "x".to_owned()),
    ] {
        let (status, body) = house.try_get("/api/auth/me", Some(&token)).await;
        assert_eq!((status, &body["code"]), (401, &json!("UNAUTHORIZED")), "{why}");
        let by_query = format!("/ws?token={token}");
        for mut socket in
            [house.socket("/ws", Some(&token)).await, house.socket(&by_query, None).await]
        {
            assert_eq!(socket.next_of(&["error"]).await["code"], "UNAUTHORIZED", "{why}");
            assert_eq!(socket.closed().await.0, 4401, "{why}");
        }
        let mut socket = house.socket("/ws", None).await;
        socket.send(json!({ "type": "token", "token": token })).await;
        assert_eq!(socket.next_of(&["error"]).await["code"], "UNAUTHORIZED", "{why}");
    }
}

/// All that is logged in this process.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<u8>>>);

impl Write for Book {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log at its most talkative, without what this test's own client says of its request.
fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| {
        let book = Book::default();
        let writer = book.clone();
        tracing_subscriber::fmt()
            .with_env_filter("trace,tungstenite::handshake::client=off")
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        book
    })
}

#[tokio::test]
async fn nothing_secret_stands_in_a_log() {
    let book = book();
    let house = House::start().await;
    let password = "open sesame 4711";
    let wish = json!({ "site_id": "logged", "nickname": "Anna", "password": password });
    let login = house.post("/api/auth/signup", None, wish.clone()).await;
    assert_eq!(house.try_post("/api/auth/signup", None, wish).await.0, 409);
    let wrong = "open sesame 4712";
    let given = json!({ "site_id": "logged", "password": wrong });
    assert_eq!(house.try_post("/api/auth/login", None, given).await.0, 401);
    let (status, _) =
        house.try_post("/api/auth/login", None, json!({ "site_id": 7, "password": wrong })).await;
    assert_eq!(status, 400);
    let renew = json!({ "refresh_token": login["refresh_token"] });
    let renewed = house.post("/api/auth/refresh", None, renew.clone()).await;
    let mut socket = house.socket(&format!("/ws?token={}", access(&renewed)), None).await;
    assert_eq!(house.try_post("/api/auth/refresh", None, renew).await.0, 401);
    assert_eq!(socket.closed().await.0, 4401);
    let account = house.app().store.account(&store::SiteId::new("logged").unwrap()).await.unwrap();
    let account = account.unwrap();

    // Beside the server, too.
    let settings =
        Overrides::default().set("data_dir", house.app().settings.data_dir.to_str().unwrap());
    let settings = Settings::load_from(&settings, []).unwrap();
    let tools = listen::open_store(&settings, Mode::Tool).unwrap();
    let users = Users::new(&settings, tools.clone()).unwrap();
    users.set_password("@logged", None, "open sesame 4713").await.unwrap();
    tools.close().await.unwrap();

    let log = String::from_utf8(book.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("a refresh token came twice"), "what should be told is: {log}");
    let hash = account.password.expose();
    let mut secrets = vec![password, wrong, "open sesame", hash, hash.rsplit('$').next().unwrap()];
    for login in [&login, &renewed] {
        secrets.extend([access(login), login["refresh_token"].as_str().unwrap()]);
        secrets.push(access(login).rsplit('.').next().unwrap());
    }
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
