package sim

import (
	"container/list"
	"sync"
	"time"
)

// How long a client that logs in is not disconnected when there is no room. A regular client
// sends its version without being asked, and then answers at once.
const (
	silentTime = 50 * time.Millisecond // until its first byte
	quietTime  = time.Second           // between any two bytes
	slowTime   = 5 * time.Second       // in all
)

// admission bounds the connections of machines. When there is no room, a connection that
// makes its machine wait and has not logged in is closed: of those that are least far in
// logging in, the oldest. So clients that connect and send nothing, however many, keep no
// owner out.
type admission struct {
	limits Limits

	mu       sync.Mutex
	total    int
	starting *list.List // of *connection that log in, the oldest first
}

func newAdmission(limits Limits) *admission { return &admission{limits: limits, starting: list.New()} }

// acquire admits a connection that begins to log in, and reports whether there is room. The
// connection that has to make room is closed.
func (a *admission) acquire(c *connection) bool {
	a.mu.Lock()
	evicted, ok := a.makeRoom(c.run)
	if ok {
		a.total++
		c.run.connections++
		c.run.starting++
		c.starting = a.starting.PushBack(c)
		c.admitted = true
	}
	a.mu.Unlock()
	if evicted != nil {
		evicted.close()
	}
	return ok
}

// makeRoom reports whether there is room for one more connection of a run, after the
// connection that it returns, if any, is closed.
func (a *admission) makeRoom(r *run) (evicted *connection, ok bool) {
	of, full := r, r.starting >= a.limits.MaxStartups || r.connections >= a.limits.MaxConnections
	if !full && a.total >= a.limits.MaxTotal {
		of, full = nil, true
	}
	if !full {
		return nil, true
	}
	if evicted = a.evictable(of); evicted == nil {
		return nil, false
	}
	a.remove(evicted)
	return evicted, true
}

// evictable returns the connection that has to make room, if there is one: of a run, or of
// all runs if it is nil.
func (a *admission) evictable(of *run) (evictable *connection) {
	least, now := 0, time.Now()
	for at := a.starting.Front(); at != nil; at = at.Next() {
		c, _ := at.Value.(*connection)
		if of != nil && c.run != of || !c.late(now) {
			continue
		}
		if got := c.progress(); evictable == nil || got < least {
			evictable, least = c, got
		}
	}
	return evictable
}

// loggedIn notes that a client has logged in. Its connection is not closed to make room.
func (a *admission) loggedIn(c *connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.removeStarting(c)
}

func (a *admission) removeStarting(c *connection) {
	if c.starting != nil {
		a.starting.Remove(c.starting)
		c.starting = nil
		c.run.starting--
	}
}

// release makes room for another connection, when this one is closed.
func (a *admission) release(c *connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(c)
}

func (a *admission) remove(c *connection) {
	a.removeStarting(c)
	if c.admitted {
		c.admitted = false
		c.run.connections--
		a.total--
	}
}
