package reconcile

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func (r *Reconciler) run(ctx context.Context) {
	adopted := false
	var next time.Time
	for {
		if now := time.Now(); !now.Before(next) {
			next = now.Add(r.passEvery())
			adopted = adopted || r.adopt()
			r.pass()
		}
		r.step()
		timer := time.NewTimer(r.rest(next))
		select {
		case <-timer.C:
		case <-r.wake:
		case <-ctx.Done():
			timer.Stop()
			return
		case <-r.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (r *Reconciler) passEvery() time.Duration {
	if r.o.Shared {
		return sharedPass
	}
	return lonePass
}

// adopt works on everything that runs already. It reports whether the Worker could list it.
func (r *Reconciler) adopt() bool {
	ctx, cancel := context.WithTimeout(r.ctx, workTime)
	defer cancel()
	ids, err := r.o.Worker.Running(ctx)
	if err != nil {
		if r.ctx.Err() == nil {
			r.o.Log.Error("cannot list what runs already, retrying", "kind", r.o.Kind, "error", err)
		}
		return false
	}
	for _, id := range ids {
		r.start(id)
	}
	return true
}

// pass works on the resources that have changed since they were worked on. A channel is
// closed when one of them is done.
func (r *Reconciler) pass() (all []<-chan struct{}) {
	stored, err := r.stored()
	if err != nil {
		if r.ctx.Err() == nil {
			r.o.Log.Error("cannot read the resources, retrying", "kind", r.o.Kind, "error", err)
		}
		return nil
	}
	for _, id := range r.changed(stored) {
		all = append(all, r.start(id))
	}
	return all
}

func (r *Reconciler) stored() (stored []*resource.Resource, err error) {
	err = r.o.Store.View(r.ctx, func(tx *store.Tx) error {
		stored, err = tx.AllInstances()
		return err
	})
	return stored, err
}

// changed lists what is new, changed or removed, in the order of the store.
func (r *Reconciler) changed(stored []*resource.Resource) (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there := make(map[string]bool, len(stored))
	for _, s := range stored {
		there[s.ID] = true
		if k := r.keys[s.ID]; k == nil || k.lastError == "" && !same(k.status.Resource, s) {
			ids = append(ids, s.ID)
		}
	}
	var removed []string
	for id := range r.keys {
		if !there[id] {
			removed = append(removed, id)
		}
	}
	// What was removed comes first: it may have an address that a new resource got.
	return slices.Concat(removed, ids)
}

func same(a, b *resource.Resource) bool {
	return a != nil && bytes.Equal(a.Doc, b.Doc) && bytes.Equal(a.Priv, b.Priv)
}

// step works on the resources whose time has come.
func (r *Reconciler) step() {
	for _, id := range r.due() {
		r.start(id)
	}
}

func (r *Reconciler) due() (ids []string) {
	if r.idle() {
		return nil
	}
	lifecycle, now := r.o.Clock(), time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, k := range r.keys {
		if k.due(lifecycle, now) {
			ids = append(ids, id)
		}
	}
	return ids
}

// rest is how long nothing is to be done, if the next pass is at a time.
func (r *Reconciler) rest(next time.Time) time.Duration {
	if r.idle() {
		return max(tick, time.Until(next))
	}
	lifecycle := r.o.Clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.keys {
		if k.status.Until.After(lifecycle) {
			return tick
		}
		if k.lastError != "" && k.retryAt.Before(next) {
			next = k.retryAt
		}
	}
	return max(tick, time.Until(next))
}

// idle reports whether there is nothing to keep in step. The clock is not asked then.
func (r *Reconciler) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.keys) == 0
}
