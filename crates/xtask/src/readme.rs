//! Runs what the pages tell a reader to type: every block marked `sh` is one script that must
//! succeed against a fresh server.
//!
//! So that this takes seconds: `make` only says what it would do, `git` and `cd` do nothing (we are
//! there already), and programs that never end (`parlor watch`, `parlor serve`) must print something
//! and are then stopped. In a script the server's usual address is replaced by the one in use, and
//! `<id>` by the id of a board.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::live_server::LiveServer;

/// Pages whose commands are run.
const PAGES: &[&str] = &["README.md", "CONTRIBUTING.md", "docs/first-game.md"];

/// The address in the pages: the default of the setting `listen`.
const USUAL_ADDRESS: &str = "127.0.0.1:8080";

/// What a script starts with. A program without end has 3 seconds to print something.
const PRELUDE: &str = r#"
set -euo pipefail
git() { :; }
cd() { :; }
make() { command make --dry-run "$@" >/dev/null; }
parlor() {
  case "$1" in
    watch | serve)
      local printed
      printed="$(timeout 3 "$PARLOR_BIN" "$@" 2>&1 || [ $? -eq 124 ])"
      printf '%s\n' "$printed"
      [ -n "$printed" ]
      ;;
    *) "$PARLOR_BIN" "$@" ;;
  esac
}
"#;

/// Runs all blocks of all pages; true if all succeed.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let binary =
        env::var_os("PARLOR_BIN").map_or_else(|| root.join("out/bin/parlor"), PathBuf::from);
    let server = LiveServer::start(&binary)?;
    let board = server.new_board()?;
    let (mut passed, mut failed) = (0, 0);
    for page in PAGES {
        let text =
            fs::read_to_string(root.join(page)).with_context(|| format!("reading {page}"))?;
        for (line, block) in blocks(&text) {
            match run_block(
                root,
                &server,
                &binary,
                &script(&block, &server.address.to_string(), &board),
            ) {
                Ok(()) => passed += 1,
                Err(error) => {
                    failed += 1;
                    println!("{page}:{line}: {error:#}\n{block}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn run_block(root: &Path, server: &LiveServer, binary: &Path, script: &str) -> Result<()> {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(root)
        .env("PARLOR_BIN", binary)
        .env("PARLOR_DATA_DIR", &server.data)
        .env("PARLOR_LISTEN", server.address.to_string())
        .stdin(Stdio::null())
        .output()
        .context("running bash")?;
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{}\n{out}{err}", output.status);
    Ok(())
}

/// The blocks marked `sh`, each with the number of its first line.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.trim()) {
            (None, "```sh") => open = Some((index + 2, String::new())),
            (Some(_), "```") => found.extend(open.take()),
            (Some((_, block)), _) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    found
}

fn script(block: &str, address: &str, board: &str) -> String {
    let here = block
        .replace(USUAL_ADDRESS, address)
        .replace("<id>", board)
        .replace("./target/release/parlor", "parlor")
        .replace("target/release/parlor", "parlor");
    format!("{PRELUDE}{here}")
}

#[cfg(test)]
mod tests {
    use super::{PRELUDE, blocks, script};

    #[test]
    fn only_blocks_marked_sh_are_taken() {
        let page =
            "a\n```sh\nmake run\n```\n```json\n{}\n```\n```sh\nx\ny\n```\n```sh\nnever closed\n";
        assert_eq!(blocks(page), [(3, "make run\n".to_owned()), (9, "x\ny\n".to_owned())]);
    }

    #[test]
    fn what_a_reader_would_fill_in_is_filled_in() {
        let block = "curl http://127.0.0.1:8080/readyz\n./target/release/parlor watch <id>\n";
        let expected = "curl http://127.0.0.1:9/readyz\nparlor watch 42\n";
        assert_eq!(script(block, "127.0.0.1:9", "42"), format!("{PRELUDE}{expected}"));
    }
}
