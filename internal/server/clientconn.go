package server

import (
	"bytes"
	"io"
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
	// maxLines is how many lines a header of HTTP/1 may have until the connection is cut off:
	// net/http would make a map of them all before any handler can refuse more than maxFields.
	maxLines = 2 * maxFields
	// freeHeader is what a header may take without a charge: no more than a connection does.
	freeHeader = 4 << 10
	// largeHeader is more than one of a good client takes that came in parts.
	largeHeader = 96 << 10
	// http2Cost is what a connection of HTTP/2 takes more than one of HTTP/1, idle or not.
	http2Cost = 48 << 10
	// handshakeCost is what a connection of TLS takes until its first request is there: five
	// bytes announce a record of 16 KB, whose memory is taken at once.
	handshakeCost = 32 << 10
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
	lines     headerLines

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
	switch {
	case cc.http2.Load() && state == http.StateActive:
		return
	case cc.http2.Load():
		cost = http2Cost
	case cc.tls.Load() && state == http.StateNew:
		cost = handshakeCost
	}
	cc.arrived.Store(cost)
	cc.deadlines.Store(0)
	cc.lines.restart.Store(true)
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
	if n == 0 || !cc.inHeader.Load() {
		return n, err
	}
	if cc.isPlain() && cc.lines.count(b[:n]) > maxLines {
		cc.refuseLines()
		return 0, io.EOF
	}
	cc.arrived.Add(cc.headerCost(b[:n]))
	return n, err
}

// isPlain reports whether the bytes of the connection are those of HTTP/1.
func (cc *clientConn) isPlain() bool { return !cc.tls.Load() && !cc.http2.Load() }

// refuseLines answers as bounded does. net/http closes the connection after it.
func (cc *clientConn) refuseLines() {
	_ = cc.SetWriteDeadline(time.Now().Add(refusalTime))
	_, _ = io.WriteString(cc.Conn, "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	_ = cc.CloseWrite()
}

func (cc *clientConn) headerCost(b []byte) int64 {
	if !cc.isPlain() {
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

// headerLines counts the lines of a header of HTTP/1. What comes after the empty line at
// its end is a body, and not counted.
type headerLines struct {
	restart atomic.Bool // the next bytes are those of another header
	ended   bool
	text    bool // the line that has not ended is not empty
	lines   int
}

// count takes the next bytes and returns how many lines there are so far.
func (h *headerLines) count(b []byte) int {
	if h.restart.Swap(false) {
		h.ended, h.text, h.lines = false, false, 0
	}
	for !h.ended && len(b) > 0 {
		line, rest, complete := bytes.Cut(b, []byte{'\n'})
		h.text = h.text || len(line) > 1 || len(line) == 1 && line[0] != '\r'
		if complete {
			h.lines++
			h.ended, h.text = !h.text, false
		}
		b = rest
	}
	return h.lines
}
