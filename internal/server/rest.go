package server

import (
	"context"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

const (
	// restInterval is how long next to nothing may happen until the server is at rest.
	restInterval = 5 * time.Second
	// restWork is what probes and scrapers may cause meanwhile.
	restWork = 100
	// restMemory is how much memory may stay as it is then.
	restMemory = 64 << 20
)

// rest calls giveBack each time that the server has come to rest after work.
func rest(ctx context.Context, work func() int64, giveBack func()) {
	tick := time.NewTicker(restInterval)
	defer tick.Stop()
	worked, before := false, work()
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

// giveBackMemory returns to the system what is free, if it is worth the time. The
// collector by itself runs when there is something to allocate, so that thousands of
// clients that have become idle would hold twice what they need.
func giveBackMemory() {
	if memoryInUse() > restMemory {
		runtime.GC() // a collection halves the stacks that became large
		debug.FreeOSMemory()
	}
}

// memoryInUse is what the runtime has from the system, in bytes.
func memoryInUse() uint64 {
	sample := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	runtimemetrics.Read(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}
