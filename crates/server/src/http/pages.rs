//! The pages of the web client: embedded files, and the first view of a board put into its page, so
//! that the first paint needs no second request. Must not know what the pages do.

use std::borrow::Cow;
use std::sync::Arc;

use ::nommie::Nommie;
use ::scoreboard::Scoreboard;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use game::Game;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::{open_table, sessions};
use crate::app::App;

/// Built by `npm run build` in `web/`. Without it the server builds and runs all the same.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Names under here hold a hash of their content, so they never change.
const HASHED: &str = "assets/";

/// A year: for ever, in the words of caches.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Asked for again each time: these names stay when their content changes.
const ASK_AGAIN: &str = "no-cache";

/// Shown in the place of the pages when they were not built. It carries the first view as well.
const WITHOUT_PAGES: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Parlor</title>
    <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>Parlor is running</h1>
    <p>This server was built without its web pages. To get them, install Node.js and run
      <code>make web</code> (or <code>make run</code>, which builds everything), then start it again.</p>
    <p>Everything else works: <a href="/api/docs">the API</a>, sockets, and
      <code>parlor watch</code> in a terminal.</p>
  </body>
</html>
"#;

const NOT_FOUND: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Not found · Parlor</title>
    <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>There is nothing here</h1>
    <p><a href="/">All boards</a></p>
  </body>
</html>
"#;

type Bytes = Cow<'static, [u8]>;

type Lookup = dyn Fn(&str) -> Option<Bytes> + Send + Sync;

/// The files of the pages, by name.
#[derive(Clone)]
pub(super) struct Files(Arc<Lookup>);

impl Files {
    /// Those that were embedded at build time (while developing: as they are on disk).
    pub(super) fn embedded() -> Self {
        Self(Arc::new(|name| Dist::get(name).map(|file| file.data)))
    }

    fn get(&self, name: &str) -> Option<Bytes> {
        (self.0)(name)
    }

    fn index(&self) -> Cow<'static, str> {
        let built = self.get("index.html").and_then(|bytes| String::from_utf8(bytes.into()).ok());
        built.map_or(Cow::Borrowed(WITHOUT_PAGES), Cow::Owned)
    }
}

/// The routes of the pages.
pub(super) fn routes(files: Files) -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/index.html", get(home))
        .route("/boards/{id}", get(board))
        .route("/nommie", get(home))
        .route("/nommie/{id}", get(table))
        .route("/floor", get(home))
        .route("/verify", get(home))
        .route("/admin/sessions/{id}", get(home))
        .route("/admin/monitor", get(home))
        .layer(Extension(files))
        .layer(CompressionLayer::new())
}

/// Everything that no route takes: a file of the pages, or nothing.
pub(super) fn fallback(files: Files) -> Router {
    Router::new().fallback(file).layer(Extension(files)).layer(CompressionLayer::new())
}

async fn home(Extension(files): Extension<Files>) -> Response {
    page(StatusCode::OK, files.index().into_owned())
}

type Named = Result<Path<String>, axum::extract::rejection::PathRejection>;

async fn board(state: State<App>, files: Extension<Files>, path: Named) -> Response {
    session(state, files, path, Scoreboard::NAME).await
}

async fn table(state: State<App>, files: Extension<Files>, path: Named) -> Response {
    session(state, files, path, Nommie::NAME).await
}

/// A session's page with its view in it. One that is not there, or is of a game that the page does
/// not show, gets the page as well, which says so.
async fn session(
    State(app): State<App>,
    Extension(files): Extension<Files>,
    path: Named,
    game: game::GameName,
) -> Response {
    let index = files.index();
    let id = path.ok().and_then(|Path(id)| id.parse().ok());
    let table = match id {
        Some(id) => open_table(&app, id).await,
        None => Err(crate::tables::TableError::NotFound),
    };
    let table = table.and_then(|table| {
        let shown = table.now().game() == game;
        shown.then_some(table).ok_or(crate::tables::TableError::NotFound)
    });
    match table {
        Ok(table) => {
            // As everyone may see it: who looks is not known yet, and the page may be kept.
            let shown = sessions::Shown::to(&app, table.now(), None);
            let view = sessions::current(&app, &shown);
            page(StatusCode::OK, with_first_view(&index, &shown.published.title, &view))
        }
        Err(crate::tables::TableError::NotFound) => page(StatusCode::NOT_FOUND, index.into_owned()),
        // The page asks again by itself.
        Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, index.into_owned()),
    }
}

async fn file(Extension(files): Extension<Files>, method: Method, uri: Uri) -> Response {
    let name = uri.path().trim_start_matches('/');
    let readable = matches!(method, Method::GET | Method::HEAD);
    let Some(bytes) = files.get(name).filter(|_| readable && is_plain(name)) else {
        return page(StatusCode::NOT_FOUND, NOT_FOUND.to_owned());
    };
    let cache = if name.starts_with(HASHED) { FOR_EVER } else { ASK_AGAIN };
    let headers = [(header::CONTENT_TYPE, content_type(name)), (header::CACHE_CONTROL, cache)];
    (headers, bytes).into_response()
}

/// A name that stays inside of the folder: while developing the files come from the disk.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.starts_with('.');
    name.split('/').all(part) && !name.contains(['\\', '\0', '%'])
}

fn page(status: StatusCode, html: String) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    (status, headers, html).into_response()
}

/// Puts the first view, and the board's name, into the head of a page.
fn with_first_view(index: &str, title: &str, message: &str) -> String {
    let script = format!(
        "<script type=\"application/json\" id=\"parlor-initial\">{}</script>",
        escape_json(message)
    );
    let titled = match (index.find("<title>"), index.find("</title>")) {
        (Some(from), Some(to)) if from < to => {
            let (before, after) = (&index[..from], &index[to..]);
            Cow::Owned(format!("{before}<title>{} · Parlor{after}", escape(title)))
        }
        _ => Cow::Borrowed(index),
    };
    match titled.find("</head>") {
        Some(at) => format!("{}{script}{}", &titled[..at], &titled[at..]),
        None => format!("{titled}{script}"),
    }
}

/// JSON that can stand inside of a script element: no `<`, `>` or `&`, so that nothing in it can
/// end the element or begin a comment; and no separators that old scripts take for line ends. All
/// of these stand inside of strings only, where an escape means the same.
fn escape_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + 32);
    for one in json.chars() {
        match one {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

/// Text that can stand in HTML, in an attribute too.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for one in text.chars() {
        match one {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The sorts of files that the pages are built of.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    const EVIL: &str = "</script><script>alert(1)</script><!-- & \u{2028}\u{2029}";

    #[test]
    fn no_title_breaks_out_of_the_page() {
        let message = json!({"title": EVIL, "data": {"title": EVIL}}).to_string();
        let page = with_first_view(WITHOUT_PAGES, EVIL, &message);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script").count(), 1, "{page}");
        assert!(!page.contains("<!--") && !page.contains(['\u{2028}']) || page.contains("&lt;!--"));
        let start = page.find("parlor-initial\">").unwrap() + "parlor-initial\">".len();
        let inside = &page[start..start + page[start..].find("</script>").unwrap()];
        let read: Value = serde_json::from_str(inside).unwrap();
        assert_eq!(read["data"]["title"], EVIL, "it reads back as it was");
    }

    #[test]
    fn the_view_stands_in_the_head_and_the_name_in_the_title() {
        let index = "<html><head><title>Parlor</title></head><body></body></html>";
        let page = with_first_view(index, "A & B", "{}");
        assert_eq!(
            page,
            "<html><head><title>A &amp; B · Parlor</title>\
             <script type=\"application/json\" id=\"parlor-initial\">{}</script>\
             </head><body></body></html>"
        );
    }

    #[test]
    fn names_stay_inside_of_the_folder() {
        for (name, plain) in [
            ("assets/index-abc.js", true),
            ("icon.svg", true),
            ("../Cargo.toml", false),
            ("assets/../../Cargo.toml", false),
            ("assets//x", false),
            (".env", false),
            ("a\\b", false),
            ("%2e%2e/x", false),
            ("", false),
        ] {
            assert_eq!(is_plain(name), plain, "{name:?}");
        }
    }

    fn built() -> Files {
        Files(Arc::new(|name| {
            let text = match name {
                "index.html" => "<html></html>".to_owned(),
                "icon.svg" | "assets/a-1f.js" => "x".repeat(2000),
                _ => return None,
            };
            Some(Cow::Owned(text.into_bytes()))
        }))
    }

    #[tokio::test]
    async fn files_are_kept_by_their_names() {
        for (method, path, status, kind, cache) in [
            ("GET", "/assets/a-1f.js", 200, "text/javascript; charset=utf-8", FOR_EVER),
            ("HEAD", "/assets/a-1f.js", 200, "text/javascript; charset=utf-8", FOR_EVER),
            ("GET", "/icon.svg", 200, "image/svg+xml", ASK_AGAIN),
            ("GET", "/assets/b.js", 404, "text/html; charset=utf-8", ASK_AGAIN),
            ("GET", "/../icon.svg", 404, "text/html; charset=utf-8", ASK_AGAIN),
            ("POST", "/icon.svg", 404, "text/html; charset=utf-8", ASK_AGAIN),
        ] {
            let request = axum::extract::Request::builder().method(method).uri(path);
            let request = request.header("accept-encoding", "gzip");
            let request = request.body(axum::body::Body::empty()).unwrap();
            let response = fallback(built()).oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{method} {path}");
            let headers = response.headers();
            assert_eq!(headers[header::CONTENT_TYPE], kind, "{method} {path}");
            assert_eq!(headers[header::CACHE_CONTROL], cache, "{method} {path}");
            let zipped = headers.get(header::CONTENT_ENCODING).is_some_and(|with| with == "gzip");
            assert!(zipped || status != 200, "{method} {path} is not compressed");
        }
    }

    #[test]
    fn files_have_their_type() {
        assert_eq!(content_type("assets/a.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("icon.svg"), "image/svg+xml");
        assert_eq!(content_type("x"), "application/octet-stream");
    }
}
