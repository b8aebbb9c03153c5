//! Settings from the environment: `PARLOR_AUTH__GUESTS=false`, or with one underscore. Must not know
//! the other sources.

use figment::value::{Dict, Value};

use super::error::nearest;
use super::{Field, Kind, Settings, SettingsError};

const PREFIX: &str = "PARLOR_";

/// Names the settings file; read before all else.
pub(super) const CONFIG: &str = "PARLOR_CONFIG";

/// Names that other parts of Parlor read: `watch`, the tests, `scripts/setup`. They are often set
/// where a server is started, and are no settings of it.
const NOT_SETTINGS: &[&str] = &[
    CONFIG,
    "PARLOR_BIN",
    "PARLOR_CACHE",
    "PARLOR_SCREENSHOTS",
    "PARLOR_SEED",
    "PARLOR_TOKEN",
    "PARLOR_URL",
];

/// The settings among these variables, each as one nested dictionary with the name of its variable.
pub(super) fn layers(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(String, Dict)>, SettingsError> {
    let mut layers = Vec::new();
    for (variable, text) in variables {
        let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
        if NOT_SETTINGS.contains(&variable.as_str()) {
            continue;
        }
        match field_of(rest) {
            Some(field) => layers.push((variable, nested(field, value(field, &text)))),
            None => refuse_if_meant(&variable, rest)?,
        }
    }
    layers.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(layers)
}

/// The setting that is called `rest` in the environment. Two underscores stand for the dot; one
/// will do, as no two settings differ in that only.
fn field_of(rest: &str) -> Option<&'static Field> {
    let flat = |name: &str| name.replace("__", "_").replace('.', "_").to_ascii_lowercase();
    let wanted = flat(rest);
    Settings::fields().find(|field| flat(&field.name()) == wanted)
}

/// Other programs may have variables of this prefix (orchestrators invent some for a service that
/// is called `parlor`); only what looks like a setting misspelled is refused.
fn refuse_if_meant(variable: &str, rest: &str) -> Result<(), SettingsError> {
    let names: Vec<String> =
        Settings::fields().map(|field| field.name().replace('.', "__")).collect();
    let near = nearest(rest, names.iter().map(String::as_str));
    let near = near.map(|name| format!("{PREFIX}{}", name.to_uppercase()));
    if near.is_none() && !rest.contains("__") {
        return Ok(());
    }
    Err(SettingsError::Unknown { name: variable.to_owned(), from: "environment".to_owned(), near })
}

/// `text` as the setting wants it; left as text when it cannot be, so that it is refused with the
/// others.
pub(super) fn value(field: &Field, text: &str) -> Value {
    match field.kind {
        Kind::Flag => match text {
            "true" | "1" => Value::from(true),
            "false" | "0" => Value::from(false),
            _ => Value::from(text),
        },
        Kind::Number => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
        Kind::Text(_) | Kind::Choice(_) => Value::from(text),
        Kind::List(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(str::to_owned).collect::<Vec<String>>())
        }
    }
}

/// `{section: {key: value}}`.
pub(super) fn nested(field: &Field, value: Value) -> Dict {
    let inner = Dict::from([(field.key.to_owned(), value)]);
    if field.section.is_empty() {
        return inner;
    }
    Dict::from([(field.section.to_owned(), Value::from(inner))])
}
