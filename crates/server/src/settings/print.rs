//! Settings as text: for `--print-config`, for error texts, for the docs. Must not show a password.

use serde_json::Value;

use super::{Field, Settings};

impl Settings {
    /// The settings as a file that could be read again, with passwords in addresses masked.
    #[must_use]
    pub fn print_config(&self) -> String {
        let mut shown = self.clone();
        shown.public_url = shown.public_url.map(|url| masked(&url));
        for origin in &mut shown.allowed_origins {
            *origin = masked(origin);
        }
        toml::to_string(&shown).expect("settings hold only text, numbers and lists")
    }

    /// The value of one setting as JSON; `null` when it is not set.
    #[must_use]
    pub fn value(&self, field: &Field) -> Value {
        let all = serde_json::to_value(self).expect("settings hold only text, numbers and lists");
        let section = if field.section.is_empty() { &all } else { &all[field.section] };
        section[field.key].clone()
    }
}

/// `text` without the name and password that may stand in a URL: `postgres://…@host/db`.
pub(super) fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().len();
    // The last `@` before the path ends the password, whatever stands in it.
    match rest[..host].rfind('@').or_else(|| rest.rfind('@')) {
        Some(at) => format!("{scheme}://…{}", &rest[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_addresses_are_masked() {
        for (text, shown) in [
            ("postgres://me:word@db:5432/parlor", "postgres://…@db:5432/parlor"),
            ("\"postgres://me:w/o@rd@db/parlor\"", "\"postgres://…@db/parlor\""),
            ("https://parlor.example/a", "https://parlor.example/a"),
            ("plain", "plain"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
