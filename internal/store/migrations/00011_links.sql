-- +goose Up

-- Relations between resources, such as a disk's attachment to an instance. Both ends are in one
-- account and region. doc is what belongs to the relation as JSON; position orders the relations
-- of a resource by when they were made.
CREATE TABLE links (
    from_id  TEXT NOT NULL REFERENCES resources (id),
    role     TEXT NOT NULL,
    to_id    TEXT NOT NULL REFERENCES resources (id),
    position BIGINT NOT NULL,
    doc      BYTEA NOT NULL,
    PRIMARY KEY (from_id, role, to_id)
);
CREATE INDEX links_by_end ON links (to_id, role);
-- Attachments were in the documents of both ends.
INSERT INTO pending_steps (name) VALUES ('link attachments');

-- +goose Down
DELETE FROM pending_steps WHERE name = 'link attachments';
DROP TABLE links;
