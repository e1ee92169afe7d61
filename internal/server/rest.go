package server

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	// restInterval is how long next to nothing may happen until the server is at rest.
	restInterval = 3 * time.Second
	// restWork is what probes and scrapers may cause meanwhile.
	restWork = 100
)

// rest calls giveBack each time that the server has come to rest after work. To start is
// work, too: schema and key pool leave more behind than a small server needs.
func rest(ctx context.Context, work func() int64, giveBack func()) {
	tick := time.NewTicker(restInterval)
	defer tick.Stop()
	worked, before := true, work()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := work()
		switch busy := now-before > restWork; {
		case busy:
			worked = true
		case worked:
			worked = false
			giveBack()
		}
		before = now
	}
}

// giveBackMemory returns to the system what is free. The collector by itself runs when
// there is something to allocate, so that a server at rest, and one with thousands of
// clients that have become idle all the more, would hold more than it needs.
func giveBackMemory() {
	runtime.GC() // a collection halves the stacks that became large
	debug.FreeOSMemory()
}
