//! Plays scripts of commands: who asks what, and what comes of it.

use game::{Actor, Commit, Ctx, Draws, Game, Refusal, Seed, SessionId, Timestamp, UserId, Version};
use serde_json::Value;

/// `system`, `clock`, `service:NAME`, or the name of a user.
pub(crate) fn actor(name: &str) -> Actor {
    let id = |text| UserId::new(text).expect("a test names good users");
    match name.split_once(':') {
        Some(("service", name)) => Actor::Service(id(name)),
        _ if name == "system" => Actor::System,
        _ if name == "clock" => Actor::Clock,
        _ => Actor::User(id(name)),
    }
}

/// One session of a game, driven as the engine would, without one.
pub(crate) struct Table<G: Game> {
    pub(crate) state: G::State,
    version: Version,
}

impl<G: Game> Table<G> {
    pub(crate) fn open(creator: &str, options: Value) -> Result<Self, Refusal> {
        let options = serde_json::from_value(options)
            .map_err(|e| Refusal::malformed(format!("options: {e}")))?;
        let commit = G::create(options, &actor(creator), &mut ctx(Version(1)))?;
        Ok(Self { state: commit.state, version: Version(1) })
    }

    /// Answers with the reply; a refused command changes nothing.
    pub(crate) fn give(&mut self, who: &str, command: Value) -> Result<Value, Refusal> {
        // As text: what a buffer of JSON values would accept, the wire must accept too.
        let command = serde_json::from_str(&command.to_string())
            .map_err(|e| Refusal::malformed(format!("command: {e}")))?;
        let next = self.version.next();
        let Commit { state, events, reply } =
            G::apply(&self.state, &actor(who), command, &mut ctx(next))?;
        assert!(events.is_empty(), "these games have no events");
        self.state = state;
        self.version = next;
        Ok(reply)
    }

    pub(crate) fn view(&self) -> Value {
        let view = G::view(&self.state, game::Viewer::Spectator);
        serde_json::to_value(view).expect("a view is JSON")
    }
}

fn ctx(version: Version) -> Ctx {
    let session = SessionId::new(4711).expect("in range");
    let random = Draws::new(&Seed::new([7; 32]), session, version);
    Ctx { session, now: Timestamp(0), random }
}

/// What should come of a command.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    /// It is carried out, with this reply.
    Reply(Value),
    /// It is refused with this code, and the view stays as it was.
    Refused(&'static str),
}

/// Plays `script` on `table` line by line.
pub(crate) fn check<G: Game>(table: &mut Table<G>, script: &[(&str, Value, Then)]) {
    for (line, (who, command, then)) in script.iter().enumerate() {
        let before = table.view();
        let got = table.give(who, command.clone());
        let about = format!("line {line}: {who} {command}");
        match (then, got) {
            (Then::Reply(reply), Ok(got)) => assert_eq!(&got, reply, "{about}"),
            (Then::Refused(code), Err(refusal)) => {
                assert_eq!(refusal.code, *code, "{about}: {refusal}");
                assert_eq!(table.view(), before, "{about}");
            }
            (then, got) => panic!("{about}: expected {then:?}, got {got:?}"),
        }
    }
}
