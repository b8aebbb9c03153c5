//! `parlor verify`: draws the plays of a revealed seed again and says which of them were honest. Must
//! not know how a play is drawn, nor believe the server.

mod ask;

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use casino::verify::{Report, Revealed, Told, verify};
use clap::Args;
use client::Api;
use serde::{Deserialize, Serialize};

use crate::print;

/// Check that the casino did not cheat: draw the plays of a revealed seed again, here, and compare.
///
/// With a FILE (or `-`), offline: `{"revealed": {"server_seed", "commitment", "client_seed", "plays"},
/// "events": [...]}`, as `--save` writes it and the page /verify saves it. Without one, the plays
/// of the user of the token are read from the server; a seed is revealed by rotating it (`--rotate`).
///
/// Ends with status 1 if the seed does not open its commitment, or a play is not what the seeds say, or
/// is not told at all; or if what is revealed is not what the server promised before.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A saved seed with its plays; `-` reads standard input.
    file: Option<PathBuf>,
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "PARLOR_URL")]
    server: String,
    /// API token of the player. Safer in the environment than on the command line.
    #[arg(long, env = "PARLOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Reveal the seed in use, and begin with another one.
    #[arg(long)]
    rotate: bool,
    /// The player's own seed from then on.
    #[arg(long, requires = "rotate")]
    client_seed: Option<String>,
    /// Keep the seed and its plays in this file, to be checked by anyone.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

/// A seed, and all plays of its wallet.
#[derive(Debug, Serialize, Deserialize)]
struct Evidence {
    revealed: Revealed,
    events: Vec<Told>,
}

/// What the checks have found.
#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// Promises of the server, made before it revealed the seed, that it has not kept.
    broken: &'a [String],
}

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (evidence, broken, place) = match &self.file {
            Some(file) => (saved(file)?, Vec::new(), self.place()?),
            None => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(self.ask())?
            }
        };
        // What was revealed is told even if it cannot be kept.
        let kept = place.map_or(Ok(()), |file| self.keep(file, &evidence));
        let report = verify(&evidence.revealed, &evidence.events)
            .context("the revealed seed is not 32 bytes in hex")?;
        let printed = if self.json {
            let found = Found { report: &report, broken: &broken };
            print::line(serde_json::to_string_pretty(&found)?)
        } else {
            print::text(told(&evidence.revealed, &report))
        };
        if !broken.is_empty() {
            bail!("the house did not keep its word: {}", broken.join("; "));
        }
        if !report.holds() {
            bail!("the house did not keep its word");
        }
        kept.and(printed)
    }

    /// Reveals the seed, and reads its plays. All that can be found wrong before is found before: a
    /// seed is revealed once.
    async fn ask(&self) -> anyhow::Result<(Evidence, Vec<String>, Option<File>)> {
        let Some(token) = &self.token else {
            bail!("whose plays? Give --token (or PARLOR_TOKEN), or a saved FILE");
        };
        if !self.rotate {
            bail!("a seed is revealed by rotating it: give --rotate, or a saved FILE");
        }
        let api = Api::new(&self.server, Some(token.clone()));
        let promise = ask::promised(&api).await?;
        let place = self.place()?;
        let (revealed, broken) = ask::reveal(&api, &promise, self.client_seed.as_deref()).await?;
        let events = ask::history(&api).await.with_context(|| {
            let seed = serde_json::to_string(&revealed).unwrap_or_default();
            format!("the seed is revealed ({seed}), but its plays could not be read")
        })?;
        Ok((Evidence { revealed, events }, broken, place))
    }

    /// The file of `--save`, open; what it holds stays until there is something to take its place.
    fn place(&self) -> anyhow::Result<Option<File>> {
        let Some(path) = &self.save else { return Ok(None) };
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        opened.map(Some).with_context(|| format!("--save {}", path.display()))
    }

    fn keep(&self, mut file: File, evidence: &Evidence) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(evidence)? + "\n";
        let name = self.save.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        // A pipe or a terminal holds nothing that could be taken away.
        let emptied = if file.metadata()?.is_file() { file.set_len(0) } else { Ok(()) };
        let written = emptied.and_then(|()| file.write_all(text.as_bytes()));
        written.with_context(|| format!("--save {name}"))
    }
}

fn saved(file: &Path) -> anyhow::Result<Evidence> {
    let name = file.display();
    let mut text = String::new();
    if file == Path::new("-") {
        stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(file).with_context(|| format!("{name}"))?;
    }
    serde_json::from_str(&text).with_context(|| format!("{name} holds no seed with its plays"))
}

/// The report for people.
fn told(revealed: &Revealed, report: &Report) -> String {
    let mut text = format!(
        "server seed {}\n  SHA-256 {}\n",
        clean(&revealed.server_seed),
        if report.seed_fits {
            format!("is the commitment {}", clean(&revealed.commitment))
        } else {
            format!("IS NOT the commitment {}", clean(&revealed.commitment))
        }
    );
    text += &format!("client seed {}\n", clean(&revealed.client_seed));
    for play in &report.plays {
        let mark = if play.fault.is_none() { "ok " } else { "BAD" };
        let fault =
            play.fault.as_deref().map(|why| format!("  {}", clean(why))).unwrap_or_default();
        text += &format!(
            "{mark} {:>6}  {:<5}  {}{fault}\n",
            play.counter.map_or_else(|| "-".to_owned(), |counter| counter.to_string()),
            clean(&play.game_type),
            clean(&play.drawn)
        );
    }
    if report.missing > 0 {
        text += &format!("{} plays of this seed are not in the history\n", report.missing);
    }
    text += &format!(
        "{} plays drawn again, {} of them are not what was told\n",
        report.plays.len(),
        report.faults()
    );
    text
}

/// What comes from a server or a file may not steer the terminal.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
