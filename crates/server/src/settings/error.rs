//! Why settings were refused: the name, the value, where it came from, and what would do. Must not
//! show a password.

use super::print::masked;

/// A setting was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// There is no such setting.
    #[error("there is no setting `{name}` ({from}){}", did_you_mean(.near.as_deref()))]
    Unknown {
        /// As it was written.
        name: String,
        /// Where it was written.
        from: String,
        /// The setting that is spelled nearly like this.
        near: Option<String>,
    },
    /// The value does not do.
    #[error("setting `{name}` = {} ({from}): {wanted}", masked(.value))]
    Bad {
        /// The setting.
        name: String,
        /// As it was written.
        value: String,
        /// Where it was written.
        from: String,
        /// What would do.
        wanted: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Together(String),
    /// The file cannot be read.
    #[error("settings file {path}: {why}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(
        || "; `parlor serve --print-config` shows all there are".to_owned(),
        |near| format!(": did you mean `{near}`?"),
    )
}

/// The name nearest to `wrong`, if it is near enough to be meant: one that begins like it, or one
/// that differs in a few letters.
pub(super) fn nearest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wrong = wrong.to_ascii_lowercase();
    let far = |name: &str| match name.starts_with(&wrong) && wrong.len() >= BEGINNING {
        true => 0,
        false => distance(&wrong, name),
    };
    let (near, steps) =
        names.into_iter().map(|name| (name, far(name))).min_by_key(|(_, steps)| *steps)?;
    (steps <= 1 + wrong.len() / 5).then_some(near)
}

/// Letters from which on a beginning says which name is meant.
const BEGINNING: usize = 4;

/// How many letters must be added, taken out or changed (Levenshtein's distance).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (from, to, steps) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2)]
        {
            assert_eq!(distance(from, to), steps, "{from:?} {to:?}");
        }
    }

    #[test]
    fn only_near_names_are_offered() {
        let names = ["listen", "data_dir", "auth.guests"];
        assert_eq!(nearest("lisen", names), Some("listen"));
        assert_eq!(nearest("datadir", names), Some("data_dir"));
        assert_eq!(nearest("auth.gu", names), Some("auth.guests"));
        assert_eq!(nearest("Auth.Guest", names), Some("auth.guests"));
        assert_eq!(nearest("frobnicate", names), None);
    }
}
