-- Lists show a summary, and are asked for by member and by turn.
--
-- The table of sessions is made anew, since the state must stay its last column: lists would else have
-- to read through the pages of each state to get at what stands behind it. Sessions that are there have
-- neither members nor turns here, for only their rules know them: the first commit after a load names
-- all of them.

CREATE TABLE new_session (
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
    summary    TEXT,
    due_at     INTEGER,
    deleted    INTEGER NOT NULL,
    state      BLOB    NOT NULL
) STRICT;

INSERT INTO new_session (id, game, owner, seed, created_at, updated_at, version, head, status, title,
                         due_at, deleted, state)
SELECT id, game, owner, seed, created_at, updated_at, version, head, status, title, due_at, deleted, state
FROM session;

DROP TABLE session;
ALTER TABLE new_session RENAME TO session;

-- As before: only columns that stay as they are from the first commit to the deletion.
CREATE INDEX session_newest ON session (created_at, id) WHERE deleted = 0;
CREATE INDEX session_newest_of_game ON session (game, created_at, id) WHERE deleted = 0;
CREATE INDEX session_newest_of_owner ON session (owner, created_at, id) WHERE deleted = 0;
CREATE INDEX session_due ON session (due_at, id) WHERE due_at IS NOT NULL;

-- In whose own lists a session stands. The time is that of the session's creation, by which lists are
-- sorted; it never changes.
CREATE TABLE member (
    session INTEGER NOT NULL REFERENCES session (id),
    user    TEXT    NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (session, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_newest ON member (user, made_at, session);

-- Whose turn it is, and since when.
CREATE TABLE turn (
    session INTEGER NOT NULL REFERENCES session (id),
    user    TEXT    NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (session, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX turn_of_user ON turn (user, since, session);
