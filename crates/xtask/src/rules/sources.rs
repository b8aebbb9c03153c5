//! Rules over source text: how a file opens, how long it is, and words that may not stand in code.
//!
//! Words are looked for in code only, not in comments or literals (`rust_text`).

use super::Finding;
use crate::rust_text::{code_only, without_tests};
use crate::tree::{File, Tree};

/// Past this a file does more than one job. A soft limit: `LONG_FILES` names who may pass it.
const LINES_AT_MOST: usize = 500;

/// Files that may be longer: path and reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Where `tokio::spawn` may stand: a path's beginning and the reason.
const MAY_SPAWN: &[(&str, &str)] = &[
    ("crates/server/src/tasks.rs", "the one module that owns the server's tasks"),
    ("crates/client/", "a client's connection is a task of whoever uses it"),
    ("crates/parlor/", "binaries own their tasks"),
];

const SPAWNING: &[&str] = &[
    "tokio::spawn",
    "task::spawn(",
    "task::spawn_local",
    "tokio::task::spawn",
    "use tokio::spawn",
];

const UNBOUNDED: &[&str] = &[
    "unbounded_channel",
    "UnboundedSender",
    "UnboundedReceiver",
    "mpsc::unbounded",
    "channel::unbounded",
    "mpsc::channel()",
    "mpsc::channel::<",
];

/// The only file with unsafe code.
const MAY_BE_UNSAFE: &str = "crates/sendmany/src/ring.rs";

const UNSAFE: &[&str] = &["unsafe_code", "unsafe {", "unsafe fn", "unsafe impl"];

const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// Rule: every Rust file opens with `//!`.
pub(super) fn opening(tree: &Tree) -> Vec<Finding> {
    tree.ending(&[".rs"])
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| {
            Finding::new(&file.path, "must open with `//!`: its one job, what it must not know")
        })
        .collect()
}

/// Rule: no source file is longer than the limit, save those with a reason.
pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    let sources = tree.ending(&[".rs", ".ts", ".tsx", ".py"]);
    let mut findings: Vec<Finding> = sources
        .filter(|file| file.text.lines().count() > LINES_AT_MOST && !may_be_long(&file.path))
        .map(|file| {
            let lines = file.text.lines().count();
            Finding::new(&file.path, format!("{lines} lines, more than {LINES_AT_MOST}: split it"))
        })
        .collect();
    // A reason that outlives its file would excuse the next one of that name.
    let gone = LONG_FILES.iter().filter(|(path, _)| tree.text(path).is_none());
    findings.extend(gone.map(|(path, _)| Finding::new(*path, "is in LONG_FILES but is gone")));
    findings
}

fn may_be_long(path: &str) -> bool {
    LONG_FILES.iter().any(|(long, _)| *long == path)
}

/// Rule: nothing is left for later.
pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    tree.ending(&[".rs"])
        .flat_map(|file| {
            words(file, &code_only(&file.text), UNFINISHED, "finish it or take it out")
        })
        .collect()
}

/// Rule: tasks are spawned where they are owned, so that a drain can wait for all of them.
pub(super) fn spawning(tree: &Tree) -> Vec<Finding> {
    tree.ending(&[".rs"])
        .filter(|file| !is_test(&file.path) && !may_spawn(&file.path))
        .flat_map(|file| {
            let code = code_only(&file.text);
            words(file, without_tests(&code), SPAWNING, "spawn through crates/server/src/tasks.rs")
        })
        .collect()
}

fn may_spawn(path: &str) -> bool {
    MAY_SPAWN.iter().any(|(beginning, _)| path.starts_with(beginning))
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "benches")
}

/// Rule: no queue grows without end.
pub(super) fn unbounded(tree: &Tree) -> Vec<Finding> {
    tree.ending(&[".rs"])
        .flat_map(|file| words(file, &code_only(&file.text), UNBOUNDED, "use a bounded channel"))
        .collect()
}

/// Rule: unsafe code stands in one file, and no other lifts the ban.
pub(super) fn unsafety(tree: &Tree) -> Vec<Finding> {
    tree.ending(&[".rs"])
        .filter(|file| file.path != MAY_BE_UNSAFE)
        .flat_map(|file| {
            words(file, &code_only(&file.text), UNSAFE, "find a safe way, or a well-kept crate")
        })
        .collect()
}

/// Every line of `code` that holds one of `banned`.
fn words(file: &File, code: &str, banned: &[&str], advice: &str) -> Vec<Finding> {
    code.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let word = banned.iter().find(|word| holds(line, word))?;
            Some(Finding::new(
                format!("{}:{}", file.path, index + 1),
                format!("`{word}`: {advice}"),
            ))
        })
        .collect()
}

/// True if `line` holds `word` and not only as the end of a longer name.
fn holds(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::{
        LINES_AT_MOST, MAY_BE_UNSAFE, length, opening, spawning, unbounded, unfinished, unsafety,
    };
    use crate::rules::Finding;
    use crate::tree::Tree;

    fn places(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.place.as_str()).collect()
    }

    #[test]
    fn a_file_that_does_not_say_its_job_is_found() {
        let tree = Tree::of(&[("a.rs", "//! Job.\n"), ("b.rs", "use x;\n//! Late.\n")]);
        assert_eq!(places(&opening(&tree)), ["b.rs"]);
    }

    #[test]
    fn a_long_file_is_found() {
        let (fits, long) = ("x\n".repeat(LINES_AT_MOST), "x\n".repeat(LINES_AT_MOST + 1));
        let tree = Tree::of(&[("a.rs", &fits), ("b.rs", &long), ("c.ts", &long), ("d.md", &long)]);
        assert_eq!(places(&length(&tree)), ["b.rs", "c.ts"]);
    }

    #[test]
    fn unfinished_code_is_found_and_words_about_it_are_not() {
        let source =
            "//! No todo!() here.\nfn f() { todo!() }\nconst T: &str = \"dbg!\";\nmy_todo!();\n";
        assert_eq!(places(&unfinished(&Tree::of(&[("a.rs", source)]))), ["a.rs:2"]);
    }

    #[test]
    fn what_is_unsafe_is_found_outside_its_file() {
        let source = "//! unsafe fn\n#![allow(unsafe_code)]\nfn f() { unsafe { g() } }\n";
        let tree = Tree::of(&[("crates/hub/src/a.rs", source), (MAY_BE_UNSAFE, source)]);
        assert_eq!(places(&unsafety(&tree)), ["crates/hub/src/a.rs:2", "crates/hub/src/a.rs:3"]);
    }

    #[test]
    fn a_stray_spawn_is_found_outside_tests_and_owners() {
        let source = "//! x\nfn f() { tokio::spawn(g()); }\n#[cfg(test)]\nmod tests {\n tokio::spawn(h());\n}\n";
        let tree = Tree::of(&[
            ("crates/client/src/lib.rs", source),
            ("crates/server/src/http.rs", source),
            ("crates/server/src/tasks.rs", source),
            ("crates/server/tests/live.rs", source),
        ]);
        assert_eq!(places(&spawning(&tree)), ["crates/server/src/http.rs:2"]);
    }

    #[test]
    fn an_unbounded_channel_is_found_even_in_a_test() {
        let source =
            "//! x\nuse tokio::sync::mpsc::unbounded_channel;\nlet (a, b) = mpsc::channel(8);\n";
        let standard = "//! x\nlet (a, b) = mpsc::channel();\n";
        let tree = Tree::of(&[("crates/a/tests/a.rs", source), ("b.rs", standard)]);
        assert_eq!(places(&unbounded(&tree)), ["crates/a/tests/a.rs:2", "b.rs:2"]);
    }
}
