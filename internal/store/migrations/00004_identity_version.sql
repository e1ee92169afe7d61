-- +goose Up

-- One row, which is another after each change of who there is and who may do what:
-- servers keep what they found out about a caller for as long as it stays the same.
CREATE TABLE identity_version (
    version TEXT NOT NULL
);
INSERT INTO identity_version (version) VALUES ('first');

-- +goose Down
DROP TABLE identity_version;
