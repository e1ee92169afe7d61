package main

import (
	"math"
	"runtime/metrics"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	for live, want := range map[uint64]int64{0: usualMemory, 64 << 20: usualMemory, 200 << 20: 300 << 20, 1 << 40: 3 << 39} {
		if got := memoryLimit(live); got != want {
			t.Errorf("limit for %d bytes in use: got %d, want %d", live, got, want)
		}
	}
	if got := memoryLimit(math.MaxUint64); got <= 0 {
		t.Errorf("limit for the largest number of bytes: got %d, want a positive one", got)
	}
}

// TestLiveMetric_isKnown: the runtime has the metric that the limit follows.
func TestLiveMetric_isKnown(t *testing.T) {
	sample := []metrics.Sample{{Name: liveMetric}}
	metrics.Read(sample)
	if kind := sample[0].Value.Kind(); kind != metrics.KindUint64 {
		t.Errorf("metric %s: got a value of kind %d, want %d", liveMetric, kind, metrics.KindUint64)
	}
}
