//! What `cargo metadata` says about every package of the build, reduced to what rules ask.
//!
//! Must not know any rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The packages of the build and the edges between them.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: BTreeSet<String>,
    #[serde(default)]
    pub(crate) target_directory: PathBuf,
    resolve: Resolve,
}

/// One package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) manifest_path: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    /// `None` is a normal dependency; otherwise `dev` or `build`.
    kind: Option<String>,
}

impl Metadata {
    /// Asks cargo; the lock file must be up to date.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .output()
            .context("running cargo metadata")?;
        ensure!(
            output.status.success(),
            "cargo metadata failed (is Cargo.lock up to date?):\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self::parse(&String::from_utf8(output.stdout)?)
    }

    /// Reads the JSON that cargo prints.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("reading what cargo metadata printed")
    }

    /// Our own crates.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// Every package that the one with this id needs to run, itself left out, each with the chain
    /// of names that leads to it.
    pub(crate) fn normal_tree(&self, id: &str) -> BTreeMap<&str, Vec<&str>> {
        let mut chains = BTreeMap::new();
        let mut waiting = vec![(id, Vec::new())];
        while let Some((id, chain)) = waiting.pop() {
            for next in self.normal_edges(id) {
                let name = self.name(next);
                if chains.contains_key(name) {
                    continue;
                }
                let mut longer = chain.clone();
                longer.push(name);
                chains.insert(name, longer.clone());
                waiting.push((next, longer));
            }
        }
        chains
    }

    fn normal_edges(&self, id: &str) -> impl Iterator<Item = &str> {
        self.resolve
            .nodes
            .iter()
            .filter(move |node| node.id == id)
            .flat_map(|node| &node.deps)
            .filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()))
            .map(|edge| edge.pkg.as_str())
    }

    fn name(&self, id: &str) -> &str {
        self.packages
            .iter()
            .find(|package| package.id == id)
            .map_or("?", |package| package.name.as_str())
    }
}
