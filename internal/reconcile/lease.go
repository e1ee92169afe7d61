package reconcile

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Leases follow real time: that of the database, and between two answers of it this
// process's own.
const (
	// leaseTime is how long a lease lasts that is not renewed.
	leaseTime = 10 * time.Second
	// renewEvery is how often a lease is renewed, and how often another process tries to
	// acquire it.
	renewEvery = 2 * time.Second
	// leaseMargin is how long before the end of a lease its work ends: what a Worker has
	// begun can come to its end.
	leaseMargin = 3 * time.Second
)

// runUnderLease works whenever this process has the lease.
func (r *Reconciler) runUnderLease(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ctx, cancel)()
	for ctx.Err() == nil {
		holder := rand.Text() // of one term: what an earlier one left counts no more
		if until, err := r.acquire(ctx, holder); err == nil {
			r.hold(ctx, holder, until)
		} else if !errors.Is(err, store.ErrNoLease) && ctx.Err() == nil {
			r.o.Log.Error("cannot acquire the lease, retrying", "lease", r.o.Lease, "error", err)
		}
		sleep(ctx, renewEvery)
	}
}

// acquire acquires the lease, or renews it. The work under it has to end at the time that
// is returned.
func (r *Reconciler) acquire(ctx context.Context, holder string) (until time.Time, err error) {
	asked := time.Now() // the database's answer counts from a later moment
	err = r.o.Store.Update(ctx, func(tx *store.Tx) error { return tx.AcquireLease(r.o.Lease, holder, leaseTime) })
	return asked.Add(leaseTime - leaseMargin), err
}

// hold works until the lease is lost or the context ends. It returns after all work has
// ended and the lease is released.
func (r *Reconciler) hold(ctx context.Context, holder string, until time.Time) {
	t := newTerm(ctx, &r.o, holder)
	t.extend(until)
	r.setCurrent(t)
	r.o.Log.Info("lease acquired", "lease", r.o.Lease)
	t.work.Go(func() { r.renew(t) })
	t.run(t.ctx)
	r.setCurrent(nil)
	t.end()
	r.o.Log.Info("lease ended", "lease", r.o.Lease)
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewEvery)
	defer cancel()
	err := r.o.Store.Update(release, func(tx *store.Tx) error { return tx.ReleaseLease(r.o.Lease, holder) })
	if err != nil && !errors.Is(err, store.ErrNoLease) { // it runs out
		r.o.Log.Warn("cannot release the lease", "lease", r.o.Lease, "error", err)
	}
}

// renew renews the lease of a term, and ends the term if another process has the lease.
func (r *Reconciler) renew(t *term) {
	for sleep(t.ctx, renewEvery); t.ctx.Err() == nil; sleep(t.ctx, renewEvery) {
		until, err := r.acquire(t.ctx, t.holder)
		switch {
		case err == nil:
			t.extend(until)
		case errors.Is(err, store.ErrNoLease):
			t.stop()
		case t.ctx.Err() == nil:
			r.o.Log.Error("cannot renew the lease, retrying", "lease", r.o.Lease, "error", err)
		}
	}
}

// sleep waits, or returns earlier when the context ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
