package reconcile

import (
	"context"
	"sync"
	"time"
)

// key is a resource that is worked on, or for which something runs.
type key struct {
	id string
	// running is held while the resource is worked on.
	running sync.Mutex

	// The Reconciler's mutex guards what follows.

	// queued is closed at the end of the work that has not begun; nil if there is none.
	queued chan struct{}
	// working says that the Worker is called.
	working bool
	status  Status
	// lastError is what the last work failed with, and retryAt when it is repeated, in real time.
	lastError string
	retryAt   time.Time
}

// due reports whether the resource is to be worked on at a time of the lifecycle clock,
// which may have been set back, and of the real one.
func (k *key) due(lifecycle, now time.Time) bool {
	switch {
	case k.queued != nil || k.working:
		return false
	case k.lastError != "":
		return !now.Before(k.retryAt)
	}
	return !k.status.rightAt(lifecycle)
}

// start works on a resource in the background; the channel is closed after that. The Worker
// reads the store after the call of start, so work that waits to begin is not doubled.
func (r *Reconciler) start(id string) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.keys[id]
	if k == nil {
		k = &key{id: id}
		r.keys[id] = k
	}
	if k.queued != nil {
		return k.queued
	}
	done := make(chan struct{})
	k.queued = done
	if !r.work.Go(func() { defer close(done); r.process(k) }) {
		close(done)
	}
	return done
}

func (r *Reconciler) process(k *key) {
	k.running.Lock()
	defer k.running.Unlock()
	select {
	case r.working <- struct{}{}:
		defer func() { <-r.working }()
	case <-r.ctx.Done():
		return
	}
	r.mu.Lock()
	k.queued, k.working = nil, true
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(r.ctx, workTime)
	defer cancel()
	status, err := r.o.Worker.Reconcile(ctx, k.id, r.o.Clock())
	if r.ctx.Err() == nil {
		r.finish(k, status, err)
	}
}

// finish keeps what was done, and logs an error when it is new.
func (r *Reconciler) finish(k *key, status Status, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	r.mu.Lock()
	known, lastError := k.status.Resource, k.lastError
	k.working, k.status, k.lastError, k.retryAt = false, status, text, time.Now().Add(retryAfter)
	if err != nil && status.Resource == nil {
		k.status.Resource = known // for the log
	}
	if err == nil && status.Resource == nil && k.queued == nil {
		delete(r.keys, k.id)
	}
	named := k.status.Resource
	r.mu.Unlock()
	if text != lastError {
		log := r.o.Log.With("kind", r.o.Kind, "id", k.id)
		if named != nil {
			log = log.With("account", named.Account, "region", named.Region, "name", named.Name)
		}
		if err != nil {
			log.Warn("backend out of sync, retrying", "error", err)
		} else {
			log.Info("backend in sync again")
		}
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
