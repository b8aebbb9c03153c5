//! [`Catalogue`]: the drinks one can have, at one version. Must not know boards or players.

use game::{Name, Refusal, Version};
use serde::{Deserialize, Serialize};

use crate::DrinkId;
use crate::limits::{CATALOGUE_BYTES, DRINKS};

/// The drinks a new catalogue starts with.
pub const SEED: [&str; 12] = [
    "Aperol Spritz",
    "Caipirinha",
    "Cosmopolitan",
    "Cuba Libre",
    "Daiquiri",
    "Espresso Martini",
    "Gin and Tonic",
    "Mai Tai",
    "Margarita",
    "Mojito",
    "Negroni",
    "Old Fashioned",
];

/// One drink of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drink {
    /// Its id.
    pub id: DrinkId,
    /// What it is called now.
    pub name: Name,
}

/// All drinks, as of one version of the catalogue's session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The version of the catalogue's session.
    pub version: Version,
    /// The drinks, in the order of their making.
    pub drinks: Vec<Drink>,
}

impl Catalogue {
    /// The drinks of a new server. Its version is older than any that a session has.
    #[must_use]
    pub fn seed() -> Self {
        Self { version: Version::NONE, drinks: seed_drinks() }
    }

    /// Refuses ids that stand there twice, and more than a board can hold.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let mut ids: Vec<&DrinkId> = self.drinks.iter().map(|drink| &drink.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Refusal::malformed("a drink stands in the catalogue twice"));
        }
        check_size(self.drinks.iter().map(|drink| &drink.name))
    }
}

/// The drinks of [`SEED`] with their ids.
pub(crate) fn seed_drinks() -> Vec<Drink> {
    let name = |text| Name::new(text).expect("the seed holds good names");
    let numbered = (1..).zip(SEED);
    numbered.map(|(n, text)| Drink { id: DrinkId::numbered(n), name: name(text) }).collect()
}

/// Refuses more drinks, or longer names, than every board can hold a copy of.
pub(crate) fn check_size<'a>(names: impl Iterator<Item = &'a Name>) -> Result<(), Refusal> {
    let (count, bytes) = names.fold((0, 0), |(n, sum), name| (n + 1, sum + name.as_str().len()));
    if count > DRINKS || bytes > CATALOGUE_BYTES {
        return Err(Refusal::conflict("CATALOGUE_FULL", "the catalogue is full"));
    }
    Ok(())
}
