package connlimit

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// net/http makes far more of a header than its bytes: each line is an entry of a map with a
// name, a slice and a value. These costs are measured, and rounded up.
const (
	// lineCost is how many bytes of memory a header line takes beside its own.
	lineCost = 128
	// byteCost is the same for a byte of a header that is encrypted or compressed, so that
	// its lines cannot be counted: "a:\r\n" is a line, and some lines of HTTP/2 are one byte.
	byteCost = lineCost / 4
	// maxLines is how many lines a header of HTTP/1 may have before the connection is closed:
	// net/http would make a map of all lines before a handler can refuse more than maxFields.
	maxLines = 2 * maxFields
	// freeHeader is how much a header may take without a charge: no more than a connection.
	freeHeader = 4 << 10
	// largeHeader is more than the header of a usual client takes that arrives in parts.
	largeHeader = 96 << 10
	// http2Cost is how much more a connection of HTTP/2 takes than one of HTTP/1, idle or not.
	http2Cost = 48 << 10
	// handshakeCost is how much a TLS connection takes until its first request has arrived:
	// five bytes announce a record of 16 KB, which is allocated at once.
	handshakeCost = 32 << 10
)

// How many bytes of the next request net/http may have read when an answer is sent.
const (
	readAhead    = 4 << 10
	readAheadTLS = 16 << 10
)

// clientConn is a client's connection below TLS. It is charged for the part of a header
// that has arrived: net/http parses the lines as they arrive, before a handler runs.
type clientConn struct {
	net.Conn

	c   *Limiter
	tls atomic.Bool

	// inHeader reports whether the next bytes are those of a header, and isIdle whether
	// there was a request before it. arrived is the memory that the bytes so far take, and
	// deadlines is how many deadlines were set since the last answer. began reports whether
	// a handler has had a request. Over HTTP/2 any byte may be a header's.
	inHeader  atomic.Bool
	isIdle    atomic.Bool
	began     atomic.Bool
	http2     atomic.Bool
	arrived   atomic.Int64
	deadlines atomic.Int64
	lines     headerLines

	// one is the request of HTTP/1, which has one at a time.
	one request

	// All fields below are guarded by Limiter.mu.
	listed, evicted bool
	peer            *peer
	prefix          netip.Prefix
	in              *queue
	before, after   *clientConn
	turn            int64
	held            int64 // bytes, the header's included
	header          int64 // bytes that a header takes that no handler has seen
	large           int   // requests with a large body
	requests        int   // in handlers
	waits           int   // how many times the server waits for the client
}

func (c *Limiter) newConn(conn net.Conn) *clientConn {
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

// enterPhase begins to count a header, or ends that. A connection that becomes idle before
// a handler has had a request is one of HTTP/2: net/http reports it as active only once.
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

// Read charges for a header only from its second read on: most arrive with the first one.
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

// refuseLines sends the answer of refuseFields. net/http closes the connection afterwards.
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
// After an answer net/http sets the deadline of an idle connection, and another one when
// it has bytes of a header. If nothing was read in between, it had them already.
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

// headerLines counts the lines of a header of HTTP/1. It does not count those of the body,
// which comes after an empty line.
type headerLines struct {
	restart atomic.Bool // the next bytes begin another header
	ended   bool
	text    bool // the current line is not empty
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
