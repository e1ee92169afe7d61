package server

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// TestCrowdsMakeRoomThemselves lets connections of a few addresses come until there is too little of something, and
// wants one that came before all of them to stay.
func TestCrowdsMakeRoomThemselves(t *testing.T) {
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
				c := newConnections(tt.max, 1)
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
					t.Errorf("connections of %q were closed, want some, and none of %s", closed, from)
				}
				for _, cc := range all {
					c.observe(cc, http.StateClosed)
				}
				wantEmpty(t, c)
			})
		}
	}
}
