//! Who holds a seat. Must not know the game that is played from it.

use game::{Name, UserId};
use serde::{Deserialize, Serialize};

use crate::{PerSeat, Profile, SEATS};

/// A seat at a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Seat {
    pub(crate) sitter: Sitter,
    /// Ready for the first round. Bots are.
    pub(crate) ready: bool,
}

/// Who holds a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Sitter {
    /// Nobody.
    #[default]
    Nobody,
    /// A person.
    Person(Person),
    /// A bot, perhaps for a person who may come back.
    #[expect(missing_docs, reason = "the names say it")]
    Bot { name: Name, profile: Profile, standing_in_for: Option<Person> },
}

/// A person at the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub(crate) user: UserId,
    /// What others call them.
    pub(crate) name: Name,
}

/// What bots are called: pioneers of computing and of chance.
const BOT_NAMES: [&str; 8] = ["Ada", "Blaise", "Edsger", "Emmy", "Grace", "Hedy", "Kurt", "Sofia"];

impl Seat {
    pub(crate) fn person(&self) -> Option<&Person> {
        match &self.sitter {
            Sitter::Person(person) => Some(person),
            Sitter::Nobody | Sitter::Bot { .. } => None,
        }
    }

    /// Who may take the seat back from a bot.
    pub(crate) fn original(&self) -> Option<&Person> {
        match &self.sitter {
            Sitter::Bot { standing_in_for, .. } => standing_in_for.as_ref(),
            Sitter::Nobody | Sitter::Person(_) => None,
        }
    }

    pub(crate) fn is_bot(&self) -> bool {
        matches!(self.sitter, Sitter::Bot { .. })
    }

    pub(crate) fn is_free(&self) -> bool {
        self.sitter == Sitter::Nobody
    }

    pub(crate) fn name(&self) -> Option<&Name> {
        match &self.sitter {
            Sitter::Nobody => None,
            Sitter::Person(person) => Some(&person.name),
            Sitter::Bot { name, .. } => Some(name),
        }
    }

    pub(crate) fn profile(&self) -> Option<Profile> {
        match &self.sitter {
            Sitter::Bot { profile, .. } => Some(*profile),
            Sitter::Nobody | Sitter::Person(_) => None,
        }
    }
}

/// The seats of a predicate, in order.
pub(crate) fn seats_where(
    seats: &PerSeat<Seat>,
    holds: impl Fn(&Seat) -> bool,
) -> impl DoubleEndedIterator<Item = u8> {
    (0..SEATS as u8).zip(seats).filter(move |(_, seat)| holds(seat)).map(|(at, _)| at)
}

/// A name that nobody at the table has.
pub(crate) fn bot_name(seats: &PerSeat<Seat>) -> Name {
    let free = |name: &&&str| !seats.iter().any(|s| s.name().is_some_and(|n| n.as_str() == **name));
    let name = BOT_NAMES.iter().find(free).expect("more names than seats");
    Name::new(name).expect("a plain word")
}
