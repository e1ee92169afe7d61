package server

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAmbiguousRequestsEndTheConnection(t *testing.T) {
	server := httptest.NewServer(unambiguous(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})))
	defer server.Close()
	for _, tt := range []struct {
		name, head string
		answers    int
	}{
		{"a length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 2},
		{"chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
		{"chunks and a length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
		{"HTTP/1.0 with chunks and a length", "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			second := "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
			if _, err := io.WriteString(conn, tt.head+"0\r\n\r\n"+second); err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Count(all, []byte("HTTP/1.")); got != tt.answers {
				t.Errorf("%d answers, want %d:\n%s", got, tt.answers, all)
			}
		})
	}
}

// quick are times that a test can wait for.
var quick = times{header: 100 * time.Millisecond, read: 200 * time.Millisecond, large: 300 * time.Millisecond, take: 300 * time.Millisecond, write: 300 * time.Millisecond, idle: 100 * time.Millisecond}

// listenQuickly serves a handler with quick times.
func listenQuickly(t *testing.T, h http.Handler) (address string) {
	t.Helper()
	return listenWith(t, quick, h)
}

// listenWith serves a handler with other times than the usual ones.
func listenWith(t *testing.T, wait times, h http.Handler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newConnections(10, DefaultMaxRequests)
	throttle := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	s := newHTTP(c.bounded(wait.large, h, throttle), nil, Options{Log: slog.New(slog.DiscardHandler), times: wait}, c)
	served := make(chan error, 1)
	go c.endIdle(t.Context(), wait.idle)
	go func() { served <- s.Serve(c.listen(l)) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// preface is how a connection of HTTP/2 begins: with settings, of which there are none.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

func TestStalledConnectionsEnd(t *testing.T) {
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
				t.Errorf("the connection broke: %v", err)
			}
		})
	}
}

// TestAClientThatDoesNotReadIsCutOff sends an answer that no buffer on the way holds.
func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
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
		t.Error("64 MB were written to a client that did not read")
	}
}
