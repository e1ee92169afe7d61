package sim

import (
	"container/list"
	"runtime"
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

// collectEvery is how often a full admission runs the garbage collector.
const collectEvery = time.Second

// admission bounds the connections of machines. When there is no room, a connection that
// makes its machine wait and has not logged in is closed: of those that are least far in
// logging in, the oldest. So clients that connect and send nothing, however many, keep no
// owner out. The reader of such a connection ends by itself, see readahead.go.
type admission struct {
	limits Limits

	mu        sync.Mutex
	total     int
	starting  *list.List // of *connection that log in, the oldest first
	closing   int        // connections that are closed and whose reader has not ended
	collected time.Time  // when the garbage collector was last run for them
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
	collect := !ok && a.closing > 0 && time.Since(a.collected) >= collectEvery
	if collect {
		a.collected = time.Now()
	}
	a.mu.Unlock()
	if evicted != nil {
		evicted.close()
	}
	if collect {
		runtime.GC() // it finds the readers that ended without an error, see readerConn
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

// release makes room for another connection, when the reader of this one, which is closed,
// has ended.
func (a *admission) release(c *connection) {
	a.mu.Lock()
	a.removeStarting(c)
	a.closing++
	a.mu.Unlock()
	c.in.whenReaderEnded(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.closing--
		a.remove(c)
	})
}

func (a *admission) remove(c *connection) {
	a.removeStarting(c)
	if c.admitted {
		c.admitted = false
		c.run.connections--
		a.total--
	}
}
