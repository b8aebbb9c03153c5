//! Long polls: an answer is held back until there is something new. Must not know what a view is
//! made of.
//!
//! A poll waits on the same channel as everybody else who follows a session outside of the hub; a
//! thousand of them cost a thousand wake-ups a version, and no question to the store.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use game::Version;
use protocol::codes;
use protocol::limits::WAIT_SECONDS;

use super::position::Position;
use super::view::{Shown, current};
use crate::app::App;
use crate::auth::{AuthError, Login};
use crate::clock;
use crate::problem::Problem;
use crate::tables::{Table, TableError};

/// A long poll.
pub(super) struct Poll<'a> {
    /// Seconds that the client would wait.
    pub(super) wait: u64,
    /// The version that it has, as it spelled it.
    pub(super) since: Option<&'a str>,
    /// With `If-None-Match`, the other way to say what it has.
    pub(super) headers: &'a HeaderMap,
}

impl Poll<'_> {
    /// Answers when there is something newer, or when the time is over.
    pub(super) async fn answer(
        self,
        app: &App,
        table: &Table,
        login: Option<&Login>,
    ) -> Result<Response, Problem> {
        let user = login.map(|login| &login.user);
        let shown = Shown::to(app, table.now(), user);
        let Some(held) = self.held(app, &shown) else {
            return Ok(not_kept(shown.with_headers(super::view::json(current(app, &shown)))));
        };
        let mut changes = table.changes();
        let newer = changes.wait_for(|published| published.version != held || published.deleted);
        let stopping = app.tasks.stopping();
        tokio::select! {
            biased;
            changed = newer => match changed {
                Ok(published) if published.deleted => return Err(TableError::NotFound.into()),
                Ok(_) => {}
                // The table is gone without a word: a fault, or the server stops.
                Err(_) => return Err(TableError::Unavailable("try again".to_owned()).into()),
            },
            () = stopping.cancelled() => {
                return Err(Problem::new(&codes::UNAVAILABLE, "the server is going down"));
            }
            () = tokio::time::sleep(self.patience(login)) => {
                return Ok(not_kept(Shown::to(app, table.now(), user).unchanged()));
            }
        }
        // The login may have ended meanwhile.
        if let Some(login) = login
            && app.auth.was_ended(login).await?
        {
            return Err(AuthError::Revoked.into());
        }
        // The seat may be another one by now, so the viewer is asked for again.
        let shown = Shown::to(app, table.now(), user);
        Ok(not_kept(shown.with_headers(super::view::json(current(app, &shown)))))
    }

    /// The version that the client has, if it is the newest one.
    fn held(&self, app: &App, shown: &Shown) -> Option<Version> {
        let newest = shown.published.version;
        match self.since.map(|since| Position::read(since, app.store.epoch())) {
            Some(Position::At(version, seen)) => {
                let seat = shown.viewer.seat().map(|seat| seat.0);
                (version == newest && seen.fits(seat)).then_some(newest)
            }
            Some(Position::Elsewhere) => None,
            None => shown.tag.is_held(self.headers).then_some(newest),
        }
    }

    /// As long as the client would wait, but not past its login.
    fn patience(&self, login: Option<&Login>) -> Duration {
        let wait = Duration::from_secs(self.wait.min(WAIT_SECONDS));
        let left = login.map(|login| login.expires_at.0.saturating_sub(clock::now().0));
        left.map_or(wait, |millis| wait.min(Duration::from_millis(millis)))
    }
}

/// Every poll has another address: a cache would keep them all, and use none.
fn not_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
