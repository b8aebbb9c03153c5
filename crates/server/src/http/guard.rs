//! What every answer has, whatever was asked: safe headers, CORS, errors in one form, no panic.
//! Must not know any route.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use protocol::codes;
use tower::ServiceExt;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::problem::Problem;
use crate::settings::Settings;

/// Scripts, styles and pictures of our own only; sockets anywhere, since the API may be elsewhere.
/// Styles stand in elements too, for the charts.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; \
     style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'self'; object-src 'none'; \
     frame-ancestors 'none'",
);

/// How long a browser may remember that a page of another origin may ask: two hours is the most
/// that browsers keep.
const PREFLIGHT: Duration = Duration::from_secs(7200);

/// Paths of programs: what is not there is told in a form that they can read.
const OF_PROGRAMS: [&str; 3] = ["/api", "/game", "/ws"];

/// Pages of other origins may ask what the setting `allowed_origins` lets them. No credentials that
/// a browser would send by itself are ever used, so `*` opens nothing that a token does not.
pub(super) fn cors(settings: &Settings) -> CorsLayer {
    let listed = settings.allowed_origins.iter();
    let origins = if listed.clone().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(listed.filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    let own = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::CACHE_CONTROL,
            own("idempotency-key"),
            own("last-event-id"),
            own("x-trace-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            own("x-trace-id"),
            own("x-viewer-seat"),
        ])
        .max_age(PREFLIGHT)
}

/// Adds the headers that every answer has.
pub(super) async fn headers(mut response: Response) -> Response {
    let upgrade = response.status() == StatusCode::UPGRADE_REQUIRED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if upgrade {
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    // What says nothing of caches is not for them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Spells the router's own refusals like all others. Its `Allow` header stays.
pub(super) async fn spell_refusals(mut response: Response) -> Response {
    let bare = !response.headers().contains_key(header::CONTENT_TYPE);
    if response.status() != StatusCode::METHOD_NOT_ALLOWED || !bare {
        return response;
    }
    let code = &codes::METHOD_NOT_ALLOWED;
    let mut problem = Problem::new(code, code.meaning).into_response();
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    problem
}

/// What no route takes: under the paths of programs a problem, elsewhere a file or a page.
pub(super) fn unknown(pages: Router) -> Router {
    Router::new().fallback(move |request: Request| {
        let pages = pages.clone();
        async move {
            if is_of_programs(request.uri().path()) {
                let code = &codes::NOT_FOUND;
                return Problem::new(code, code.meaning).into_response();
            }
            match pages.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    })
}

fn is_of_programs(path: &str) -> bool {
    let under =
        |root: &str| path.strip_prefix(root).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    OF_PROGRAMS.into_iter().any(under)
}

/// A panic in a handler is a defect: it costs that request a 500, and nobody else anything.
pub(super) async fn catch_panics(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(path, "a handler panicked");
            Problem::new(&codes::INTERNAL, codes::INTERNAL.meaning).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_programs_are_known_by_their_first_part() {
        for (path, of_programs) in [
            ("/api", true),
            ("/api/", true),
            ("/api/nothing", true),
            ("/game/1/x", true),
            ("/ws/x", true),
            ("/apis", false),
            ("/", false),
            ("/boards/api", false),
        ] {
            assert_eq!(is_of_programs(path), of_programs, "{path}");
        }
    }
}
