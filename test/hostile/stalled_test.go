//go:build hostile

package hostile

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// stall is a client that does not get on. It writes first at once and then, again and again, a little more.
type stall struct {
	name        string
	first, more string
	// limit is when the server's patience is at an end.
	limit time.Duration
}

// drip is how long a slow client waits between two writes.
const drip = 500 * time.Millisecond

func stalls() []stall {
	m := write("stalled")
	head := m.head()
	m.drop("Content-Length")
	m.add("Transfer-Encoding: chunked")
	chunked := m.head()
	m.add("Expect: 100-continue")
	expecting := m.head()
	settings := http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	return []stall{
		{name: "nothing", limit: headerLimit},
		{name: "half a first line", first: "POST / HT", limit: headerLimit},
		{name: "a first line letter by letter", more: "P", limit: headerLimit},
		{name: "line ends one by one", more: "\r\n", limit: headerLimit},
		{name: "headers without an end", first: head[:len(head)-2], limit: headerLimit},
		{name: "headers line by line", first: head[:len(head)-2], more: "X-Slow: x\r\n", limit: headerLimit},
		{name: "a header letter by letter", first: head[:len(head)-2] + "X-Slow: ", more: "x", limit: headerLimit},
		{name: "a second call that begins and does not end", first: read().String() + "POST", limit: headerLimit},
		{name: "headers without a body", first: head, limit: bodyLimit},
		{name: "a body byte by byte", first: head, more: "{", limit: bodyLimit},
		{name: "half a body", first: head + m.body[:len(m.body)/2], limit: bodyLimit},
		{name: "a body that waits to be asked for", first: expecting, limit: bodyLimit},
		{name: "chunks without a first", first: chunked, limit: bodyLimit},
		{name: "chunks one by one", first: chunked, more: "1\r\n{\r\n", limit: bodyLimit},
		{name: "an extension letter by letter", first: chunked + "1;", more: "x", limit: bodyLimit},
		{name: "a trailer letter by letter", first: chunked + "0\r\nX-Slow: ", more: "x", limit: bodyLimit},
		{name: "half a preface of HTTP/2", first: http2.ClientPreface[:12], limit: headerLimit},
		{name: "a preface of HTTP/2 and no settings", first: http2.ClientPreface, limit: headerLimit},
		{name: "a stream of HTTP/2 without a body", first: settings + h2Head(), limit: bodyLimit},
	}
}

// h2Head is the headers of a call on the first stream of a connection.
func h2Head() string {
	var b strings.Builder
	c := &h2Client{Framer: http2.NewFramer(&b, nil)}
	c.encoder = hpack.NewEncoder(&c.headers)
	c.open(1, h2Fields(write("stalled")), false)
	return b.String()
}

// each is how many clients stall in each way.
const eachWay = 20

// TestStalledClients holds many connections that make no progress, and serves other clients as if there were none.
func TestStalledClients(t *testing.T) {
	t.Parallel()
	server, address, before := start(t, "--key-pool", "0", "--max-requests", "64")
	ctx, stop := context.WithCancel(t.Context())
	var stalled, others sync.WaitGroup
	for _, s := range stalls() {
		for range eachWay {
			stalled.Go(func() {
				if err := s.run(address); err != nil {
					t.Errorf("%s: %v", s.name, err)
				}
			})
		}
	}
	var served atomic.Int64
	for range 4 {
		others.Go(func() {
			for ctx.Err() == nil {
				if err := probe(address); err != nil {
					t.Errorf("a good client meanwhile: %v", err)
					return
				}
				served.Add(1)
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	stalled.Wait()
	stop()
	others.Wait()
	t.Logf("%d calls were served beside %d stalled clients", served.Load(), eachWay*len(stalls()))
	wantNothing(t, server)
	wantCalm(t, server, before, growth)
	wantNoPanic(t, server)
}

// run stalls until the server ends the connection, or the stream of an HTTP/2 connection.
func (s stall) run(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(s.limit))
	if _, err := io.WriteString(conn, s.first); err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for tick := time.NewTicker(drip); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				_, _ = io.WriteString(conn, s.more)
			}
		}
	}()
	if strings.HasPrefix(s.first, http2.ClientPreface) && s.limit == bodyLimit {
		return awaitReset(conn)
	}
	answer, err := io.ReadAll(conn)
	if strings.Contains(string(answer), "HTTP/1.1 5") {
		return fmt.Errorf("answer %.80q", answer)
	}
	return ended(err)
}

// awaitReset reads frames until the server gives up the stream.
func awaitReset(conn net.Conn) error {
	framer := http2.NewFramer(io.Discard, conn)
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return ended(err)
		}
		switch f := frame.(type) {
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return nil
		case *http2.HeadersFrame:
			if f.StreamEnded() {
				return nil
			}
		case *http2.DataFrame:
			if f.StreamEnded() {
				return nil
			}
		}
	}
}
