//! The list of games: one line each. Must not know their rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{AnyGame, erase};
use game::GameName;

/// The games that this server hosts, by name.
#[derive(Clone)]
pub struct Games(Arc<BTreeMap<&'static str, Arc<dyn AnyGame>>>);

impl Default for Games {
    fn default() -> Self {
        Self::new([
            erase::<scoreboard::Scoreboard>(),
            erase::<scoreboard::Drinks>(),
            erase::<mirror::Mirror>(),
            erase::<nommie::Nommie>(),
            erase::<casino::Casino>(),
        ])
    }
}

impl Games {
    /// These games and no others.
    pub fn new(games: impl IntoIterator<Item = Arc<dyn AnyGame>>) -> Self {
        Self(Arc::new(games.into_iter().map(|game| (game.name(), game)).collect()))
    }

    /// The game of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn AnyGame>> {
        self.0.get(name).cloned()
    }

    /// Those whose sessions lists do not show.
    #[must_use]
    pub fn unlisted(&self) -> Vec<GameName> {
        self.0.values().filter(|game| !game.is_listed()).map(|game| game.name()).collect()
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}
