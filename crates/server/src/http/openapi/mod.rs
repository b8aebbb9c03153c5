//! The OpenAPI document: what stands in no single endpoint, and where it is served. Must not know
//! what an endpoint does: each describes itself, beside its handler.

mod errors;
mod page;

use std::sync::{Arc, OnceLock};

use axum::extract::Extension;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes;
use crate::app::App;

pub(super) use errors::{AdminErrors, ReadErrors, WriteErrors};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Parlor",
        description = "Game sessions that stay in sync. A session is a game at a version; commands \
            move it on, and every viewer is told what they may see. Errors are \
            `application/problem+json` with a `code` and a `trace_id`; every response has \
            `x-trace-id`. Unknown keys in answers are to be ignored: keys are only ever added.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    components(schemas(shapes::Problem)),
    modifiers(&Shared),
    tags(
        (name = "sessions", description = "Sessions of any game: show, follow, command."),
        (name = "presence", description = "Who is here."),
        (name = "scoreboard", description = "Boards as resources of their own. Reads are anonymous; \
            writes need a token of the board's owner or of an editor."),
        (name = "drinks", description = "The catalogue of drinks that all boards share."),
        (name = "nommie", description = "Games of Nommie, nomination whist for four. All of it needs \
            a login."),
        (name = "casino", description = "Slot machine, rock-paper-scissors, gacha and crash, for play \
            money. Needs a login, but for the odds."),
        (name = "auth", description = "Logins and tokens. There are no cookies."),
        (name = "sockets", description = "Where WebSockets are opened. The messages are described \
            in docs/PROTOCOL.md."),
        (name = "admin", description = "For the role `admin`: what was, with its secrets."),
        (name = "operations", description = "For the machines around the server."),
    ),
)]
struct Base;

/// What all endpoints share.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut OpenApi) {
        env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An access token: of a guest or user of this server, or of the identity provider \
                 that it trusts.",
            ))
            .build();
        let query = ApiKeyValue::with_description(
            "token",
            "For sockets and streams alone, where headers cannot be set: a socket token from \
             /api/ws/token, or (by the setting auth.query_tokens) an access token.",
        );
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("query_token", SecurityScheme::ApiKey(ApiKey::Query(query)));
        components.responses.extend(errors::responses());
    }
}

/// The part of the document that no endpoint has.
pub(super) fn base() -> OpenApi {
    Base::openapi()
}

pub(super) fn routes() -> OpenApiRouter<App> {
    let documents = OpenApiRouter::new().routes(routes!(json)).routes(routes!(docs));
    documents.layer(CompressionLayer::new())
}

/// The document, and what is made of it on first use.
pub(super) struct Document {
    document: OpenApi,
    json: OnceLock<String>,
    page: OnceLock<String>,
}

impl Document {
    /// To be served.
    pub(super) fn new(document: OpenApi) -> Arc<Self> {
        Arc::new(Self { document, json: OnceLock::new(), page: OnceLock::new() })
    }

    fn json(&self) -> &str {
        self.json.get_or_init(|| {
            serde_json::to_string(&self.document).expect("the document has only text keys")
        })
    }

    fn page(&self) -> &str {
        self.page.get_or_init(|| {
            let value = serde_json::from_str(self.json()).expect("it was just written");
            page::render(&value)
        })
    }
}

/// This document
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "operations", operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1", body = Object,
        content_type = "application/json")),
)]
async fn json(Extension(document): Extension<Arc<Document>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.json().to_owned()).into_response()
}

/// This document, to be read
#[utoipa::path(
    get, path = "/api/docs", tag = "operations", operation_id = "docs",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
async fn docs(Extension(document): Extension<Arc<Document>>) -> Html<String> {
    Html(document.page().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn document() -> Value {
        serde_json::to_value(crate::http::openapi()).unwrap()
    }

    /// Every `$ref` in the document, with where it stands.
    fn references<'a>(value: &'a Value, at: &str, found: &mut Vec<(String, &'a str)>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match (name.as_str(), field) {
                        ("$ref", Value::String(target)) => found.push((at.to_owned(), target)),
                        _ => references(field, &format!("{at}/{name}"), found),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    references(item, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn all_references_lead_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, "", &mut found);
        assert!(found.len() > 100, "{}", found.len());
        for (at, target) in found {
            let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{at}: {target}"));
            assert!(document.pointer(pointer).is_some(), "{at}: {target} is not there");
        }
    }

    #[test]
    fn every_operation_says_what_it_is_and_what_it_answers() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let named = format!("{method} {path}");
                for key in ["operationId", "summary"] {
                    assert!(
                        operation[key].as_str().is_some_and(|s| !s.is_empty()),
                        "{named}: {key}"
                    );
                }
                assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{named}");
                let answers = operation["responses"].as_object().unwrap();
                let good = answers.keys().any(|status| status.starts_with(['1', '2']));
                let gone = answers.contains_key("410");
                assert!(good || gone, "{named} has no good answer");
                ids.push(operation["operationId"].as_str().unwrap().to_owned());
                let in_path = path.matches('{').count();
                let described = operation["parameters"]
                    .as_array()
                    .map_or(0, |all| all.iter().filter(|one| one["in"] == "path").count());
                assert_eq!(in_path, described, "{named}: parameters of the path");
                if matches!(method.as_str(), "post" | "put" | "patch" | "delete")
                    && !path.starts_with("/api/auth/")
                {
                    assert!(operation["security"].is_array(), "{named}: who may?");
                }
            }
        }
        let many = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), many, "an operationId stands twice");
    }

    #[test]
    fn the_page_names_every_operation() {
        let document = document();
        let page = page::render(&document);
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
            }
            assert!(page.contains(&path.replace('{', "&#123;")) || page.contains(path), "{path}");
        }
    }
}
