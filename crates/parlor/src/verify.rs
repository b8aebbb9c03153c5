//! `parlor verify`: draws the plays of a revealed seed again and says which of them were honest. Must
//! not know how a play is drawn, nor believe the server.

use std::fs;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use casino::verify::{Report, Revealed, Told, verify};
use clap::Args;
use client::{Api, ApiError, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::print;

/// Plays asked for at once.
const PAGE: usize = 1_000;

/// Check that the casino did not cheat: draw the plays of a revealed seed again, here, and compare.
///
/// With a FILE (or `-`), offline: `{"revealed": {"server_seed", "commitment", "client_seed", "plays"},
/// "events": [...]}`, as `--save` writes it and the page /verify saves it. Without one, the plays
/// of the user of the token are read from the server; a seed is revealed by rotating it (`--rotate`).
///
/// Ends with status 1 if the seed does not open its commitment, or a play is not what the seeds say, or
/// is not told at all.
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

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let evidence = match &self.file {
            Some(file) => saved(file)?,
            None => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(self.ask())?
            }
        };
        if let Some(file) = &self.save {
            let text = serde_json::to_string_pretty(&evidence)? + "\n";
            fs::write(file, text).with_context(|| format!("--save {}", file.display()))?;
        }
        let report = verify(&evidence.revealed, &evidence.events)
            .context("the revealed seed is not 32 bytes in hex")?;
        let printed = if self.json {
            print::line(serde_json::to_string_pretty(&report)?)
        } else {
            print::text(told(&evidence.revealed, &report))
        };
        if !report.holds() {
            bail!("the house did not keep its word");
        }
        printed
    }

    async fn ask(&self) -> anyhow::Result<Evidence> {
        let Some(token) = &self.token else {
            bail!("whose plays? Give --token (or PARLOR_TOKEN), or a saved FILE");
        };
        if !self.rotate {
            bail!("a seed is revealed by rotating it: give --rotate, or a saved FILE");
        }
        let api = Api::new(&self.server, Some(token.clone()));
        let wish = self
            .client_seed
            .as_ref()
            .map_or_else(|| json!({}), |seed| json!({ "client_seed": seed }));
        let rotated = api
            .call(Method::POST, "/api/games/fairness/rotate", Some(&wish))
            .await
            .map_err(advised)?;
        let revealed = serde_json::from_value(rotated["revealed"].clone())
            .context("the server revealed no seed")?;
        Ok(Evidence { revealed, events: history(&api).await? })
    }
}

fn advised(error: ApiError) -> anyhow::Error {
    let open = matches!(&error, ApiError::Problem { code, .. } if code == "ROUND_OPEN");
    let error = anyhow::Error::from(error);
    if open {
        error.context("a crash round is open: wait for its end, then try again")
    } else {
        error
    }
}

/// All plays, oldest first.
async fn history(api: &Api) -> anyhow::Result<Vec<Told>> {
    #[derive(Deserialize)]
    struct Page {
        events: Vec<Told>,
        more: bool,
    }
    let mut pages: Vec<Vec<Told>> = Vec::new();
    loop {
        let oldest = pages.last().and_then(|page| page.first());
        let before = oldest.map(|play| format!("&before={}", play.id)).unwrap_or_default();
        let page: Value = api
            .call(Method::GET, &format!("/api/games/history?limit={PAGE}{before}"), None)
            .await?;
        let page: Page = serde_json::from_value(page).context("the history cannot be read")?;
        let more = page.more && !page.events.is_empty();
        pages.push(page.events);
        if !more {
            return Ok(pages.into_iter().rev().flatten().collect());
        }
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
