package connlimit

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	// memory is how many bytes all requests may hold, from the first byte of the header
	// to the last of the answer. The bytes of a request are estimated, on the high side.
	// The process takes about three times as much, since garbage is not collected at once.
	memory = 32 << 20
	// peerConnections and peerMemory are the shares of one peer address: a quarter of the
	// connections, and half of the memory.
	peerConnections = 4
	peerMemory      = 2
	// largeBodies is how many requests may have a body larger than smallBody. That is
	// 32 MiB, since no service reads more than 1 MiB of one.
	largeBodies = 32
)

// Limiter bounds how many connections are open and how much memory their requests hold, in
// all and for each peer address.
//
// At a limit it closes a connection of the address that has most: the one that has made the
// server wait for longest, for a request, for the rest of a header or a body, or for its
// client to read an answer. It never closes a connection while a handler works on its
// request. If there is no other connection, it closes the new one or throttles its request.
type Limiter struct {
	max    int
	memory int64
	times  Times
	peers  map[netip.Prefix]*peer // of connections that are listed

	mu      sync.Mutex
	open    int
	held    int64 // bytes
	large   int   // requests with a large body
	idle    queue // connections that wait for a request
	busy    queue // connections with a request, from its first byte that the server knows of
	turn    int64 // grows with each request; the order of both queues
	changes int64
	short   bool // a connection had to make room since the last one was accepted
}

// peer is one client address.
type peer struct {
	bounded bool  // false for the addresses that all processes of this machine share
	open    int64 // connections that are not to be closed
	held    int64
}

// New returns a limiter. It admits fewer connections than o.Connections if the process does
// not have the file descriptors for them.
func New(o Options) *Limiter {
	files := maxFiles()
	return &Limiter{
		max:    min(o.Connections, files-min(o.ReservedFiles, files/2)),
		memory: max(memory, 2*requestCost*int64(o.Requests)),
		times:  o.Times,
		peers:  map[netip.Prefix]*peer{},
	}
}

// Listen returns a listener whose connections are bounded. It must be below TLS.
func (c *Limiter) Listen(l net.Listener) net.Listener { return listener{l, c} }

type listener struct {
	net.Listener

	c *Limiter
}

func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.c.pace()
	return l.c.newConn(conn), nil
}

// paceTime is how long Accept waits while each new connection evicts another one, so that
// these have the time for a handshake.
const paceTime = time.Millisecond

func (c *Limiter) pace() {
	c.mu.Lock()
	short := c.short
	c.short = false
	c.mu.Unlock()
	if short {
		time.Sleep(paceTime)
	}
}

// peerOf returns the prefix that identifies a client: an IPv4 address, or the first 64 bits
// of an IPv6 address, which are those of a network. For 127.0.0.1 and ::1 it returns the
// zero Prefix and false.
func peerOf(a net.Addr) (netip.Prefix, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}, false
	}
	address := tcp.AddrPort().Addr().Unmap().WithZone("")
	if address == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || address == netip.IPv6Loopback() {
		return netip.Prefix{}, false
	}
	bits := 32
	if address.Is6() {
		bits = 64
	}
	prefix, err := address.Prefix(bits)
	return prefix, err == nil
}

type connKey struct{}

// connContext adds the connection to the context of its requests.
func (c *Limiter) connContext(ctx context.Context, conn net.Conn) context.Context {
	if cc := clientOf(conn); cc != nil {
		return context.WithValue(ctx, connKey{}, cc)
	}
	return ctx
}

// clientOf returns the clientConn of one of net/http's connections, or nil.
func clientOf(conn net.Conn) *clientConn {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
		if cc, ok := conn.(*clientConn); ok {
			cc.tls.Store(true)
		}
	}
	cc, _ := conn.(*clientConn)
	return cc
}

// observe is net/http's ConnState: it is called when the state of a connection changes.
func (c *Limiter) observe(conn net.Conn, state http.ConnState) {
	cc := clientOf(conn)
	if cc == nil {
		return
	}
	cc.enterPhase(state)
	if surplus := c.note(cc, state); surplus != nil {
		_ = surplus.Close()
	}
}

// note returns the connection to be closed, if there is one.
func (c *Limiter) note(cc *clientConn, state http.ConnState) (surplus *clientConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	switch state {
	case http.StateNew:
		return c.admit(cc)
	case http.StateActive:
		if !cc.http2.Load() {
			c.release(cc, cc.header)
			cc.header = 0
		}
		c.move(cc, &c.busy)
	case http.StateIdle:
		c.release(cc, cc.header)
		cc.header = 0
		if cc.requests == 0 { // a stream of HTTP/2 may be closed before its handler returns
			c.settle(cc)
			c.move(cc, &c.idle)
		}
	case http.StateClosed, http.StateHijacked:
		c.evict(cc)
		c.forget(cc)
	}
	return nil
}

// admit lists a new connection and returns the connection that has to make room for it, or nil.
func (c *Limiter) admit(cc *clientConn) (surplus *clientConn) {
	c.open++
	cc.listed = true
	cc.prefix, _ = peerOf(cc.RemoteAddr())
	if cc.peer = c.peers[cc.prefix]; cc.peer == nil {
		cc.peer = &peer{bounded: cc.prefix.IsValid()}
		c.peers[cc.prefix] = cc.peer
	}
	cc.peer.open++
	c.move(cc, &c.idle)
	switch {
	case cc.peer.bounded && cc.peer.open > max(1, int64(c.max/peerConnections)):
		surplus = c.longest(cc.peer, cc)
	case c.open <= c.max:
		return nil
	default:
		of := c.largest(func(p *peer) int64 { return p.open })
		if surplus = c.longest(of, cc); surplus == nil {
			surplus = c.longest(nil, cc)
		}
	}
	if surplus == nil {
		surplus = cc
	}
	c.evict(surplus)
	c.short = true
	return surplus
}

// maxCompared is how many peers are compared at most. The next time these are other ones.
const maxCompared = 64

// largest returns the peer that has most, by has. That peer has to make room, so that
// a crowd of clients evicts its own connections, and not those of other clients.
func (c *Limiter) largest(has func(*peer) int64) (most *peer) {
	compared := 0
	for _, p := range c.peers {
		if most == nil || has(p) > has(most) {
			most = p
		}
		if compared++; compared == maxCompared {
			break
		}
	}
	return most
}

// forget removes a closed connection from the list.
func (c *Limiter) forget(cc *clientConn) {
	if cc.listed {
		cc.listed = false
		c.open--
	}
}

// move puts a connection at the end of a queue, unless it is in that queue, or evicted.
func (c *Limiter) move(cc *clientConn, to *queue) {
	if cc.in == to || cc.evicted {
		return
	}
	if cc.in != nil {
		cc.in.remove(cc)
	}
	if to != nil {
		c.turn++
		cc.turn = c.turn
		to.push(cc)
	}
}

// longest returns the connection that has made the server wait for longest, of one peer, or
// of all if it is nil. It never returns cc, and nil if there is no other.
func (c *Limiter) longest(of *peer, cc *clientConn) *clientConn {
	idle := c.idle.first(func(other *clientConn) bool { return other != cc && (of == nil || other.peer == of) })
	busy := c.waiting(of, cc)
	if idle == nil || busy != nil && busy.turn < idle.turn {
		return busy
	}
	return idle
}

// waiting is longest for the connections with a request. Those with a large incomplete
// header come first: a few of them take the memory of many handshakes.
func (c *Limiter) waiting(of *peer, cc *clientConn) *clientConn {
	heads := c.busy.first(func(other *clientConn) bool {
		return other != cc && (of == nil || other.peer == of) && other.header > largeHeader && other.requests == 0
	})
	if heads != nil {
		return heads
	}
	return c.busy.first(func(other *clientConn) bool {
		return other != cc && (of == nil || other.peer == of) && (other.waits > 0 || other.header > 0 && other.requests == 0)
	})
}

// evict releases everything that a connection holds, and charges it for nothing more. The
// caller must close it.
func (c *Limiter) evict(cc *clientConn) {
	if cc.evicted {
		return
	}
	c.settle(cc)
	c.move(cc, nil)
	cc.evicted = true
	if cc.peer.open--; cc.peer.open == 0 {
		delete(c.peers, cc.prefix)
	}
}

// settle releases everything that the requests of a connection hold.
func (c *Limiter) settle(cc *clientConn) {
	c.release(cc, cc.held)
	c.large -= cc.large
	cc.header, cc.large, cc.waits = 0, 0, 0
}

// Count returns how many connections are open.
func (c *Limiter) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

// Work returns a number that grows with each request, and when a connection opens or closes.
func (c *Limiter) Work() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}

// queue is a list of connections in the order of their turns. A connection is in one queue at most.
type queue struct{ front, back *clientConn }

func (q *queue) push(cc *clientConn) {
	cc.in, cc.before, cc.after = q, q.back, nil
	if q.back == nil {
		q.front = cc
	} else {
		q.back.after = cc
	}
	q.back = cc
}

func (q *queue) remove(cc *clientConn) {
	if cc.before == nil {
		q.front = cc.after
	} else {
		cc.before.after = cc.after
	}
	if cc.after == nil {
		q.back = cc.before
	} else {
		cc.after.before = cc.before
	}
	cc.in, cc.before, cc.after = nil, nil, nil
}

// first returns the first connection that fits, or nil.
func (q *queue) first(fits func(*clientConn) bool) *clientConn {
	for cc := q.front; cc != nil; cc = cc.after {
		if fits(cc) {
			return cc
		}
	}
	return nil
}
