package store

import "github.com/lanyard-cloud/lanyard/internal/resource"

// ResourceByID reads the resource of any kind that has the id, or ErrNotFound.
func (tx *Tx) ResourceByID(id string) (*resource.Resource, error) {
	return one(tx, "resource", scanWholeResource,
		`SELECT `+resourceColumns+`, name, account, region, kind FROM resources WHERE id = $1`, id)
}
