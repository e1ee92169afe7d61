package reconcile

import (
	"context"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	// tick is how exactly due steps are taken. Nothing ticks while no resource has one.
	tick = 100 * time.Millisecond
	// sharedPass is how soon a process finds what another one wrote.
	sharedPass = 2 * time.Second
	// lonePass is the same for a process that has the store for itself, except for commands.
	lonePass = 10 * time.Second
)

// run keeps all resources in step until the context or the term ends.
func (t *term) run(ctx context.Context) {
	adopted := false
	var next time.Time
	for {
		if now := time.Now(); !now.Before(next) {
			next = now.Add(t.passEvery())
			adopted = adopted || t.adopt()
			t.pass()
		}
		t.step()
		timer := time.NewTimer(t.rest(next))
		select {
		case <-timer.C:
		case <-t.wake:
		case <-ctx.Done():
			timer.Stop()
			return
		case <-t.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (t *term) passEvery() time.Duration {
	if t.o.Shared {
		return sharedPass
	}
	return lonePass
}

// adopt works on what runs already without having been worked on, such as what runs for a
// resource that is gone. It reports whether the Worker could list it.
func (t *term) adopt() bool {
	ctx, cancel := context.WithTimeout(t.ctx, workTime)
	defer cancel()
	ids, err := t.o.Worker.Running(ctx)
	if err != nil {
		if t.ctx.Err() == nil {
			t.o.Log.Error("cannot list what runs already, retrying", "kind", t.o.Kind, "error", err)
		}
		return false
	}
	for _, id := range ids {
		if !t.knows(id) {
			t.start(id)
		}
	}
	return true
}

// pass works on the resources that have changed since they were worked on. A channel is
// closed when one of them is done.
func (t *term) pass() (all []<-chan struct{}) {
	var stored []store.Revision
	err := t.o.Store.View(t.ctx, func(tx *store.Tx) (err error) {
		stored, err = tx.Revisions(t.o.Kind)
		return err
	})
	if err != nil {
		if t.ctx.Err() == nil {
			t.o.Log.Error("cannot read the resources, retrying", "kind", t.o.Kind, "error", err)
		}
		return nil
	}
	for _, id := range t.changed(t.there(stored)) {
		all = append(all, t.start(id))
	}
	return all
}

// there leaves out what is gone, unless an engine may have something of it. The clock is not
// asked if nothing goes.
func (t *term) there(stored []store.Revision) []store.Revision {
	goes := func(r store.Revision) bool { return !r.GoneAt.IsZero() }
	if t.o.Kind.Engine() || !slices.ContainsFunc(stored, goes) {
		return stored
	}
	now := t.o.Clock()
	return slices.DeleteFunc(stored, func(r store.Revision) bool { return goes(r) && !r.GoneAt.After(now) })
}

// changed lists what is new, changed or removed, in the order of the store.
func (t *term) changed(stored []store.Revision) (ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	there := make(map[string]bool, len(stored))
	for _, s := range stored {
		there[s.ID] = true
		if k := t.keys[s.ID]; k == nil || k.lastError == "" && k.revision() != s.Revision {
			ids = append(ids, s.ID)
		}
	}
	var removed []string
	for id := range t.keys {
		if !there[id] {
			removed = append(removed, id)
		}
	}
	// What was removed comes first: it may have an address that a new resource got.
	return slices.Concat(removed, ids)
}

// step works on the resources whose time has come.
func (t *term) step() {
	for _, id := range t.due() {
		t.start(id)
	}
}

func (t *term) due() (ids []string) {
	if t.idle() {
		return nil
	}
	lifecycle, now := t.o.Clock(), time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, k := range t.keys {
		if k.due(lifecycle, now) {
			ids = append(ids, id)
		}
	}
	return ids
}

// rest is how long nothing is to be done, if the next pass is at a time.
func (t *term) rest(next time.Time) time.Duration {
	if t.idle() {
		return max(tick, time.Until(next))
	}
	lifecycle := t.o.Clock()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.keys {
		if k.status.Until.After(lifecycle) {
			return tick
		}
		if k.lastError != "" && k.retryAt.Before(next) {
			next = k.retryAt
		}
		if !k.checkAt.IsZero() && k.checkAt.Before(next) {
			next = k.checkAt
		}
	}
	return max(tick, time.Until(next))
}

// idle reports whether there is nothing to keep in step. The clock is not asked then.
func (t *term) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.keys) == 0
}
