package server

import (
	"context"
	"time"
)

// endIdle ends connections that have had no request for the time idle, and for half as
// long again at most, until the context ends. net/http can do so by itself, but then it
// keeps each connection of HTTP/2 that ended amid its requests in memory for that time:
// it starts the timer of such a connection anew after it has stopped it.
func (c *connections) endIdle(ctx context.Context, idle time.Duration) {
	tick := time.NewTicker(idle / 2)
	defer tick.Stop()
	var turns [2]int64 // the last ones of the tick before the last, and of the last
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		stale, last := c.stale(turns[0])
		for _, cc := range stale {
			_ = cc.Conn.SetReadDeadline(time.Unix(1, 0)) // net/http ends it in good order
		}
		turns = [2]int64{turns[1], last}
	}
}

// stale returns the connections without a request since a turn, and the last turn.
func (c *connections) stale(turn int64) (stale []*clientConn, last int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range []queue{c.idle, c.busy} { // one of HTTP/2 that sends only pings is busy
		for cc := q.front; cc != nil && cc.turn <= turn; cc = cc.after {
			if cc.requests == 0 {
				stale = append(stale, cc)
			}
		}
	}
	return stale, c.turn
}
