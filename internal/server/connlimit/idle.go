package connlimit

import (
	"context"
	"time"
)

// EndIdle ends connections that have had no request for Times.Idle, or up to half as long
// again, until the context ends. net/http could do so itself. But then it keeps each
// connection of HTTP/2 that ended during a request in memory for that time: it stops the
// timer of such a connection, and then starts it again.
func (c *Limiter) EndIdle(ctx context.Context) {
	tick := time.NewTicker(c.times.Idle / 2)
	defer tick.Stop()
	var turns [2]int64 // the last turns of the two ticks before
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		stale, last := c.stale(turns[0])
		for _, cc := range stale {
			_ = cc.Conn.SetReadDeadline(time.Unix(1, 0)) // net/http then closes it
		}
		turns = [2]int64{turns[1], last}
	}
}

// stale returns the connections without a request since a turn, and the last turn.
func (c *Limiter) stale(turn int64) (stale []*clientConn, last int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range []queue{c.idle, c.busy} { // a connection of HTTP/2 that sends only pings is in busy
		for cc := q.front; cc != nil && cc.turn <= turn; cc = cc.after {
			if cc.requests == 0 {
				stale = append(stale, cc)
			}
		}
	}
	return stale, c.turn
}
