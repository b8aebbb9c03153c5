//! Trace ids: one for each request, the same everywhere; and what a request leaves in the log.

use std::io;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use protocol::codes;
use serde_json::Value;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::auth::AuthError;
use crate::problem::Problem;

/// A log that a test can read.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).unwrap()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn app(metrics: &Metrics) -> Router {
    Router::new()
        .route(
            "/id/{id}",
            get(|request: Request| async move {
                assert_eq!(trace_id_of(&request), trace_id().to_string());
                trace_id().to_string()
            }),
        )
        .route(
            "/fault",
            get(|| async { Problem::new(&codes::INTERNAL, "a fault").because("the inner reason") }),
        )
        .route("/login", get(|| async { Problem::from(AuthError::Expired) }))
        .layer(from_fn_with_state(metrics.clone(), trace))
}

async fn ask(app: &Router, path: &str, id: Option<&str>) -> (u16, String, String) {
    let mut request = Request::builder().uri(path);
    if let Some(id) = id {
        request = request.header(TRACE_HEADER, id);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, header) =
        (response.status().as_u16(), response.headers()[TRACE_HEADER].to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    (status, header, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_id_is_the_same_in_header_body_and_handler() {
    let app = app(&Metrics::default());
    let (_, first, body) = ask(&app, "/id/1", None).await;
    assert_eq!(first, body);
    assert_eq!(first.len(), 16);
    let (_, second, _) = ask(&app, "/id/1", None).await;
    assert_ne!(first, second);
    let (_, header, body) = ask(&app, "/id/1", Some("4bf92f3577b34da6a3ce929d0e0e4736")).await;
    assert_eq!(
        (header.as_str(), body.as_str()),
        ("4bf92f3577b34da6a3ce929d0e0e4736", header.as_str())
    );
    let (status, header, body) = ask(&app, "/fault", Some("my-trace-1")).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, header.as_str(), &body["trace_id"]),
        (500, "my-trace-1", &"my-trace-1".into())
    );
}

#[test]
fn only_plain_ids_are_taken_from_clients() {
    for (text, taken) in [
        ("4bf92f35-77b3_4d.a6", true),
        ("12345678", true),
        ("1234567", false),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
        ("12345678 9", false),
        ("12345678\u{1b}", false),
        ("é2345678", false),
        ("", false),
    ] {
        assert_eq!(TraceId::of_client(text).is_some(), taken, "{text:?}");
    }
}

#[test]
fn a_log_line_has_the_path_and_never_the_query() {
    let lines = Lines::default();
    let filter = tracing_subscriber::EnvFilter::new("debug");
    let log = crate::logs::subscriber(crate::settings::LogFormat::Json, filter, lines.clone());
    let metrics = Metrics::default();
    tracing::subscriber::with_default(log, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let app = app(&metrics);
            ask(&app, "/id/7?token=hush-hush", Some("trace-ok-1")).await;
            ask(&app, "/fault?token=hush-hush", Some("trace-bad-2")).await;
            ask(&app, "/login?token=hush-hush", None).await;
            ask(&app, "/nowhere?token=hush-hush", None).await;
        });
    });
    let text = lines.text();
    assert!(!text.contains("hush"), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |path: &str| lines.iter().find(|line| line["path"] == path).unwrap();
    assert_eq!((&of("/id/7")["level"], &of("/id/7")["status"]), (&"DEBUG".into(), &200.into()));
    assert_eq!(of("/id/7")["span"]["trace_id"], "trace-ok-1");
    let fault = of("/fault");
    assert_eq!((&fault["level"], &fault["why"]), (&"ERROR".into(), &"the inner reason".into()));
    assert_eq!(fault["span"]["trace_id"], "trace-bad-2");
    assert_eq!((&of("/login")["level"], &of("/login")["status"]), (&"INFO".into(), &401.into()));
    let scraped = metrics.text(crate::metrics::Seen::default());
    assert!(scraped.contains("parlor_auth_failures_total{reason=\"expired\"} 1"), "{scraped}");
    assert!(scraped.contains("route=\"/id/{id}\""), "{scraped}");
    assert!(scraped.contains("route=\"none\",method=\"GET\",status=\"404\""), "{scraped}");
}
