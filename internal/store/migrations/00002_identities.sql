-- +goose Up

-- Users, groups, roles and managed policies. doc is the owner package's JSON.
CREATE TABLE identities (
    id         TEXT NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (id),
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    doc        BYTEA NOT NULL
);
CREATE UNIQUE INDEX identities_by_name ON identities (account, kind, name);
-- Names are kept as given, and two may not differ by case alone.
CREATE UNIQUE INDEX identities_by_folded_name ON identities (account, kind, lower(name));

-- The id of the user whose key it is; '' is the account's root.
ALTER TABLE access_keys ADD COLUMN owner TEXT NOT NULL DEFAULT '';

-- Until setup_until (0: never) calls are told that the account is being set up.
ALTER TABLE accounts ADD COLUMN setup_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE;

-- A region that an account opted into and that is being set up until then.
CREATE TABLE region_setups (
    account     TEXT NOT NULL REFERENCES accounts (id),
    region      TEXT NOT NULL,
    setup_until BIGINT NOT NULL,
    PRIMARY KEY (account, region)
);

-- +goose Down
DROP TABLE region_setups;
ALTER TABLE accounts DROP COLUMN closed;
ALTER TABLE accounts DROP COLUMN setup_until;
ALTER TABLE access_keys DROP COLUMN owner;
DROP TABLE identities;
