//! The newest view of a session as a client holds it. Must not know how messages arrive.

use serde::Deserialize;
use serde_json::Value;

/// A view with its position. Never steps back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// The session that it is of; empty: of whichever session its messages are.
    pub session: String,
    /// Incarnation of the store; empty before the first snapshot.
    pub epoch: String,
    /// The version that is shown.
    pub lock_version: u64,
    /// The seat that the view is made for.
    pub viewer_seat: Option<u8>,
    /// What is seen.
    pub data: Value,
}

/// What a message did to a [`View`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// There is a newer view.
    Newer,
    /// The message is not newer than what is held, or of a kind that changes no view.
    Ignored,
    /// A patch that does not fit the view that is held: ask for a snapshot, once.
    Gap,
}

#[derive(Deserialize)]
struct Message {
    r#type: String,
    session: Option<String>,
    epoch: Option<String>,
    lock_version: Option<u64>,
    viewer_seat: Option<u8>,
    data: Option<Value>,
    base: Option<u64>,
    /// Read later: one that cannot be read is a gap, not another kind of message.
    patch: Option<Value>,
}

impl View {
    /// Nothing yet of this session; messages of others will be ignored.
    #[must_use]
    pub fn of(session: &str) -> Self {
        Self { session: session.to_owned(), ..Self::default() }
    }

    /// Takes in a message of the session.
    pub fn apply(&mut self, message: &Value) -> Applied {
        let Ok(message) = Message::deserialize(message) else { return Applied::Ignored };
        let (Some(epoch), Some(version)) = (message.epoch, message.lock_version) else {
            return Applied::Ignored;
        };
        if message
            .session
            .is_some_and(|session| !self.session.is_empty() && session != self.session)
        {
            return Applied::Ignored;
        }
        let same_epoch = epoch == self.epoch;
        match message.r#type.as_str() {
            "snapshot" | "update" => {
                let Some(data) = message.data else { return Applied::Ignored };
                let seat_moved = message.viewer_seat != self.viewer_seat;
                let newer =
                    version > self.lock_version || (version == self.lock_version && seat_moved);
                if same_epoch && !newer {
                    return Applied::Ignored;
                }
                (self.epoch, self.lock_version) = (epoch, version);
                (self.viewer_seat, self.data) = (message.viewer_seat, data);
                Applied::Newer
            }
            "patch" => {
                if same_epoch && version <= self.lock_version {
                    return Applied::Ignored;
                }
                // What another seat saw is no base for anything.
                let fits = same_epoch
                    && message.base == Some(self.lock_version)
                    && message.viewer_seat == self.viewer_seat;
                match message.patch.filter(|_| fits).and_then(|patch| self.patched(&patch)) {
                    Some(data) => {
                        (self.lock_version, self.data) = (version, data);
                        Applied::Newer
                    }
                    None => Applied::Gap,
                }
            }
            _ => Applied::Ignored,
        }
    }

    /// The view with the patch applied, all of it; `None` when it cannot be.
    fn patched(&self, patch: &Value) -> Option<Value> {
        let patch = json_patch::Patch::deserialize(patch).ok()?;
        let mut data = self.data.clone();
        json_patch::patch(&mut data, &patch).ok()?;
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(kind: &str, epoch: &str, version: u64, rest: Value) -> Value {
        let mut message = json!({"type": kind, "epoch": epoch, "lock_version": version});
        for (key, value) in rest.as_object().unwrap() {
            message[key] = value.clone();
        }
        message
    }

    #[test]
    fn a_view_goes_forward_only() {
        let mut view = View::default();
        let mut check = |message: Value, outcome: Applied, version: u64, data: Value| {
            assert_eq!(view.apply(&message), outcome, "{message}");
            assert_eq!((view.lock_version, &view.data), (version, &data), "{message}");
        };
        let snapshot =
            |epoch, version, n| message("snapshot", epoch, version, json!({"data": {"n": n}}));
        let patch = |version, base: u64, n: u64| {
            let operations = json!([{"op": "replace", "path": "/n", "value": n}]);
            message("patch", "a", version, json!({"base": base, "patch": operations}))
        };
        check(patch(4, 3, 9), Applied::Gap, 0, Value::Null);
        check(snapshot("a", 3, 1), Applied::Newer, 3, json!({"n": 1}));
        check(snapshot("a", 3, 2), Applied::Ignored, 3, json!({"n": 1}));
        check(patch(4, 3, 5), Applied::Newer, 4, json!({"n": 5}));
        check(patch(4, 3, 6), Applied::Ignored, 4, json!({"n": 5}));
        check(patch(6, 5, 7), Applied::Gap, 4, json!({"n": 5}));
        check(snapshot("b", 2, 8), Applied::Newer, 2, json!({"n": 8}));
        check(json!({"type": "pong"}), Applied::Ignored, 2, json!({"n": 8}));
        check(message("dance", "b", 9, json!({})), Applied::Ignored, 2, json!({"n": 8}));
    }
}
