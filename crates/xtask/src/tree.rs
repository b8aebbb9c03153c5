//! The project's own text files, read once, so that every rule looks at the same tree.
//!
//! Must not know any rule. Tests of rules build a tree in memory and plant a violation in it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Folders that hold nothing written by us: build output, other people's code, run-time data.
const SKIPPED_FOLDERS: &[&str] = &[
    ".git",
    ".next",
    ".svelte-kit",
    ".venv",
    "__pycache__",
    "build",
    "data",
    "dist",
    "node_modules",
    "out",
    "target",
    "test-results",
];

/// Files that a rule may want to read, by the end of their name.
const READ_ENDINGS: &[&str] = &[
    ".html", ".js", ".json", ".lock", ".md", ".mjs", ".npmrc", ".py", ".rs", ".sh", ".toml", ".ts",
    ".tsx", ".txt", ".yaml", ".yml", "Makefile",
];

/// One text file; `path` is relative to the root and uses `/`.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// All files, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Reads the tree below `root`.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// A tree in memory, for the tests of rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        Self { files }
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// Every file whose name ends with one of `endings`.
    pub(crate) fn ending(&self, endings: &'static [&'static str]) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| endings.iter().any(|ending| file.path.ends_with(ending)))
    }

    /// The text of one file, if it is there.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        // Links are not followed: what they point to is read where it lies.
        let kind = entry.file_type()?;
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() && READ_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            let text =
                fs::read_to_string(entry.path()).with_context(|| format!("reading {path}"))?;
            files.push(File { path, text });
        }
    }
    Ok(())
}
