package server

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// readyTime is how long a read of the store may take.
const readyTime = 5 * time.Second

// ready answers whether the server can answer requests: it can read the store, and it is not
// stopping.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	err := s.probe.do(r.Context(), s.readStore)
	switch {
	case s.draining.Load():
		status(w, http.StatusServiceUnavailable, "stopping")
	case err != nil:
		s.o.Log.Error("not ready", "error", err)
		status(w, http.StatusServiceUnavailable, "the store cannot be read")
	default:
		status(w, http.StatusOK, "ready")
	}
}

func (s *Server) readStore() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyTime)
	defer cancel()
	return s.store.Check(ctx)
}

// probe shares one check among all requests at that time. The check uses one of the store's
// few connections, and any client may ask, as often as it likes.
type probe struct {
	mu      sync.Mutex
	running *check
}

type check struct {
	done chan struct{}
	err  error
}

// do runs fn, or waits for the end of a run that has already begun.
func (p *probe) do(ctx context.Context, fn func() error) error {
	p.mu.Lock()
	c := p.running
	if c != nil {
		p.mu.Unlock()
		select {
		case <-c.done:
			return c.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c = &check{done: make(chan struct{})}
	p.running = c
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.running = nil
		p.mu.Unlock()
		close(c.done)
	}()
	c.err = fn()
	return c.err
}
