//! Mirror as a caller meets it: through the `Game` trait and JSON. Must not reach into its modules.

mod json_file_example;
mod properties;
mod rules;

use game::{
    Actor, Commit, Ctx, Draws, Game, Refusal, Seed, SessionId, Timestamp, UserId, Version, Viewer,
};
use mirror::{Event, Mirror, State};
use serde_json::Value;

fn user(name: &str) -> UserId {
    UserId::new(name).expect("a test names good users")
}

fn backend() -> Actor {
    Actor::Service(user("backend"))
}

fn ctx() -> Ctx {
    let session = SessionId::new(7).expect("in range");
    Ctx { session, now: Timestamp(0), random: Draws::new(&Seed::new([1; 32]), session, Version(1)) }
}

type Made = Result<Commit<State, Event>, Refusal>;

fn create(actor: &Actor, options: &Value) -> Made {
    let options = serde_json::from_str(&options.to_string())
        .map_err(|e| Refusal::malformed(format!("options: {e}")))?;
    Mirror::create(options, actor, &mut ctx())
}

fn put(state: &State, actor: &Actor, command: &Value) -> Made {
    let command = serde_json::from_str(&command.to_string())
        .map_err(|e| Refusal::malformed(format!("command: {e}")))?;
    Mirror::apply(state, actor, command, &mut ctx())
}

/// The bytes that `viewer` is sent.
fn bytes(state: &State, viewer: Viewer) -> String {
    serde_json::to_string(&Mirror::view(state, viewer)).expect("a view is JSON")
}
