package connlimit

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// TestLimiter_evictsTheCrowd opens connections of a few addresses until a limit is reached, and wants the connection of
// another address, which was there before, to stay open.
func TestLimiter_evictsTheCrowd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		max    int
		memory int64
	}{
		{"connections", 8, 1 << 20},
		{"memory", 100, 8 * 1000},
	} {
		for _, from := range []string{"192.0.2.1", "127.0.0.1"} {
			t.Run(tt.name+" of "+from, func(t *testing.T) {
				c := newLimiter(tt.max, 1)
				c.memory = tt.memory
				var closed []string
				var all []*clientConn
				come := func(from string) {
					cc := c.newConn(&recordedConn{from: from, close: func() { closed = append(closed, from) }})
					all = append(all, cc)
					c.observe(cc, http.StateNew)
					c.holdHeader(cc, 1000)
				}
				come(from)
				for i := range 40 {
					come(fmt.Sprintf("198.51.100.%d", 1+i%5))
				}
				if len(closed) == 0 || slices.Contains(closed, from) {
					t.Errorf("the limiter closed connections of %q, want some, and none of %s", closed, from)
				}
				for _, cc := range all {
					c.observe(cc, http.StateClosed)
				}
				wantEmpty(t, c)
			})
		}
	}
}
