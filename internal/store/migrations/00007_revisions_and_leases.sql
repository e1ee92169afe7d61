-- +goose Up

-- Which state a resource is in: each write of a kind for which something runs changes it. It is
-- 0 for other kinds. An older server leaves the default.
ALTER TABLE resources ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX resources_that_run ON resources (kind, id, revision) WHERE revision > 0;
DROP INDEX instances;

-- The right to do work that one process at a time may do. Times are the database's own, in Unix
-- milliseconds.
CREATE TABLE leases (
    name   TEXT NOT NULL PRIMARY KEY,
    -- A random text of the process that has the lease.
    holder TEXT NOT NULL,
    ends   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE leases;
CREATE INDEX instances ON resources (id) WHERE kind = 'Instance';
DROP INDEX resources_that_run;
ALTER TABLE resources DROP COLUMN revision;
