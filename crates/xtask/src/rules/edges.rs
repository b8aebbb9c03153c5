//! Which of our crates may use which: the table, and the check of every manifest against it.
//!
//! The table here is the source; the one in `ARCHITECTURE.md` is written from it by
//! `cargo xtask docs`, and a stale page fails `cargo xtask check`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use toml::{Table, Value};

use super::Finding;
use crate::tree::Tree;

/// One crate, or all crates of a folder (`games/*`), and what it may use.
struct Room {
    name: &'static str,
    may_use: &'static [&'static str],
    /// What its tests may use besides. Cycles are fine there: a client is tested against a server.
    tests_may_use: &'static [&'static str],
}

const fn room(
    name: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
) -> Room {
    Room { name, may_use, tests_may_use }
}

/// Every allowed edge. All others are forbidden.
const ROOMS: &[Room] = &[
    room("game", &[], &[]),
    room("games/*", &["game"], &[]),
    room("engine", &["game"], &[]),
    room("protocol", &[], &[]),
    room("store", &["engine", "game"], &[]),
    room("store-sqlite", &["engine", "game", "store"], &[]),
    room("bus", &["game"], &[]),
    room("sendmany", &[], &[]),
    room("hub", &["protocol", "sendmany"], &[]),
    room(
        "server",
        &["bus", "engine", "game", "games/*", "hub", "protocol", "store", "store-sqlite"],
        &["client"],
    ),
    room("client", &["protocol"], &["server"]),
    room(
        "parlor",
        &["client", "games/*", "hub", "protocol", "server"],
        &["engine", "game", "store", "store-sqlite"],
    ),
    room("xtask", &[], &[]),
    room("examples/*", &["game"], &["engine"]),
];

/// The feature of `game` with what tests are made with. Nothing that runs has it.
const FOR_TESTS: &str = "testkit";

/// The table as it stands in `ARCHITECTURE.md`.
pub(crate) fn table() -> String {
    let mut text = String::from("| crate | may use | its tests may also use |\n|---|---|---|\n");
    for room in ROOMS {
        let (uses, tests) = (listed(room.may_use), listed(room.tests_may_use));
        writeln!(text, "| `{}` | {uses} | {tests} |", room.name).expect("writing to a String");
    }
    text
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" ")
}

/// A manifest of one of our crates.
struct Manifest<'a> {
    path: &'a str,
    folder: &'a str,
    toml: Table,
}

impl Manifest<'_> {
    /// The name in the table: the folder's pattern for games and examples, else the folder's name.
    fn room_name(&self) -> String {
        let (parent, name) = self.folder.split_once('/').unwrap_or(("", self.folder));
        if parent == "crates" { name.to_owned() } else { format!("{parent}/*") }
    }

    /// The dependencies of one kind, those for single platforms included.
    fn dependencies(&self, kind: &str) -> Vec<(&String, &Value)> {
        let platforms = self.toml.get("target").and_then(Value::as_table);
        let for_platforms = platforms.into_iter().flat_map(Table::values);
        self.toml
            .get(kind)
            .into_iter()
            .chain(for_platforms.filter_map(|platform| platform.get(kind)))
            .filter_map(Value::as_table)
            .flatten()
            .collect()
    }
}

/// Rule: every edge between our crates is in the table.
pub(super) fn edges(tree: &Tree) -> Vec<Finding> {
    let (manifests, mut findings) = manifests_of(tree);
    let ours: Vec<(String, String)> = manifests
        .iter()
        .filter_map(|manifest| Some((crate_name(manifest)?, manifest.room_name())))
        .collect();
    for manifest in &manifests {
        let name = manifest.room_name();
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            let problem =
                format!("`{name}` is not in the table of crates/xtask/src/rules/edges.rs");
            findings.push(Finding::new(manifest.path, problem));
            continue;
        };
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let mut allowed: BTreeSet<&str> = room.may_use.iter().copied().collect();
            if kind == "dev-dependencies" {
                allowed.extend(room.tests_may_use);
            }
            for (dependency, value) in manifest.dependencies(kind) {
                if kind != "dev-dependencies" && has_feature(value, FOR_TESTS) {
                    let problem =
                        format!("{kind}: `{FOR_TESTS}` of `{dependency}` is for tests only");
                    findings.push(Finding::new(manifest.path, problem));
                }
                let target = ours.iter().find(|(name, _)| name == dependency);
                if let Some((_, target)) =
                    target.filter(|(_, room)| !allowed.contains(room.as_str()))
                {
                    let problem =
                        format!("{kind}: `{name}` may not use `{dependency}` (`{target}`)");
                    findings.push(Finding::new(manifest.path, problem));
                }
            }
        }
    }
    findings
}

/// Rule: a crate is named like its folder, takes every version from the workspace, and its lints.
pub(super) fn manifests(tree: &Tree) -> Vec<Finding> {
    let (manifests, mut findings) = manifests_of(tree);
    for manifest in &manifests {
        let folder = manifest.folder.rsplit('/').next().unwrap_or_default();
        if crate_name(manifest).as_deref() != Some(folder) {
            findings
                .push(Finding::new(manifest.path, format!("the crate must be named `{folder}`")));
        }
        let lints = manifest.toml.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(Value::as_bool) != Some(true) {
            findings.push(Finding::new(manifest.path, "needs `[lints]` with `workspace = true`"));
        }
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for (dependency, value) in manifest.dependencies(kind) {
                if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                    let problem = format!("{kind}: `{dependency}` must be `workspace = true`");
                    findings.push(Finding::new(manifest.path, problem));
                }
            }
        }
    }
    findings
}

fn has_feature(dependency: &Value, feature: &str) -> bool {
    let features = dependency.get("features").and_then(Value::as_array);
    features.is_some_and(|features| features.iter().any(|name| name.as_str() == Some(feature)))
}

fn crate_name(manifest: &Manifest<'_>) -> Option<String> {
    let name = manifest.toml.get("package")?.get("name")?;
    name.as_str().map(ToOwned::to_owned)
}

fn manifests_of(tree: &Tree) -> (Vec<Manifest<'_>>, Vec<Finding>) {
    let (mut manifests, mut findings) = (Vec::new(), Vec::new());
    for file in tree.files() {
        let Some(folder) = file.path.strip_suffix("/Cargo.toml") else {
            continue;
        };
        match file.text.parse::<Table>() {
            Ok(toml) => manifests.push(Manifest { path: &file.path, folder, toml }),
            Err(error) => findings.push(Finding::new(&file.path, error.to_string())),
        }
    }
    (manifests, findings)
}

#[cfg(test)]
mod tests {
    use super::{edges, manifests, table};
    use crate::rules::Finding;
    use crate::tree::Tree;

    const GOOD: &str = "[package]\nname = \"game\"\n[lints]\nworkspace = true\n";

    fn problems(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.problem.as_str()).collect()
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_found() {
        let dice = "[package]\nname = \"dice\"\n[dependencies]\ngame.workspace = true\nserde.workspace = true\n";
        let engine = "[package]\nname = \"engine\"\n[dependencies]\ngame.workspace = true\ndice.workspace = true\n";
        let tree = Tree::of(&[
            ("crates/engine/Cargo.toml", engine),
            ("crates/game/Cargo.toml", GOOD),
            ("games/dice/Cargo.toml", dice),
        ]);
        assert_eq!(
            problems(&edges(&tree)),
            ["dependencies: `engine` may not use `dice` (`games/*`)"]
        );
    }

    #[test]
    fn tests_may_use_only_what_the_table_adds_for_them() {
        let example = "[package]\nname = \"toy\"\n[dev-dependencies]\nengine.workspace = true\nhub.workspace = true\n";
        let named = |name: &str| format!("[package]\nname = \"{name}\"\n");
        let tree = Tree::of(&[
            ("crates/engine/Cargo.toml", &named("engine")),
            ("crates/hub/Cargo.toml", &named("hub")),
            ("examples/toy/Cargo.toml", example),
        ]);
        assert_eq!(
            problems(&edges(&tree)),
            ["dev-dependencies: `examples/*` may not use `hub` (`hub`)"]
        );
    }

    #[test]
    fn an_edge_for_one_platform_counts_too() {
        let game =
            "[package]\nname = \"game\"\n[target.'cfg(unix)'.dependencies]\nhub.workspace = true\n";
        let tree = Tree::of(&[
            ("crates/game/Cargo.toml", game),
            ("crates/hub/Cargo.toml", "[package]\nname = \"hub\"\n"),
        ]);
        assert_eq!(problems(&edges(&tree)), ["dependencies: `game` may not use `hub` (`hub`)"]);
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        let engine = "[package]\nname = \"engine\"\n[KIND]\ngame = { workspace = true, features = [\"testkit\"] }\n";
        let found = |kind: &str| {
            let engine = engine.replace("KIND", kind);
            let files = [("crates/engine/Cargo.toml", &*engine), ("crates/game/Cargo.toml", GOOD)];
            problems(&edges(&Tree::of(&files))).join("\n")
        };
        assert_eq!(found("dependencies"), "dependencies: `testkit` of `game` is for tests only");
        assert_eq!(found("dev-dependencies"), "");
    }

    #[test]
    fn a_crate_that_nobody_listed_is_found() {
        let tree = Tree::of(&[("crates/sauna/Cargo.toml", "[package]\nname = \"sauna\"\n")]);
        assert_eq!(
            problems(&edges(&tree)),
            ["`sauna` is not in the table of crates/xtask/src/rules/edges.rs"]
        );
    }

    #[test]
    fn a_manifest_takes_name_lints_and_versions_from_the_house() {
        let odd = "[package]\nname = \"games\"\n[dependencies]\nserde = \"1\"\n";
        let tree = Tree::of(&[("crates/game/Cargo.toml", odd)]);
        assert_eq!(
            problems(&manifests(&tree)),
            [
                "the crate must be named `game`",
                "needs `[lints]` with `workspace = true`",
                "dependencies: `serde` must be `workspace = true`",
            ]
        );
        assert_eq!(manifests(&Tree::of(&[("crates/game/Cargo.toml", GOOD)])), []);
    }

    #[test]
    fn the_table_names_every_room_once() {
        let text = table();
        assert!(text.contains("| `hub` | `protocol` `sendmany` | – |\n"), "{text}");
        assert_eq!(text.matches("\n| `server` |").count(), 1, "{text}");
    }
}
