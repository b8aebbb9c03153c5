//! Scoreboard: a board for an evening with teams, players, and how many of each drink a player has
//! had; and the catalogue of drinks that all boards share. Must not know every crate but `game`.
//!
//! Two games live here. [`Scoreboard`] is one board: anyone may watch it; its owner and those the
//! owner lets in change it. [`Drinks`] is the catalogue: one session on a server, which anyone with
//! a login may edit. A board holds a copy of the catalogue, so that its rules need nothing else;
//! after every change the server hands each open board the newer one ([`Command::Catalogue`]).

mod board;
mod catalogue;
mod command;
mod drinks;
mod ids;
mod invite;
pub mod limits;
mod rules;
mod view;

pub use board::Board;
pub use catalogue::{Catalogue, Drink, SEED};
pub use command::{Command, DrinkAmount, NewTeam, Options, PlayerEdit};
pub use drinks::{Drinks, DrinksCommand, DrinksOptions, DrinksState};
pub use ids::{BadShortId, DrinkId, PlayerId, TeamId};
pub use invite::{BadCode, InviteCode};
pub use rules::Scoreboard;
pub use view::{BoardView, Canonical, PlayerView, TallyView, TeamView, canonical};
