-- +goose Up

-- The number of the resource's plan, and what was observed of it at an engine as JSON, or ''.
ALTER TABLE resources ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resources ADD COLUMN observed TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE resources DROP COLUMN observed;
ALTER TABLE resources DROP COLUMN generation;
