//! The pages of `docs/decisions/`: numbered from 1 without gaps, so that "decision 7" is one page
//! for ever.

use std::collections::BTreeMap;

use super::Finding;
use crate::tree::Tree;

const FOLDER: &str = "docs/decisions/";

/// Rule: `NNNN-title.md`, no number missing and none twice.
pub(super) fn numbered(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut pages: BTreeMap<usize, &str> = BTreeMap::new();
    for file in tree.files().filter(|file| file.path.starts_with(FOLDER)) {
        match number(file.name()) {
            None => findings.push(Finding::new(&file.path, "must be named NNNN-title.md")),
            Some(number) => {
                if let Some(other) = pages.insert(number, &file.path) {
                    findings.push(Finding::new(&file.path, format!("has the number of {other}")));
                }
            }
        }
        if !file.text.starts_with("# ") {
            findings.push(Finding::new(&file.path, "must open with its title (`# …`)"));
        }
    }
    let last = pages.keys().next_back().copied().unwrap_or(0);
    let missing = (1..=last).filter(|number| !pages.contains_key(number));
    findings.extend(missing.map(|number| Finding::new(FOLDER, format!("{number:04} is missing"))));
    findings
}

fn number(name: &str) -> Option<usize> {
    let (digits, title) = name.strip_suffix(".md")?.split_once('-')?;
    let fits = digits.len() == 4 && !title.is_empty();
    digits.parse().ok().filter(|number| fits && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::numbered;
    use crate::tree::Tree;

    #[test]
    fn gaps_twins_and_odd_names_are_found() {
        let tree = Tree::of(&[
            ("docs/decisions/0001-a.md", "# A\n"),
            ("docs/decisions/0003-c.md", "# C\n"),
            ("docs/decisions/0003-d.md", "no title\n"),
            ("docs/decisions/4-e.md", "# E\n"),
        ]);
        let problems: Vec<String> =
            numbered(&tree).into_iter().map(|finding| finding.problem).collect();
        assert_eq!(
            problems,
            [
                "has the number of docs/decisions/0003-c.md",
                "must open with its title (`# …`)",
                "must be named NNNN-title.md",
                "0002 is missing",
            ]
        );
    }
}
