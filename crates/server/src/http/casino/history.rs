//! A user's own plays, from the log of their wallet. Must not know what a play is.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use engine::{AnyGame, LogEntry};
use game::{Game, Version};
use protocol::codes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::{Casino, Wallet, shapes};
use crate::app::App;
use crate::http::extract::{Query, raw};
use crate::http::openapi::ReadErrors;
use crate::http::sessions::json;
use crate::problem::Problem;
use crate::streams::{Position, event_text};
use crate::tables::{Published, TableError};

/// Plays in one answer, when the caller names no number.
const PAGE: usize = 100;

/// Most plays in one answer.
const PAGE_MOST: usize = 1000;

/// Log entries read at once. Nearly each has a play.
const SCAN_PAGE: usize = 500;

/// Which plays.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Plays after this event (an `id`), the oldest of them first.
    #[param(example = "1755345296789-4711-000000000012-0000")]
    since: Option<String>,
    /// Plays before this event: the newest of them. Not together with `since`.
    before: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Lists the caller's plays
///
/// As `game_event` messages, oldest first; without `since` the newest ones. `more` says whether there
/// are others on that side. 400 for an id that was never given to an event of the caller, and for
/// `since` together with `before`.
#[utoipa::path(
    get, path = "/api/games/history", tag = "casino", operation_id = "myPlays",
    params(Which), security(("bearer" = [])),
    responses((status = 200, description = "Plays", body = shapes::History), ReadErrors),
)]
pub(super) async fn history(
    State(app): State<App>,
    wallet: Wallet,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let limit = which.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let plays = Plays {
        rules: app.games.get(Casino::NAME).ok_or(TableError::Fault)?,
        published: wallet.table.now(),
        app,
    };
    let (events, more) = match (which.since, which.before) {
        (Some(_), Some(_)) => {
            let why = "`since` or `before`, not both";
            return Err(Problem::new(&codes::BAD_REQUEST, why));
        }
        (Some(since), None) => plays.after(plays.place(&since).await?, limit).await?,
        (None, Some(before)) => plays.before(plays.place(&before).await?, limit).await?,
        (None, None) => plays.before((Version(u64::MAX), 0), limit).await?,
    };
    #[derive(Serialize)]
    struct Body {
        events: Vec<Box<RawValue>>,
        more: bool,
    }
    let events = events.into_iter().map(|text| RawValue::from_string(text).unwrap_or_default());
    Ok(json(raw(&Body { events: events.collect(), more }).get().to_owned()))
}

/// A version, and a place among its events.
type Place = (Version, u32);

struct Plays {
    app: App,
    rules: Arc<dyn AnyGame>,
    published: Arc<Published>,
}

impl Plays {
    /// Where the event of this id stands in the log. Each part of the id is compared: one that was
    /// made up, or that an older copy of the store has given, is no place to go on from.
    async fn place(&self, id: &str) -> Result<Place, Problem> {
        let why = "`since` and `before` are ids of events of your own";
        let unknown = || Problem::new(&codes::BAD_REQUEST, why);
        let position: Position = id.parse().map_err(|_| unknown())?;
        let Position { at, session, version, index } = position;
        if session != self.published.session || version > self.published.version {
            return Err(unknown());
        }
        let before = Version(version.0.saturating_sub(1));
        let entries = self.app.store.log(session, before, 1).await?;
        let known = entries.first().is_some_and(|entry| {
            (entry.version, entry.at) == (version, at) && (index as usize) < entry.events.len()
        });
        known.then_some((version, index)).ok_or_else(unknown)
    }

    /// The oldest ones after a place, and whether there are more.
    async fn after(&self, place: Place, limit: usize) -> Result<(Vec<String>, bool), Problem> {
        let mut found = Vec::new();
        // The version of the place may have more events than that one.
        let mut from = Version(place.0.0.saturating_sub(1));
        loop {
            let entries = self.app.store.log(self.published.session, from, SCAN_PAGE).await?;
            let Some(last) = entries.last() else { return Ok((found, false)) };
            from = last.version;
            let newer =
                entries.iter().flat_map(|entry| self.told(entry)).filter(|(at, _)| *at > place);
            found.extend(newer.map(|(_, text)| text));
            if found.len() > limit {
                found.truncate(limit);
                return Ok((found, true));
            }
        }
    }

    /// The newest ones before a place, and whether there are more.
    async fn before(&self, place: Place, limit: usize) -> Result<(Vec<String>, bool), Problem> {
        let mut found = Vec::new();
        let mut until = place.0.min(self.published.version);
        while until > Version::NONE && found.len() <= limit {
            let from = Version(until.0.saturating_sub(SCAN_PAGE as u64));
            let entries = self.app.store.log(self.published.session, from, SCAN_PAGE).await?;
            let within = entries.iter().filter(|entry| entry.version <= until);
            let mut older: Vec<(Place, String)> =
                within.flat_map(|entry| self.told(entry)).filter(|(at, _)| *at < place).collect();
            older.append(&mut found);
            found = older;
            until = from;
        }
        let more = found.len() > limit;
        let surplus = found.len().saturating_sub(limit);
        Ok((found.into_iter().skip(surplus).map(|(_, text)| text).collect(), more))
    }

    /// The plays of a commit, as streams have told of them. An event of older rules that cannot be
    /// read any more is left out.
    fn told(&self, entry: &LogEntry) -> Vec<(Place, String)> {
        let events = (0u32..).zip(&entry.events).filter_map(|(index, logged)| {
            let event = self.rules.read_event(logged).ok()?;
            let announcement = self.rules.announce(self.published.state(), &event)?;
            let position =
                Position { at: entry.at, session: entry.session, version: entry.version, index };
            let text = || event_text(position, &announcement);
            (announcement.kind == "game_event").then(|| ((entry.version, index), text()))
        });
        events.collect()
    }
}
