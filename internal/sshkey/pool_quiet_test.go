package sshkey

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPool_waitsForTheEndOfASuccessionOfTakes(t *testing.T) {
	bubble(t, 4, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
		time.Sleep(time.Hour)
		synctest.Wait()
		for range 3 {
			take(t, pool)
			time.Sleep(quiet / 2)
			synctest.Wait()
			wantStarted(t, maker, 4)
		}
		time.Sleep(quiet)
		synctest.Wait()
		wantStarted(t, maker, 5)
		time.Sleep(time.Hour)
		synctest.Wait()
		wantDepth(t, pool, 4)
	})
}

func TestPool_fillsAtOnceIfItIsEmpty(t *testing.T) {
	bubble(t, 1, every(time.Second), func(t *testing.T, pool *Pool, maker *keyMaker) {
		time.Sleep(time.Hour)
		synctest.Wait()
		take(t, pool)
		synctest.Wait()
		wantStarted(t, maker, 2)
	})
}
