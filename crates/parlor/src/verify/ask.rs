//! Has a server reveal a seed and tell its plays, and holds what it says now against what it said
//! before. Must not know how a play is drawn.

use std::collections::HashSet;

use anyhow::{Context, bail, ensure};
use casino::verify::{Revealed, Told};
use client::{Api, ApiError, Method};
use serde::Deserialize;
use serde_json::{Value, json};

/// Plays asked for at once.
const PAGE: usize = 1_000;

/// Pages that are read at the most: a million plays. A server could go on for ever.
const MOST_PAGES: usize = 1_000;

/// What the server shows of its seeds before it reveals one.
#[derive(Debug, Deserialize)]
pub(super) struct Promise {
    commitment: String,
    next_commitment: String,
    client_seed: String,
    counter: u64,
}

/// What it shows now.
pub(super) async fn promised(api: &Api) -> anyhow::Result<Promise> {
    let shown = api.call(Method::GET, "/api/games/fairness", None).await?;
    serde_json::from_value(shown).context("the server commits to no seed")
}

/// Has the seed revealed; with it, what of the promise was not kept.
pub(super) async fn reveal(
    api: &Api,
    promise: &Promise,
    client_seed: Option<&str>,
) -> anyhow::Result<(Revealed, Vec<String>)> {
    let wish = client_seed.map_or_else(|| json!({}), |seed| json!({ "client_seed": seed }));
    let rotated =
        api.call(Method::POST, "/api/games/fairness/rotate", Some(&wish)).await.map_err(advised)?;
    let revealed = serde_json::from_value(rotated["revealed"].clone())
        .context("the server revealed no seed")?;
    let broken = promise.broken_by(&revealed, rotated["commitment"].as_str());
    Ok((revealed, broken))
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

impl Promise {
    fn broken_by(&self, revealed: &Revealed, next: Option<&str>) -> Vec<String> {
        let mut broken = Vec::new();
        let mut differs = |what: &str, before: &str, now: &str| {
            if before != now {
                let (before, now) = (super::clean(before), super::clean(now));
                broken.push(format!("{what} was {before} before, and is {now} now"));
            }
        };
        differs("the commitment of the seed", &self.commitment, &revealed.commitment);
        differs("the client seed", &self.client_seed, &revealed.client_seed);
        differs("the commitment of the next seed", &self.next_commitment, next.unwrap_or("none"));
        // There may be more: another window may have played in between.
        if revealed.plays < self.counter {
            let (counter, plays) = (self.counter, revealed.plays);
            broken.push(format!("{counter} plays were drawn before, and {plays} are admitted now"));
        }
        broken
    }
}

/// All plays, oldest first.
pub(super) async fn history(api: &Api) -> anyhow::Result<Vec<Told>> {
    #[derive(Deserialize)]
    struct Page {
        events: Vec<Told>,
        more: bool,
    }
    let mut pages: Vec<Vec<Told>> = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..MOST_PAGES {
        let oldest = pages.last().and_then(|page| page.first());
        let before = oldest.map(|play| format!("&before={}", play.id)).unwrap_or_default();
        let page: Value = api
            .call(Method::GET, &format!("/api/games/history?limit={PAGE}{before}"), None)
            .await?;
        let page: Page = serde_json::from_value(page).context("the history cannot be read")?;
        for play in &page.events {
            let id = super::clean(&play.id);
            ensure!(seen.insert(play.id.clone()), "the history has the play {id} twice");
        }
        if page.more && page.events.is_empty() {
            bail!("the server says that there are more plays, and tells none");
        }
        let more = page.more;
        pages.push(page.events);
        if !more {
            return Ok(pages.into_iter().rev().flatten().collect());
        }
    }
    bail!("the history has more than {} plays", MOST_PAGES * PAGE)
}
