-- +goose Up

-- Numbers that belong to one resource at a time, such as its public address.
CREATE TABLE addresses (
    pool   TEXT NOT NULL,
    number BIGINT NOT NULL,
    -- The id of the resource.
    owner  TEXT NOT NULL,
    PRIMARY KEY (pool, number)
);
CREATE UNIQUE INDEX addresses_by_owner ON addresses (owner, pool);

-- What runs for instances is kept in step with all of them.
CREATE INDEX instances ON resources (id) WHERE kind = 'Instance';

-- +goose Down
DROP INDEX instances;
DROP TABLE addresses;
