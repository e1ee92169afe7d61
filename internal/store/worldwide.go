package store

import (
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// NameTakenError says that a resource was not added because another one has its name. It is
// an ErrNameTaken.
type NameTakenError struct {
	Kind resource.Kind
	Name string
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Kind, e.Name, ErrNameTaken)
}

// Unwrap is ErrNameTaken.
func (*NameTakenError) Unwrap() error { return ErrNameTaken }

// worldwideQueries are the statements for listSizes. Their condition is that of the index.
var worldwideQueries = listQueries(`SELECT name FROM resources WHERE worldwide AND gone_at > $1 AND name IN (`, 2, `)`)

// WorldwideNamesTaken returns those of the names that resources have of kinds whose names are
// unique over all accounts and regions, in no order.
func (tx *Tx) WorldwideNamesTaken(names []string) (taken []string, err error) {
	err = inLists(names, func(size int, list []any) error {
		found, err := many(tx, "names", scanText, worldwideQueries[size], append([]any{tx.moment()}, list...)...)
		taken = append(taken, found...)
		return err
	})
	return taken, err
}
