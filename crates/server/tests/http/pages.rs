//! Pages, headers, CORS, and what the machines around the server ask.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Person, World, created, header, ok, refused, text};

#[tokio::test]
async fn a_board_arrives_with_its_view_in_the_page() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let title = "</script><script>alert(1)</script>";
    let id = world.board(&anna, title).await;
    let response = world.ask(Method::GET, &format!("/boards/{id}")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&response, "cache-control"), "no-cache");
    let page = response.text().await.unwrap();
    assert!(!page.contains("<script>alert"), "the title broke out: {page}");
    let mark = "<script type=\"application/json\" id=\"parlor-initial\">";
    let start = page.find(mark).expect("the first view") + mark.len();
    let inside = &page[start..start + page[start..].find("</script>").unwrap()];
    let initial: Value = serde_json::from_str(inside).unwrap();
    assert_eq!(initial, ok(world.get(&Person::nobody(), &format!("/api/sessions/{id}"))).await);
    assert_eq!(initial["data"]["title"], title);
}

#[tokio::test]
async fn a_table_arrives_as_everyone_sees_it() {
    let world = World::start().await;
    let anna = world.guest("Anna").await;
    let made = created(world.post(&anna, "/api/games", &json!({"name": "Friday"}))).await;
    let id = made["game"]["id"].as_u64().unwrap();
    let response = world.ask(Method::GET, &format!("/nommie/{id}")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    assert!(page.contains("<title>Friday · Parlor</title>"), "{page}");
    let mark = "<script type=\"application/json\" id=\"parlor-initial\">";
    let start = page.find(mark).expect("the first view") + mark.len();
    let inside = &page[start..start + page[start..].find("</script>").unwrap()];
    let initial: Value = serde_json::from_str(inside).unwrap();
    assert_eq!(initial["viewer_seat"], Value::Null);
    assert_eq!(initial["data"]["viewer_hand"], Value::Null);
    assert_eq!(initial["data"]["snapshot"]["game"]["seating"][0]["display_name"], "Anna");

    let board = world.board(&anna, "A board").await;
    for path in [format!("/nommie/{board}"), format!("/boards/{id}"), "/nommie/77".to_owned()] {
        let response = world.ask(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}: of another game, or of none");
        assert!(!response.text().await.unwrap().contains("parlor-initial"), "{path}");
    }
}

#[tokio::test]
async fn pages_that_are_not_there_say_so() {
    let world = World::start().await;
    for (path, status) in [
        ("/", 200),
        ("/nommie", 200),
        ("/admin/sessions/77", 200),
        ("/admin/sessions", 404),
        ("/boards/77", 404),
        ("/boards/x", 404),
        ("/boards/%ff", 404),
        ("/nothing", 404),
        ("/assets/nothing.js", 404),
        ("/..%2f..%2fCargo.toml", 404),
        ("/boards", 404),
    ] {
        let response = world.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8", "{path}");
        let head = world.ask(Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), status, "HEAD {path}");
        assert_eq!(head.text().await.unwrap(), "", "HEAD {path}");
    }
    let zipped =
        world.ask(Method::GET, "/").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
}

#[tokio::test]
async fn every_answer_has_safe_headers_and_a_trace_id() {
    let world = World::start().await;
    for path in ["/", "/nothing", "/api/nothing", "/healthz", "/api/sessions", "/api/docs", "/ws"] {
        let response = world.ask(Method::GET, path).send().await.unwrap();
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("script-src"), "scripts: by default-src alone");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&response, "referrer-policy"), "same-origin", "{path}");
        assert!(!header(&response, "x-trace-id").is_empty(), "{path}");
        assert!(response.headers().contains_key("cache-control"), "{path}");
        assert!(!response.headers().contains_key("set-cookie"), "{path}: there are no cookies");
    }
    let own = world.ask(Method::GET, "/healthz").header("x-trace-id", "my-own-trace").send().await;
    assert_eq!(header(&own.unwrap(), "x-trace-id"), "my-own-trace");
}

#[tokio::test]
async fn pages_of_listed_origins_may_ask() {
    let allowed = "https://app.example";
    let world = World::with(|s| s.allowed_origins = vec![allowed.to_owned()]).await;
    let preflight = |origin: &str| {
        world
            .ask(Method::OPTIONS, "/api/sessions")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,idempotency-key")
    };
    let response = preflight(allowed).send().await.unwrap();
    assert!(response.status().is_success());
    assert_eq!(header(&response, "access-control-allow-origin"), allowed);
    assert!(header(&response, "access-control-allow-methods").contains("PATCH"));
    let headers = header(&response, "access-control-allow-headers");
    for name in ["authorization", "content-type", "idempotency-key", "last-event-id"] {
        assert!(headers.contains(name), "{headers}");
    }
    assert_eq!(header(&response, "access-control-max-age"), "7200");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
    let response = preflight("https://evil.example").send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));

    for path in ["/api/sessions", "/api/sessions/77"] {
        let response = world.ask(Method::GET, path).header("origin", allowed).send().await.unwrap();
        assert_eq!(header(&response, "access-control-allow-origin"), allowed, "refusals too");
        let exposed = header(&response, "access-control-expose-headers");
        for name in ["etag", "x-trace-id", "x-viewer-seat", "location", "retry-after"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        assert!(header(&response, "vary").contains("origin"));
    }

    let world = World::with(|s| s.allowed_origins = vec!["*".to_owned()]).await;
    let response = world
        .ask(Method::GET, "/api/sessions")
        .header("origin", "https://any.example")
        .send()
        .await;
    assert_eq!(header(&response.unwrap(), "access-control-allow-origin"), "*");
}

#[tokio::test]
async fn the_machines_around_are_answered() {
    let world = World::start().await;
    let alive = ok(world.ask(Method::GET, "/healthz")).await;
    assert_eq!(alive["status"], "ok");
    let ready = ok(world.ask(Method::GET, "/readyz")).await;
    let checks = json!({"store": "ok", "bus": "ok", "draining": "ok", "sockets": "ok"});
    assert_eq!(ready, json!({"ready": true, "checks": checks}));
    let metrics = world.ask(Method::GET, "/metrics").send().await.unwrap();
    assert_eq!(metrics.status(), 200);
    let text = metrics.text().await.unwrap();
    assert!(text.contains("# HELP") && text.trim_end().ends_with("# EOF"), "{text}");
    // Red from the moment that it is asked to stop.
    world.app().draining.store(true, std::sync::atomic::Ordering::Relaxed);
    let response = world.ask(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        (&body["ready"], &body["checks"]["draining"]),
        (&json!(false), &json!("going down"))
    );
    ok(world.ask(Method::GET, "/healthz")).await;
}

#[tokio::test]
async fn an_address_for_sockets_says_so_to_others() {
    let world = World::start().await;
    for path in ["/ws", "/ws/sessions/1", "/ws/game/1", "/ws/game/x"] {
        let response = world.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED, "{path}");
        assert_eq!(header(&response, "upgrade"), "websocket", "{path}");
        let body: Value = response.json().await.unwrap();
        assert!(!text(&body["detail"]).is_empty(), "{path}: {body}");
    }
    refused(world.ask(Method::GET, "/ws/nothing/1/2"), 404, "NOT_FOUND").await;
}
