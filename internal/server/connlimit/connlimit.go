// Package connlimit bounds what the clients of an HTTP server can take from it: how many
// connections are open, how much memory their requests hold from the first byte to the
// last, and for how long a connection waits for its client. A request is charged whatever
// its method, path and protocol is, and when a limit is reached, the client that has most
// makes room.
//
// It is a package of its own since it works below every handler, and knows none: it does
// not know which requests there are, who sends them, or what they mean. How many calls run
// at one time is bounded in package api.
package connlimit

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"
)

// maxHeader bounds a request's header: a session token of 12 KB, the largest, and as much
// as all else of a signed request may need.
const maxHeader = 20 << 10

// Limits of HTTP/2, since net/http's own are made for a few trusted clients.
const (
	// maxStreams is how many requests a connection may have at one time.
	maxStreams = 16
	// maxFrame is HTTP/2's smallest: net/http allocates a frame as soon as it knows its length.
	maxFrame = 16 << 10
	// streamBuffer and connBuffer are how many bytes of bodies may wait for a handler.
	streamBuffer = 64 << 10
	connBuffer   = 128 << 10
	// pingAfter is how long a client may send nothing before the server pings it.
	pingAfter = 30 * time.Second
)

// Times bound how long a connection waits for its client. A usual request arrives and is
// answered at once. These only keep stalled clients from staying for ever.
type Times struct {
	Header time.Duration // until the header of a request has arrived
	Read   time.Duration // until its body has arrived, too
	Large  time.Duration // until a large body has arrived, from the end of the header
	Take   time.Duration // until the client of HTTP/2 reads any byte of an answer
	Write  time.Duration // from the header until the answer is sent
	Idle   time.Duration // between requests
}

// UsualTimes are the times of a server in use.
func UsualTimes() Times {
	return Times{
		Header: 5 * time.Second, Read: 5 * time.Second, Large: 30 * time.Second,
		Take: 10 * time.Second, Write: 60 * time.Second, Idle: 120 * time.Second,
	}
}

// Options says how much clients may take.
type Options struct {
	// Connections is how many connections are open at one time, if there are file
	// descriptors for as many. A quarter of them is for one address of another machine.
	Connections int
	// ReservedFiles is how many file descriptors connections leave to the rest of the process.
	ReservedFiles int
	// Requests is how many requests run at one time. There is memory for twice as many.
	Requests int
	// Times bound how long connections wait for their clients.
	Times Times
}

// Server returns an HTTP server with a handler, whose connections must come from Listen.
// Without TLS, config is nil. A request that there is no memory for goes to throttle.
func (c *Limiter) Server(h http.Handler, throttle http.HandlerFunc, config *tls.Config, log slog.Handler) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           unambiguous(c.bounded(h, throttle)),
		TLSConfig:         config,
		Protocols:         &protocols,
		ReadHeaderTimeout: c.times.Header,
		ReadTimeout:       c.times.Read,
		WriteTimeout:      c.times.Write,
		IdleTimeout:       -1, // EndIdle does it
		MaxHeaderBytes:    maxHeader,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxStreams,
			MaxReadFrameSize:              maxFrame,
			MaxReceiveBufferPerStream:     streamBuffer,
			MaxReceiveBufferPerConnection: connBuffer,
			SendPingTimeout:               pingAfter,
			WriteByteTimeout:              c.times.Take,
		},
		ConnState:   c.observe,
		ConnContext: c.connContext,
		ErrorLog:    slog.NewLogLogger(log, slog.LevelDebug),
	}
}
