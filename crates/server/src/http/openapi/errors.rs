//! The errors that endpoints share, by status, made from the table of codes. Must not know which
//! endpoint answers which.

use std::collections::BTreeMap;

use protocol::codes::{self, Code};
use serde_json::json;
use utoipa::IntoResponses;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// Statuses with which a read can be refused.
const OF_READS: [u16; 6] = [400, 401, 404, 429, 500, 503];

/// Statuses with which a write can be refused.
const OF_WRITES: [u16; 11] = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503];

/// Statuses with which a read of an admin can be refused.
const OF_ADMINS: [u16; 7] = [400, 401, 403, 404, 429, 500, 503];

/// Codes of messages, which no request gets.
const OF_SOCKETS: [&str; 2] = ["UNKNOWN_TYPE", "UNKNOWN_TOPIC"];

/// How a read is refused.
pub(in crate::http) struct ReadErrors;

/// How a write is refused.
pub(in crate::http) struct WriteErrors;

/// How a read of an admin is refused.
pub(in crate::http) struct AdminErrors;

impl IntoResponses for AdminErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&OF_ADMINS)
    }
}

impl IntoResponses for ReadErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&OF_READS)
    }
}

impl IntoResponses for WriteErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&OF_WRITES)
    }
}

fn references(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    let reference = |status: &u16| RefOr::Ref(Ref::from_response_name(name(*status)));
    statuses.iter().map(|status| (status.to_string(), reference(status))).collect()
}

fn name(status: u16) -> String {
    format!("Refused{status}")
}

/// The shared responses, by name, each with an example of every code that has its status.
pub(super) fn responses() -> BTreeMap<String, RefOr<Response>> {
    let all = OF_WRITES.iter();
    all.map(|status| (name(*status), RefOr::T(response(*status)))).collect()
}

fn response(status: u16) -> Response {
    let here = |code: &&Code| code.status == status && !OF_SOCKETS.contains(&code.name);
    let codes: Vec<&Code> = codes::ALL.iter().filter(here).collect();
    let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.name)).collect();
    let games = match status {
        403 | 404 | 409 | 422 => ", or a code of the game",
        _ => "",
    };
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    for code in &codes {
        let example =
            ExampleBuilder::new().summary(code.meaning).value(Some(example(code))).build();
        content = content.examples_from_iter([(code.name, example)]);
    }
    let mut response = ResponseBuilder::new()
        .description(format!("{}{games}.", names.join(", ")))
        .content("application/problem+json", content.build());
    for (header, about) in headers(status) {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header_value =
            HeaderBuilder::new().schema(Some(text)).description(Some(*about)).build();
        response = response.header(*header, header_value);
    }
    response.build()
}

const fn headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 => &[("www-authenticate", "`Bearer`, and what was wrong with the token")],
        429 | 503 => &[("retry-after", "Seconds after which the same request may succeed")],
        _ => &[],
    }
}

fn example(code: &Code) -> serde_json::Value {
    json!({
        "type": "about:blank",
        "title": code.meaning,
        "status": code.status,
        "detail": code.meaning,
        "code": code.name,
        "trace_id": "b7ad6b7169203331",
    })
}
