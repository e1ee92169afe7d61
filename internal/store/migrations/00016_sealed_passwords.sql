-- +goose Up

-- Encrypted passwords of Windows instances were in the open, beside their sealed keys, as user data was before.
INSERT INTO pending_steps (name) VALUES ('seal user data') ON CONFLICT (name) DO NOTHING;

-- +goose Down
SELECT 1;
