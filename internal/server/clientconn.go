package server

import (
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// What net/http makes of a header is far larger than the header: each line is an entry of
// a map with a name, a slice and a value. These are measured, and rounded up.
const (
	// lineCost is what a header line takes in memory beside its bytes.
	lineCost = 128
	// byteCost is the same for a byte of a header whose lines cannot be counted, as they
	// are encrypted or compressed: "a:\r\n" is a line, and some of HTTP/2 are a byte.
	byteCost = lineCost / 4
	// freeHeader is what a header may take without a charge: no more than a connection does.
	freeHeader = 4 << 10
	// http2Cost is what a connection of HTTP/2 takes more than one of HTTP/1, idle or not.
	http2Cost = 48 << 10
)

// What net/http may have read of the next request when an answer is sent.
const (
	readAhead    = 4 << 10
	readAheadTLS = 16 << 10
)

// clientConn is a client's connection below TLS. It is charged for the part of a header
// that has arrived: net/http parses the lines as they come, before any handler knows.
type clientConn struct {
	net.Conn

	c   *connections
	tls atomic.Bool

	// inHeader reports whether the next bytes are those of a header, and isIdle whether
	// there was a request before it. arrived is what the bytes that have arrived take in
	// memory, and deadlines is how many deadlines were set since the last answer. began
	// reports whether a request came to a handler. Over HTTP/2 any byte may be a header's.
	inHeader  atomic.Bool
	isIdle    atomic.Bool
	began     atomic.Bool
	http2     atomic.Bool
	arrived   atomic.Int64
	deadlines atomic.Int64

	// one is the request of HTTP/1, which has one at a time.
	one request

	// All below is guarded by the mutex of connections.
	listed, evicted bool
	peer            *peer
	prefix          netip.Prefix
	in              *queue
	before, after   *clientConn
	turn            int64
	held            int64 // bytes, the header's included
	header          int64 // bytes that a header takes that no handler has seen
	closing         int64 // bytes that were held when it was evicted
	large           int   // requests with a large body
	requests        int   // that handlers have
	waits           int   // for how many things the client has to do something
}

func (c *connections) newConn(conn net.Conn) *clientConn {
	cc := &clientConn{Conn: conn, c: c}
	cc.inHeader.Store(true)
	return cc
}

// CloseWrite lets the client read the last answer before the connection ends.
func (cc *clientConn) CloseWrite() error {
	if half, ok := cc.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

// enterPhase begins to count a header, or ends that. A connection that becomes idle
// before a handler had a request is one of HTTP/2: net/http says once that it is active.
func (cc *clientConn) enterPhase(state http.ConnState) {
	if state == http.StateIdle && !cc.began.Load() {
		cc.http2.Store(true)
	}
	cost := int64(0)
	if cc.http2.Load() {
		cost = http2Cost
		if state == http.StateActive {
			return
		}
	}
	cc.arrived.Store(cost)
	cc.deadlines.Store(0)
	cc.isIdle.Store(state == http.StateIdle)
	cc.inHeader.Store(state == http.StateNew || state == http.StateIdle)
}

// Read charges for a header only when it is read on: most are there with the first read.
func (cc *clientConn) Read(b []byte) (int, error) {
	if !cc.inHeader.Load() {
		return cc.Conn.Read(b)
	}
	if arrived := cc.arrived.Load(); arrived > freeHeader && !cc.c.holdHeader(cc, arrived) {
		return 0, net.ErrClosed
	}
	n, err := cc.Conn.Read(b)
	if n > 0 && cc.inHeader.Load() {
		cc.arrived.Add(cc.headerCost(b[:n]))
	}
	return n, err
}

func (cc *clientConn) headerCost(b []byte) int64 {
	if cc.tls.Load() || cc.http2.Load() {
		return int64(len(b)) * byteCost
	}
	return int64(len(b) + lineCost*bytes.Count(b, []byte{'\n'}))
}

// SetReadDeadline notices a header that was read together with the request before it.
// After an answer net/http sets the deadline of an idle connection, and the next one when
// it has bytes of a header. If nothing was read since, it had them already.
func (cc *clientConn) SetReadDeadline(t time.Time) error {
	if cc.isIdle.Load() && cc.deadlines.Add(1) == 2 && cc.arrived.Load() == 0 {
		ahead := int64(readAhead)
		if cc.tls.Load() {
			ahead = readAheadTLS
		}
		cc.arrived.Store(ahead * byteCost)
	}
	return cc.Conn.SetReadDeadline(t)
}
