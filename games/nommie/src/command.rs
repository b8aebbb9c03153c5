//! What may be asked of a table. Must not know who may ask it, nor when.

use game::{Name, SeatId, TurnTime};
use serde::{Deserialize, Serialize};

use crate::{Profile, Trump};

/// Slowest bot: a minute between its moves, in milliseconds.
pub(crate) const SLOWEST_BOT: u32 = 60_000;

/// Between two moves of bots, in milliseconds, if a table does not say.
pub(crate) const BOT_PACE: u32 = 600;

/// What a table is made from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What lists show. Default: "Nommie".
    #[serde(default)]
    pub name: Option<Name>,
    /// What the one who makes it is called.
    #[serde(default)]
    pub player: Option<Name>,
    /// Milliseconds before each move of a bot, 0 to 60,000. Default 600.
    #[serde(default)]
    pub bot_pace_ms: Option<u32>,
    /// Limits the time of turns. Default: no limit.
    #[serde(default)]
    pub turn_clock: Option<TurnTime>,
}

/// What may be asked of a table: `{"do":"bid","bid":3}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Take the lowest free seat.
    Join {
        /// What others call one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        player: Option<Name>,
    },
    /// Be ready for the first round, or not yet. It is dealt once all four seats are.
    Ready {
        /// Ready, or not yet.
        is_ready: bool,
    },
    /// The host puts a bot into a seat.
    AddBot {
        /// Default: the lowest free one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<SeatId>,
        /// Default: `heuristic`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<Profile>,
    },
    /// The host gives a bot another profile.
    UpdateBot {
        /// Default: the only one, or the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<SeatId>,
        /// The profile from now on.
        profile: Profile,
    },
    /// The host takes a bot out.
    RemoveBot {
        /// Default: the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<SeatId>,
    },
    /// The host takes a person out of the lobby.
    RemovePlayer {
        /// Where the person sits.
        seat: SeatId,
    },
    /// The host calls the table something else.
    Rename {
        /// The name from now on.
        name: Name,
    },
    /// Get up. In play a bot takes the seat over.
    Leave,
    /// Take the seat back that a bot holds for one.
    Rejoin {
        /// What others call one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        player: Option<Name>,
    },
    /// So many tricks.
    Bid {
        /// Tricks.
        bid: i64,
    },
    /// Choose trumps, after the highest bid.
    Trump {
        /// What wins over the suit that was led.
        trump: Trump,
    },
    /// Play a card.
    Play {
        /// Such as `TD`.
        card: String,
    },
    /// Ask that the turn clock be stopped, or that it go on.
    Pause {
        /// Stop, or go on.
        pause: bool,
    },
    /// The server: who holds a seat came or went.
    Presence {
        /// Whose.
        seat: SeatId,
        /// Came, or went.
        here: bool,
    },
    /// The clock: the next round, or the end.
    NextRound,
    /// The clock: the bot whose turn it is moves.
    BotMove,
    /// The clock: the time of the turn is up, and a bot moves for the seat.
    TimeOut,
}
