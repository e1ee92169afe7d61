package connlimit

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// running is how many requests run at one time.
const running = 512

func newLimiter(most, requests int) *Limiter {
	return New(Options{Connections: most, Requests: requests, Times: UsualTimes()})
}

// listenQuickly serves a handler with times that a test can wait for.
func listenQuickly(t *testing.T, h http.Handler) (address string) {
	t.Helper()
	const unit = 100 * time.Millisecond
	return listenWith(t, Times{Header: unit, Read: 2 * unit, Large: 3 * unit, Take: 3 * unit, Write: 3 * unit, Idle: unit}, h)
}

// listenWith serves a handler with times other than the usual ones.
func listenWith(t *testing.T, wait Times, h http.Handler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Connections: 10, Requests: running, Times: wait})
	throttle := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	s := c.Server(h, throttle, nil, slog.DiscardHandler)
	served := make(chan error, 1)
	go c.EndIdle(t.Context())
	go func() { served <- s.Serve(c.Listen(l)) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// preface begins a connection of HTTP/2: it has an empty frame of settings.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

func TestServer_endsStalledConnections(t *testing.T) {
	address := listenQuickly(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	for _, tt := range []struct{ name, sent string }{
		{"nothing", ""},
		{"half the headers", "POST / HTTP/1.1\r\nHost: x\r\n"},
		{"half the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"},
		{"one call and no second", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"HTTP/2 and no call", preface},
		{"HTTP/2 and no end of the first header", preface + "\x00\x00\x01\x01\x00\x00\x00\x00\x01\x82"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, tt.sent); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil { // returns at the end of the connection
				t.Errorf("reading to the end of the connection: %v", err)
			}
		})
	}
}

// TestServer_endsConnectionOfClientThatDoesNotRead sends an answer that is larger than all buffers between server and client.
func TestServer_endsConnectionOfClientThatDoesNotRead(t *testing.T) {
	written := make(chan error, 1)
	address := listenQuickly(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<20)
		var err error
		for i := 0; err == nil && i < 64; i++ {
			_, err = w.Write(part)
		}
		written <- err
	}))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err == nil {
		t.Error("Write of 64 MB to a client that does not read: got no error, want one")
	}
}
