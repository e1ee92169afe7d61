// Package alarm evaluates alarms when that is due, and queues notifications of changes of state.
//
// Package kind/alarm has the rule by which states change, package reconcile says when an alarm is
// worked on, and the mails are sent by another part of the server. It knows no kind with metrics.
package alarm

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// lease is the name of the lease under which one of several servers evaluates alarms.
const lease = "alarms"

// storedEach is how often an alarm is stored whose state does not change: reads repeat at most so
// many evaluations.
const storedEach = time.Hour

// Options is what a Runtime works with.
type Options struct {
	Store   *store.DB
	Metrics metric.Sources
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Shared says that other servers write to the store.
	Shared bool
	// Committed is called with what a write touched: alarms, and contact methods that got a mail.
	Committed func(store.Touched)
}

// Runtime evaluates the alarms of a store. Its methods are safe for concurrent use.
type Runtime struct{ *reconcile.Reconciler }

// New returns a Runtime that has not begun. The caller must Close it.
func New(o Options) *Runtime {
	ro := reconcile.Options{
		Store: o.Store, Kind: resource.Alarm, Worker: worker{o}, Clock: o.Clock, Log: o.Log, Shared: o.Shared,
	}
	if o.Shared {
		ro.Lease = lease
	}
	return &Runtime{reconcile.New(ro)}
}

// worker evaluates an alarm.
type worker struct{ o Options }

// Running lists nothing: all there is of alarms is in the store.
func (worker) Running(context.Context) ([]string, error) { return nil, nil }

// Reconcile makes the evaluations that are due. What follows from them is stored if the state has changed,
// and now and then.
func (w worker) Reconcile(ctx context.Context, t reconcile.Task) (reconcile.Status, error) {
	var a *alarm.Alarm
	var changed bool
	err := w.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		a, changed, err = w.advance(tx, t)
		return err
	})
	if err != nil || a == nil {
		return reconcile.Status{}, err
	}
	if changed {
		if a, err = w.store(ctx, t); err != nil || a == nil {
			return reconcile.Status{}, err
		}
	}
	return reconcile.Status{Resource: brief(a.Resource), From: a.Priv.Evaluated, Until: a.Next()}, nil
}

// advance makes the evaluations that are due, and reports whether the result has to be stored. The
// alarm is nil if it is not there any more.
func (w worker) advance(tx *store.Tx, t reconcile.Task) (a *alarm.Alarm, changed bool, err error) {
	r, err := t.Read(tx)
	if err != nil || r == nil {
		return nil, false, err
	}
	a = &alarm.Alarm{}
	if err := a.Open(r); err != nil {
		return nil, false, err
	}
	before := a.Priv
	if _, err := Advance(tx, w.o.Metrics, a, t.Now); err != nil {
		return nil, false, err
	}
	after := a.Priv
	return a, after.State != before.State || after.Test != before.Test || before.Evaluated.After(after.Evaluated) ||
		after.Evaluated.Sub(before.Evaluated) >= storedEach, nil
}

// store makes the evaluations that are due, queues their notifications and stores the alarm, all in one
// transaction: another server does that neither before nor after.
func (w worker) store(ctx context.Context, t reconcile.Task) (a *alarm.Alarm, err error) {
	touched, err := w.o.Store.UpdateTouched(ctx, func(tx *store.Tx) error {
		a = nil
		if err := t.Check(tx); err != nil {
			return err
		}
		r, err := t.Read(tx)
		if err != nil || r == nil {
			return err
		}
		a = &alarm.Alarm{}
		if err := a.Open(r); err != nil {
			return err
		}
		if err := Settle(tx, w.o.Metrics, a, t.Now); err != nil {
			return err
		}
		if err := a.Pack(); err != nil {
			return err
		}
		return tx.UpdateResource(a.Resource)
	})
	if w.o.Committed != nil && (err == nil || errors.Is(err, store.ErrUnknownOutcome)) {
		w.o.Committed(touched)
	}
	return a, err
}

// brief is a row without its documents: one of each alarm is kept in memory.
func brief(r *resource.Resource) *resource.Resource {
	return &resource.Resource{
		ID: r.ID, Account: r.Account, Region: r.Region, Name: r.Name, Kind: r.Kind, GoneAt: r.GoneAt, Revision: r.Revision,
	}
}
