package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestConnections plays what happens to connections a, b, c …: "a new", "a active", "a idle", "a closed".
func TestConnections(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events string
		// closed are the connections that were closed, in this order.
		closed string
	}{
		{"as many as may", "a new, b new", ""},
		{"one more takes the place of the first", "a new, b new, c new", "a"},
		{"each more takes the place of the next", "a new, b new, c new, a closed, d new, b closed, e new", "a b c"},
		{"of the one that has been idle for longest", "a new, b new, a active, b active, b idle, a idle, c new", "b"},
		{"of one that is idle, not of one that is served", "a new, a active, b new, c new", "b"},
		{"of nobody that is served", "a new, a active, b new, b active, c new", "c"},
		{"of one that was served", "a new, a active, b new, b active, a idle, c new", "a"},
		{"an end makes room", "a new, b new, a closed, c new", ""},
		{"a hijack makes room", "a new, a active, a hijacked, b new, c new", ""},
		{"an end while it is served makes room", "a new, a active, a closed, b new, c new", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConnections(2)
			conns := map[string]*recordedConn{}
			var closed []string
			for event := range strings.SplitSeq(tt.events, ", ") {
				var name, state string
				if _, err := fmt.Sscan(event, &name, &state); err != nil {
					t.Fatal(err)
				}
				if conns[name] == nil {
					conns[name] = &recordedConn{close: func() { closed = append(closed, name) }}
				}
				c.observe(conns[name], stateNamed[state])
			}
			if got := strings.Join(closed, " "); got != tt.closed {
				t.Errorf("%q were closed, want %q", got, tt.closed)
			}
			for _, conn := range conns {
				c.observe(conn, http.StateClosed)
			}
			if c.count() != 0 || c.waiting.Len() != 0 {
				t.Errorf("after the end of all, %d are open and %d wait", c.count(), c.waiting.Len())
			}
		})
	}
}

var stateNamed = map[string]http.ConnState{
	"new": http.StateNew, "active": http.StateActive, "idle": http.StateIdle, "closed": http.StateClosed, "hijacked": http.StateHijacked,
}

// recordedConn is a connection of which only the end matters.
type recordedConn struct {
	net.Conn

	close func()
}

func (c *recordedConn) Close() error {
	c.close()
	return nil
}

// TestConnectionsOfAllProtocols sees that each is noticed to begin and to end.
func TestConnectionsOfAllProtocols(t *testing.T) {
	for name, prepare := range map[string]func(*httptest.Server){
		"HTTP/1.1":          (*httptest.Server).Start,
		"HTTP/1.1 with TLS": (*httptest.Server).StartTLS,
		"HTTP/2 with TLS": func(s *httptest.Server) {
			s.EnableHTTP2 = true
			s.StartTLS()
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConnections(10)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, c.count())
			}))
			s.Config.ConnState = c.observe
			prepare(s)
			for range 3 {
				resp, err := s.Client().Get(s.URL)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || string(body) != "1" {
					t.Errorf("a request saw %q connections, %v", body, err)
				}
			}
			s.Close()
			for deadline := time.Now().Add(10 * time.Second); c.count() > 0 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			if n := c.count(); n != 0 {
				t.Errorf("%d connections are left", n)
			}
		})
	}
}

func TestConnectionsLeaveFilesForTheStore(t *testing.T) {
	files := maxFiles()
	if got := newConnections(files).max; got >= files || got < 1 {
		t.Errorf("%d connections may take %d files", got, files)
	}
	if got := newConnections(1).max; got != 1 {
		t.Errorf("%d connections are admitted, want the 1 that was asked for", got)
	}
}
