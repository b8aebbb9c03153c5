//! Rules over the pages that people read: the root files, the change log, links between pages.

use std::collections::BTreeSet;

use toml::Table;

use super::Finding;
use crate::tree::Tree;

const ROOT_FILES: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "clippy.toml",
    "deny.toml",
];

/// Rule: what a visitor looks for is there.
pub(super) fn root_files(tree: &Tree) -> Vec<Finding> {
    let missing = ROOT_FILES.iter().filter(|path| tree.text(path).is_none());
    missing.map(|path| Finding::new(*path, "missing")).collect()
}

/// Rule: the version that is built has a heading in the change log.
pub(super) fn change_log(tree: &Tree) -> Vec<Finding> {
    let Some(version) = tree.text("Cargo.toml").and_then(version) else {
        return vec![Finding::new("Cargo.toml", "has no workspace.package.version")];
    };
    let log = tree.text("CHANGELOG.md").unwrap_or_default();
    let mentioned = log.lines().any(|line| line.starts_with("## ") && line.contains(&version));
    if mentioned {
        return Vec::new();
    }
    vec![Finding::new("CHANGELOG.md", format!("has no `## ` heading for {version}"))]
}

fn version(manifest: &str) -> Option<String> {
    let table: Table = manifest.parse().ok()?;
    let version = table.get("workspace")?.get("package")?.get("version")?;
    version.as_str().map(ToOwned::to_owned)
}

/// Rule: a link from one page to a file of this tree finds it.
pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    let known = known_paths(tree);
    let mut findings = Vec::new();
    for file in tree.ending(&[".md"]) {
        for target in targets(&file.text) {
            let path = resolve(&file.path, target);
            if !known.contains(path.as_str()) && !UNREAD.iter().any(|end| path.ends_with(end)) {
                findings.push(Finding::new(
                    &file.path,
                    format!("links to `{target}`, which is not there"),
                ));
            }
        }
    }
    findings
}

/// Endings of files that are in the tree but not read by `Tree`.
const UNREAD: &[&str] =
    &["LICENSE", "LICENSE-APACHE", "LICENSE-MIT", ".png", ".svg", ".sql", ".ci/run"];

/// All files and the folders that hold them.
fn known_paths(tree: &Tree) -> BTreeSet<&str> {
    let mut known = BTreeSet::from([""]);
    for file in tree.files() {
        known.insert(&file.path);
        known.extend(file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
    }
    known
}

/// The targets of `[text](target)` that are paths, without their `#part`. Code blocks are skipped.
fn targets(text: &str) -> Vec<&str> {
    let mut in_code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let rest = &line[at + 2..];
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains(':') && rest.contains(')') {
                found.push(target);
            }
        }
    }
    found
}

/// The path of `target` seen from the folder of `page`.
fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{change_log, links, root_files};
    use crate::tree::Tree;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.2.0\"\n";

    #[test]
    fn a_version_without_a_heading_is_found() {
        let log = |text| change_log(&Tree::of(&[("CHANGELOG.md", text), ("Cargo.toml", MANIFEST)]));
        assert_eq!(log("# Changes\n## 0.2.0\n"), []);
        assert_eq!(log("# Changes\n## 0.1.0\nsince 0.2.0\n").len(), 1);
    }

    #[test]
    fn a_missing_root_file_is_found() {
        let found = root_files(&Tree::of(&[("README.md", "")]));
        assert!(found.iter().any(|finding| finding.place == "CHANGELOG.md"), "{found:?}");
        assert!(found.iter().all(|finding| finding.place != "README.md"), "{found:?}");
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let page = "[a](b.md) [b](../README.md#top) [web](https://example.org) [up](..) [self](#x)\n\
                    ```\n[code](nowhere.md)\n```\n[gone](c.md) [licence](../LICENSE-MIT)\n";
        let tree = Tree::of(&[("README.md", ""), ("docs/a.md", page), ("docs/b.md", "")]);
        let problems: Vec<String> =
            links(&tree).into_iter().map(|finding| finding.problem).collect();
        assert_eq!(problems, ["links to `c.md`, which is not there"]);
    }
}
