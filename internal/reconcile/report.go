package reconcile

import (
	"context"
	"errors"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// settle stores what follows from work that succeeded.
func (t *term) settle(ctx context.Context, task Task, status *Status) error {
	switch {
	case status.Resource == nil && t.o.Kind.Engine():
		return t.remove(ctx, task)
	case status.Resource != nil && status.Report != nil:
		return t.report(ctx, task, status.Resource, status.Report)
	}
	return nil
}

// remove removes the row of a resource that is gone, since the engine has nothing of it any more. If
// the process ends before that, or if it is not known whether the row was removed, the work is repeated.
func (t *term) remove(ctx context.Context, task Task) error {
	return t.o.Store.Update(ctx, func(tx *store.Tx) error {
		if err := task.Check(tx); err != nil {
			return err
		}
		tx.SetNow(task.Now)
		return tx.RemoveGone(task.ID)
	})
}

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
		tx.SetNow(task.Now)
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
