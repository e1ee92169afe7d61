-- +goose Up

-- What ends an operation of which the end is not known: an observation of the resource that has
-- the id, at a generation of its plan. The subject is '' for all other operations.
ALTER TABLE operations ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
CREATE INDEX open_operations ON operations (subject, generation) WHERE subject <> '';

-- +goose Down
DROP INDEX open_operations;
ALTER TABLE operations DROP COLUMN generation;
ALTER TABLE operations DROP COLUMN subject;
