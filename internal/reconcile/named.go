package reconcile

import (
	"errors"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// ReconcileNamed works on the resources that have a name, or had it when they were worked on.
func (r *Reconciler) ReconcileNamed(account, region string, names ...string) {
	var ids []string
	r.mu.Lock()
	for id, k := range r.keys {
		if n := k.status.Resource; n != nil && n.Account == account && n.Region == region && slices.Contains(names, n.Name) {
			ids = append(ids, id)
		}
	}
	r.mu.Unlock()
	err := r.o.Store.View(r.ctx, func(tx *store.Tx) error {
		for _, name := range names {
			n, err := tx.Resource(account, region, name)
			if err == nil && n.Kind == r.o.Kind && !slices.Contains(ids, n.ID) {
				ids = append(ids, n.ID)
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.o.Log.Error("cannot read the resources that a call touched", "kind", r.o.Kind, "error", err)
	}
	r.Reconcile(ids...)
}
