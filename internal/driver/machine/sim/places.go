package sim

import (
	"container/list"
	"sync"
	"time"
)

// How long a client that logs in is left alone when places are short. A client sends its
// version without being asked, and then answers at once.
const (
	silentTime = 50 * time.Millisecond // until its first byte
	quietTime  = time.Second           // between any two bytes
	slowTime   = 5 * time.Second       // in all
)

// places are the connections that machines may have. When they are short, a client that
// makes its machine wait and has not logged in loses its own: of those that have got least
// far, the one that came first. So clients that come and say nothing, however many, keep
// no owner out.
type places struct {
	limits Limits

	mu       sync.Mutex
	total    int
	starting *list.List // of *connection that log in, in the order in which they came
}

func newPlaces(limits Limits) *places { return &places{limits: limits, starting: list.New()} }

// enter takes a place for a connection that begins to log in, and reports whether there
// is one. The connection that has to make room is closed.
func (p *places) enter(c *connection) bool {
	p.mu.Lock()
	r := c.run
	of, full := r, r.starting >= p.limits.MaxStartups || r.connections >= p.limits.MaxConnections
	if !full && p.total >= p.limits.MaxTotal {
		of, full = nil, true
	}
	var last *connection
	if full {
		if last = p.last(of); last == nil {
			p.mu.Unlock()
			return false
		}
		p.remove(last)
	}
	p.total++
	r.connections++
	r.starting++
	c.starting = p.starting.PushBack(c)
	c.placed = true
	p.mu.Unlock()
	if last != nil {
		last.close()
	}
	return true
}

// last returns the connection that has to make room, if there is one: of a run, or of all
// if it is nil.
func (p *places) last(of *run) (last *connection) {
	least, now := 0, time.Now()
	for at := p.starting.Front(); at != nil; at = at.Next() {
		c, _ := at.Value.(*connection)
		if of != nil && c.run != of || !c.late(now) {
			continue
		}
		if got := c.progress(); last == nil || got < least {
			last, least = c, got
		}
	}
	return last
}

// started notes that a client has logged in: its place is its own.
func (p *places) started(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start(c)
}

func (p *places) start(c *connection) {
	if c.starting != nil {
		p.starting.Remove(c.starting)
		c.starting = nil
		c.run.starting--
	}
}

// leave gives a place back.
func (p *places) leave(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(c)
}

func (p *places) remove(c *connection) {
	p.start(c)
	if c.placed {
		c.placed = false
		c.run.connections--
		p.total--
	}
}
