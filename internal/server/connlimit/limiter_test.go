package connlimit

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestLimiter_evictsAtTheLimitOfConnections plays events of connections a, b, c …: "a new", "a active", "a idle", "a closed".
func TestLimiter_evictsAtTheLimitOfConnections(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events string
		// closed are the connections that the limiter closes, in this order.
		closed string
	}{
		{"up to the limit", "a new, b new", ""},
		{"a further one evicts the first", "a new, b new, c new", "a"},
		{"each further one evicts the next", "a new, b new, c new, a closed, d new, b closed, e new", "a b c"},
		{"evicts the longest idle one", "a new, b new, a active, b active, b idle, a idle, c new", "b"},
		{"evicts an idle one before one in a handler", "a new, a active, b new, c new", "b"},
		{"evicts the new one if all are in handlers", "a new, a active, b new, b active, c new", "c"},
		{"evicts one that was in a handler", "a new, a active, b new, b active, a idle, c new", "a"},
		{"evicts one with an incomplete header", "a new, a header, b new, b active, c new", "a"},
		{"evicts one with an incomplete body", "a new, b new, a active, a body, b active, c new", "a"},
		{"evicts one whose client does not read", "a new, b new, a active, a answer, b active, c new", "a"},
		{"evicts the slowest, which sends a body", "a new, a active, a body, b new, b active, b idle, c new", "a"},
		{"evicts the slowest, which is idle", "a new, b new, b active, b body, c new", "a"},
		{"a closed one makes room", "a new, b new, a closed, c new", ""},
		{"a hijacked one makes room", "a new, a active, a hijacked, b new, c new", ""},
		{"one that is closed in a handler makes room", "a new, a active, a closed, b new, c new", ""},
		{"one that is closed twice counts once", "a new, b new, c new, a closed, a closed, d new", "a b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newLimiter(2, running)
			conns := map[string]*clientConn{}
			var closed []string
			for event := range strings.SplitSeq(tt.events, ", ") {
				var name, what string
				if _, err := fmt.Sscan(event, &name, &what); err != nil {
					t.Fatal(err)
				}
				if conns[name] == nil {
					conns[name] = c.newConn(&recordedConn{close: func() { closed = append(closed, name) }})
				}
				play(c, conns[name], what)
			}
			if got := strings.Join(closed, " "); got != tt.closed {
				t.Errorf("the limiter closed %q, want %q", got, tt.closed)
			}
			for _, cc := range conns {
				c.observe(cc, http.StateClosed)
			}
			wantEmpty(t, c)
		})
	}
}

// play applies an event to a connection.
func play(c *Limiter, cc *clientConn, what string) {
	switch what {
	case "header":
		c.holdHeader(cc, 1000)
	case "body":
		c.begin(&request{cc: cc, cost: requestCost, reading: true})
	case "answer":
		c.beginWrite(cc, largeWrite)
	default:
		c.observe(cc, stateNamed[what])
	}
}

// awaitEmpty waits until all connections are closed, and wants the limiter to be empty.
func awaitEmpty(t *testing.T, c *Limiter) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); c.Count() > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	wantEmpty(t, c)
}

// wantEmpty wants a limiter without connections to hold nothing.
func wantEmpty(t *testing.T, c *Limiter) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != 0 || c.held != 0 || c.large != 0 || len(c.peers) != 0 || c.idle.front != nil || c.busy.front != nil {
		t.Errorf("after all connections are closed: got %d open, %d bytes, %d large bodies, %d peers, idle %v, busy %v; want none",
			c.open, c.held, c.large, len(c.peers), c.idle.front, c.busy.front)
	}
}

var stateNamed = map[string]http.ConnState{
	"new": http.StateNew, "active": http.StateActive, "idle": http.StateIdle, "closed": http.StateClosed, "hijacked": http.StateHijacked,
}

// recordedConn is a connection that has only a client address and an end.
type recordedConn struct {
	net.Conn

	from  string // an address; "" is 127.0.0.1
	close func()
}

func (c *recordedConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(cmp.Or(c.from, "127.0.0.1")), 40000))
}

func (c *recordedConn) Close() error {
	c.close()
	return nil
}

// TestLimiter_countsConnectionsOfAllProtocols opens and closes a connection of each protocol.
func TestLimiter_countsConnectionsOfAllProtocols(t *testing.T) {
	for name, prepare := range map[string]func(*httptest.Server){
		"HTTP/1.1":          (*httptest.Server).Start,
		"HTTP/1.1 with TLS": (*httptest.Server).StartTLS,
		"HTTP/2 with TLS": func(s *httptest.Server) {
			s.EnableHTTP2 = true
			s.StartTLS()
		},
		"HTTP/2": (*httptest.Server).Start,
	} {
		t.Run(name, func(t *testing.T) {
			c := newLimiter(10, running)
			s := httptest.NewUnstartedServer(c.bounded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, c.Count())
			}), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
			s.Config.ConnState, s.Config.ConnContext = c.observe, c.connContext
			s.Listener = c.Listen(s.Listener)
			s.Config.Protocols = new(http.Protocols)
			s.Config.Protocols.SetHTTP1(true)
			s.Config.Protocols.SetHTTP2(true)
			s.Config.Protocols.SetUnencryptedHTTP2(true)
			prepare(s)
			if name == "HTTP/2" {
				s.Client().Transport = &http.Transport{Protocols: new(http.Protocols)}
				s.Client().Transport.(*http.Transport).Protocols.SetUnencryptedHTTP2(true)
			}
			for range 3 {
				resp, err := s.Client().Get(s.URL)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || string(body) != "1" {
					t.Errorf("connections open during a request: got %q, %v; want 1", body, err)
				}
			}
			s.Close()
			awaitEmpty(t, c)
		})
	}
}

func TestNew_leavesFileDescriptors(t *testing.T) {
	files := maxFiles()
	if got := New(Options{Connections: files, ReservedFiles: 256, Requests: 1}).max; got >= files || got < 1 {
		t.Errorf("limit of connections: got %d, want less than the %d file descriptors of the process", got, files)
	}
	if got := newLimiter(1, 1).max; got != 1 {
		t.Errorf("limit of connections: got %d, want the 1 of the options", got)
	}
}

// TestLimiter_evictsWithinThePeer plays connections of other machines. When an address has its
// share, its next connection evicts one of its own, and none of another address.
func TestLimiter_evictsWithinThePeer(t *testing.T) {
	for _, tt := range []struct{ name, from, closed string }{
		{"one address", "192.0.2.1 192.0.2.1 192.0.2.1", "0"},
		{"two addresses", "192.0.2.1 192.0.2.2 192.0.2.1 192.0.2.2", ""},
		{"the first one of another address stays", "192.0.2.2 192.0.2.1 192.0.2.1 192.0.2.1", "1"},
		{"127.0.0.1 has no limit of its own", "127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1", ""},
		{"::1 has no limit of its own", "::1 ::1 ::1 ::1", ""},
		{"127.0.0.1 as an address of IPv6", "::ffff:127.0.0.1 ::ffff:127.0.0.1 ::ffff:127.0.0.1", ""},
		{"127.0.0.2 has a limit", "127.0.0.2 127.0.0.2 127.0.0.2", "0"},
		{"a network of IPv6", "2001:db8::1 2001:db8::2 2001:db8::3", "0"},
		{"two networks of IPv6", "2001:db8::1 2001:db8::2 2001:db8:0:1::1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newLimiter(2*peerConnections, running)
			var closed []string
			var all []*clientConn
			for i, from := range strings.Fields(tt.from) {
				cc := c.newConn(&recordedConn{from: from, close: func() { closed = append(closed, fmt.Sprint(i)) }})
				all = append(all, cc)
				c.observe(cc, http.StateNew)
			}
			if got := strings.Join(closed, " "); got != tt.closed {
				t.Errorf("the limiter closed connections %q, want %q", got, tt.closed)
			}
			for _, cc := range all {
				c.observe(cc, http.StateClosed)
			}
			wantEmpty(t, c)
		})
	}
}
