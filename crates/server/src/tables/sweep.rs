//! What a node does for its tables from time to time: looks for versions that it has missed, and
//! wakes sessions whose deadline nobody fires. Must not know how signals travel.

use std::time::Duration;

use bus::Signal;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use super::Tables;
use crate::clock;

/// Between two looks at the store for missed versions: a lost signal is late by this at the worst.
const ANTI_ENTROPY: Duration = Duration::from_secs(10);

/// Between two looks for overdue deadlines of sessions that are not live.
const DEADLINES: Duration = Duration::from_secs(5);

/// Overdue sessions woken at once.
const WAKE_AT_ONCE: usize = 100;

/// Between two sweeps of expired tokens.
const TOKENS: Duration = Duration::from_mins(10);

/// Runs until the server stops.
pub(crate) async fn sweep(tables: Tables) {
    let stop = tables.shared().tasks.stopping();
    let mut signals = tables.shared().bus.signals();
    let mut versions = ticker(ANTI_ENTROPY);
    let mut deadlines = ticker(DEADLINES);
    let mut tokens = ticker(TOKENS);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            signal = signals.recv() => match signal {
                Ok(Signal::Moved(session, version)) => {
                    if let Some(table) = tables.get(session) {
                        table.moved(version);
                    }
                }
                // For the streams of users: see `sockets`.
                Ok(Signal::Turn(_)) => {}
                Err(RecvError::Lagged(_)) => catch_up(&tables).await,
                Err(RecvError::Closed) => return,
            },
            _ = versions.tick() => catch_up(&tables).await,
            _ = deadlines.tick() => wake(&tables).await,
            _ = tokens.tick() => {
                if let Err(error) = tables.shared().store.sweep(clock::now()).await {
                    tracing::warn!(%error, "expired tokens could not be swept");
                }
            }
        }
    }
}

fn ticker(every: Duration) -> tokio::time::Interval {
    // Nodes that start together do not ask together.
    let mut jitter = [0u8; 2];
    let fraction = match getrandom::fill(&mut jitter) {
        Ok(()) => f64::from(u16::from_le_bytes(jitter)) / f64::from(u16::MAX),
        Err(_) => 0.5,
    };
    let first = tokio::time::Instant::now() + every.mul_f64(0.5 + 0.5 * fraction);
    let mut ticker = tokio::time::interval_at(first, every);
    ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticker
}

async fn catch_up(tables: &Tables) {
    let ids: Vec<_> = tables.live().iter().map(super::Table::id).collect();
    if ids.is_empty() {
        return;
    }
    match tables.shared().store.versions(&ids).await {
        Ok(versions) => {
            for (session, version) in versions {
                if let Some(table) = tables.get(session) {
                    table.moved(version);
                }
            }
        }
        Err(error) => tracing::warn!(%error, "the store was not asked for missed versions"),
    }
}

/// Loading a table fires its deadline.
async fn wake(tables: &Tables) {
    let due = match tables.shared().store.due(clock::now(), WAKE_AT_ONCE).await {
        Ok(due) => due,
        Err(error) => return tracing::warn!(%error, "the store was not asked for deadlines"),
    };
    for session in due {
        if tables.get(session).is_none()
            && let Err(error) = tables.open(session).await
        {
            tracing::warn!(%session, %error, "an overdue session was not woken");
        }
    }
}
