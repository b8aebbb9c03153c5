//! The OpenAPI document as a page to be read: plain HTML, no script, no file but itself. Must not
//! know any endpoint.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::http::pages::escape;

/// The order in which methods of one path are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// How deep a schema is shown within another; the rest are links.
const DEPTH: usize = 3;

const STYLE: &str = "
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h2{margin-top:3rem;border-bottom:1px solid}
article{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.5rem;
padding:.25rem 1rem 1rem;margin:1rem 0;overflow-x:auto}
code,pre{font:.9em ui-monospace,monospace}
pre{padding:.75rem;overflow-x:auto;background:color-mix(in srgb,currentColor 8%,transparent);
border-radius:.25rem}
.method{font-weight:700;text-transform:uppercase}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
";

/// Writes the page.
pub(super) fn render(document: &Value) -> String {
    let mut page = String::with_capacity(128 * 1024);
    let title = text(&document["info"]["title"]);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} API</title><style>{STYLE}</style></head><body><main>\
         <h1>{title} API {}</h1><p>{}</p>\
         <p>For programs: <a href=\"/api/openapi.json\">/api/openapi.json</a></p>",
        text(&document["info"]["version"]),
        prose(&document["info"]["description"]),
    );
    let tags = document["tags"].as_array().map_or(&[][..], Vec::as_slice);
    contents(&mut page, document, tags);
    for tag in tags {
        let name = text(&tag["name"]);
        let _ =
            write!(page, "<h2 id=\"tag-{name}\">{name}</h2><p>{}</p>", prose(&tag["description"]));
        for (path, method, operation) in operations(document, &tag["name"]) {
            article(&mut page, document, path, method, operation);
        }
    }
    page.push_str("</main></body></html>\n");
    page
}

fn contents(page: &mut String, document: &Value, tags: &[Value]) {
    page.push_str("<nav aria-label=\"Contents\"><ul>");
    for tag in tags {
        let name = text(&tag["name"]);
        let _ = write!(page, "<li><a href=\"#tag-{name}\">{name}</a>: ");
        let links: Vec<String> = operations(document, &tag["name"])
            .map(|(_, _, operation)| {
                let id = text(&operation["operationId"]);
                format!("<a href=\"#{id}\">{}</a>", text(&operation["summary"]))
            })
            .collect();
        page.push_str(&links.join(", "));
        page.push_str("</li>");
    }
    page.push_str("</ul></nav>");
}

/// The operations of one tag, by path.
fn operations<'a>(
    document: &'a Value,
    tag: &'a Value,
) -> impl Iterator<Item = (&'a str, &'static str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(move |(path, methods)| {
        METHODS.into_iter().filter_map(move |method| {
            let operation = methods.get(method)?;
            (operation["tags"][0] == *tag).then_some((path.as_str(), method, operation))
        })
    })
}

fn article(page: &mut String, document: &Value, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        page,
        "<article id=\"{}\"><h3>{}</h3><p><code><span class=\"method\">{method}</span> {}</code>{}</p>\
         <p>{}</p>",
        text(&operation["operationId"]),
        text(&operation["summary"]),
        escape(path),
        login(operation),
        prose(&operation["description"]),
    );
    parameters(page, operation);
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        page.push_str("<h4>Body</h4>");
        bodies(page, document, content);
    }
    page.push_str("<h4>Answers</h4><table>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let answer = resolve(document, answer);
        let _ = write!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escape(status),
            prose(&answer["description"])
        );
    }
    page.push_str("</table>");
    let good = operation["responses"].as_object().into_iter().flatten();
    for (_, answer) in good.filter(|(status, _)| status.starts_with('2')) {
        if let Some(content) = answer["content"].as_object() {
            bodies(page, document, content);
        }
    }
    page.push_str("</article>");
}

fn login(operation: &Value) -> &'static str {
    match operation["security"].as_array() {
        None => "",
        Some(ways) if ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty)) => {
            " · login optional"
        }
        Some(_) => " · login needed",
    }
}

fn parameters(page: &mut String, operation: &Value) {
    let Some(parameters) = operation["parameters"].as_array().filter(|all| !all.is_empty()) else {
        return;
    };
    page.push_str("<h4>Parameters</h4><table>");
    for one in parameters {
        let _ = write!(
            page,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
            text(&one["name"]),
            text(&one["in"]),
            prose(&one["description"])
        );
    }
    page.push_str("</table>");
}

fn bodies(page: &mut String, document: &Value, content: &Map<String, Value>) {
    for (kind, body) in content {
        let _ = write!(page, "<p><code>{}</code></p>", escape(kind));
        let schema = resolve(document, &body["schema"]);
        let item = resolve(document, &schema["items"]);
        fields(page, document, if item.is_object() { item } else { schema }, 0);
        let example = [&body["example"], &schema["example"], &item["example"]];
        if let Some(example) = example.into_iter().find(|example| !example.is_null()) {
            let pretty = serde_json::to_string_pretty(example).unwrap_or_default();
            let _ = write!(page, "<pre>{}</pre>", escape(&pretty));
        }
    }
}

fn fields(page: &mut String, document: &Value, schema: &Value, depth: usize) {
    let Some(properties) = schema["properties"].as_object().filter(|_| depth < DEPTH) else {
        return;
    };
    page.push_str("<table>");
    for (name, property) in properties {
        let inner = resolve(document, property);
        let items = resolve(document, &inner["items"]);
        let _ = write!(
            page,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}",
            escape(name),
            escape(&type_of(inner)),
            prose(if property["description"].is_string() {
                &property["description"]
            } else {
                &inner["description"]
            })
        );
        fields(page, document, if items.is_object() { items } else { inner }, depth + 1);
        page.push_str("</td></tr>");
    }
    page.push_str("</table>");
}

fn type_of(schema: &Value) -> String {
    match &schema["type"] {
        Value::String(one) => one.clone(),
        Value::Array(many) => {
            many.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    }
}

/// Follows a reference, or the one that is not `null` among several.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    if let Some(target) = value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
        return document.pointer(target).unwrap_or(&Value::Null);
    }
    let choices = value["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let chosen = choices.iter().find(|choice| choice["type"] != "null");
    chosen.map_or(value, |choice| resolve(document, choice))
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

/// Text with `code` between back ticks and `**strong**` words.
fn prose(value: &Value) -> String {
    let escaped = text(value);
    let mut html = String::with_capacity(escaped.len());
    for (index, part) in escaped.split('`').enumerate() {
        if index % 2 == 1 {
            let _ = write!(html, "<code>{part}</code>");
            continue;
        }
        for (index, part) in part.split("**").enumerate() {
            let _ = if index % 2 == 1 {
                write!(html, "<strong>{part}</strong>")
            } else {
                write!(html, "{part}")
            };
        }
    }
    html.replace("\n\n", "</p><p>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_its_marks_and_nothing_breaks_out() {
        let prose = prose(&Value::from("a `b<c>` **d** & <script>"));
        assert_eq!(prose, "a <code>b&lt;c&gt;</code> <strong>d</strong> &amp; &lt;script&gt;");
    }
}
