//! [`Drinks`]: the catalogue as a game of its own, one session on a server. Must not know boards:
//! the server carries a newer catalogue to them.

use std::collections::BTreeMap;

use game::{Actor, Commit, Ctx, Game, GameName, Name, NoEvent, Refusal, Viewer};
use serde::{Deserialize, Serialize};

use crate::catalogue::{check_size, seed_drinks};
use crate::{Drink, DrinkId};

/// The catalogue of drinks common to all boards.
///
/// Its view is the list of drinks, in the order of their making; [`crate::Catalogue`] is the same
/// list with the session's version.
#[derive(Debug, Clone, Copy)]
pub struct Drinks;

/// A catalogue is made from nothing: it starts with [`crate::SEED`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct DrinksOptions {}

/// Every drink there is, and how many there ever were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrinksState {
    /// Ids made so far: they are never used again.
    made: u32,
    drinks: BTreeMap<DrinkId, Name>,
}

/// What may be asked of the catalogue. Every reply is the [`Drink`] it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum DrinksCommand {
    /// One more drink.
    Add {
        /// What it is called.
        name: Name,
    },
    /// Another name; it reaches every open board.
    Rename {
        /// Which drink.
        drink_id: DrinkId,
        /// What it is called from now on.
        name: Name,
    },
    /// The drink is served no more. What was drunk of it stays counted.
    Remove {
        /// Which drink.
        drink_id: DrinkId,
    },
}

impl DrinksState {
    fn list(&self) -> Vec<Drink> {
        let drink = |(id, name): (&DrinkId, &Name)| Drink { id: id.clone(), name: name.clone() };
        self.drinks.iter().map(drink).collect()
    }

    fn change(&mut self, command: DrinksCommand) -> Result<Drink, Refusal> {
        match command {
            DrinksCommand::Add { name } => {
                self.made += 1;
                let id = DrinkId::numbered(self.made);
                self.drinks.insert(id.clone(), name.clone());
                Ok(Drink { id, name })
            }
            DrinksCommand::Rename { drink_id, name } => {
                let held =
                    self.drinks.get_mut(&drink_id).ok_or_else(|| unknown_drink(&drink_id))?;
                held.clone_from(&name);
                Ok(Drink { id: drink_id, name })
            }
            DrinksCommand::Remove { drink_id } => {
                let name = self.drinks.remove(&drink_id).ok_or_else(|| unknown_drink(&drink_id))?;
                Ok(Drink { id: drink_id, name })
            }
        }
    }
}

/// There is no such drink, or it is served no more.
pub(crate) fn unknown_drink(id: &DrinkId) -> Refusal {
    Refusal::not_found("UNKNOWN_DRINK", format!("there is no drink {id}"))
}

impl Game for Drinks {
    const NAME: GameName = "drinks";
    type Options = DrinksOptions;
    type State = DrinksState;
    type Command = DrinksCommand;
    type Event = NoEvent;
    type View = Vec<Drink>;
    type EventView = NoEvent;

    fn create(
        _: DrinksOptions,
        creator: &Actor,
        _: &mut Ctx,
    ) -> Result<Commit<DrinksState, NoEvent>, Refusal> {
        if *creator != Actor::System {
            return Err(Refusal::forbidden("the server makes its one catalogue itself"));
        }
        let seed = seed_drinks().into_iter().map(|drink| (drink.id, drink.name));
        let drinks: BTreeMap<_, _> = seed.collect();
        let made = u32::try_from(drinks.len()).expect("the seed is a short list");
        Ok(Commit::new(DrinksState { made, drinks }))
    }

    fn apply(
        state: &DrinksState,
        actor: &Actor,
        command: DrinksCommand,
        _: &mut Ctx,
    ) -> Result<Commit<DrinksState, NoEvent>, Refusal> {
        if *actor == Actor::Clock {
            return Err(Refusal::forbidden("the catalogue has no deadlines"));
        }
        let mut next = state.clone();
        let drink = next.change(command)?;
        check_size(next.drinks.values())?;
        let reply = serde_json::to_value(drink).expect("a drink is two texts");
        Ok(Commit::new(next).with_reply(reply))
    }

    fn view(state: &DrinksState, _: Viewer) -> Vec<Drink> {
        state.list()
    }

    fn event_for(event: &NoEvent, _: Viewer) -> Option<NoEvent> {
        match *event {}
    }

    fn title(_: &DrinksState) -> String {
        "Drinks".to_owned()
    }

    /// Only the server ends it: every board leans on it.
    fn may_delete(_: &DrinksState, actor: &Actor, _: Option<&game::UserId>) -> bool {
        *actor == Actor::System
    }
}
