package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// usualMemory is what a server takes at its limits, on the high side. The garbage collector
	// works harder near it. Otherwise it may lag far behind when clients open and close
	// connections as fast as the machine can.
	usualMemory = 144 << 20
	// liveMetric is how much memory was in use after the last collection.
	liveMetric = "/gc/heap/live:bytes"
)

// boundMemory keeps the process near usualMemory, or near 1.5 times the memory in use if that
// is more, until the context ends. If GOMEMLIMIT is set, it does nothing.
func boundMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	live := []metrics.Sample{{Name: liveMetric}}
	for limit := int64(0); ; {
		metrics.Read(live)
		if wanted := memoryLimit(live[0].Value.Uint64()); wanted != limit {
			limit = wanted
			debug.SetMemoryLimit(limit)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// memoryLimit returns the limit in bytes for a number of bytes in use.
func memoryLimit(live uint64) int64 {
	return max(usualMemory, int64(min(live, 1<<50))/2*3)
}
