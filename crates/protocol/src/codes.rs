//! Error codes, one public table: name, HTTP status, whether the same request may succeed later.
//! Must not know how an error is made. Games add codes of their own (422 and 4xx) to these.

/// An error code of the server itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable name for programs.
    pub name: &'static str,
    /// Status over HTTP.
    pub status: u16,
    /// May the same request succeed later, unchanged?
    pub retry: bool,
    /// What it says, for people.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $retry:literal, $meaning:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code {
            name: stringify!($name), status: $status, retry: $retry, meaning: $meaning,
        };)*
        /// Every code of the server itself, by status.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// The request could not be read.
    BAD_REQUEST = 400, false, "The path, query, headers or body could not be read.";
    /// The session id is not one.
    INVALID_SESSION_ID = 400, false, "A session id is a whole number from 1 to 2^53 - 1.";
    /// The id of a table is not one (`/api/games`).
    INVALID_GAME_ID = 400, false, "The id of a game is a whole number from 1 to 2^53 - 1.";
    /// The body or message is not JSON, or not of the expected shape.
    BAD_JSON = 400, false, "The body is not JSON, or not of the expected shape.";
    /// A command that the game could not read.
    BAD_COMMAND = 400, false, "The command is not one of this game's, or a value is out of range.";
    /// A message type that the protocol does not have.
    UNKNOWN_TYPE = 400, false, "A message type that the protocol does not have.";
    /// A topic that the protocol does not have.
    UNKNOWN_TOPIC = 400, false, "A topic that the protocol does not have.";
    /// No such game.
    UNKNOWN_GAME = 400, false, "This server has no game of that name.";
    /// A login is needed.
    UNAUTHORIZED = 401, false, "A login is needed: the token is missing, malformed, expired, used or revoked.";
    /// A log-in with a wrong password, or of nobody: which of the two is not told.
    WRONG_CREDENTIALS = 401, false, "The site_id or the password is wrong.";
    /// The actor may not do this.
    FORBIDDEN = 403, false, "This user may not do this.";
    /// The page is not allowed to use this server.
    ORIGIN_FORBIDDEN = 403, false, "The page's origin is not on the list of allowed origins.";
    /// No such session.
    SESSION_NOT_FOUND = 404, false, "There is no such session, or it was deleted.";
    /// No such table (`/api/games`).
    GAME_NOT_FOUND = 404, false, "There is no such game, or it was deleted.";
    /// No such user.
    USER_NOT_FOUND = 404, false, "There is no such user.";
    /// No such version of a session.
    VERSION_NOT_FOUND = 404, false, "The session has no such version.";
    /// No such path.
    NOT_FOUND = 404, false, "There is nothing at this path.";
    /// The path exists, the method does not.
    METHOD_NOT_ALLOWED = 405, false, "This path does not have that method.";
    /// The caller's version is stale.
    OPTIMISTIC_LOCK = 409, false, "The session has moved on; the answer holds the newest view.";
    /// The same idempotency key was used for another command.
    KEY_REUSED = 409, false, "This idempotency key belongs to another command.";
    /// Somebody logs in by that name.
    SITE_ID_TAKEN = 409, false, "Another account has this site_id.";
    /// The path was given up.
    GONE = 410, false, "This path was given up; the answer names what took its place.";
    /// The body is too large.
    TOO_LARGE = 413, false, "The body or message is over the limit of its size.";
    /// The body is not JSON by its header.
    UNSUPPORTED_MEDIA_TYPE = 415, false, "Send `content-type: application/json`.";
    /// The name to log in with is not one.
    INVALID_SITE_ID = 422, false, "A site_id is 3 to 32 of the letters a to z, digits, `.`, `_` and `-`.";
    /// The name to show is not one.
    INVALID_NICKNAME = 422, false, "A nickname is 1 to 64 characters, without control characters.";
    /// The password is too short or too long.
    INVALID_PASSWORD = 422, false, "A password is 8 to 128 characters.";
    /// The session has ended.
    SESSION_ENDED = 422, false, "The session has ended and takes no more commands.";
    /// The state would grow over its limit.
    STATE_TOO_LARGE = 422, false, "The session's state would grow over its limit.";
    /// A plain request where a WebSocket is expected.
    UPGRADE_REQUIRED = 426, false, "This address is for WebSockets, version 13.";
    /// Too many requests.
    RATE_LIMITED = 429, true, "Too many requests; see Retry-After.";
    /// A fault of the server.
    INTERNAL = 500, true, "A fault of the server; the trace id finds it in the log.";
    /// A log that does not play to what it says.
    LOG_BROKEN = 500, false, "The session's log was changed, has a gap, or does not follow from the rules.";
    /// The server cannot serve now.
    UNAVAILABLE = 503, true, "The server is starting, draining, overloaded, or its store does not answer.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_no_name_twice() {
        assert!(ALL.is_sorted_by_key(|c| c.status));
        let mut names: Vec<&str> = ALL.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|c| !c.retry || matches!(c.status, 429 | 500 | 503)));
    }
}
