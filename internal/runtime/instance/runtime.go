// Package instance keeps what runs for instances in step with the store: their machines at
// a driver, and the listeners that clients connect to.
//
// It reads instances and decides nothing about them. Package kind/instance says which state
// an instance is in and whom its firewall admits, package driver/machine what a machine is,
// and package reconcile when an instance is worked on. It knows no action.
package instance

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what a Runtime works with.
type Options struct {
	Store  *store.DB
	Sealer *seal.Sealer
	// Driver runs the machines. The Runtime closes it.
	Driver machine.Driver
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Range holds the public addresses that instances listen on, in addition to their loopback
	// port; none do if it is zero. CheckRange says what it has to be.
	Range netip.Prefix
	// Shared says that other servers write to the store, and may be on this machine.
	Shared bool
	// Limits bound the connections to instances.
	Limits Limits
}

// Limits bound the connections to instances. Those beyond are reset.
type Limits struct {
	// PerInstance is for each instance; DefaultPerInstance if zero.
	PerInstance int
	// Total is for all of them; DefaultTotal if zero.
	Total int
}

// Defaults of Limits. The simulated driver admits 64 and 1024 and closes clients that do
// not log in; there is room for those it has closed and that have not ended yet.
const (
	DefaultPerInstance = 64 + 16
	DefaultTotal       = 1024 + 64
)

func (l Limits) withDefaults() Limits {
	if l.PerInstance == 0 {
		l.PerInstance = DefaultPerInstance
	}
	if l.Total == 0 {
		l.Total = DefaultTotal
	}
	return l
}

// headStart is how much before its time a step of a plan is taken: an instance that the API
// calls running can be reached.
const headStart = 250 * time.Millisecond

// Runtime is what runs for instances. Its methods are safe for concurrent use.
type Runtime struct {
	o          Options
	ctx        context.Context //nolint:containedctx // it ends with the Runtime, and all that works for it
	stop       context.CancelFunc
	work       reconcile.Group
	reconciler *reconcile.Reconciler
	admitted   *limit.Gate

	mu      sync.Mutex
	entries map[string]*entry
	// listening has the instance that listens at an address.
	listening map[netip.AddrPort]*entry
	// released is closed, and another one made, when an instance no longer listens at an address.
	released chan struct{}
}

// New returns a Runtime in which nothing runs: Begin and Run start what has to.
func New(o Options) *Runtime {
	o.Limits = o.Limits.withDefaults()
	rt := &Runtime{
		o: o, admitted: limit.NewGate(o.Limits.Total),
		entries: map[string]*entry{}, listening: map[netip.AddrPort]*entry{}, released: make(chan struct{}),
	}
	rt.ctx, rt.stop = context.WithCancel(context.Background())
	rt.reconciler = reconcile.New(reconcile.Options{
		Store: o.Store, Kind: resource.Instance, Worker: worker{rt}, Shared: o.Shared, Log: o.Log,
		Clock: func() time.Time { return o.Clock().Add(headStart) },
	})
	return rt
}

// Begin starts what has to run. It returns after that, or as soon as Run can just as well
// do the rest.
func (rt *Runtime) Begin() { rt.reconciler.Begin() }

// Run keeps all instances in step until the context ends or the Runtime is closed.
func (rt *Runtime) Run(ctx context.Context) { rt.reconciler.Run(ctx) }

// Reconcile works on instances by their ids. It returns after that, or after a second: the
// work continues.
func (rt *Runtime) Reconcile(ids ...string) { rt.reconciler.Reconcile(ids...) }

// Touched works on the instances that a write of this process touched, as Reconcile does.
func (rt *Runtime) Touched(touched store.Touched) { rt.reconciler.Touched(touched) }

// Close ends the listeners, the connections and the driver.
func (rt *Runtime) Close() error {
	rt.reconciler.Close()
	rt.work.Close()
	rt.stop()
	for _, e := range rt.entries { // the Reconciler was the only one to change them
		e.shut()
	}
	err := rt.o.Driver.Close()
	rt.work.Wait()
	return err
}

// worker does the work on an instance.
type worker struct{ *Runtime }

// Running lists the instances that have a machine.
func (w worker) Running(ctx context.Context) (ids []string, err error) {
	machines, err := w.o.Driver.List(ctx)
	for _, m := range machines {
		ids = append(ids, m.ID)
	}
	return ids, err
}

// Reconcile makes machine and listeners of an instance what they have to be.
func (w worker) Reconcile(ctx context.Context, t reconcile.Task) (reconcile.Status, error) {
	r, in, err := w.read(t)
	e := w.entry(t.ID)
	switch {
	case err == nil:
		err = e.apply(ctx, in, t.Now)
	case errors.Is(err, errUnreadable): // what it was before may be what it must not be now
		e.shut()
	}
	status := reconcile.Status{Resource: r}
	if in != nil {
		status.From, status.Until = span(in.Priv.Plan, t.Now)
	}
	if in != nil && err == nil {
		status.Report = in.report(t.Now)
	}
	return status, err
}

// span returns from when until when a plan is in the step that it is in at a time, as
// reconcile.Status has them.
func span(p resource.Plan, now time.Time) (from, until time.Time) {
	if at := p.At(now); len(p) > 0 && at != p[0] {
		from = at.At
	}
	until, _ = p.Next(now)
	return from, until
}

// entry returns the entry of an instance, and makes it if there is none.
func (rt *Runtime) entry(id string) *entry {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	e := rt.entries[id]
	if e == nil {
		e = newEntry(rt, id)
		rt.entries[id] = e
	}
	return e
}
