//! Lock files: they fit their manifest, and say which version, never from which host. Whoever
//! builds chooses where packages come from, and a private mirror's address does not belong in a
//! public file.

use serde_json::Value;

use super::Finding;
use crate::tree::{File, Tree};

/// The one source that `Cargo.lock` names by itself.
const CRATES: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// Words by which settings choose another host for packages.
const HOST_SETTINGS: &[&str] = &[
    "registry=",
    "registry =",
    "replace-with",
    "index-url",
    "find-links",
    "trusted-host",
    "_authToken",
];

/// Rule: no lock file and no package manager's settings name a host.
pub(super) fn hosts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        match file.name() {
            "Cargo.lock" => findings.extend(cargo_lock(file)),
            "package-lock.json" => findings.extend(package_lock(file)),
            ".npmrc" | "config.toml" | "pip.conf" | "requirements.txt" => {
                findings.extend(settings(file))
            }
            _ => {}
        }
    }
    findings
}

fn cargo_lock(file: &File) -> Vec<Finding> {
    lines(
        file,
        |line| line.starts_with("source = ") && line != CRATES,
        "only crates.io may be a source",
    )
}

fn settings(file: &File) -> Vec<Finding> {
    let names_host = |line: &str| {
        !line.trim_start().starts_with('#') && HOST_SETTINGS.iter().any(|word| line.contains(word))
    };
    lines(file, names_host, "a package host is the choice of whoever builds")
}

fn lines(file: &File, is_bad: impl Fn(&str) -> bool, problem: &str) -> Vec<Finding> {
    let numbered = file.text.lines().enumerate().filter(|(_, line)| is_bad(line));
    numbered
        .map(|(index, _)| Finding::new(format!("{}:{}", file.path, index + 1), problem))
        .collect()
}

/// In `package-lock.json` only packages of this tree (`link`) may have a `resolved` path.
fn package_lock(file: &File) -> Vec<Finding> {
    let lock: Value = match serde_json::from_str(&file.text) {
        Ok(lock) => lock,
        Err(error) => return vec![Finding::new(&file.path, error.to_string())],
    };
    let packages = lock["packages"].as_object();
    packages
        .into_iter()
        .flatten()
        .filter(|(_, package)| {
            package["resolved"].as_str().is_some_and(|from| from.contains("://"))
        })
        .map(|(name, _)| {
            let advice = "set `omit-lockfile-registry-resolved=true` in .npmrc and lock again";
            Finding::new(&file.path, format!("`{name}` has a `resolved` address: {advice}"))
        })
        .collect()
}

/// Rule: `package-lock.json` was made from the `package.json` beside it. (Cargo sees to its own.)
pub(super) fn in_step(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| file.name() == "package.json") {
        let lock_path = format!("{}-lock.json", file.path.trim_end_matches(".json"));
        let Some(lock) = tree.text(&lock_path) else {
            findings.push(Finding::new(&lock_path, "missing"));
            continue;
        };
        let manifest: Value = serde_json::from_str(&file.text).unwrap_or_default();
        let lock: Value = serde_json::from_str(lock).unwrap_or_default();
        let locked = &lock["packages"][""];
        let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
        for kind in kinds.iter().filter(|kind| manifest[**kind] != locked[**kind]) {
            let problem = format!("`{kind}` is not that of package.json: run `npm install` there");
            findings.push(Finding::new(&lock_path, problem));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{CRATES, hosts, in_step};
    use crate::tree::Tree;

    #[test]
    fn an_address_in_a_lock_file_or_setting_is_found() {
        let cargo = format!("{CRATES}\nsource = \"git+https://example.org/x\"\n");
        let npm = r#"{"packages":{
            "node_modules/a":{"version":"1.0.0","resolved":"https://npm.example.org/a.tgz"},
            "node_modules/b":{"resolved":"../b","link":true}}}"#;
        let tree = Tree::of(&[
            (
                ".cargo/config.toml",
                "[alias]\nx = \"y\"\n[source.crates-io]\nreplace-with = \"m\"\n",
            ),
            ("Cargo.lock", &cargo),
            ("scripts/requirements.txt", "kosoku==1\n--index-url https://example.org\n"),
            ("web/.npmrc", "# no registry= here\nomit-lockfile-registry-resolved=true\n"),
            ("web/package-lock.json", npm),
        ]);
        let places: Vec<String> = hosts(&tree).into_iter().map(|finding| finding.place).collect();
        assert_eq!(
            places,
            [
                ".cargo/config.toml:4",
                "Cargo.lock:2",
                "scripts/requirements.txt:2",
                "web/package-lock.json",
            ]
        );
    }

    #[test]
    fn a_lock_file_that_is_behind_its_manifest_is_found() {
        let manifest = r#"{"dependencies":{"a":"^1"},"devDependencies":{"b":"^2"}}"#;
        let lock = r#"{"packages":{"":{"dependencies":{"a":"^1"},"devDependencies":{"b":"^1"}}}}"#;
        let tree = Tree::of(&[
            ("clients/typescript/package.json", manifest),
            ("web/package.json", manifest),
            ("web/package-lock.json", lock),
        ]);
        let found: Vec<_> = in_step(&tree).into_iter().map(|f| (f.place, f.problem)).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].0, "clients/typescript/package-lock.json");
        assert_eq!(found[1].0, "web/package-lock.json");
        assert!(found[1].1.starts_with("`devDependencies`"), "{found:?}");
    }
}
