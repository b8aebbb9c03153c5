//! What a commit says of its state for lists: a summary, whose session it is, whose turn it is. Must
//! not know where that is kept, nor what is asked of it.

use game::{Status, UserId};
use serde_json::Value;

use crate::any_game::to_raw;
use crate::limits::{LISTED_USERS, SUMMARY_BYTES};
use crate::{AnyGame, AnyState, RawJson};

/// Users that lists find a session by: sorted, each once. Most games have none, which costs nothing.
#[derive(Debug, Default)]
pub(super) struct Users {
    pub(super) members: Vec<UserId>,
    pub(super) to_act: Vec<UserId>,
}

impl Users {
    pub(super) fn of(game: &dyn AnyGame, state: &AnyState) -> Self {
        let mut to_act = game.to_act(state);
        if !to_act.is_empty() && game.status(state) == Status::Ended {
            to_act.clear();
        }
        Self { members: each_once(game.members(state)), to_act: each_once(to_act) }
    }

    /// What a commit from `before` to these says: a list that stays as it was is left out, and the
    /// store keeps what it has.
    ///
    /// `stored` is false when nobody in this process has said yet what `before` holds. The store may
    /// then have something else: the state may have been written when its rules, or the schema,
    /// knew nothing of these lists. So the first commit after a load says all there is, and the
    /// store writes what it has not. Only where there is nobody before and after it says nothing: a
    /// game that has no such lists costs no statement, ever. (New rules under which an old session
    /// has lost all of its members leave it in the lists of those, until it is deleted.)
    pub(super) fn changed(self, before: &Self, stored: bool) -> Said {
        let say = |now: Vec<UserId>, before: &[UserId]| {
            (now != before || (!stored && !now.is_empty())).then_some(now)
        };
        Said {
            members: say(self.members, &before.members),
            to_act: say(self.to_act, &before.to_act),
        }
    }
}

/// The lists that a commit names.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) members: Option<Vec<UserId>>,
    pub(super) to_act: Option<Vec<UserId>>,
}

fn each_once(mut users: Vec<UserId>) -> Vec<UserId> {
    users.sort_unstable();
    users.dedup();
    users.truncate(LISTED_USERS);
    users
}

/// The summary to keep; one that is too large is left out.
pub(super) fn summary(game: &dyn AnyGame, state: &AnyState) -> Option<RawJson> {
    match game.summary(state) {
        Value::Null => None,
        summary => Some(to_raw(&summary)).filter(|json| json.get().len() <= SUMMARY_BYTES),
    }
}
