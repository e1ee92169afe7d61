package sshkey

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Most tests of the pool run in a bubble, where time passes only when every
// goroutine waits. A generation is a sleep there, so who is first is certain,
// nothing depends on how fast the machine is, and a goroutine left behind fails
// the test.

// keyMaker stands for the generation of keys: the key with number n (from 1)
// takes the n-th duration, or the last one there is.
type keyMaker struct {
	durations []time.Duration

	mu                     sync.Mutex
	started, running, most int
}

func (m *keyMaker) generate() (*Pair, error) {
	number := m.begin()
	time.Sleep(m.durations[min(number, len(m.durations))-1])
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	return numbered(number), nil
}

func (m *keyMaker) begin() (number int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started++
	m.running++
	m.most = max(m.most, m.running)
	return m.started
}

// counts returns how many generations began, how many run now, and how many
// ran at once at most.
func (m *keyMaker) counts() (started, running, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.started, m.running, m.most
}

func numbered(n int) *Pair { return &Pair{fingerprint: strconv.Itoa(n), read: &atomic.Bool{}} }

// bubble runs a test in a bubble with a pool whose keys take these durations.
func bubble(t *testing.T, size int, durations []time.Duration, test func(*testing.T, *Pool, *keyMaker)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		maker := &keyMaker{durations: durations}
		pool := newPool(size, slog.New(slog.DiscardHandler), maker.generate)
		defer pool.Close()
		test(t, pool, maker)
	})
}

func every(d time.Duration) []time.Duration { return []time.Duration{d} }

// take fails the test without ending it, so that any goroutine may call it.
func take(t *testing.T, pool *Pool) *Pair {
	t.Helper()
	pair, err := pool.Take(t.Context())
	if err != nil {
		t.Errorf("Take: %v", err)
		return &Pair{read: &atomic.Bool{}}
	}
	return pair
}

// takeAtOnce returns the keys that so many callers get, by fingerprint.
func takeAtOnce(t *testing.T, pool *Pool, callers int) map[string]*Pair {
	t.Helper()
	var mu sync.Mutex
	var running sync.WaitGroup
	got := make(map[string]*Pair)
	for range callers {
		running.Go(func() {
			pair := take(t, pool)
			mu.Lock()
			defer mu.Unlock()
			got[pair.Fingerprint()] = pair
		})
	}
	running.Wait()
	return got
}

func wantCancelled(ctx context.Context, t *testing.T, pool *Pool, want error) {
	t.Helper()
	pair, err := pool.Take(ctx)
	if pair != nil || !errors.Is(err, want) {
		t.Errorf("Take gave %v, %v, want no pair and %v", pair, err, want)
	}
}

func wantDepth(t *testing.T, pool *Pool, want int) {
	t.Helper()
	if got := pool.Depth(); got != want {
		t.Errorf("Depth is %d, want %d", got, want)
	}
}

func wantStarted(t *testing.T, maker *keyMaker, want int) {
	t.Helper()
	if got, _, _ := maker.counts(); got != want {
		t.Errorf("%d generations were started, want %d", got, want)
	}
}
