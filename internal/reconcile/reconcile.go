// Package reconcile keeps what runs outside the store in step with the store: listeners,
// machines, mails. It decides when a resource is worked on, for any kind; a [Worker] does
// the work.
//
// A resource is worked on after a write of this process touched it, after another process
// changed it, when a step of its lifecycle is due, and again after a failure. All of this
// follows from the store: after a restart, on any replica and in any order, the same end is
// reached. Work that only one process may do is done under a lease in the store.
//
// The package knows no kind, no driver and no action, and it decides nothing about a
// resource's state.
package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Worker makes what runs for the resources of a kind what the store says of them. It is
// called for many resources at a time, but never twice at a time for one.
type Worker interface {
	// Reconcile reads a resource by its id, and makes what runs for it what it has to be at
	// the task's time. If there is no such resource, or it is gone (Task.Read), nothing may run for it
	// afterwards, and the engine, if the kind has one, has confirmed that: the Reconciler
	// removes the row then. A call has the same effect when it is repeated. After an error it is
	// repeated. The context bounds the work. It ends before the lease does, if there is one.
	Reconcile(ctx context.Context, t Task) (Status, error)
	// Running lists the ids of all resources for which something runs, in no order. It is
	// called first, and finds what still runs for a resource that was deleted meanwhile.
	Running(ctx context.Context) ([]string, error)
}

// Task is one call of a Worker.
type Task struct {
	// ID is the resource's.
	ID string
	// Now is the time on the lifecycle clock.
	Now time.Time
	// lease and holder are those of the work; "" if every process does it.
	lease, holder string
}

// Read reads the resource. It returns nil if there is none, or if it is gone at the task's time.
func (t *Task) Read(tx *store.Tx) (*resource.Resource, error) {
	tx.SetNow(t.Now)
	r, err := tx.ResourceByID(t.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Gone(t.Now) {
		return nil, nil //nolint:nilnil // nothing may run for it
	}
	return r, err
}

// Check returns store.ErrNoLease if the work is done under a lease that has ended. What a
// Worker writes of its work into the store, it writes after this check in the same
// transaction: until that ends, no other process acquires the lease.
func (t *Task) Check(tx *store.Tx) error {
	if t.lease == "" {
		return nil
	}
	return tx.CheckLease(t.lease, t.holder)
}

// Status says what a Worker has done.
type Status struct {
	// Resource is the resource as Task.Read returned it.
	Resource *resource.Resource
	// From and Until say at which lifecycle times the work is right: at From and later, and
	// before Until. A zero time is no bound.
	From, Until time.Time
	// Again is when the work is to be repeated in any case, in real time: what failed outside of the
	// store is retried. A zero time is never.
	Again time.Time
	// Report is what was found at an engine; nil if nothing is to be stored of it.
	Report *Report
}

// Report is what a Worker found at an engine. The Reconciler stores it, if it is of the present
// generation of the resource's plan and says something new.
type Report struct {
	resource.Observation
	// Final says that the engine has come to an end with the plan: the open operations of the
	// resource and the generation end as Outcome says.
	Final   bool
	Outcome resource.Outcome
}

// untilGone ends what is right when the resource is gone.
func (s *Status) untilGone() {
	if r := s.Resource; r != nil && !r.GoneAt.IsZero() && (s.Until.IsZero() || r.GoneAt.Before(s.Until)) {
		s.Until = r.GoneAt
	}
}

// rightAt reports whether the work is right at a time.
func (s *Status) rightAt(now time.Time) bool {
	return !now.Before(s.From) && (s.Until.IsZero() || now.Before(s.Until))
}

// Options is what a Reconciler works with.
type Options struct {
	Store *store.DB
	// Kind is a kind for which something runs.
	Kind   resource.Kind
	Worker Worker
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Shared says that other processes write to the store all the time, as replicas do.
	Shared bool
	// Detached says that answers do not wait for the work.
	Detached bool
	// Lease is the name of the lease under which the work is done by one process at a time;
	// "" if every process does it.
	Lease string
}

const (
	// beginTime is how long Begin waits.
	beginTime = 5 * time.Second
	// answerTime is how long the answer to a call waits for its effect.
	answerTime = time.Second
)

// Reconciler keeps what runs for the resources of a kind in step with the store. Its methods
// are safe for concurrent use.
type Reconciler struct {
	o    Options
	ctx  context.Context //nolint:containedctx // it ends with the Reconciler, and all that works for it
	stop context.CancelFunc
	work Group

	mu sync.Mutex
	// term is nil while another process may hold the lease.
	term *term
}

// New returns a Reconciler that has not begun. The caller must Close it.
func New(o Options) *Reconciler {
	r := &Reconciler{o: o}
	r.ctx, r.stop = context.WithCancel(context.Background())
	if o.Lease == "" {
		r.term = newTerm(r.ctx, &r.o, "")
	}
	return r
}

// Begin reconciles all resources. It returns after that, or after five seconds: Run does
// the rest. It does nothing for work under a lease.
func (r *Reconciler) Begin() {
	if t := r.current(); t != nil {
		wait(beginTime, t.pass())
	}
}

// Reconcile works on resources of the kind. It returns after that, or after a second, since
// an answer waits for it: the work continues.
func (r *Reconciler) Reconcile(ids ...string) {
	t := r.current()
	if t == nil {
		return
	}
	all := make([]<-chan struct{}, len(ids))
	for i, id := range ids {
		all[i] = t.start(id)
	}
	r.wait(all)
}

// Touched works on what a write of this process touched, as Reconcile does.
func (r *Reconciler) Touched(touched store.Touched) {
	t := r.current()
	if t == nil {
		return
	}
	var all []<-chan struct{}
	for _, touched := range touched.Resources {
		if touched.Kind == r.o.Kind || touched.Kind == "" && t.knows(touched.ID) {
			all = append(all, t.start(touched.ID))
		}
	}
	if touched.Everything {
		all = append(all, t.pass()...)
	}
	r.wait(all)
}

// current is the term in which resources are worked on; nil if there is none.
func (r *Reconciler) current() *term {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.term
}

func (r *Reconciler) setCurrent(t *term) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.term = t
}

func (r *Reconciler) wait(all []<-chan struct{}) {
	if len(all) > 0 && !r.o.Detached && !wait(answerTime, all) {
		r.o.Log.Warn("backend takes long, answering before it is in step", "kind", r.o.Kind, "resources", len(all))
	}
}

// wait reports whether all channels are closed within a time.
func wait(limit time.Duration, all []<-chan struct{}) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for _, done := range all {
		select {
		case <-done:
		case <-timer.C:
			return false
		}
	}
	return true
}

// Run keeps all resources in step until the context ends or the Reconciler is closed.
func (r *Reconciler) Run(ctx context.Context) {
	done := make(chan struct{})
	launched := r.work.Go(func() {
		defer close(done)
		if t := r.current(); t != nil {
			t.run(ctx)
			return
		}
		r.runUnderLease(ctx)
	})
	if launched {
		<-done
	}
}

// Close ends all work and waits for it.
func (r *Reconciler) Close() {
	r.work.Close()
	r.stop()
	r.work.Wait()
	if t := r.current(); t != nil {
		t.end()
	}
}
