package reconcile

import "sync"

// Group starts goroutines until it is closed. Its zero value is ready to use.
type Group struct {
	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
}

// Go runs fn in a goroutine. It returns false, and runs nothing, after Close.
func (g *Group) Go(fn func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.running.Go(fn)
	return true
}

// Close keeps further goroutines from starting. It does not wait for those that run.
func (g *Group) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// Wait waits until all goroutines have ended.
func (g *Group) Wait() { g.running.Wait() }
