//! Reads how many tests passed and failed from what a test runner printed.
//!
//! Must not know which step printed it: every runner's closing line has its own shape.

use std::iter::Sum;
use std::ops::Add;

/// Passed and failed tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    fn of(passed: u64, failed: u64) -> Self {
        Self { passed, failed }
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::of(self.passed + other.passed, self.failed + other.failed)
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// The sum of all closing lines in `output`, which has no colours; `None` if there is none. A runner that closes more
/// than once (one run a package) is counted each time.
pub(crate) fn counts(output: &str) -> Option<Counts> {
    let closings: Vec<Counts> =
        output.lines().filter_map(closing).chain(split_closing(output)).collect();
    (!closings.is_empty()).then(|| closings.into_iter().sum())
}

/// A line that holds both numbers.
fn closing(line: &str) -> Option<Counts> {
    let line = line.trim();
    let rest = line
        .strip_prefix("test result: ") // cargo test: `ok. 3 passed; 0 failed; …`
        .or_else(|| line.strip_prefix("Tests ")) // vitest: `1 failed | 3 passed (4)`
        .or_else(|| line.strip_prefix("Summary ")) // nextest: `[ 1.2s] 4 tests run: 3 passed, 1 failed`
        .or_else(|| is_plain(line).then_some(line))?;
    let passed = number_before(rest, "passed");
    let failed = number_before(rest, "failed").unwrap_or(0)
        + number_before(rest, "timed out").unwrap_or(0)
        + number_before(rest, "exec failed").unwrap_or(0);
    if passed.is_none() && failed == 0 {
        return None;
    }
    Some(Counts::of(passed.unwrap_or(0), failed))
}

/// The house's own line, `3 passed, 1 failed`, with `, 2 skipped` or not.
fn is_plain(line: &str) -> bool {
    let mut parts = line.split(", ");
    let mut is = |word: &str| {
        let words = parts.next().and_then(|part| part.split_once(' '));
        words.is_some_and(|(number, rest)| number.parse::<u64>().is_ok() && rest == word)
    };
    is("passed") && is("failed")
}

/// Runners that give each number a line of its own: node's (`# pass 3`, `ℹ pass 3`) and
/// Playwright's (`  3 passed (2.1s)`).
fn split_closing(output: &str) -> Option<Counts> {
    let mut found = None;
    let mut add = |passed, failed| {
        found = Some(found.unwrap_or_default() + Counts::of(passed, failed));
    };
    for line in output.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["#" | "ℹ", "pass", number] => add(number.parse().unwrap_or(0), 0),
            ["#" | "ℹ", "fail", number] => add(0, number.parse().unwrap_or(0)),
            [number, "passed", time] if time.starts_with('(') => {
                add(number.parse().unwrap_or(0), 0)
            }
            [number, "failed" | "flaky"] => add(0, number.parse().unwrap_or(0)),
            _ => {}
        }
    }
    found
}

/// The number that stands before `word`.
fn number_before(text: &str, word: &str) -> Option<u64> {
    let at = text.match_indices(word).map(|(at, _)| at);
    at.filter_map(|at| text[..at].split_whitespace().next_back()?.parse().ok()).next()
}

/// Drops the escape sequences by which terminals are coloured.
pub(crate) fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut in_escape = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => in_escape = true,
            _ if in_escape => in_escape = !c.is_ascii_alphabetic(),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Counts, counts, without_colours};

    #[test]
    fn every_runner_is_understood() {
        let cases = [
            ("     Summary [   1.204s] 12 tests run: 12 passed (1 slow), 0 skipped", Some((12, 0))),
            (
                "     Summary [   9.1s] 12 tests run: 9 passed, 2 failed, 1 timed out, 3 skipped",
                Some((9, 3)),
            ),
            (
                "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 1 passed; 2 failed;",
                Some((4, 2)),
            ),
            (" Test Files  2 passed (2)\n      Tests  31 passed (31)", Some((31, 0))),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m1 failed\u{1b}[22m | 3 passed (4)",
                Some((3, 1)),
            ),
            ("      Tests  2 failed (2)", Some((0, 2))),
            ("301 passed, 0 failed\n", Some((301, 0))),
            ("7 passed, 1 failed, 2 skipped", Some((7, 1))),
            ("ℹ tests 4\nℹ pass 3\nℹ fail 1\n", Some((3, 1))),
            ("  1 failed\n    [chromium] board.spec.ts\n  5 passed (12.3s)\n", Some((5, 1))),
            ("compiling 3 passed things", None),
            ("", None),
        ];
        for (output, expected) in cases {
            let expected = expected.map(|(passed, failed)| Counts { passed, failed });
            assert_eq!(counts(&without_colours(output)), expected, "{output}");
        }
    }
}
