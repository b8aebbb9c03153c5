//! What can be asked of a wallet, as it is spelled. Must not know what it does.

use game::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::slot::Paytable;

/// What a wallet is made from. Only the server makes one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Whose it is.
    pub user: UserId,
    /// What the slot machine pays this user.
    #[serde(default)]
    pub paytable: Paytable,
}

/// A command. Amounts are whatever was sent: the rules say what is wrong with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Turns the reels.
    Spin {
        /// Tokens.
        bet_amount: Value,
    },
    /// Rock, paper or scissors.
    Rps {
        /// Which.
        choice: Value,
        /// Tokens.
        bet_amount: Value,
    },
    /// Pulls items.
    Pull {
        /// 1 or 10.
        pull_count: Value,
    },
    /// Begins a crash round.
    CrashBet {
        /// Tokens.
        bet_amount: Value,
        /// Where to be cashed out without asking: 1.01 to 1000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto_cashout_multiplier: Option<Value>,
    },
    /// Takes the tokens of a crash round out.
    CrashCashout {
        /// Which round.
        game_id: Value,
    },
    /// The clock: a crash round is over.
    Settle,
    /// Reveals the server seed, and commits to a new one.
    Rotate {
        /// What is mixed in from now on; the old one stays when this is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_seed: Option<String>,
    },
    /// The server: tokens as a gift.
    Grant {
        /// Tokens.
        amount: Value,
        /// Which admin gave them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
}
