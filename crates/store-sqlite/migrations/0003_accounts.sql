-- Accounts; refresh tokens know their login and are remembered once used; logins that have ended; the
-- order in which users changed.

-- What a user logs in with. The site id is in small letters; the password is a hash (PHC string).
CREATE TABLE account (
    site_id   TEXT PRIMARY KEY,
    user      TEXT    NOT NULL UNIQUE REFERENCES user (id),
    password  TEXT    NOT NULL,
    signed_up INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Counts changes: of two users, the one with the higher number changed later. It lets servers see with
-- one look which logins they must check again.
ALTER TABLE user ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX user_by_change ON user (changed, id);

-- Tokens that are there become logins of their own.
CREATE TABLE new_refresh_token (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    user       TEXT    NOT NULL,
    family     TEXT    NOT NULL,
    used       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO new_refresh_token (hash, user, family, used, expires_at)
SELECT hash, user, lower(hex(randomblob(16))), 0, expires_at FROM refresh_token;

DROP TABLE refresh_token;
ALTER TABLE new_refresh_token RENAME TO refresh_token;

CREATE INDEX refresh_token_of_user ON refresh_token (user);
CREATE INDEX refresh_token_of_family ON refresh_token (family);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

-- Logins that were ended before their time; forgotten once no token of theirs could be good any more.
CREATE TABLE ended_login (
    family     TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_login_expiry ON ended_login (expires_at);
