//! Casino: slot, rock-paper-scissors, gacha and crash, for play money. One session is the wallet of
//! one user, and every play is one commit of it. Must not know any crate but `game`.
//!
//! Each of the four games stands in a room of its own, as plain functions of draws: `slot`, `rps`,
//! `gacha`, `crash`. `wallet` has the tokens and the seeds; `rules` says who may do what; `odds`
//! counts all outcomes.

mod command;
pub mod crash;
mod event;
pub mod gacha;
pub mod limits;
mod odds;
pub mod rps;
mod rules;
pub mod slot;
pub mod verify;
mod view;
mod wallet;

pub use command::{Command, Options};
pub use event::{Event, Play};
pub use odds::{GameOdds, odds};
pub use rules::Casino;
pub use view::View;
pub use wallet::Wallet;
