package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// resourceColumns are what fillResource reads, observedColumns what fillObserved reads, and
// wholeColumns what scanWholeResource reads. A query selects no column whose value it knows: each one costs.
const (
	resourceColumns = `id, zone, created_at, tags, doc, priv`
	observedColumns = `generation, observed, ` + resourceColumns
	wholeColumns    = `gone_at, ` + observedColumns + `, name, account, region, kind`
)

// Resource reads the resource that has the name in the namespace that most kinds share, or
// ErrNotFound.
func (tx *Tx) Resource(account, region, name string) (*resource.Resource, error) {
	return tx.ResourceIn(account, region, "", name)
}

// ResourceIn is Resource in a kind's namespace.
func (tx *Tx) ResourceIn(account, region, space, name string) (*resource.Resource, error) {
	r, err := one(tx, "resource", func(scan func(...any) error) (*resource.Resource, error) {
		r := &resource.Resource{Account: account, Region: region, Name: name}
		return r, fillObserved(r, scan, (*string)(&r.Kind))
	}, `SELECT `+observedColumns+`, kind FROM resources WHERE account = $1 AND region = $2 AND space = $3 AND name = $4 AND gone_at > $5`,
		account, region, space, name, tx.moment())
	if err != nil {
		return nil, err
	}
	return r, tx.withLinks(r)
}

// Resources lists a kind's resources by name, at most limit of them, those after the name
// after; "" starts at the first. Generations and observations are read only for kinds for
// which something runs: no others are observed.
func (tx *Tx) Resources(account, region string, kind resource.Kind, after string, limit int) ([]*resource.Resource, error) {
	columns, fill := resourceColumns, fillResource
	if kind.Runs() {
		columns, fill = observedColumns, fillObserved
	}
	list, err := many(tx, "resources", func(scan func(...any) error) (*resource.Resource, error) {
		r := &resource.Resource{Account: account, Region: region, Kind: kind}
		return r, fill(r, scan, &r.Name)
	}, `SELECT `+columns+`, name FROM resources
		WHERE account = $1 AND region = $2 AND kind = $3 AND name > $4 AND gone_at > $5 ORDER BY name LIMIT $6`,
		account, region, string(kind), after, tx.moment(), limit)
	if err != nil {
		return nil, err
	}
	return list, tx.withLinks(list...)
}

// Names lists the names in the namespace that most kinds share, in order, at most limit of
// them, those after the name after.
func (tx *Tx) Names(account, region, after string, limit int) ([]string, error) {
	return many(tx, "names", scanText,
		`SELECT name FROM resources WHERE account = $1 AND region = $2 AND space = '' AND name > $3 AND gone_at > $4 ORDER BY name LIMIT $5`,
		account, region, after, tx.moment(), limit)
}

// namesTakenQueries are the statements for listSizes.
var namesTakenQueries = listQueries(
	`SELECT name FROM resources WHERE account = $1 AND region = $2 AND space = $3 AND gone_at > $4 AND name IN (`, 5, `)`)

// NamesTaken returns those of the names that resources have in a namespace, in no order.
func (tx *Tx) NamesTaken(account, region, space string, names []string) (taken []string, err error) {
	err = inLists(names, func(size int, list []any) error {
		found, err := many(tx, "names", scanText, namesTakenQueries[size], append([]any{account, region, space, tx.moment()}, list...)...)
		taken = append(taken, found...)
		return err
	})
	return taken, err
}

// InsertResource adds a resource. It returns a NameTakenError if the account has that name in
// the region already, or if any account has a name that is worldwide. The name of a resource that
// is gone is free.
func (tx *Tx) InsertResource(r *resource.Resource) error {
	tags, err := encodeTags(r.Tags)
	if err != nil {
		return err
	}
	tx.touch(r.ID, r.Kind)
	inserted, err := tx.insertResource(r, tags)
	if err == nil && !inserted {
		if err = tx.freeName(r); err == nil {
			inserted, err = tx.insertResource(r, tags)
		}
	}
	switch {
	case err == nil && !inserted:
		err = &NameTakenError{Kind: r.Kind, Name: r.Name}
	case err == nil && r.Kind.QuotaPeriod() > 0:
		err = tx.use(r)
	}
	return wrap("insert resource", err)
}

// insertResource reports whether it inserted the resource. It does not if the name or the id is
// taken. PostgreSQL would end the transaction after an error.
func (tx *Tx) insertResource(r *resource.Resource, tags []byte) (inserted bool, err error) {
	res, err := tx.q.exec(`INSERT INTO resources (id, account, region, space, name, kind, zone, created_at, tags, doc, priv, revision, generation,
		worldwide) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		r.ID, r.Account, r.Region, r.Kind.Space(), r.Name, string(r.Kind), r.Zone, r.CreatedAt.UnixMilli(), tags, notNil(r.Doc), notNil(r.Priv),
		newRevision(r.Kind), r.Generation, r.Kind.Worldwide())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// UpdateResource writes what may change in a resource: tags, doc, priv and generation.
func (tx *Tx) UpdateResource(r *resource.Resource) error {
	tags, err := encodeTags(r.Tags)
	if err != nil {
		return err
	}
	tx.touch(r.ID, r.Kind)
	res, err := tx.q.exec(`UPDATE resources SET tags = $1, doc = $2, priv = $3, revision = $4, generation = $5 WHERE id = $6`,
		tags, notNil(r.Doc), notNil(r.Priv), newRevision(r.Kind), r.Generation, r.ID)
	return changed("update resource", res, err)
}

// DeleteResource removes a resource with its addresses; its operations stay.
func (tx *Tx) DeleteResource(r *resource.Resource) error {
	tx.touch(r.ID, r.Kind)
	return tx.remove(r.ID)
}

// scanWholeResource reads wholeColumns.
func scanWholeResource(scan func(...any) error) (*resource.Resource, error) {
	r := &resource.Resource{}
	var gone int64
	err := fillObserved(r, func(dest ...any) error { return scan(append([]any{&gone}, dest...)...) },
		&r.Name, &r.Account, &r.Region, (*string)(&r.Kind))
	r.GoneAt = fromGoneMillis(gone)
	return r, err
}

// fillObserved reads observedColumns, and more columns of text after them.
func fillObserved(r *resource.Resource, scan func(...any) error, more ...*string) error {
	var observed string
	err := fillResource(r, func(dest ...any) error { return scan(append([]any{&r.Generation, &observed}, dest...)...) }, more...)
	if err != nil || observed == "" {
		return err
	}
	r.Observed = &resource.Observation{}
	if err := json.Unmarshal([]byte(observed), r.Observed); err != nil {
		return fmt.Errorf("stored observation: %w", err)
	}
	return nil
}

// fillResource reads resourceColumns, and more columns of text after them.
func fillResource(r *resource.Resource, scan func(...any) error, more ...*string) error {
	var at int64
	var tags []byte
	dest := append(make([]any, 0, 10), &r.ID, &r.Zone, &at, &tags, &r.Doc, &r.Priv)
	for _, m := range more {
		dest = append(dest, m)
	}
	if err := scan(dest...); err != nil {
		return err
	}
	r.CreatedAt = time.UnixMilli(at)
	var err error
	r.Tags, err = decodeTags(tags)
	return err
}

// encodeTags writes tags as a JSON list of [key, value] pairs, in their order.
func encodeTags(tags []types.Tag) ([]byte, error) {
	pairs := make([][2]string, len(tags))
	for i, t := range tags {
		pairs[i] = [2]string{*t.Key, resource.TagValue(t)}
	}
	return json.Marshal(pairs)
}

func decodeTags(doc []byte) ([]types.Tag, error) {
	if string(doc) == "[]" {
		return []types.Tag{}, nil
	}
	var pairs [][]*string // an array of two would take any number, and null for an empty text
	if err := json.Unmarshal(doc, &pairs); err != nil {
		return nil, fmt.Errorf("stored tags: %w", err)
	}
	tags := make([]types.Tag, len(pairs))
	for i, pair := range pairs {
		if len(pair) != 2 || pair[0] == nil || pair[1] == nil {
			return nil, errors.New("stored tags: one is not a key and a value")
		}
		tags[i] = resource.NewTag(*pair[0], *pair[1])
	}
	return tags, nil
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
