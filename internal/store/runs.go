package store

import (
	"encoding/json"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// What is kept in step with the store reads resources by id, and finds by their revisions
// which have changed.

// newRevision is the revision that a write gives a resource of a kind: 0 for kinds for
// which nothing runs. Revisions of a resource differ, and have no order that counts.
func newRevision(kind resource.Kind) int64 {
	if !kind.Runs() {
		return 0
	}
	return time.Now().UnixMicro()
}

// ResourceByID reads the resource of any kind that has the id, or ErrNotFound. One that is gone is
// there if an engine may have something of it. It is the only method that reads the revision.
func (tx *Tx) ResourceByID(id string) (*resource.Resource, error) {
	r, err := one(tx, "resource", func(scan func(...any) error) (*resource.Resource, error) {
		var revision int64
		r, err := scanWholeResource(func(dest ...any) error { return scan(append(dest, &revision)...) })
		r.Revision = revision
		return r, err
	}, `SELECT `+wholeColumns+`, revision FROM resources WHERE id = $1`, id)
	if err == nil && goneMillis(r.GoneAt) <= tx.momentOf(r.Kind) {
		err = wrap("resource", ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return r, tx.withLinks(r)
}

// byIDQueries are the statements for listSizes.
var byIDQueries = listQueries(`SELECT `+wholeColumns+` FROM resources WHERE gone_at > $1 AND id IN (`, 2, `)`)

// ResourcesByID reads the resources of any kind that have the ids, without their links, by id. One that is gone is not
// there, nor is one that never was.
func (tx *Tx) ResourcesByID(ids []string) (map[string]*resource.Resource, error) {
	byID := make(map[string]*resource.Resource, len(ids))
	err := inLists(ids, func(size int, list []any) error {
		found, err := many(tx, "resources", scanWholeResource, byIDQueries[size], append([]any{tx.moment()}, list...)...)
		for _, r := range found {
			byID[r.ID] = r
		}
		return err
	})
	return byID, err
}

// Observe stores what was observed of a resource at an engine, and reports whether it was
// news: it writes nothing if the same was observed before, or if the observation is of another
// generation of the plan than the present one.
func (tx *Tx) Observe(id string, o resource.Observation) (changed bool, err error) {
	r, err := tx.ResourceByID(id)
	if err != nil || !r.Observe(o) {
		return false, err
	}
	doc, err := json.Marshal(o)
	if err != nil {
		return false, err
	}
	_, err = tx.q.exec(`UPDATE resources SET observed = $1 WHERE id = $2`, string(doc), id)
	return true, wrap("store observation", err)
}

// Revision is which state a resource is in.
type Revision struct {
	ID       string
	Revision int64
	// GoneAt is when the resource is gone; zero if it stays.
	GoneAt time.Time
}

// Revisions lists the resources of a kind for which something runs, in all accounts and
// regions, by id. It has also what is gone.
func (tx *Tx) Revisions(kind resource.Kind) ([]Revision, error) {
	return many(tx, "revisions", func(scan func(...any) error) (r Revision, err error) {
		var gone int64
		err = scan(&r.ID, &r.Revision, &gone)
		r.GoneAt = fromGoneMillis(gone)
		return r, err
	}, revisionsQuery, string(kind))
}

// revisionsQuery has the literal condition of the index, which has all columns of the query.
const revisionsQuery = `SELECT id, revision, gone_at FROM resources WHERE revision > 0 AND kind = $1 ORDER BY id`

// AllOf lists the resources of a kind for which something runs, in all accounts and
// regions, by id. It has what is gone if an engine may have something of it.
func (tx *Tx) AllOf(kind resource.Kind) ([]*resource.Resource, error) {
	list, err := many(tx, "resources of a kind", scanWholeResource,
		`SELECT `+wholeColumns+` FROM resources WHERE revision > 0 AND kind = $1 AND gone_at > $2 ORDER BY id`, string(kind), tx.momentOf(kind))
	if err != nil {
		return nil, err
	}
	return list, tx.withLinks(list...)
}
