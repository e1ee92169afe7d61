-- +goose Up

-- When the resource is gone, by the lifecycle clock in Unix milliseconds; the largest integer if it
-- stays. Reads by name, lists and counts leave out what is gone, so the indexes that answer them have
-- the column.
ALTER TABLE resources ADD COLUMN gone_at BIGINT NOT NULL DEFAULT 9223372036854775807;
DROP INDEX resources_by_kind;
CREATE INDEX resources_by_kind ON resources (account, region, kind, name, gone_at);
DROP INDEX resources_that_run;
CREATE INDEX resources_that_run ON resources (kind, id, revision, gone_at) WHERE revision > 0;
CREATE INDEX resources_that_go ON resources (gone_at) WHERE gone_at < 9223372036854775807;

-- +goose Down
-- Earlier versions would show for ever what is gone or being deleted.
DELETE FROM links WHERE from_id IN (SELECT id FROM resources WHERE gone_at < 9223372036854775807)
    OR to_id IN (SELECT id FROM resources WHERE gone_at < 9223372036854775807);
DELETE FROM addresses WHERE owner IN (SELECT id FROM resources WHERE gone_at < 9223372036854775807);
DELETE FROM resources WHERE gone_at < 9223372036854775807;
DROP INDEX resources_that_go;
DROP INDEX resources_that_run;
CREATE INDEX resources_that_run ON resources (kind, id, revision) WHERE revision > 0;
DROP INDEX resources_by_kind;
CREATE INDEX resources_by_kind ON resources (account, region, kind, name);
ALTER TABLE resources DROP COLUMN gone_at;
