package reconcile

import (
	"context"
	"errors"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// report stores what was found at an engine, and ends the open operations that it answers.
// Nothing is written if it was known when the resource was read.
func (t *term) report(ctx context.Context, task Task, r *resource.Resource, found *Report) error {
	if known := *r; !known.Observe(found.Observation) {
		return nil
	}
	err := t.o.Store.Update(ctx, func(tx *store.Tx) error {
		if err := task.Check(tx); err != nil {
			return err
		}
		changed, err := tx.Observe(r.ID, found.Observation)
		if err != nil || !changed || !found.Final {
			return err
		}
		return tx.EndOperations(r.ID, found.Generation, found.At, found.Outcome)
	})
	if errors.Is(err, store.ErrNotFound) { // it was deleted meanwhile
		return nil
	}
	return err
}
