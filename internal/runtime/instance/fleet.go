// Package instance keeps what runs behind instances in step with the store, and owns the
// listeners in front of them.
//
// It reads instances and decides nothing about them: which state one is in at a
// moment and whom its firewall admits is in package instance, and what a machine is
// in package compute. It stands beside the API and knows no action.
package instance

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what a Fleet works with.
type Options struct {
	Store  *store.DB
	Sealer *seal.Sealer
	// Driver runs the machines. The Fleet closes it.
	Driver machine.Driver
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Range holds the public addresses that instances listen on, next to their loopback
	// port; none do when zero. CheckRange says what it has to be.
	Range netip.Prefix
	// Shared says that other servers write to the store, and may be on this machine.
	Shared bool
	// Limits bound the connections to instances.
	Limits Limits
}

// Limits bound the connections to instances. Those beyond are reset.
type Limits struct {
	// PerInstance is for each instance; DefaultPerInstance when zero.
	PerInstance int
	// Total is for all of them; DefaultTotal when zero.
	Total int
}

// Defaults of Limits. The embedded driver admits 64 and 1024 and closes clients that do
// not log in; there is room for those it has closed and that have not left yet.
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

const (
	// tick is how exactly machines follow the steps of plans. Nothing ticks while no plan
	// has a step to come.
	tick = 100 * time.Millisecond
	// headStart is how much before its time a step is taken: an instance that the API
	// calls running can be reached.
	headStart = 250 * time.Millisecond
	// sharedPass is how soon a server sees what another one wrote, and how soon it tries
	// again what failed.
	sharedPass = 2 * time.Second
	// lonePass is for what commands and imports wrote beside the only server.
	lonePass = 10 * time.Second
	// beginTime is how long a start waits for its instances.
	beginTime = 5 * time.Second
	// answerTime is how long the answer to a call waits for its effect.
	answerTime = time.Second
	// driverTime is how long a driver may take for one instance.
	driverTime = time.Minute
	// atOnce is how many instances are worked on at one time.
	atOnce = 16
)

// Fleet is what runs behind instances. Its methods are safe for concurrent use.
type Fleet struct {
	o        Options
	ctx      context.Context //nolint:containedctx // it ends with the Fleet, and all that works for it
	stop     context.CancelFunc
	work     sync.WaitGroup
	wake     chan struct{}
	turns    chan struct{}
	admitted *limit.Gate

	mu     sync.Mutex
	slots  map[key]*slot
	closed bool
}

// key names an instance as the API does.
type key struct{ account, region, name string }

func keyOf(r *resource.Resource) key { return key{r.Account, r.Region, r.Name} }

// New returns a fleet without instances: Run brings them.
func New(o Options) *Fleet {
	o.Limits = o.Limits.withDefaults()
	f := &Fleet{
		o: o, slots: map[key]*slot{}, wake: make(chan struct{}, 1), turns: make(chan struct{}, atOnce),
		admitted: limit.NewGate(o.Limits.Total),
	}
	f.ctx, f.stop = context.WithCancel(context.Background())
	return f
}

// Begin brings all instances in step. It returns when that is done, or as soon as Run
// can just as well go on with the rest.
func (f *Fleet) Begin() {
	timer := time.NewTimer(beginTime)
	defer timer.Stop()
	for _, done := range f.pass() {
		select {
		case <-done:
		case <-timer.C:
			return
		}
	}
}

// now is the time that machines follow.
func (f *Fleet) now() time.Time { return f.o.Clock().Add(headStart) }

// Run keeps all instances in step until the context ends or the fleet is closed.
func (f *Fleet) Run(ctx context.Context) {
	done := make(chan struct{})
	if f.launch(func() { f.run(ctx); close(done) }) {
		<-done
	}
}

func (f *Fleet) run(ctx context.Context) {
	f.forgetDeleted()
	var last time.Time
	for {
		if now := time.Now(); now.Sub(last) >= f.passEvery() {
			last = now
			f.pass()
		}
		f.step()
		timer := time.NewTimer(f.rest(last))
		select {
		case <-timer.C:
		case <-f.wake:
		case <-ctx.Done():
			timer.Stop()
			return
		case <-f.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// Refresh brings instances in step with what the store says now. It returns when that
// is done, or, as it keeps an answer waiting, after a second: the rest goes on by itself.
func (f *Fleet) Refresh(account, region string, names ...string) {
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	all := make([]<-chan struct{}, len(names))
	for i, name := range names {
		all[i] = f.refresh(key{account, region, name})
	}
	for _, done := range all {
		select {
		case <-done:
		case <-timer.C:
			f.o.Log.Warn("instances take long to change", "account", account, "region", region, "instances", len(names))
			return
		}
	}
}

// Close ends the listeners, the connections and the driver.
func (f *Fleet) Close() error {
	f.mu.Lock()
	f.closed = true
	slots := slices.Collect(maps.Values(f.slots))
	f.mu.Unlock()
	f.stop()
	for _, s := range slots {
		s.mu.Lock()
		s.shut()
		s.mu.Unlock()
	}
	err := f.o.Driver.Close()
	f.work.Wait()
	return err
}

// launch runs fn beside the caller, unless the fleet is closed.
func (f *Fleet) launch(fn func()) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.work.Go(fn)
	return true
}
