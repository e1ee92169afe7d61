package connlimit

import "net/http"

// begin charges for a request whose header has arrived, and reports whether it may be
// served.
func (c *Limiter) begin(rq *request) bool {
	cc := rq.cc
	c.mu.Lock()
	surplus, ok := c.hold(cc, rq.cost)
	if ok && rq.large {
		var slow *clientConn
		if slow, ok = c.holdLarge(cc); slow != nil {
			surplus = append(surplus, slow)
		}
		if !ok {
			c.release(cc, rq.cost)
		}
	}
	if ok {
		cc.requests++
		if rq.reading {
			cc.waits++
		}
		if cc.requests > 1 { // of HTTP/2, on which a client may send requests without an end
			c.move(cc, nil)
		}
		c.move(cc, &c.busy)
	}
	c.mu.Unlock()
	closeAll(surplus)
	return ok
}

// holdLarge counts a large body. At the limit it returns a slow connection, which has to end.
func (c *Limiter) holdLarge(cc *clientConn) (slow *clientConn, ok bool) {
	if c.large >= largeBodies {
		slow = c.busy.first(func(other *clientConn) bool { return other != cc && other.large > 0 && other.waits > 0 })
		if slow == nil {
			return nil, false
		}
		c.evict(slow)
	}
	c.large++
	cc.large++
	return slow, true
}

// endBody says that a request's body has arrived.
func (c *Limiter) endBody(rq *request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopReading(rq)
}

func (c *Limiter) stopReading(rq *request) {
	if rq.reading && !rq.cc.evicted {
		rq.cc.waits--
	}
	rq.reading = false
}

// end releases what a request holds. Over HTTP/1 that happens when the client has read the
// answer and its connection is idle or closed.
func (c *Limiter) end(rq *request, protoMajor int) {
	cc := rq.cc
	rq.ResponseWriter = nil // an idle connection keeps nothing of its last request
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopReading(rq)
	cc.requests--
	if cc.evicted {
		return
	}
	if rq.large {
		cc.large--
		c.large--
	}
	if protoMajor == 1 {
		cc.waits++
		return
	}
	if c.release(cc, rq.cost); cc.requests == 0 && cc.header == 0 {
		c.move(cc, &c.idle)
	}
}

// flush sends an answer while its request is still charged.
func (c *Limiter) flush(rq *request) {
	if c.beginWrite(rq.cc, 0) {
		defer c.endWrite(rq.cc, 0)
		_ = http.NewResponseController(rq.ResponseWriter).Flush()
	}
}

// beginWrite charges for bytes that wait for the client, and reports whether they may be
// sent.
func (c *Limiter) beginWrite(cc *clientConn, n int64) bool {
	c.mu.Lock()
	surplus, ok := c.hold(cc, n)
	if ok {
		cc.waits++
	}
	c.mu.Unlock()
	closeAll(surplus)
	return ok
}

func (c *Limiter) endWrite(cc *clientConn, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !cc.evicted {
		c.release(cc, n)
		cc.waits--
	}
}

// maxUnseen is how many bytes a connection is charged at most for headers that no handler
// sees: net/http holds no more.
const maxUnseen = 1 << 20

// holdHeader charges for headers that no handler has seen, n bytes in all. If there is no
// room, it closes the connection.
func (c *Limiter) holdHeader(cc *clientConn, n int64) bool {
	c.mu.Lock()
	n = min(n, maxUnseen)
	surplus, ok := c.hold(cc, n-cc.header)
	if ok {
		cc.header = n
		c.move(cc, &c.busy)
	}
	c.mu.Unlock()
	closeAll(surplus)
	if !ok {
		_ = cc.Close()
	}
	return ok
}

// hold charges n bytes to a connection. It returns the connections that have to make
// room, which the caller must close, and reports whether there is room.
func (c *Limiter) hold(cc *clientConn, n int64) (surplus []*clientConn, ok bool) {
	for !cc.evicted {
		own := cc.peer.bounded && cc.peer.held+n > c.memory/peerMemory
		if !own && c.held+n <= c.memory {
			c.release(cc, -n)
			return surplus, true
		}
		of := cc.peer
		if !own {
			of = c.largest(func(p *peer) int64 { return p.held })
		}
		longest := c.waiting(of, cc)
		if longest == nil && !own {
			longest = c.waiting(nil, cc)
		}
		if longest == nil {
			break
		}
		c.evict(longest)
		c.short = true
		surplus = append(surplus, longest)
	}
	return surplus, false
}

// release takes n bytes off what a connection is charged.
func (c *Limiter) release(cc *clientConn, n int64) {
	cc.held -= n
	c.held -= n
	cc.peer.held -= n
}

func closeAll(surplus []*clientConn) {
	for _, cc := range surplus {
		_ = cc.Close()
	}
}
