package sshkey

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPool_fillsInTheBackgroundAndStops(t *testing.T) {
	bubble(t, 3, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
		wantDepth(t, pool, 0)
		time.Sleep(time.Hour)
		synctest.Wait()
		wantDepth(t, pool, 3)
		wantStarted(t, maker, 3)

		take(t, pool)
		wantDepth(t, pool, 2)
		time.Sleep(time.Hour)
		synctest.Wait()
		wantDepth(t, pool, 3)
		wantStarted(t, maker, 4)
		if _, _, most := maker.counts(); most != 1 {
			t.Errorf("%d keys were generated at once in the background, want 1", most)
		}
	})
}

func TestPool_ofSizeZeroGeneratesNothingAhead(t *testing.T) {
	for _, size := range []int{0, -1} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			bubble(t, size, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
				time.Sleep(time.Hour)
				wantStarted(t, maker, 0)
				take(t, pool)
				time.Sleep(time.Hour)
				wantStarted(t, maker, 1)
				wantDepth(t, pool, 0)
			})
		})
	}
}

func TestPool_boundsItsSize(t *testing.T) {
	bubble(t, MaxPoolSize+1, every(time.Millisecond), func(t *testing.T, pool *Pool, _ *keyMaker) {
		time.Sleep(time.Hour)
		synctest.Wait()
		wantDepth(t, pool, MaxPoolSize)
	})
}

// The filler is at a key when the caller comes to an empty pool.
func TestTake_fromAnEmptyPoolReturnsTheFirstReadyKey(t *testing.T) {
	tests := map[string]struct {
		fillers, callers time.Duration
		want             string
	}{
		"the filler's": {3 * time.Second, 9 * time.Second, "1"},
		"its own":      {9 * time.Second, 3 * time.Second, "2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			durations := []time.Duration{test.fillers, test.callers, time.Second}
			bubble(t, 2, durations, func(t *testing.T, pool *Pool, maker *keyMaker) {
				synctest.Wait() // the filler has begun
				if got := take(t, pool).Fingerprint(); got != test.want {
					t.Errorf("Take gave key %s, want %s", got, test.want)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				wantDepth(t, pool, 2)    // of them one is the key that came too late,
				wantStarted(t, maker, 3) // so one more was enough
			})
		})
	}
}

func TestPool_doesNotFillWhileCallersGenerate(t *testing.T) {
	durations := []time.Duration{time.Second, time.Minute, time.Second}
	bubble(t, 2, durations, func(t *testing.T, pool *Pool, maker *keyMaker) {
		synctest.Wait()
		take(t, pool) // the filler's key; the caller's own takes a minute
		time.Sleep(58 * time.Second)
		synctest.Wait()
		wantStarted(t, maker, 2)
		wantDepth(t, pool, 0)

		time.Sleep(time.Second)
		synctest.Wait()
		wantStarted(t, maker, 3)
		wantDepth(t, pool, 1)
	})
}

func TestTake_generatesOnAllCPUsAndNoMore(t *testing.T) {
	bubble(t, 0, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
		const callers = 30
		got := takeAtOnce(t, pool, callers)
		if len(got) != callers {
			t.Errorf("%d callers got %d different keys", callers, len(got))
		}
		wantStarted(t, maker, callers)
		if _, _, most := maker.counts(); most != runtime.GOMAXPROCS(0) {
			t.Errorf("%d generations ran at once, want %d", most, runtime.GOMAXPROCS(0))
		}
	})
}

func TestTake_endsWithItsContext(t *testing.T) {
	t.Run("before it began", func(t *testing.T) {
		bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
			time.Sleep(time.Minute)
			synctest.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			wantCancelled(ctx, t, pool, context.Canceled)
			wantDepth(t, pool, 1)
		})
	})
	t.Run("while it generates, and the key goes to the pool", func(t *testing.T) {
		durations := []time.Duration{time.Second, time.Minute, time.Hour}
		bubble(t, 1, durations, func(t *testing.T, pool *Pool, _ *keyMaker) {
			time.Sleep(2 * time.Second)
			take(t, pool) // the filler begins a key of a minute
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			wantCancelled(ctx, t, pool, context.DeadlineExceeded)
			time.Sleep(3 * time.Hour)
			synctest.Wait()
			wantDepth(t, pool, 1)
		})
	})
	t.Run("while it waits for its turn", func(t *testing.T) {
		bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, maker *keyMaker) {
			var others sync.WaitGroup
			for range cap(pool.slots) {
				others.Go(func() { take(t, pool) })
			}
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			wantCancelled(ctx, t, pool, context.DeadlineExceeded)
			others.Wait()
			wantStarted(t, maker, cap(pool.slots))
		})
	})
}

func TestPut(t *testing.T) {
	t.Run("keeps a key if there is room", func(t *testing.T) {
		bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
			time.Sleep(time.Minute)
			pair := take(t, pool)
			pool.Put(pair)
			wantDepth(t, pool, 1)
			time.Sleep(time.Minute)
			if again := take(t, pool); again != pair {
				t.Errorf("Take gave %v, want %v, which was given back", again, pair)
			}
		})
	})
	t.Run("drops a key of which something was read", func(t *testing.T) {
		for name, read := range map[string]func(*Pair) string{
			"private key": (*Pair).PrivatePEM, "public key": (*Pair).PublicLine, "fingerprint": (*Pair).Fingerprint,
		} {
			bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
				pair := take(t, pool)
				read(pair)
				time.Sleep(time.Minute)
				for range 2 {
					pool.Put(pair)
					if again := take(t, pool); again == pair {
						t.Errorf("%s: Take gave the key again that was read", name)
					}
				}
			})
		}
	})
	t.Run("drops it if there is none", func(t *testing.T) {
		bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
			time.Sleep(time.Minute)
			synctest.Wait()
			pool.Put(numbered(99))
			wantDepth(t, pool, 1)
			if got := take(t, pool).Fingerprint(); got != "1" {
				t.Errorf("Take gave key %s, want 1", got)
			}
		})
	})
	t.Run("serves a caller who waits, even without a pool", func(t *testing.T) {
		bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, _ *keyMaker) {
			begin := time.Now()
			time.AfterFunc(time.Second, func() { pool.Put(numbered(99)) })
			if got := take(t, pool).Fingerprint(); got != "99" {
				t.Errorf("Take gave key %s, want 99", got)
			}
			if waited := time.Since(begin); waited != time.Second {
				t.Errorf("Take waited %v, want 1s", waited)
			}
		})
	})
	t.Run("serves a caller who waits for its turn", func(t *testing.T) {
		bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, maker *keyMaker) {
			var callers sync.WaitGroup
			for range cap(pool.slots) + 2 {
				callers.Go(func() { take(t, pool) })
			}
			synctest.Wait()
			begin := time.Now()
			for n := range cap(pool.slots) + 2 {
				pool.Put(numbered(100 + n))
				synctest.Wait()
			}
			callers.Wait()
			if waited := time.Since(begin); waited != 0 {
				t.Errorf("the callers waited %v more, want 0s", waited)
			}
			wantStarted(t, maker, cap(pool.slots))
		})
	})
	t.Run("ignores the outcome of a failed Take", func(t *testing.T) {
		bubble(t, 1, every(time.Hour), func(t *testing.T, pool *Pool, _ *keyMaker) {
			pool.Put(nil)
			wantDepth(t, pool, 0)
		})
	})
	t.Run("drops it after Close", func(t *testing.T) {
		bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
			pool.Close()
			pool.Put(numbered(99))
			wantDepth(t, pool, 0)
		})
	})
}

func TestClose(t *testing.T) {
	t.Run("waits for the filler's key and drops all", func(t *testing.T) {
		bubble(t, 3, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
			time.Sleep(1500 * time.Millisecond)
			pool.Close()
			if _, running, _ := maker.counts(); running != 0 {
				t.Errorf("%d generations run after Close", running)
			}
			wantDepth(t, pool, 0)
			time.Sleep(time.Hour)
			wantStarted(t, maker, 2)
		})
	})
	t.Run("waits for a generation that its caller left", func(t *testing.T) {
		bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, maker *keyMaker) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			wantCancelled(ctx, t, pool, context.DeadlineExceeded)
			pool.Close()
			if _, running, _ := maker.counts(); running != 0 {
				t.Errorf("%d generations run after Close", running)
			}
		})
	})
	t.Run("leaves a caller its key", func(t *testing.T) {
		bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, _ *keyMaker) {
			time.AfterFunc(time.Second, pool.Close)
			if got := take(t, pool).Fingerprint(); got != "1" {
				t.Errorf("Take gave key %s, want 1", got)
			}
		})
	})
	t.Run("may be called again, and at once", func(t *testing.T) {
		bubble(t, 2, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
			var closers sync.WaitGroup
			for range 3 {
				closers.Go(pool.Close)
			}
			closers.Wait()
			pool.Close()
			wantDepth(t, pool, 0)
		})
	})
	t.Run("leaves Take working", func(t *testing.T) {
		bubble(t, 2, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
			pool.Close()
			before, _, _ := maker.counts()
			if got := takeAtOnce(t, pool, 10); len(got) != 10 {
				t.Errorf("10 callers got %d different keys", len(got))
			}
			time.Sleep(time.Hour)
			wantStarted(t, maker, before+10)
			wantDepth(t, pool, 0)
		})
	})
}

func TestPool_retriesAFailedGenerationWithTheNextCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var calls int // the generations below never overlap
		failure := errors.New("no randomness")
		pool := newPool(1, slog.New(slog.NewTextHandler(&log, nil)), func() (*Pair, error) {
			time.Sleep(time.Second)
			if calls++; calls <= 2 {
				return nil, failure
			}
			return numbered(calls), nil
		})
		defer pool.Close()

		time.Sleep(time.Hour)
		synctest.Wait()
		if got := strings.Count(log.String(), "cannot generate a key pair"); got != 1 || calls != 1 {
			t.Errorf("%d generations and %d lines in the log after an hour, want 1 and 1:\n%s", calls, got, &log)
		}
		if pair, err := pool.Take(t.Context()); !errors.Is(err, failure) {
			t.Errorf("Take gave %v, %v, want the failure of its own generation", pair, err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		wantDepth(t, pool, 1)
	})
}

// With real keys, and with the race detector when it is on.
func TestTake_givesEachCallerItsOwnKey(t *testing.T) {
	pool := NewPool(2, slog.New(slog.DiscardHandler))
	defer pool.Close()
	const callers = 8
	got := takeAtOnce(t, pool, callers)
	if len(got) != callers {
		t.Errorf("%d callers got %d different keys", callers, len(got))
	}
	for _, pair := range got {
		again, err := ParsePrivatePEM(pair.PrivatePEM())
		if err != nil {
			t.Fatal(err)
		}
		if again.Fingerprint() != pair.Fingerprint() {
			t.Errorf("the private half of %v belongs to %v", pair, again)
		}
	}
	pool.Close()
	wantDepth(t, pool, 0)
}
