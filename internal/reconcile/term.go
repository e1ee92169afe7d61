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

const (
	// workTime is how long the work on one resource may take.
	workTime = time.Minute
	// maxWorking is how many resources are worked on at a time.
	maxWorking = 16
)

// term is the time in which a process works on the resources of a kind: until it ends, or as
// long as it holds the lease.
type term struct {
	o      *Options
	holder string
	ctx    context.Context //nolint:containedctx // it ends with the term, and all that works for it
	stop   context.CancelFunc
	work   Group
	wake   chan struct{}
	// working has an element for each resource that is worked on.
	working chan struct{}

	mu   sync.Mutex
	keys map[string]*key
	// until is when the term ends unless it is extended; zero if it need not be. timer ends it.
	until time.Time
	timer *time.Timer
}

func newTerm(ctx context.Context, o *Options, holder string) *term {
	t := &term{o: o, holder: holder, keys: map[string]*key{}, wake: make(chan struct{}, 1), working: make(chan struct{}, maxWorking)}
	t.ctx, t.stop = context.WithCancel(ctx)
	return t
}

// end ends all work and waits for it.
func (t *term) end() {
	t.work.Close()
	t.stop()
	t.work.Wait()
}

// extend lets the term end at a time, and not earlier.
func (t *term) extend(until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		t.timer = time.AfterFunc(time.Until(until), t.stop)
	} else if t.timer.Stop() {
		t.timer.Reset(time.Until(until))
	}
	t.until = until
}

// over reports whether the term has ended. It also asks the wall clock: timers stand still
// while the machine sleeps.
func (t *term) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return t.ctx.Err() != nil || !t.until.IsZero() && (now.After(t.until) || now.Round(0).After(t.until.Round(0)))
}

// knows reports whether a resource is worked on, or something runs for it.
func (t *term) knows(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.keys[id] != nil
}

// start works on a resource in the background; the channel is closed after that. The Worker
// reads the store after the call of start, so work that waits to begin is not doubled.
func (t *term) start(id string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.keys[id]
	if k == nil {
		k = &key{id: id}
		t.keys[id] = k
	}
	if k.queued != nil {
		return k.queued
	}
	done := make(chan struct{})
	k.queued = done
	if !t.work.Go(func() { defer close(done); t.process(k) }) {
		close(done)
	}
	return done
}

func (t *term) process(k *key) {
	k.running.Lock()
	defer k.running.Unlock()
	select {
	case t.working <- struct{}{}:
		defer func() { <-t.working }()
	case <-t.ctx.Done():
		return
	}
	if t.over() {
		t.stop()
		return
	}
	t.mu.Lock()
	k.queued, k.working = nil, true
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.ctx, workTime)
	defer cancel()
	task := Task{ID: k.id, Now: t.o.Clock(), lease: t.o.Lease, holder: t.holder}
	status, err := t.o.Worker.Reconcile(ctx, task)
	if err == nil {
		err = t.settle(ctx, task, &status)
	}
	status.untilGone()
	switch {
	case errors.Is(err, store.ErrNoLease): // another process may work
		t.stop()
	case t.ctx.Err() == nil:
		t.finish(k, status, err)
	}
}

// finish keeps what was done, and logs an error if it is new.
func (t *term) finish(k *key, status Status, err error) {
	t.mu.Lock()
	lastError := k.finish(status, err)
	if check := time.Now().Add(checkEvery); t.o.Shared && (k.checkAt.IsZero() || check.Before(k.checkAt)) {
		k.checkAt = check
	}
	named := k.status.Resource
	if err == nil && status.Resource == nil && k.queued == nil {
		delete(t.keys, k.id)
	}
	t.mu.Unlock()
	switch log := t.logger(k.id, named); {
	case err != nil && err.Error() != lastError:
		log.Warn("backend out of sync, retrying", "error", err)
	case err == nil && lastError != "":
		log.Info("backend in sync again")
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// logger names a resource in what it logs; named is nil if only its id is known.
func (t *term) logger(id string, named *resource.Resource) *slog.Logger {
	log := t.o.Log.With("kind", t.o.Kind, "id", id)
	if named == nil {
		return log
	}
	return log.With("account", named.Account, "region", named.Region, "name", named.Name)
}
