//! The suite that every adapter passes: what [`Store`] promises, one test for each promise. Must
//! not know any adapter.
//!
//! An adapter says where its stores are made ([`Place`]), and writes in a file of tests:
//! `store::contract_tests!(MyPlace);`. That file needs `tokio` for `#[tokio::test]`.

mod answers;
mod commits;
mod life;
mod lists;
mod logins;
mod model;
mod people;
mod records;
mod sessions;
mod turns;

use std::future::Future;

use crate::Store;

pub use answers::*;
pub use commits::*;
pub use life::*;
pub use lists::*;
pub use logins::*;
pub use model::*;
pub use people::*;
pub use sessions::*;
pub use turns::*;

/// Where the stores of an adapter are made.
pub trait Place: Send + Sync {
    /// The adapter.
    type Store: Store;

    /// Is what was committed still there when the store is opened again?
    const LASTS: bool;

    /// A place of its own, where no store has been yet.
    fn fresh() -> Self;

    /// Opens the store of this place; makes it the first time.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;
}

/// The suite as tests of the adapter whose [`contract::Place`](crate::contract::Place) is named.
#[macro_export]
macro_rules! contract_tests {
    ($place:ty) => {
        $crate::contract_tests! { @each $place:
            a_store_is_empty_at_first
            a_commit_is_kept_whole
            json_keeps_its_every_byte
            a_deleted_session_still_loads
            the_newest_log_entries_come_with_a_session
            the_log_is_read_in_pages
            versions_are_those_of_the_sessions_that_are_there
            a_session_is_created_once
            a_commit_to_no_session_conflicts
            a_commit_on_another_version_conflicts
            a_commit_on_another_head_conflicts
            what_rests_on_a_conflict_conflicts
            a_refused_commit_leaves_nothing
            commits_take_effect_in_the_order_of_calls
            nobody_need_wait_for_a_commit
            many_threads_commit_to_many_sessions
            many_threads_race_for_one_session
            a_key_is_good_once
            a_key_counts_before_the_version
            keys_belong_to_an_actor_and_a_session
            the_newest_answers_come_with_a_session
            old_keys_are_known_for_ever
            lists_are_newest_first_and_filtered
            lists_come_in_pages
            lists_of_a_member_hold_their_sessions
            a_list_shows_the_newest_summary
            sessions_are_due_the_longest_overdue_first
            a_commit_moves_the_time_a_session_is_due
            the_longest_wait_comes_first
            a_turn_lasts_until_a_commit_takes_it_away
            nobody_waits_for_what_is_over
            members_and_turns_outlast_a_restart
            users_are_put_and_replaced
            users_are_listed_by_name
            a_change_of_a_user_undoes_no_other
            users_that_change_are_told_in_order
            accounts_are_found_by_site_id_and_user
            an_account_is_made_with_its_user_or_not_at_all
            a_site_id_is_taken_once_by_many
            accounts_and_logins_outlast_a_restart
            a_refresh_token_is_traded_once
            a_refresh_token_is_good_until_it_expires
            a_refresh_token_is_traded_once_by_many
            all_logins_of_a_user_end
            no_token_outlives_the_end_of_all_logins
            a_login_ends_with_all_its_tokens
            no_token_outlives_the_end_of_its_login
            a_name_is_claimed_once
            a_name_is_claimed_once_by_many
            what_has_expired_is_swept
            an_epoch_names_one_incarnation
            closing_waits_for_what_is_queued
            a_closed_store_says_so
            random_operations_do_what_a_model_does
        }
    };
    (@each $place:ty: $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                $crate::contract::$case::<$place>().await;
            }
        )*
    };
}
