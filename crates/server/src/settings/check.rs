//! Values that can be read but do not make sense. Must not know where they came from.

use serde_json::Value;

use super::{Field, Network, Settings, SettingsError};

/// Checks ranges, spellings, and settings that hang together. `from` says where a value is written.
pub(super) fn check(
    settings: &Settings,
    from: impl Fn(&str) -> String,
) -> Result<(), SettingsError> {
    let bad = |field: &Field, value: String| SettingsError::Bad {
        name: field.name(),
        value,
        from: from(&field.name()),
        wanted: format!("wanted is {}", field.wanted()),
    };
    for field in Settings::fields() {
        let value = settings.value(field);
        if let Some(wrong) = wrong_in(field, &value) {
            return Err(bad(field, wrong));
        }
    }
    together(settings)
}

/// What is wrong with the value: all of it, or one item of a list.
fn wrong_in(field: &Field, value: &Value) -> Option<String> {
    if let (Some((least, most)), Some(number)) = (field.range, value.as_u64()) {
        return (number < least || number > most).then(|| number.to_string());
    }
    let fits = |text: &str| match (field.section, field.key) {
        ("", "allowed_origins") => text == "*" || is_origin(text),
        ("", "trusted_proxies") => text.parse::<Network>().is_ok(),
        ("", "public_url") => text.starts_with("http://") || text.starts_with("https://"),
        ("log", "level") => crate::logs::is_level(text),
        _ => !text.is_empty(),
    };
    let wrong = |value: &Value| value.as_str().filter(|text| !fits(text)).map(|t| format!("{t:?}"));
    match value {
        Value::Array(items) => items.iter().find_map(wrong),
        other => wrong(other),
    }
}

/// `scheme://host` with a port perhaps, and nothing behind but a slash.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let host = host.strip_suffix('/').unwrap_or(host);
    let letters = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    !scheme.is_empty()
        && scheme.chars().all(letters)
        && !host.is_empty()
        && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c))
}

/// The origin of a URL, as browsers send it: lower case, no path.
pub(super) fn origin_of(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_ascii_lowercase() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}").to_ascii_lowercase()
}

fn together(settings: &Settings) -> Result<(), SettingsError> {
    let refuse = |text: &str| Err(SettingsError::Together(text.to_owned()));
    let auth = &settings.auth;
    let foreign = auth.public_key_file.is_some() || auth.jwks_file.is_some();
    if foreign && (auth.issuer.is_none() || auth.audience.is_none()) {
        return refuse(
            "auth.public_key_file and auth.jwks_file need auth.issuer and auth.audience: without \
             them, tokens that your identity provider made for others would count here",
        );
    }
    if !foreign && (auth.issuer.is_some() || auth.audience.is_some()) {
        return refuse(
            "auth.issuer and auth.audience are about tokens of your own identity provider: set \
             auth.public_key_file or auth.jwks_file too",
        );
    }
    if settings.hub.silent_seconds <= settings.hub.heartbeat_seconds {
        return refuse(
            "hub.silent_seconds must be more than hub.heartbeat_seconds: otherwise a quiet socket \
             is closed before it can answer a ping",
        );
    }
    Ok(())
}
