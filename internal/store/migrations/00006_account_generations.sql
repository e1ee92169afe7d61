-- +goose Up

-- What an account has that another one of the same id, made after it was deleted, has
-- not: sessions of its root are bound to it.
ALTER TABLE accounts ADD COLUMN generation TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE accounts DROP COLUMN generation;
