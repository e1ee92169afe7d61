// Package reconcile keeps what runs outside the store in step with the store: listeners,
// machines, mails. It decides when a resource is worked on, for any kind; a [Worker] does
// the work.
//
// A resource is worked on after a write of this process touched it, after another process
// changed it, when a step of its lifecycle is due, and again after a failure. All of this
// follows from the store: after a restart, on any replica and in any order, the same end is
// reached.
//
// The package knows no kind, no driver and no action, and it decides nothing about a
// resource's state.
package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Worker makes what runs for the resources of a kind what the store says of them. It is
// called for many resources at a time, but never twice at a time for one.
type Worker interface {
	// Reconcile reads the resource with an id, and makes what runs for it what it has to be
	// at a time of the lifecycle clock. If there is no such resource, nothing may run for it
	// afterwards. A call has the same effect when it is repeated. After an error it is
	// repeated. The context bounds the work.
	Reconcile(ctx context.Context, id string, now time.Time) (Status, error)
	// Running lists the ids of all resources for which something runs, in no order. What runs
	// for a resource that was deleted meanwhile is found by it at the start.
	Running(ctx context.Context) ([]string, error)
}

// Status says what a Worker has done.
type Status struct {
	// Resource is the resource as it was read; nil if there is none.
	Resource *resource.Resource
	// From and Until say at which lifecycle times the work is right: at From and later, and
	// before Until. A zero time is no bound.
	From, Until time.Time
}

// rightAt reports whether the work is right at a time.
func (s *Status) rightAt(now time.Time) bool {
	return !now.Before(s.From) && (s.Until.IsZero() || now.Before(s.Until))
}

// Options is what a Reconciler works with.
type Options struct {
	Store  *store.DB
	Kind   resource.Kind
	Worker Worker
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Shared says that other processes write to the store all the time, as replicas do.
	Shared bool
}

const (
	// tick is how exactly due steps are taken. Nothing ticks while no resource has one.
	tick = 100 * time.Millisecond
	// sharedPass is how soon a process finds what another one wrote.
	sharedPass = 2 * time.Second
	// lonePass is the same for a process that has the store for itself, except for commands.
	lonePass = 10 * time.Second
	// retryAfter is how long a failure is left alone.
	retryAfter = 2 * time.Second
	// beginTime is how long Begin waits.
	beginTime = 5 * time.Second
	// answerTime is how long the answer to a call waits for its effect.
	answerTime = time.Second
	// workTime is how long the work on one resource may take.
	workTime = time.Minute
	// maxWorking is how many resources are worked on at a time.
	maxWorking = 16
)

// Reconciler keeps what runs for the resources of a kind in step with the store. Its methods
// are safe for concurrent use.
type Reconciler struct {
	o       Options
	ctx     context.Context //nolint:containedctx // it ends with the Reconciler, and all that works for it
	stop    context.CancelFunc
	work    Group
	wake    chan struct{}
	working chan struct{}

	mu   sync.Mutex
	keys map[string]*key
}

// New returns a Reconciler that has not begun. The caller must Close it.
func New(o Options) *Reconciler {
	r := &Reconciler{o: o, keys: map[string]*key{}, wake: make(chan struct{}, 1), working: make(chan struct{}, maxWorking)}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// Begin reconciles all resources. It returns after that, or after five seconds: Run does
// the rest.
func (r *Reconciler) Begin() { wait(beginTime, r.pass()) }

// Reconcile works on resources of the kind, after a write of this process touched them. It
// returns after that, or after a second, since an answer waits for it: the work continues.
func (r *Reconciler) Reconcile(ids ...string) {
	all := make([]<-chan struct{}, len(ids))
	for i, id := range ids {
		all[i] = r.start(id)
	}
	if !wait(answerTime, all) {
		r.o.Log.Warn("backend takes long, answering before it is in step", "kind", r.o.Kind, "resources", len(ids))
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
	if r.work.Go(func() { r.run(ctx); close(done) }) {
		<-done
	}
}

// Close ends all work and waits for it.
func (r *Reconciler) Close() {
	r.work.Close()
	r.stop()
	r.work.Wait()
}
