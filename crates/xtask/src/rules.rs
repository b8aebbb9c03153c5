//! The list of house rules. Each rule is one function over the tree (or over cargo's view of it)
//! that returns what breaks it; each has a test with a planted violation beside it.
//!
//! Must not know how findings are printed.

mod decisions;
mod edges;
mod licences;
mod locks;
mod purity;
mod sources;
mod texts;

use crate::metadata::Metadata;
use crate::tree::Tree;

pub(crate) use edges::table as edges_table;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File, or `file:line`.
    pub(crate) place: String,
    /// What is wrong and what would do.
    pub(crate) problem: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// A rule and its name.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Tree, &Metadata) -> Vec<Finding>,
}

/// Every rule, in the order in which they are reported.
pub(crate) const RULES: &[Rule] = &[
    Rule { name: "edges between crates", run: |tree, _| edges::edges(tree) },
    Rule { name: "manifests share versions and lints", run: |tree, _| edges::manifests(tree) },
    Rule {
        name: "pure crates have no async runtime",
        run: |_, metadata| purity::runtimes(metadata),
    },
    Rule { name: "pure crates ban clocks", run: |tree, _| purity::clippy_files(tree) },
    Rule { name: "files open with their job", run: |tree, _| sources::opening(tree) },
    Rule { name: "files are short", run: |tree, _| sources::length(tree) },
    Rule { name: "no unfinished code", run: |tree, _| sources::unfinished(tree) },
    Rule { name: "tasks are spawned in one place", run: |tree, _| sources::spawning(tree) },
    Rule { name: "channels are bounded", run: |tree, _| sources::unbounded(tree) },
    Rule { name: "unsafe code is in one file", run: |tree, _| sources::unsafety(tree) },
    Rule { name: "lock files name no host", run: |tree, _| locks::hosts(tree) },
    Rule { name: "lock files fit their manifests", run: |tree, _| locks::in_step(tree) },
    Rule { name: "licences of npm packages", run: |tree, _| licences::npm(tree) },
    Rule { name: "decisions are numbered", run: |tree, _| decisions::numbered(tree) },
    Rule { name: "change log is up to date", run: |tree, _| texts::change_log(tree) },
    Rule { name: "root files are there", run: |tree, _| texts::root_files(tree) },
    Rule { name: "links lead somewhere", run: |tree, _| texts::links(tree) },
];
