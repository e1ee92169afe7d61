// Package limit bounds how much is done at one time. It has no queue: callers beyond
// the limit are refused at once, and may retry.
package limit

import "sync/atomic"

// Gate admits a number of callers at a time. It is safe for concurrent use. A nil Gate admits all.
type Gate struct {
	free atomic.Int64
}

// NewGate returns a gate that admits n at a time.
func NewGate(n int) *Gate {
	g := &Gate{}
	g.free.Store(int64(n))
	return g
}

// Enter reports whether the caller is admitted. An admitted caller must Leave.
func (g *Gate) Enter() bool {
	if g == nil || g.free.Add(-1) >= 0 {
		return true
	}
	g.free.Add(1)
	return false
}

// Leave lets another caller in.
func (g *Gate) Leave() {
	if g != nil {
		g.free.Add(1)
	}
}
