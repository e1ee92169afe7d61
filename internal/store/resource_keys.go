package store

// ResourceKey is an access key that a resource has, such as one of a bucket. What else is known of
// it is in the resource's documents.
type ResourceKey struct {
	ID string
	// Owner is the resource's id.
	Owner string
}

// AddResourceKey adds an access key of a stored resource; ErrExists if another resource or an
// identity has one of that id. The key goes with the resource's row.
func (tx *Tx) AddResourceKey(k ResourceKey) error {
	const what = "add an access key of a resource"
	if err := tx.keyIsFree(accessKeyIDs, k.ID); err != nil {
		return wrap(what, err)
	}
	_, err := tx.q.exec(`INSERT INTO resource_keys (id, owner) VALUES ($1, $2)`, k.ID, k.Owner)
	return wrap(what, exists(err))
}

// RemoveResourceKey removes an access key of a resource.
func (tx *Tx) RemoveResourceKey(id string) error {
	res, err := tx.q.exec(`DELETE FROM resource_keys WHERE id = $1`, id)
	return changed("remove an access key of a resource", res, err)
}

// The statements that find an id among the keys of identities, and among those of resources.
const (
	accessKeyIDs   = `SELECT id FROM access_keys WHERE id = $1`
	resourceKeyIDs = `SELECT id FROM resource_keys WHERE id = $1`
)

// keyIsFree returns ErrExists if a statement finds a key of an id. A key of that id which another
// transaction adds at the same time collides with what was read here.
func (tx *Tx) keyIsFree(query, id string) error {
	found, err := many(tx, "ids of access keys", scanText, query, id)
	if err == nil && len(found) > 0 {
		err = ErrExists
	}
	return err
}
