//! The OpenAPI document against the server: whatever it describes is there, and the other way round.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::{World, header, ok};

/// Paths that are for people and stand in no document.
const PAGES: [&str; 9] = [
    "/",
    "/admin/monitor",
    "/admin/sessions/{id}",
    "/boards/{id}",
    "/floor",
    "/index.html",
    "/nommie",
    "/nommie/{id}",
    "/verify",
];

async fn operations(world: &World) -> Vec<(String, Method, Value)> {
    let document = ok(world.ask(Method::GET, "/api/openapi.json")).await;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("an object") {
        for (method, operation) in methods.as_object().expect("an object") {
            let method = method.to_uppercase().parse().expect("a method");
            all.push((path.clone(), method, operation.clone()));
        }
    }
    all
}

/// The path with something in the place of each name.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        filled.push_str(match part {
            "{id}" => "77",
            part if part.starts_with('{') => "x1",
            part => part,
        });
    }
    filled
}

#[tokio::test]
async fn whatever_is_described_is_served() {
    let world = World::start().await;
    let all = operations(&world).await;
    assert!(all.len() >= 40, "{}", all.len());
    for (path, method, operation) in all {
        let answer = world.ask(method.clone(), &filled(&path)).send().await.unwrap();
        let status = answer.status();
        let named = format!("{method} {path}: {status}");
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{named}");
        assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{named}");
        let described = operation["responses"].as_object().unwrap();
        assert!(described.contains_key(status.as_str()), "{named} is not described");
        if status == StatusCode::NOT_FOUND {
            let body: Value = answer.json().await.unwrap();
            assert_ne!(body["code"], "NOT_FOUND", "{named}: there is no such route");
        }
    }
}

#[tokio::test]
async fn what_is_not_described_is_not_served() {
    let world = World::start().await;
    let all = operations(&world).await;
    let mut paths: Vec<&String> = all.iter().map(|(path, ..)| path).collect();
    paths.dedup();
    for path in paths {
        let described: Vec<&Method> =
            all.iter().filter(|(of, ..)| of == path).map(|(_, method, _)| method).collect();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::GET] {
            if described.contains(&&method) {
                continue;
            }
            let response = world.ask(method.clone(), &filled(path)).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let allow = header(&response, "allow");
            for method in &described {
                assert!(allow.contains(method.as_str()), "{path}: Allow: {allow}");
            }
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["code"], "METHOD_NOT_ALLOWED", "{method} {path}");
        }
    }
    // A route by hand would be in no document: the pages alone have some.
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http");
    let mut by_hand = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(sources)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let routes = text.split(".route(\"").skip(1);
            by_hand.extend(routes.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    by_hand.sort();
    assert_eq!(by_hand, PAGES);
}

#[tokio::test]
async fn the_page_for_people_needs_nothing_else() {
    let world = World::start().await;
    let response = world.ask(Method::GET, "/api/docs").send().await.unwrap();
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    let page = response.text().await.unwrap();
    for part in ["src=", "<script", "http://", "https://", "@import"] {
        assert!(!page.contains(part), "{part} stands in the page");
    }
    for (path, ..) in operations(&world).await {
        assert!(page.contains(&path), "{path} is not in the page");
    }
}
