//! Tables in the pages that are written from the code's own tables, so that they cannot differ.
//!
//! A page holds `<!-- generated:NAME -->` … `<!-- /generated:NAME -->`; what stands between is
//! replaced by `cargo xtask docs` and compared by `cargo xtask check`. To add a table: add a
//! `Block` here and the two markers to the page.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::rules::{self, Finding};

/// Who knows the table.
enum Source {
    /// The house rules.
    Rules(fn() -> String),
    /// The server: what `parlor` prints with these arguments.
    Parlor(&'static [&'static str]),
}

/// One generated part of one page.
struct Block {
    page: &'static str,
    name: &'static str,
    source: Source,
}

const BLOCKS: &[Block] = &[
    Block { page: "ARCHITECTURE.md", name: "edges", source: Source::Rules(rules::edges_table) },
    Block { page: "docs/PROTOCOL.md", name: "errors", source: Source::Parlor(&["docs", "errors"]) },
    Block { page: "docs/PROTOCOL.md", name: "closes", source: Source::Parlor(&["docs", "closes"]) },
    Block {
        page: "docs/SETTINGS.md",
        name: "settings",
        source: Source::Parlor(&["docs", "settings"]),
    },
    Block {
        page: "docs/METRICS.md",
        name: "metrics",
        source: Source::Parlor(&["docs", "metrics"]),
    },
];

/// Writes every block anew; says which pages changed.
pub(crate) fn write(root: &Path) -> Result<()> {
    for block in BLOCKS {
        let path = root.join(block.page);
        let page = fs::read_to_string(&path).with_context(|| format!("reading {}", block.page))?;
        let fresh = replaced(&page, block.name, &block.source.text(root)?)
            .with_context(|| format!("{}: block `{}`", block.page, block.name))?;
        if fresh != page {
            fs::write(&path, fresh).with_context(|| format!("writing {}", block.page))?;
            println!("{}: {} written", block.page, block.name);
        }
    }
    Ok(())
}

/// Rule: what stands in the pages is what the code says now.
pub(crate) fn stale(root: &Path) -> Vec<Finding> {
    let problem = |block: &Block| -> Result<Option<String>> {
        let page = fs::read_to_string(root.join(block.page)).context("reading the page")?;
        let fresh = replaced(&page, block.name, &block.source.text(root)?)?;
        Ok((fresh != page).then(|| format!("`{}` is stale: run `make docs`", block.name)))
    };
    BLOCKS
        .iter()
        .filter_map(|block| {
            let found = problem(block).unwrap_or_else(|error| {
                Some(format!("`{}` cannot be made: {error:#}", block.name))
            });
            found.map(|problem| Finding::new(block.page, problem))
        })
        .collect()
}

impl Source {
    fn text(&self, root: &Path) -> Result<String> {
        match self {
            Self::Rules(table) => Ok(table()),
            Self::Parlor(arguments) => parlor(root, arguments),
        }
    }
}

/// Runs the binary that `PARLOR_BIN` names, or lets cargo build one.
fn parlor(root: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = match env::var_os("PARLOR_BIN") {
        Some(binary) => Command::new(binary),
        None => {
            let mut cargo = Command::new("cargo");
            cargo.args(["run", "--quiet", "--package", "parlor", "--"]);
            cargo
        }
    };
    let output = command.args(arguments).current_dir(root).output().context("running parlor")?;
    ensure!(
        output.status.success(),
        "`parlor {}` failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).lines().next_back().unwrap_or_default()
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// `page` with what stands between the markers of `name` replaced by `text`.
fn replaced(page: &str, name: &str, text: &str) -> Result<String> {
    let (open, close) =
        (format!("<!-- generated:{name} -->"), format!("<!-- /generated:{name} -->"));
    let start = page.find(&open).with_context(|| format!("no marker {open}"))? + open.len();
    let length = page[start..].find(&close).with_context(|| format!("no marker {close}"))?;
    let (before, after) = (&page[..start], &page[start + length..]);
    Ok(format!("{before}\n{}\n{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_the_named_block_is_replaced_and_twice_is_the_same_as_once() {
        let page = "# P\n<!-- generated:a -->\nold\n<!-- /generated:a -->\nkept\n\
                    <!-- generated:b -->\nb\n<!-- /generated:b -->\n";
        let once = replaced(page, "a", "| new |\n").expect("both markers are there");
        assert_eq!(once, page.replace("old", "| new |"));
        assert_eq!(replaced(&once, "a", "| new |\n").expect("both markers are there"), once);
    }

    #[test]
    fn a_missing_marker_is_named() {
        let error = replaced("<!-- generated:a -->", "a", "x").expect_err("the end is missing");
        assert_eq!(error.to_string(), "no marker <!-- /generated:a -->");
        assert!(replaced("", "a", "x").is_err());
    }
}
