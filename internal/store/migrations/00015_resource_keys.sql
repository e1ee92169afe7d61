-- +goose Up

-- The access keys that resources have, such as those of buckets. No two keys share an id, those of
-- identities included, which are in access_keys.
CREATE TABLE resource_keys (
    id    TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES resources (id) ON DELETE CASCADE
);
CREATE INDEX resource_keys_by_owner ON resource_keys (owner);

-- +goose Down
DROP TABLE resource_keys;
