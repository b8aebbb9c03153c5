//! `parlor replay`: a session's log, checked and told again, and any version of it as any viewer saw
//! it. Must not know how a log is played: the server's room for replays does that.

mod print;

use std::io::{IsTerminal, stdout};

use anyhow::{Context, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use server::games::Games;
use server::listen::{Mode, open_store};
use server::replay::{Recording, read_viewer};
use server::settings::StoreKind;

use crate::serve::Source;
use print::Out;

/// Logs shorter than this are played before a bar would be seen.
const BAR_FROM: u64 = 500;

/// The arguments. The text above them in the help is with the list of commands.
#[derive(Debug, Args)]
#[command(after_help = "\
Every commit is carried out anew by the rules of this program, beside a running server or without
one. Its events, the hash of the state that it makes and the hash of the entry before must be those
of the log, and the end must be what the store holds. Where something differs, replay says at which
version and why, and ends with status 1; what stands before can still be looked at.

Examples:
  parlor replay 4711                    every commit: version, time, actor, command, events, hash
  parlor replay 4711 --verify           check the whole log, print one line
  parlor replay 4711 --at 12            what spectators saw at version 12
  parlor replay 4711 --at 12 --as 0     what seat 0 saw, its secrets included
  parlor replay 4711 --as 0 --verify    what seat 0 sees now, once the whole log is checked
  parlor replay 4711 --json | jq -c 'select(.kind == \"command\") | .command'

Standard output has the table, the view, or JSON; everything else goes to standard error. Only who
may read the data directory can do this. Deleted sessions have a log, too. In the web page:
/admin/sessions/<id>, for users with the role `admin` (`parlor user grant NAME admin`).")]
pub(crate) struct Replay {
    /// Session id: the number at the end of the address of its page.
    session: String,
    /// Show the view of this version instead of the log; 1 is the first.
    #[arg(long, value_name = "VERSION")]
    at: Option<u64>,
    /// Whose view: `spectator`, or a seat by its number, from 0 on. Without `--at`, of the newest
    /// version.
    #[arg(long = "as", value_name = "spectator|SEAT")]
    viewer: Option<String>,
    /// JSON for programs: one line for each commit, or the view with what made it in one line.
    #[arg(long)]
    json: bool,
    /// Check the whole log without printing it; with `--at` or `--as`, check what comes behind that
    /// version as well.
    #[arg(long)]
    verify: bool,
    /// Colours: `auto` uses them in a terminal, unless NO_COLOR is set.
    #[arg(long, default_value = "auto", value_parser = ["auto", "always", "never"])]
    color: String,
    #[command(flatten)]
    source: Source,
}

impl Replay {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let settings = self.source.settings()?;
        ensure!(
            settings.store != StoreKind::Memory,
            "with `store = \"memory\"` nothing is kept that could be replayed"
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let dir = settings.data_dir.display().to_string();
            let in_dir = || format!("data_dir {dir}");
            let store = open_store(&settings, Mode::Tool).with_context(in_dir)?;
            let id = self.session.parse().with_context(|| format!("{:?}", self.session))?;
            let opened = Recording::open(&store, &Games::default(), id).await;
            let done = match opened.with_context(in_dir) {
                Ok(recording) => self.replay(&recording).await,
                Err(error) => Err(error),
            };
            store.close().await?;
            done
        })
    }

    async fn replay(&self, recording: &Recording) -> anyhow::Result<()> {
        let newest = recording.version().0;
        let view = match (self.at, self.viewer.as_deref()) {
            (None, None) => None,
            (at, seen_as) => {
                let at = at.unwrap_or(newest);
                ensure!(
                    (1..=newest).contains(&at),
                    "there is no version {at}: the session has versions 1 to {newest}"
                );
                let text = seen_as.unwrap_or("spectator");
                let viewer = read_viewer(text).with_context(|| {
                    format!("--as is `spectator` or the number of a seat, not {text:?}")
                })?;
                Some((at, viewer))
            }
        };
        let table = view.is_none() && !self.verify;
        let out = Out::new(&self.color, self.json);
        let bar = bar(newest, table && stdout().is_terminal());
        if table {
            out.head(recording)?;
        }
        let mut player = recording.play();
        let mut broken = None;
        while let Some(step) = player.next().await? {
            let version = step.entry.version.0;
            bar.set_position(version);
            if table {
                out.row(&step)?;
            }
            if let Some((_, viewer)) = view.filter(|(at, _)| *at == version && step.outcome.is_ok())
            {
                bar.suspend(|| out.view(&player, viewer, &step))?;
                if !self.verify {
                    return Ok(());
                }
            }
            if let Err(why) = step.outcome {
                broken = Some(why);
                break;
            }
        }
        bar.finish_and_clear();
        if let Some(why) = broken.or_else(|| player.check_end().err()) {
            if self.verify && view.is_none() {
                out.verdict(recording, Some((why.version().0, &why.to_string())))?;
            }
            bail!("the log breaks at version {}: {why}", why.version().0);
        }
        if self.verify && view.is_none() {
            out.verdict(recording, None)
        } else {
            eprintln!("all {newest} versions check out: every hash, every event, every state");
            Ok(())
        }
    }
}

/// A bar on standard error, when that is a terminal, the log is long, and nothing else is printed
/// there meanwhile.
fn bar(versions: u64, busy: bool) -> ProgressBar {
    if versions < BAR_FROM || busy {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} version {pos} of {len}, {eta} left");
    ProgressBar::new(versions).with_style(style.expect("the template is a good one"))
}
