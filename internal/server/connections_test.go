package server

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
		{"of none that is served", "a new, a active, b new, b active, c new", "c"},
		{"of one that was served", "a new, a active, b new, b active, a idle, c new", "a"},
		{"of one whose header is not complete", "a new, a header, b new, b active, c new", "a"},
		{"of one whose body is not complete", "a new, b new, a active, a body, b active, c new", "a"},
		{"of one whose client does not read", "a new, b new, a active, a answer, b active, c new", "a"},
		{"of the slowest, whatever it waits for", "a new, a active, a body, b new, b active, b idle, c new", "a"},
		{"of the slowest, whatever it waits for, again", "a new, b new, b active, b body, c new", "a"},
		{"an end makes room", "a new, b new, a closed, c new", ""},
		{"a hijack makes room", "a new, a active, a hijacked, b new, c new", ""},
		{"an end while it is served makes room", "a new, a active, a closed, b new, c new", ""},
		{"an end of one that was closed counts once", "a new, b new, c new, a closed, a closed, d new", "a b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConnections(2, DefaultMaxRequests)
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
				t.Errorf("%q were closed, want %q", got, tt.closed)
			}
			for _, cc := range conns {
				c.observe(cc, http.StateClosed)
			}
			wantEmpty(t, c)
		})
	}
}

// play makes something happen on a connection.
func play(c *connections, cc *clientConn, what string) {
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

// awaitEmpty waits for the end of all connections, and wants nothing to be left.
func awaitEmpty(t *testing.T, c *connections) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); c.count() > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	wantEmpty(t, c)
}

// wantEmpty wants nothing to be left of connections that are all closed.
func wantEmpty(t *testing.T, c *connections) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != 0 || c.held != 0 || c.large != 0 || len(c.peers) != 0 || c.idle.front != nil || c.busy.front != nil {
		t.Errorf("after the end of all, %d are open, hold %d bytes and %d large bodies, %d peers, idle %v, busy %v",
			c.open, c.held, c.large, len(c.peers), c.idle.front, c.busy.front)
	}
}

var stateNamed = map[string]http.ConnState{
	"new": http.StateNew, "active": http.StateActive, "idle": http.StateIdle, "closed": http.StateClosed, "hijacked": http.StateHijacked,
}

// recordedConn is a connection of which only the end and the client's address matter.
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

// TestConnectionsOfAllProtocols sees that each is noticed to begin and to end.
func TestConnectionsOfAllProtocols(t *testing.T) {
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
			c := newConnections(10, DefaultMaxRequests)
			s := httptest.NewUnstartedServer(c.bounded(time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, c.count())
			}), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
			s.Config.ConnState, s.Config.ConnContext = c.observe, c.connContext
			s.Listener = c.listen(s.Listener)
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
					t.Errorf("a request saw %q connections, %v", body, err)
				}
			}
			s.Close()
			awaitEmpty(t, c)
		})
	}
}

func TestConnectionsLeaveFilesForTheStore(t *testing.T) {
	files := maxFiles()
	if got := newConnections(files, 1).max; got >= files || got < 1 {
		t.Errorf("%d connections may take %d files", got, files)
	}
	if got := newConnections(1, 1).max; got != 1 {
		t.Errorf("%d connections are admitted, want the 1 that was asked for", got)
	}
}

// TestPeers plays connections of other machines: a new one takes a place of its own
// address when that has its part, and of no other.
func TestPeers(t *testing.T) {
	for _, tt := range []struct{ name, from, closed string }{
		{"one address", "192.0.2.1 192.0.2.1 192.0.2.1", "0"},
		{"two addresses", "192.0.2.1 192.0.2.2 192.0.2.1 192.0.2.2", ""},
		{"the other stays, though it came first", "192.0.2.2 192.0.2.1 192.0.2.1 192.0.2.1", "1"},
		{"127.0.0.1 has no part", "127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1", ""},
		{"::1 has no part", "::1 ::1 ::1 ::1", ""},
		{"127.0.0.1 as an address of IPv6", "::ffff:127.0.0.1 ::ffff:127.0.0.1 ::ffff:127.0.0.1", ""},
		{"127.0.0.2 has one", "127.0.0.2 127.0.0.2 127.0.0.2", "0"},
		{"a network of IPv6", "2001:db8::1 2001:db8::2 2001:db8::3", "0"},
		{"two networks of IPv6", "2001:db8::1 2001:db8::2 2001:db8:0:1::1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConnections(2*peerConnections, DefaultMaxRequests)
			var closed []string
			var all []*clientConn
			for i, from := range strings.Fields(tt.from) {
				cc := c.newConn(&recordedConn{from: from, close: func() { closed = append(closed, fmt.Sprint(i)) }})
				all = append(all, cc)
				c.observe(cc, http.StateNew)
			}
			if got := strings.Join(closed, " "); got != tt.closed {
				t.Errorf("connections %q were closed, want %q", got, tt.closed)
			}
			for _, cc := range all {
				c.observe(cc, http.StateClosed)
			}
			wantEmpty(t, c)
		})
	}
}
