package store

import (
	"context"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Touched says which resources a transaction touched: those whose row, addresses, entries or links
// it wrote or deleted.
type Touched struct {
	// Everything says that Resources does not have all: much was written at once.
	Everything bool
	// Resources has each resource once, in the order in which they were touched.
	Resources []TouchedResource
}

// TouchedResource is a resource that was touched.
type TouchedResource struct {
	ID string
	// Kind is "" if only addresses or entries of the resource were touched.
	Kind resource.Kind
}

// UpdateTouched is Update, and returns what the last run of fn touched. After an error that
// is not ErrUnknownOutcome nothing of that is stored.
func (db *DB) UpdateTouched(ctx context.Context, fn func(*Tx) error) (touched Touched, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		touched = Touched{}
		tx.touched = &touched
		return fn(tx)
	})
	return touched, err
}

// touch notes that a resource is touched. kind is "" if it is not known.
func (tx *Tx) touch(id string, kind resource.Kind) {
	if tx.touched == nil {
		return
	}
	for i := range tx.touched.Resources {
		if t := &tx.touched.Resources[i]; t.ID == id {
			if t.Kind == "" {
				t.Kind = kind
			}
			return
		}
	}
	tx.touched.Resources = append(tx.touched.Resources, TouchedResource{id, kind})
}

// touchEverything notes that more is touched than can be listed.
func (tx *Tx) touchEverything() {
	if tx.touched != nil {
		tx.touched.Everything = true
	}
}
