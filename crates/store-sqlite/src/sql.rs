//! The statements, each as a function. Must not know threads or transactions: those who call give
//! both.

mod commit;
mod listed;
mod logins;
mod people;
mod read;

pub(crate) use commit::commit;
pub(crate) use listed::waiting;
pub(crate) use logins::{
    claim, end_login, end_logins_of, login_ended, put_refresh, refresh, renew_refresh, sweep,
};
pub(crate) use people::{
    account, account_of, add_account, changed_users, put_user, set_password, set_role, user, users,
};
pub(crate) use read::{due, epoch, list, load, log, touch, versions};

use game::{SessionId, Status, Timestamp, Version};

use crate::failure::Failure;

/// Whole numbers of SQLite have a sign. What does not fit is as good as never: 2^63 ms from 1970
/// are 292 million years.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn number(stored: i64) -> Result<u64, Failure> {
    u64::try_from(stored).map_err(|why| Failure::unreadable("a number", why))
}

fn session_id(stored: i64) -> Result<SessionId, Failure> {
    SessionId::new(number(stored)?).map_err(|why| Failure::unreadable("a session id", why))
}

fn time(stored: i64) -> Result<Timestamp, Failure> {
    number(stored).map(Timestamp)
}

fn version(stored: i64) -> Result<Version, Failure> {
    number(stored).map(Version)
}

const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Running => "running",
        Status::Ended => "ended",
    }
}

fn status(name: &str) -> Result<Status, Failure> {
    [Status::Open, Status::Running, Status::Ended]
        .into_iter()
        .find(|status| status_name(*status) == name)
        .ok_or_else(|| Failure::unreadable("a status", name))
}
