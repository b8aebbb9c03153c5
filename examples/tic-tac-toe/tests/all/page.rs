//! The pages for authors of games show the files as they are: their code blocks name a file and
//! must stand in it, and those of `docs/first-game.md` together show the whole game.

use std::fs;
use std::path::PathBuf;

const PAGE: &str = "docs/first-game.md";
const PAGES: [&str; 2] = [PAGE, "docs/testing-a-game.md"];
const SOURCE: &str = "examples/tic-tac-toe/src/lib.rs";

fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The fenced blocks of the page that name a file: (file, text).
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_language, file)) = info.split_once(' ') {
            found.push((file.to_owned(), text.join("\n")));
        }
    }
    found
}

#[test]
fn the_game_fits_in_a_hundred_lines() {
    let lines = read(SOURCE).lines().count();
    assert!(lines <= 100, "{SOURCE} has {lines} lines");
}

#[test]
fn every_block_stands_in_the_file_it_names() {
    for page in PAGES {
        let blocks = blocks(&read(page));
        assert!(!blocks.is_empty(), "{page}");
        for (file, text) in blocks {
            let whole_lines = format!("\n{text}\n");
            let found = format!("\n{}", read(&file)).contains(&whole_lines);
            assert!(found, "{page}: not in {file}:\n{text}");
        }
    }
}

#[test]
fn the_page_shows_the_whole_game_in_order() {
    let shown = blocks(&read(PAGE)).into_iter().filter(|(file, _)| file == SOURCE);
    let shown: Vec<String> = shown.map(|(_, text)| text).collect();
    let no_blanks = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    assert_eq!(no_blanks(&shown.join("\n")), no_blanks(&read(SOURCE)));
}
