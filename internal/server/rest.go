package server

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	// restInterval is how long the server has to be idle to be at rest.
	restInterval = 3 * time.Second
	// restWork is how much work probes and scrapers may cause in that time.
	restWork = 100
)

// rest calls release each time that the server comes to rest after work. A start is work,
// too: schema and key pool leave more garbage than a small server needs.
func rest(ctx context.Context, work func() int64, release func()) {
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
			release()
		}
		before = now
	}
}

// releaseMemory returns free memory to the system. The garbage collector itself runs only
// when something is allocated, so that an idle server, above all one with thousands of idle
// clients, would hold more than it needs.
func releaseMemory() {
	runtime.GC() // a collection halves stacks that have become large
	debug.FreeOSMemory()
}
