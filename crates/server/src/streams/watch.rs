//! What monitors are told by the clock: who comes and goes, and how long each leg of a command takes.
//! Must not know what is played.

use std::time::Duration;

use hub::Frame;
use protocol::SCHEMA;
use protocol::from_server::write;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::clock;
use crate::metrics::{Counts, Legs};

/// Between two messages of who has come and gone: at most two a second.
const PRESENCE: Duration = Duration::from_millis(500);

/// Messages of presence for one of the legs: one a second.
const PRESENCE_PER_STATS: u32 = 2;

#[derive(Serialize)]
struct StatsMessage {
    r#type: &'static str,
    version: u32,
    ts: String,
    legs: Value,
    refused: Map<String, Value>,
}

/// Tells monitors until the server stops.
pub(crate) async fn watch(app: App) {
    let stop = app.tasks.stopping();
    let mut ticks = tokio::time::interval(PRESENCE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut tick, mut before) = (0, Seen::of(&app));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        app.streams.tell_presence();
        tick += 1;
        if tick % PRESENCE_PER_STATS == 0 {
            let now = Seen::of(&app);
            app.streams.tell_monitors(Frame::text(&now.since(&before)));
            before = now;
        }
    }
}

/// What was counted by a moment.
struct Seen {
    legs: Legs<Counts>,
    fanout: Counts,
    refused: Vec<(String, u64)>,
}

impl Seen {
    fn of(app: &App) -> Self {
        Self {
            legs: app.metrics.legs(),
            fanout: Counts(app.hub.stats().latency.counts),
            refused: app.metrics.refused(),
        }
    }

    fn since(&self, before: &Self) -> String {
        let legs = json!({
            "decode": leg(&self.legs.decode.since(&before.legs.decode)),
            "rules": leg(&self.legs.rules.since(&before.legs.rules)),
            "commit": leg(&self.legs.commit.since(&before.legs.commit)),
            "fanout": leg(&self.fanout.since(&before.fanout)),
        });
        let earlier = |code: &str| {
            before.refused.iter().find(|(known, _)| known == code).map_or(0, |(_, count)| *count)
        };
        let refused = self.refused.iter().filter_map(|(code, count)| {
            let new = count - earlier(code);
            (new > 0).then(|| (code.clone(), new.into()))
        });
        write(&StatsMessage {
            r#type: "stats",
            version: SCHEMA,
            ts: clock::rfc3339(clock::now()),
            legs,
            refused: refused.collect(),
        })
    }
}

fn leg(counts: &Counts) -> Value {
    json!({
        "count": counts.total(),
        "p50_ms": counts.quantile_ms(0.5),
        "p99_ms": counts.quantile_ms(0.99),
    })
}
