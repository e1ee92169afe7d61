-- +goose Up

-- The namespace of a resource's name within its account and region: '' is the one that most
-- kinds share.
ALTER TABLE resources ADD COLUMN space TEXT NOT NULL DEFAULT '';
DROP INDEX resources_by_name;
CREATE UNIQUE INDEX resources_by_name ON resources (account, region, space, name);

-- +goose Down
DROP INDEX resources_by_name;
ALTER TABLE resources DROP COLUMN space;
CREATE UNIQUE INDEX resources_by_name ON resources (account, region, name);
