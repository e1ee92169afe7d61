-- +goose Up
-- One query set serves SQLite and PostgreSQL: BYTEA is PostgreSQL's name for
-- bytes and a harmless one in SQLite. Times are Unix milliseconds.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE accounts (
    id         TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE access_keys (
    id         TEXT NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (id),
    -- The sealed secret.
    secret     BYTEA NOT NULL,
    active     BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX access_keys_by_account ON access_keys (account, created_at);

-- All kinds share one namespace per account and region.
CREATE TABLE resources (
    id         TEXT NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (id),
    region     TEXT NOT NULL,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    zone       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tags       BYTEA NOT NULL,
    doc        BYTEA NOT NULL,
    priv       BYTEA NOT NULL
);
CREATE UNIQUE INDEX resources_by_name ON resources (account, region, name);
CREATE INDEX resources_by_kind ON resources (account, region, kind, name);

-- position orders the records of one server by when they were made.
CREATE TABLE operations (
    id       TEXT NOT NULL PRIMARY KEY,
    account  TEXT NOT NULL REFERENCES accounts (id),
    region   TEXT NOT NULL,
    resource TEXT NOT NULL,
    position BIGINT NOT NULL,
    doc      BYTEA NOT NULL
);
CREATE INDEX operations_by_position ON operations (account, region, position, id);
CREATE INDEX operations_by_resource ON operations (account, region, resource, position, id);

-- +goose Down
DROP TABLE operations;
DROP TABLE resources;
DROP TABLE access_keys;
DROP TABLE accounts;
DROP TABLE meta;
