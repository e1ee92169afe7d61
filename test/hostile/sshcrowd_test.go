//go:build hostile

package hostile

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// sshStalls are clients that do not get on with logging in, whatever they have sent.
func sshStalls() []stall {
	offer := string(begin(packet(kexInit(goodExchange))))
	return []stall{
		{name: "nothing"},
		{name: "half a version", first: "SSH-2"},
		{name: "a version letter by letter", first: "SSH-2.0-", more: "x"},
		{name: "banners line by line", more: "x\r\n"},
		{name: "a version and nothing", first: hello},
		{name: "a length and no packet", first: hello + "\x00\x00\x01\x00\x04\x14"},
		{name: "a packet letter by letter", first: hello + "\x00\x00\x7f\x00\x04\x14", more: "x"},
		{name: "an offer and no key", first: offer},
		{name: "messages to ignore one by one", first: offer, more: string(packet(compose(msgIgnore, "x")))},
	}
}

// TestSSHStalls fills an instance with clients that do not get on. One of them has to make room for a good client, the
// others stay until they are out of time; other instances serve as if there were none.
func TestSSHStalls(t *testing.T) {
	t.Parallel()
	h := newHarbour(t, 2)
	ctx, stop := context.WithCancel(t.Context())
	var stalled, others sync.WaitGroup
	var endings atomic.Int64
	kinds := sshStalls()
	for i := range startups {
		s := kinds[i%len(kinds)]
		w, err := dialSSH(h.at(0))
		if err != nil {
			t.Fatal(err)
		}
		stalled.Go(func() {
			if err := s.hold(w); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
			endings.Add(1)
		})
	}
	h.awaitRoom(t, 0)
	var served atomic.Int64
	for range 2 {
		others.Go(func() {
			for ctx.Err() == nil {
				if err := h.served(1); err != nil {
					t.Errorf("others meanwhile: %v", err)
					return
				}
				served.Add(1)
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
	stalled.Wait()
	stop()
	others.Wait()
	t.Logf("%d stalled clients were disconnected, and others served %d times meanwhile", endings.Load(), served.Load())
	h.wantCalm(t, growth)
}

// hold stalls until the instance ends the connection.
func (s stall) hold(w *wire) error {
	defer func() { _ = w.Close() }()
	if _, err := io.WriteString(w, s.first); err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		tick := time.NewTicker(drip)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_, _ = io.WriteString(w, s.more)
			}
		}
	}()
	_, err := io.Copy(io.Discard, w.from)
	return ended(err)
}

// storm is how many connections come at once.
const storm = 3000

// TestSSHStorms has clients come by the thousand: to one instance, and then to as many as it takes to use up the room
// of all. Each has no more than it may, the API answers meanwhile, and the instances serve again afterwards.
func TestSSHStorms(t *testing.T) {
	t.Parallel()
	needFiles(t, storm+1000)
	const instances = inTotal/startups + 4
	h := newHarbour(t, instances)
	held := h.storm(t, storm, func(int) int { return 0 })
	if held > startups {
		t.Errorf("an instance holds %d clients that do not log in, and may hold %d", held, startups)
	}
	held = h.storm(t, storm, func(i int) int { return 1 + i%(instances-1) })
	if held > inTotal {
		t.Errorf("the instances hold %d clients, and may hold %d", held, inTotal)
	}
	for range 5 { // who comes and goes at once takes no room
		if err := inParallel(storm/5, func(i int) error { return comeAndGo(h.at(i % instances)) }); err != nil {
			t.Errorf("coming and going: %v", err)
		}
		if err := probe(h.api); err != nil {
			t.Errorf("the API meanwhile: %v", err)
		}
	}
	h.wantCalm(t, overloadMemory)
}

// storm connects many times, each to the instance that is chosen, counts those that are held in the end, and hangs up.
func (h *harbour) storm(t *testing.T, n int, choose func(i int) int) int {
	t.Helper()
	conns := make([]net.Conn, n)
	var held atomic.Int64
	err := inParallel(n, func(i int) (err error) {
		if conns[i], err = net.Dial("tcp", h.at(choose(i))); err != nil {
			return turnedAway(err)
		}
		_ = conns[i].SetDeadline(time.Now().Add(slack))
		version := make([]byte, len("SSH-2.0-"))
		if _, err := io.ReadFull(conns[i], version); err != nil || !strings.HasPrefix(string(version), "SSH-") {
			_ = conns[i].Close()
		}
		return nil
	})
	_ = inParallel(n, func(i int) error { // what is not held any more has ended
		if conns[i] == nil {
			return nil
		}
		_ = conns[i].SetDeadline(time.Now().Add(time.Second))
		var late net.Error
		if _, err := io.Copy(io.Discard, conns[i]); errors.As(err, &late) && late.Timeout() {
			held.Add(1)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	now := measure(t, h.server)
	t.Logf("%d of %d are held: %v", held.Load(), n, now)
	if now.memory > overloadMemory {
		t.Errorf("they take %d bytes of memory", now.memory)
	}
	if err := probe(h.api); err != nil {
		t.Errorf("the API meanwhile: %v", err)
	}
	if choose(0) == choose(1) { // others have room
		if err := h.visit(choose(0) + 1); err != nil {
			t.Errorf("another instance meanwhile: %v", err)
		}
	}
	for _, conn := range conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	h.awaitRoom(t, choose(0))
	return int(held.Load())
}

// turnedAway returns the error, or nil if the instance has no room: a client may learn of that before
// it knows that it was connected.
func turnedAway(err error) error {
	if errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

// awaitRoom waits until an instance serves again.
func (h *harbour) awaitRoom(t *testing.T, i int) {
	t.Helper()
	err := h.visit(i)
	for deadline := time.Now().Add(slack); err != nil && time.Now().Before(deadline); err = h.visit(i) {
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Errorf("the instance afterwards: %v", err)
	}
}

// comeAndGo disconnects as soon as it is connected, in the way that the protocol has for that.
func comeAndGo(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return turnedAway(err)
	}
	_, _ = conn.Write(begin(packet(compose(msgDisconnect, 11, "bye", ""))))
	return conn.Close()
}
