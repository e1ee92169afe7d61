package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
)

// reservedFiles is how many file descriptors are kept from connections, for the store
// and for instances: each has a listener, and they have connections of their own.
const reservedFiles = 256 + 2*instanceruntime.DefaultTotal

const (
	// memory is how many bytes all requests may hold, from the first byte of the header
	// to the last of the answer. What a request holds is estimated, on the high side. The
	// process takes about three times as much, since what is free is not collected at once.
	memory = 32 << 20
	// peerConnections and peerMemory are the parts, a quarter and a half, that one peer
	// address may have.
	peerConnections = 4
	peerMemory      = 2
	// largeBodies is how many requests may have a body that is larger than smallBody:
	// 32 MiB, since no service reads more than 1 MiB of one.
	largeBodies = 32
)

// connections bounds how many connections are open and what their requests hold, in all
// and for each peer address. When there is too little of either, one connection is closed: of
// those of the address that has most, the one that has made the server wait for longest,
// whatever the server waits for: a request, the rest of a header or a body, or that its
// client reads an answer. A connection whose request is being worked on is never closed.
// If there is no other, the new one is, or its request is throttled.
type connections struct {
	max    int
	memory int64
	peers  map[netip.Prefix]*peer // of connections that are listed

	mu      sync.Mutex
	open    int
	held    int64 // bytes, by requests
	large   int   // requests with a large body
	idle    queue // connections that wait for a request
	busy    queue // connections with a request, from the first byte that is known of
	turn    int64 // grows with each request; the order of both queues
	changes int64
	short   bool // a connection had to make room since the last one was accepted
}

// peer is what one address has.
type peer struct {
	bounded bool  // not so the addresses that all processes of this machine share
	open    int64 // that are not to be closed
	held    int64
}

// newConnections admits so many connections, or what the process's file descriptors
// allow if that is less, and at least twice as many requests as run at one time.
func newConnections(most, running int) *connections {
	files := maxFiles()
	return &connections{
		max:    min(most, files-min(reservedFiles, files/2)),
		memory: max(memory, 2*requestCost*int64(running)),
		peers:  map[netip.Prefix]*peer{},
	}
}

// listen returns a listener whose connections are bounded. It belongs below TLS.
func (c *connections) listen(l net.Listener) net.Listener { return listener{l, c} }

type listener struct {
	net.Listener

	c *connections
}

func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.c.pace()
	return l.c.newConn(conn), nil
}

// paceTime is how long the next connection has to wait while each takes the place of
// another, so that these have the time for a handshake.
const paceTime = time.Millisecond

func (c *connections) pace() {
	c.mu.Lock()
	short := c.short
	c.short = false
	c.mu.Unlock()
	if short {
		time.Sleep(paceTime)
	}
}

// peerOf returns the prefix that stands for a client: an IPv4 address, or the 64 bits
// of an IPv6 address that a network is given. For 127.0.0.1 and ::1 it is the zero Prefix,
// and false.
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

// connContext gives the requests of a connection a context that leads to it.
func (c *connections) connContext(ctx context.Context, conn net.Conn) context.Context {
	if cc := clientOf(conn); cc != nil {
		return context.WithValue(ctx, connKey{}, cc)
	}
	return ctx
}

// clientOf returns the bounded connection below one that net/http knows.
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

// observe is called by net/http at each change.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
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
func (c *connections) note(cc *clientConn, state http.ConnState) (surplus *clientConn) {
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
		if cc.requests == 0 { // HTTP/2 may have closed a stream before its handler returns
			c.settle(cc)
			c.move(cc, &c.idle)
		}
	case http.StateClosed, http.StateHijacked:
		c.evict(cc)
		c.forget(cc)
	}
	return nil
}

// admit lists a new connection and returns the one that has to make room for it.
func (c *connections) admit(cc *clientConn) (surplus *clientConn) {
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

// maxCompared is how many peers are compared at most. Others come first the next time.
const maxCompared = 64

// largest returns the peer that has most of a thing that is short. It makes room, so that
// those who come in crowds drive out each other, and not the few of others.
func (c *connections) largest(has func(*peer) int64) (most *peer) {
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

// forget takes a connection that is closed off the list.
func (c *connections) forget(cc *clientConn) {
	if cc.listed {
		cc.listed = false
		c.open--
	}
}

// move puts a connection at the end of a queue, unless it is in that queue, or evicted.
func (c *connections) move(cc *clientConn, to *queue) {
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

// longest returns the connection that has made the server wait for longest: of a peer,
// or of all if it is nil. It returns nil if there is no other than cc.
func (c *connections) longest(of *peer, cc *clientConn) *clientConn {
	idle := c.idle.first(func(other *clientConn) bool { return other != cc && (of == nil || other.peer == of) })
	busy := c.waiting(of, cc)
	if idle == nil || busy != nil && busy.turn < idle.turn {
		return busy
	}
	return idle
}

// waiting is longest for the connections with a request. Those with a header that is large
// and not complete come first: few of them take what many handshakes need.
func (c *connections) waiting(of *peer, cc *clientConn) *clientConn {
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

// evict gives back all that a connection holds, and charges it for nothing more. The
// caller must close it.
func (c *connections) evict(cc *clientConn) {
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

// settle ends what the requests of a connection hold.
func (c *connections) settle(cc *clientConn) {
	c.release(cc, cc.held)
	c.large -= cc.large
	cc.header, cc.large, cc.waits = 0, 0, 0
}

// count returns how many connections are open.
func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

// work grows with each request, and when a connection comes or goes.
func (c *connections) work() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}

// queue is connections in the order of their turns. A connection is in one at most.
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
