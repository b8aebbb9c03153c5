//! What a check says at its end: its figures, or the first leak in a few lines. Must not know how a
//! game is played.

use std::fmt;

use super::{Channel, Sights};
use crate::Viewer;

/// The figures of a check that found nothing. Print them: a check that compares little says little.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Games played.
    pub games: u32,
    /// Commands carried out in them.
    pub steps: u64,
    /// Pairs of worlds compared.
    pub comparisons: u64,
    /// In so many of these the other world was really another.
    pub permuted: u64,
    /// Steps that were skipped, for one viewer each, since no other world came to mind.
    pub skipped: u64,
    /// Attempts of viewers that were refused, in the real world.
    pub refusals: u64,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { games, steps, comparisons, permuted, skipped, refusals } = self;
        write!(f, "{games} games, {steps} steps, {comparisons} comparisons ({permuted} with ")?;
        write!(f, "something permuted), {skipped} skipped, {refusals} refusals")
    }
}

/// How what a viewer gets differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another number of messages.
    Count {
        /// In the real world.
        real: usize,
        /// In the permuted world.
        permuted: usize,
    },
    /// A message of another size, in bytes.
    Size {
        /// In the real world.
        real: usize,
        /// In the permuted world.
        permuted: usize,
    },
    /// Other bytes of the same number.
    Content,
}

/// A viewer can tell two worlds apart that they must not.
#[derive(Clone)]
pub struct Leak {
    /// The seed of the check.
    pub seed: u64,
    /// The game, counted from 0.
    pub game: u32,
    /// Commands given in this game before this moment.
    pub step: u32,
    /// Who can tell.
    pub viewer: Viewer,
    /// By what.
    pub channel: Channel,
    /// How it differs.
    pub difference: Difference,
    moment: String,
    found: Found,
}

/// The check came to no good end.
#[derive(Clone)]
pub enum Failure {
    /// Something leaks.
    Leak(Box<Leak>),
    /// The check could not have found much, so that it proves nothing.
    Weak {
        /// Its seed.
        seed: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl Failure {
    /// The leak, if it is one.
    #[must_use]
    pub fn leak(&self) -> Option<&Leak> {
        match self {
            Self::Leak(leak) => Some(leak),
            Self::Weak { .. } => None,
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leak(leak) => leak.fmt(f),
            Self::Weak { seed, why } => write!(f, "seed {seed}: this check proves nothing: {why}"),
        }
    }
}

impl fmt::Debug for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, game, step, channel, moment, found, .. } = self;
        let who = who(self.viewer);
        writeln!(f, "a leak to {who} through: {channel}")?;
        writeln!(f, "  seed {seed}, game {game}, step {step}, {moment}")?;
        match self.difference {
            Difference::Count { real, permuted } => {
                writeln!(f, "  number of messages: {real}, and {permuted} when permuted")?;
            }
            Difference::Size { real, permuted } => {
                let item = found.item + 1;
                writeln!(
                    f,
                    "  size of message {item}: {real} bytes, and {permuted} when permuted"
                )?;
            }
            Difference::Content => writeln!(f, "  content of message {}", found.item + 1)?,
        }
        writeln!(f, "  real,     from byte {}: {}", found.from, found.real)?;
        writeln!(f, "  permuted, from byte {}: {}", found.from, found.permuted)?;
        if !found.also.is_empty() {
            let also: Vec<String> = found.also.iter().map(ToString::to_string).collect();
            writeln!(f, "  differs as well: {}", also.join(", "))?;
        }
        if self.channel == Channel::View && matches!(self.difference, Difference::Count { .. }) {
            writeln!(f, "  The command was carried out in one of the two worlds only.")?;
        }
        write!(f, "  Either the game shows it, or `permute` has changed what this viewer may see.")
    }
}

/// A viewer in words.
pub(super) fn who(viewer: Viewer) -> String {
    viewer.seat().map_or("spectators".to_owned(), |seat| format!("seat {seat}"))
}

/// What two worlds were compared at; commands in words.
pub(super) enum Occasion {
    Start,
    /// With what the viewer tried.
    Look(Vec<String>),
    /// With the command that followed in the real world.
    Step(String),
}

/// The first place where two transcripts part.
#[derive(Clone)]
pub(super) struct Found {
    channel: Channel,
    difference: Difference,
    /// Which message of the channel.
    item: usize,
    /// Where the two excerpts begin.
    from: usize,
    real: String,
    permuted: String,
    also: Vec<Channel>,
}

impl Found {
    pub(super) fn leak(
        self,
        seed: u64,
        (game, step): (u32, u32),
        viewer: Viewer,
        occasion: &Occasion,
    ) -> Failure {
        let (channel, difference) = (self.channel, self.difference);
        let moment = match occasion {
            Occasion::Start => "as the session is opened".to_owned(),
            Occasion::Step(next) => format!("as this follows: {next}"),
            Occasion::Look(tried) => match tried.get(self.item) {
                Some(tried) if channel == Channel::Refusal => format!("as they try {tried}"),
                _ => "by looking".to_owned(),
            },
        };
        let leak = Leak { seed, game, step, viewer, channel, difference, moment, found: self };
        Failure::Leak(Box::new(leak))
    }
}

/// Bytes shown before the first difference, and from it on.
const BEFORE: usize = 40;
const AFTER: usize = 60;

/// Where do these two part? `None`: nowhere.
pub(super) fn compare(real: &Sights, permuted: &Sights) -> Option<Found> {
    let channels = real.by_channel.keys().chain(permuted.by_channel.keys()).copied();
    let mut different: Vec<Channel> = channels.filter(|c| real.of(*c) != permuted.of(*c)).collect();
    different.sort_unstable();
    different.dedup();
    let (channel, also) = different.split_first()?;
    let (real, permuted) = (real.of(*channel), permuted.of(*channel));
    let item = real.iter().zip(permuted).take_while(|(one, other)| one == other).count();
    let nothing = "(no message)".to_owned();
    let one = real.get(item).unwrap_or(&nothing);
    let other = permuted.get(item).unwrap_or(&nothing);
    let difference = if real.len() != permuted.len() {
        Difference::Count { real: real.len(), permuted: permuted.len() }
    } else if one.len() != other.len() {
        Difference::Size { real: one.len(), permuted: other.len() }
    } else {
        Difference::Content
    };
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let from = at.saturating_sub(BEFORE);
    let (real, permuted) = (excerpt(one, from, at + AFTER), excerpt(other, from, at + AFTER));
    Some(Found { channel: *channel, difference, item, from, real, permuted, also: also.to_vec() })
}

/// These bytes as one line of text.
pub(super) fn excerpt(text: &str, from: usize, to: usize) -> String {
    let bytes = text.as_bytes();
    let (from, to) = (from.min(bytes.len()), to.min(bytes.len()));
    let middle = String::from_utf8_lossy(&bytes[from..to]).replace(char::is_control, "·");
    let left = if from > 0 { "…" } else { "" };
    let right = if to < bytes.len() { "…" } else { "" };
    format!("{left}{middle}{right}")
}
