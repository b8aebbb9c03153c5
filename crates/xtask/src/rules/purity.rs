//! The pure crates (`game`, `games/*`, `engine`, `protocol`): no async runtime in what they need
//! to run, no clock, no source of chance but the recorded one.
//!
//! Clocks are banned through clippy, which sees through renames. Clippy reads the nearest
//! `clippy.toml` above a crate and no other, so each of those files must repeat what the root's
//! bans; this rule checks that none of them falls behind.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use super::Finding;
use crate::metadata::Metadata;
use crate::tree::Tree;

/// What no pure crate may need, not even through others.
const RUNTIMES: &[&str] = &[
    "async-executor",
    "async-io",
    "async-std",
    "futures-executor",
    "hyper",
    "mio",
    "monoio",
    "reqwest",
    "smol",
    "tokio",
];

/// The pure crates of `crates/`; those of `games/` are known by their folder.
const PURE: &[&str] = &["engine", "game", "protocol"];

/// The clippy settings of the pure crates: one file serves all of `games/`.
const PURE_CLIPPY_FILES: &[&str] = &[
    "crates/engine/clippy.toml",
    "crates/game/clippy.toml",
    "crates/protocol/clippy.toml",
    "games/clippy.toml",
];

/// What the pure crates may not call.
const CLOCKS: &[&str] = &["std::time::Instant::now", "std::time::SystemTime::now"];

/// Rule: what a pure crate needs to run holds no async runtime.
pub(super) fn runtimes(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in metadata.members() {
        let folder = member.manifest_path.parent().and_then(Path::parent);
        let is_game = folder.is_some_and(|folder| folder.ends_with("games"));
        if !is_game && !PURE.contains(&member.name.as_str()) {
            continue;
        }
        let tree = metadata.normal_tree(&member.id);
        for chain in RUNTIMES.iter().filter_map(|runtime| tree.get(runtime)) {
            let problem = format!("a pure crate must not need a runtime: {}", chain.join(" → "));
            findings.push(Finding::new(&member.name, problem));
        }
    }
    findings
}

/// Rule: the pure crates' clippy files ban clocks and all that the root's file bans.
pub(super) fn clippy_files(tree: &Tree) -> Vec<Finding> {
    let root = tree.text("clippy.toml").map(banned_methods).unwrap_or_default();
    let mut findings = Vec::new();
    for path in PURE_CLIPPY_FILES {
        let Some(text) = tree.text(path) else {
            findings.push(Finding::new(*path, "missing: it bans clocks in a pure crate"));
            continue;
        };
        let banned = banned_methods(text);
        let wanted = root.iter().map(String::as_str).chain(CLOCKS.iter().copied());
        for method in wanted.filter(|method| !banned.contains(*method)) {
            findings.push(Finding::new(*path, format!("disallowed-methods must hold `{method}`")));
        }
    }
    findings
}

fn banned_methods(text: &str) -> BTreeSet<String> {
    let table: Table = text.parse().unwrap_or_default();
    let methods = table.get("disallowed-methods").and_then(Value::as_array);
    let paths = methods.into_iter().flatten().filter_map(|method| method.get("path")?.as_str());
    paths.map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{PURE_CLIPPY_FILES, clippy_files, runtimes};
    use crate::metadata::Metadata;
    use crate::tree::Tree;

    /// `game` needs `middle`; `middle` needs `tokio` as a dependency of the given kind.
    fn metadata(kind: &str) -> Metadata {
        let package = |id: &str, source: &str| {
            format!(
                r#"{{"id":"{id}","name":"{id}","version":"1.0.0","license":"MIT","source":{source}}}"#
            )
        };
        let node = |id: &str, needs: &str, kind: &str| {
            format!(
                r#"{{"id":"{id}","deps":[{{"pkg":"{needs}","dep_kinds":[{{"kind":{kind}}}]}}]}}"#
            )
        };
        let json = format!(
            r#"{{"packages":[{},{},{}],"workspace_members":["game"],"resolve":{{"nodes":[{},{}]}}}}"#,
            package("game", "null"),
            package("middle", r#""registry""#),
            package("tokio", r#""registry""#),
            node("game", "middle", "null"),
            node("middle", "tokio", kind),
        );
        Metadata::parse(&json).expect("the planted metadata is well formed")
    }

    #[test]
    fn a_runtime_is_found_through_others_and_only_if_it_is_needed_to_run() {
        let found = runtimes(&metadata("null"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place, "game");
        assert!(found[0].problem.ends_with("middle → tokio"), "{found:?}");
        assert_eq!(runtimes(&metadata(r#""dev""#)), []);
    }

    #[test]
    fn a_clippy_file_that_forgets_a_ban_is_found() {
        let ban = |paths: &[&str]| {
            let lines: Vec<String> =
                paths.iter().map(|path| format!("{{ path = \"{path}\" }}")).collect();
            format!("disallowed-methods = [{}]", lines.join(", "))
        };
        let root = ban(&["tokio::unbounded"]);
        let (instant, system) = ("std::time::Instant::now", "std::time::SystemTime::now");
        let good = ban(&[instant, system, "tokio::unbounded"]);
        let bad = ban(&[instant]);
        let files: Vec<(&str, &str)> = PURE_CLIPPY_FILES
            .iter()
            .map(|path| (*path, if path.starts_with("games") { &bad } else { &good }.as_str()))
            .chain([("clippy.toml", root.as_str())])
            .collect();
        let problems: Vec<String> =
            clippy_files(&Tree::of(&files)).into_iter().map(|finding| finding.problem).collect();
        assert_eq!(
            problems,
            [
                "disallowed-methods must hold `tokio::unbounded`",
                "disallowed-methods must hold `std::time::SystemTime::now`",
            ]
        );
        assert_eq!(clippy_files(&Tree::of(&[])).len(), PURE_CLIPPY_FILES.len());
    }
}
