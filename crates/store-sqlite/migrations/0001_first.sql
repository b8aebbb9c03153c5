-- What Parlor keeps. Times are milliseconds since 1970 UTC, hashes 32 bytes, JSON is text.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Names this incarnation of the store: whoever restores an old copy gives it a new one.
INSERT INTO meta (name, value) VALUES ('epoch', lower(hex(randomblob(8))));

-- One row for each session: where it is now. The state stands last, so that lists need not read it.
CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    game       TEXT    NOT NULL,
    owner      TEXT,
    seed       BLOB    NOT NULL CHECK (length(seed) = 32),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    head       BLOB    NOT NULL CHECK (length(head) = 32),
    status     TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    due_at     INTEGER,
    deleted    INTEGER NOT NULL,
    state      BLOB    NOT NULL
) STRICT;

-- Only columns that stay as they are from the first commit to the deletion: a commit in between does
-- not name them, and does not touch these trees.
CREATE INDEX session_newest ON session (created_at, id) WHERE deleted = 0;
CREATE INDEX session_newest_of_game ON session (game, created_at, id) WHERE deleted = 0;
CREATE INDEX session_newest_of_owner ON session (owner, created_at, id) WHERE deleted = 0;
CREATE INDEX session_due ON session (due_at, id) WHERE due_at IS NOT NULL;

-- One row for each commit, never changed. Rows of all sessions stand in the order in which they came,
-- so that a group of commits fills few pages; what finds them is small.
CREATE TABLE log (
    session    INTEGER NOT NULL REFERENCES session (id),
    version    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    command    TEXT    NOT NULL,
    events     TEXT    NOT NULL,
    state_hash BLOB    NOT NULL CHECK (length(state_hash) = 32),
    previous   BLOB    NOT NULL CHECK (length(previous) = 32),
    UNIQUE (session, version)
) STRICT;

-- The answer to each command that came with an idempotency key.
CREATE TABLE answer (
    session     INTEGER NOT NULL REFERENCES session (id),
    version     INTEGER NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    reply       TEXT    NOT NULL,
    PRIMARY KEY (session, version),
    UNIQUE (session, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    id         TEXT PRIMARY KEY,
    name       TEXT    NOT NULL,
    roles      TEXT    NOT NULL,
    guest      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    valid_from INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX user_by_name ON user (name, id);

-- Not bound to the table of users: a user of another identity provider has no row there.
CREATE TABLE refresh_token (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    user       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_token_of_user ON refresh_token (user);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

CREATE TABLE claim (
    name       TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_expiry ON claim (expires_at);
