package sshkey

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTake_failsAtOnceIfTooManyWait(t *testing.T) {
	bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
		time.Sleep(time.Minute)
		take(t, pool) // the key that was ready
		var waiting sync.WaitGroup
		defer waiting.Wait()
		for range pool.queue {
			waiting.Go(func() { take(t, pool) })
		}
		synctest.Wait()

		began := time.Now()
		wantCancelled(t.Context(), t, pool, ErrBusy)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("Take waited %v before it said that the pool is busy", waited)
		}
		time.Sleep(2 * time.Second) // some got theirs
		synctest.Wait()
		take(t, pool)
	})
}

func TestTake_returnsAReadyKeyHoweverManyWait(t *testing.T) {
	bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, _ *keyMaker) {
		time.Sleep(time.Minute)
		synctest.Wait()
		pool.waiting.Add(pool.queue)
		defer pool.waiting.Add(-pool.queue)
		take(t, pool)
	})
}

func TestTake_thatWasGivenUpWaitsNoMore(t *testing.T) {
	bubble(t, 0, every(time.Hour), func(t *testing.T, pool *Pool, _ *keyMaker) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var waiting sync.WaitGroup
		for range pool.queue {
			waiting.Go(func() {
				if _, err := pool.Take(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Take: %v, want the end of its context", err)
				}
			})
		}
		waiting.Wait()
		take(t, pool)
	})
}
