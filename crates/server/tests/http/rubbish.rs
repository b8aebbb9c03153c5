//! Random bytes, commands and paths at every endpoint: never a 500, never a panic, never a change by
//! somebody without a login, and the server still answers.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Runtime;

use crate::world::{Person, World, created, ok};

/// Requests of each kind. What fails is printed with what proptest shrank it to.
const REQUESTS: u32 = 600;

const CONNECTIONS: u32 = 100;

/// Who sends a random request.
#[derive(Debug, Clone, Copy)]
enum Sender {
    Nobody,
    Guest,
    Rubbish,
}

#[derive(Debug, Clone)]
struct Wild {
    operation: prop::sample::Index,
    names: Vec<String>,
    query: String,
    sender: Sender,
    content_type: Option<&'static str>,
    key: Option<String>,
    body: Vec<u8>,
}

fn wild() -> impl Strategy<Value = Wild> {
    let name = prop_oneof![
        3 => Just("BOARD".to_owned()),
        2 => Just("1".to_owned()),
        2 => prop_oneof![Just("t1"), Just("p1"), Just("d1"), Just("u")].prop_map(str::to_owned),
        1 => any::<u64>().prop_map(|n| n.to_string()),
        2 => "\\PC{0,12}",
        1 => "[ -~]{0,40}",
    ];
    let query = prop_oneof![
        3 => Just(String::new()),
        1 => "(since|limit|after|skip|patch|status|owner|dry_run|lock_version|token)=[ -~]{0,12}",
        1 => "wait=0&since=[0-9a-f:]{0,12}",
        1 => "[!-~]{0,30}",
    ];
    let sender = prop_oneof![Just(Sender::Nobody), Just(Sender::Guest), Just(Sender::Rubbish)];
    let content_type = prop_oneof![
        6 => Just(Some("application/json")),
        1 => Just(Some("text/plain")),
        1 => Just(None),
    ];
    let names = prop::collection::vec(name, 3);
    let key = prop::option::of("[ -~]{0,140}");
    let operation = any::<prop::sample::Index>();
    (operation, names, query, sender, content_type, key, body()).prop_map(
        |(operation, names, query, sender, content_type, key, body)| Wild {
            operation,
            names,
            query,
            sender,
            content_type,
            key,
            body,
        },
    )
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    prop_oneof![
        2 => bytes,
        2 => any_json().prop_map(|json| json.to_string().into_bytes()),
        4 => near_command().prop_map(|json| json.to_string().into_bytes()),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        "\\PC{0,10}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Objects with the keys that commands have, and values that they may not.
fn near_command() -> impl Strategy<Value = Value> {
    let verbs = [
        "add_team",
        "rename_team",
        "remove_team",
        "add_player",
        "edit_player",
        "remove_player",
        "add_drink",
        "grant",
        "revoke",
        "invite",
        "join",
        "catalogue",
        "set_title",
        "put",
        "add",
        "rename",
        "remove",
    ];
    let keys = prop::sample::subsequence(
        vec![
            "name",
            "title",
            "team_id",
            "player_id",
            "drink_id",
            "amount",
            "user_id",
            "code",
            "drinks",
            "version",
            "public",
            "seats",
            "players",
            "events",
            "ended",
            "lock_version",
            "game",
            "options",
            "command",
            "refresh_token",
            "everywhere",
        ],
        0..6,
    );
    let verb = prop::sample::select(verbs.to_vec());
    (verb, keys, prop::collection::vec(any_json(), 6), any::<bool>()).prop_map(
        |(verb, keys, values, wrapped)| {
            let pairs = keys.into_iter().zip(values).map(|(key, value)| (key.to_owned(), value));
            let mut object: serde_json::Map<String, Value> = pairs.collect();
            object.entry("do").or_insert(json!(verb));
            if wrapped { json!({"command": object}) } else { Value::Object(object) }
        },
    )
}

/// Percent-encodes what cannot stand in a path as it is.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    name.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

struct Ground {
    world: World,
    guest: Person,
    board: String,
    operations: Vec<(Method, String)>,
}

async fn ground() -> Ground {
    let world = World::start().await;
    let owner = world.guest("Owner").await;
    let guest = world.guest("Guest").await;
    let board = world.board(&owner, "A").await;
    created(world.post(&owner, &format!("/game/{board}/team"), &json!({"name": "T"}))).await;
    created(world.post(&owner, &format!("/game/{board}/player"), &json!({"name": "P"}))).await;
    let document = ok(world.ask(Method::GET, "/api/openapi.json")).await;
    let mut operations = vec![
        (Method::GET, "/boards/{id}".to_owned()),
        (Method::GET, "/nommie/{id}".to_owned()),
        (Method::GET, "/{anything}".to_owned()),
        (Method::POST, "/api/{anything}/{else}".to_owned()),
    ];
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let method = method.to_uppercase().parse().expect("a method");
            operations.push((method, path.clone()));
        }
    }
    Ground { world, guest, board, operations }
}

async fn throw(ground: &Ground, wild: &Wild) -> Result<(), TestCaseError> {
    let Ground { world, guest, board, operations } = ground;
    let (method, path) = wild.operation.get(operations);
    let mut names = wild.names.iter().cycle();
    let parts = path.split('/').skip(1).map(|part| {
        if !part.starts_with('{') {
            return part.to_owned();
        }
        match names.next().expect("a cycle").as_str() {
            "BOARD" => board.clone(),
            name => encoded(name),
        }
    });
    let mut path: String = parts.map(|part| format!("/{part}")).collect();
    if !wild.query.is_empty() {
        path = format!("{path}?{}", wild.query);
    }
    let before = match wild.sender {
        Sender::Guest => None,
        Sender::Nobody | Sender::Rubbish => Some(world.tag(board).await),
    };
    let mut request = world.ask(method.clone(), &path).body(wild.body.clone());
    request = match wild.sender {
        Sender::Nobody => request,
        Sender::Guest => guest.sign(request),
        Sender::Rubbish => request.bearer_auth("rubbish"),
    };
    if let Some(kind) = wild.content_type {
        request = request.header("content-type", kind);
    }
    if let Some(key) = &wild.key {
        request = request.header("idempotency-key", key);
    }
    // A stream has answered once its head is here; its body has no end.
    let response = request.send().await;
    let response =
        response.map_err(|why| TestCaseError::fail(format!("{method} {path}: {why}")))?;
    let status = response.status();
    prop_assert!(!status.is_server_error(), "{method} {path}: {status}");
    prop_assert!(response.headers().contains_key("x-trace-id"), "{method} {path}");
    drop(response);
    if let Some(before) = before {
        prop_assert_eq!(world.tag(board).await, before, "{} {} changed something", method, path);
    }
    let alive = ok(world.ask(Method::GET, "/healthz")).await;
    prop_assert_eq!(&alive["status"], "ok");
    Ok(())
}

#[test]
fn random_requests_do_no_harm() {
    let runtime = Runtime::new().expect("a runtime");
    let ground = runtime.block_on(ground());
    let config = Config { cases: REQUESTS, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&wild(), |wild| runtime.block_on(throw(&ground, &wild)))
        .unwrap_or_else(|why| panic!("{why}"));
}

/// Sends bytes that may not even be HTTP, and waits for whatever comes back.
async fn knock(address: &str, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    stream.shutdown().await?;
    let mut answer = Vec::new();
    // A reset is an answer as well.
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    Ok(answer)
}

#[test]
fn random_bytes_do_no_harm() {
    let runtime = Runtime::new().expect("a runtime");
    let ground = runtime.block_on(ground());
    let address = ground.world.base.trim_start_matches("http://").to_owned();
    let head = prop_oneof![
        Just(Vec::new()),
        Just(b"GET / HTTP/1.1\r\n".to_vec()),
        Just(
            b"POST /game HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n".to_vec()
        ),
        Just(b"POST /game HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec()),
        Just(
            b"GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
               sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                .to_vec()
        ),
    ];
    let strategy = (head, prop::collection::vec(any::<u8>(), 0..300));
    let config = Config { cases: CONNECTIONS, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&strategy, |(head, rest)| {
            runtime.block_on(async {
                let before = ground.world.tag(&ground.board).await;
                let answer = knock(&address, &[head, rest].concat()).await;
                let answer = answer.map_err(|why| TestCaseError::fail(why.to_string()))?;
                prop_assert!(!answer.starts_with(b"HTTP/1.1 500"), "a fault of the server");
                prop_assert_eq!(ground.world.tag(&ground.board).await, before);
                Ok(())
            })
        })
        .unwrap_or_else(|why| panic!("{why}"));
}
