-- +goose Up

-- What a resource has many of, in lists: one for each class, such as its deployments. A list stays
-- when its last entry goes, so that no number is given twice.
CREATE TABLE entry_lists (
    resource_id TEXT NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    class       TEXT NOT NULL,
    -- The highest seq that an entry of the list has or had.
    last_seq    BIGINT NOT NULL,
    -- How many entries the list has.
    kept        BIGINT NOT NULL,
    PRIMARY KEY (resource_id, class)
);

-- seq is the order in which the entries of a list were added, from 1 on.
CREATE TABLE entries (
    resource_id TEXT NOT NULL,
    class       TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    doc         BYTEA NOT NULL,
    PRIMARY KEY (resource_id, class, seq),
    FOREIGN KEY (resource_id, class) REFERENCES entry_lists (resource_id, class) ON DELETE CASCADE
);
CREATE INDEX entries_by_time ON entries (resource_id, class, at, seq);

-- +goose Down
DROP TABLE entries;
DROP TABLE entry_lists;
