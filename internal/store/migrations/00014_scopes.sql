-- +goose Up

-- Whether the resource's name is unique over all accounts and regions, too.
ALTER TABLE resources ADD COLUMN worldwide BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX resources_by_worldwide_name ON resources (name) WHERE worldwide;

-- When resources were created whose creation counts for a quota, also after they are deleted. The
-- resource is an id.
CREATE TABLE quota_uses (
    account  TEXT NOT NULL REFERENCES accounts (id),
    region   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    resource TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, at, resource)
);

-- +goose Down
DROP TABLE quota_uses;
DROP INDEX resources_by_worldwide_name;
ALTER TABLE resources DROP COLUMN worldwide;
