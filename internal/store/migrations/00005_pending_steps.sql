-- +goose Up

-- What of a migration needs the master key: a server does it when it starts, before it
-- serves, and removes the row.
CREATE TABLE pending_steps (
    name TEXT NOT NULL PRIMARY KEY
);
-- User data of instances was in the open, beside their sealed keys.
INSERT INTO pending_steps (name) VALUES ('seal user data');

-- +goose Down
DROP TABLE pending_steps;
