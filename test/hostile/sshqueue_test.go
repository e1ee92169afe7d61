//go:build hostile

package hostile

import (
	"crypto/sha1"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// The library has a goroutine that reads a connection ahead of the one that handles its packets. These tests make it
// read as far ahead as they can when the other one ends.

// crowds is how many connections do so.
const crowds = 10

// TestSSHSmallestPackets sends packets of the fewest bytes, one that ends the connection and as many after it as the
// library might read with it, before and after the login.
func TestSSHSmallestPackets(t *testing.T) {
	t.Parallel()
	h := newHarbour(t, 3)
	for _, c := range []code{shortestCode, {name: "hmac-sha1", digest: sha1.New, key: sha1.Size, tag: sha1.Size}, usualCode} {
		for i, prepare := range []func(*wire) error{
			(*wire).exchangeKeys, toLogin, func(w *wire) error { return w.logIn("admin", h.key) },
		} {
			if err := inParallel(crowds, func(int) error { return sendSmallest(h.at(i%2), c, prepare) }); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	h.wantCalm(t, growth)
}

// shortestCode is one that the instance may refuse.
var shortestCode = code{name: "hmac-sha1-96", digest: sha1.New, key: sha1.Size, tag: 12}

func sendSmallest(address string, c code, prepare func(*wire) error) error {
	w, err := dialSSH(address)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	w.code, w.bare = c, true
	if err := prepare(w); err != nil {
		if c.name == shortestCode.name {
			return ended(err)
		}
		return err
	}
	_ = w.send(times(200, []byte{msgChannelOpen})...)
	for {
		if _, err := w.receive(); err != nil {
			return ended(err)
		}
	}
}

// TestSSHUnreadAnswers asks for answers until the instance waits for the client to read them, and hangs up.
func TestSSHUnreadAnswers(t *testing.T) {
	t.Parallel()
	h := newHarbour(t, 3)
	var all sync.WaitGroup
	for i := range crowds {
		all.Go(func() {
			if err := h.hoardAnswers(h.at(i%2), i); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.wantCalm(t, 2*growth)
}

func (h *harbour) hoardAnswers(address string, size int) error {
	w, err := dialSSH(address)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	if err := w.logIn("admin", h.key); err != nil {
		return err
	}
	for range 1000 {
		_ = w.SetWriteDeadline(time.Now().Add(2 * time.Second))
		if err := w.send(times(5000, compose(msgPing, strings.Repeat("x", size)))...); err != nil {
			return nil
		}
	}
	return errors.New("the instance keeps answers without an end")
}
