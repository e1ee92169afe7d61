package server

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRest_releasesMemoryAfterWork(t *testing.T) {
	for _, tt := range []struct {
		name string
		// work is the amount in each interval.
		work []int64
		want int
	}{
		{"only the start", []int64{0, 0, 0, 0}, 1},
		{"the start, then probes", []int64{restWork, restWork, restWork}, 1},
		{"work all the time", []int64{1000, 1000, 1000}, 0},
		{"work at once, then none", []int64{1000, 0, 0, 0}, 1},
		{"work later, then none", []int64{0, 1000, 0, 0}, 2},
		{"work, then probes", []int64{1000, restWork, restWork}, 1},
		{"twice", []int64{1000, 0, 1000, 1000, 0, 0}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				var work atomic.Int64
				var got atomic.Int64
				go rest(ctx, work.Load, func() { got.Add(1) })
				synctest.Wait()
				for _, n := range tt.work {
					time.Sleep(restInterval / 2)
					work.Add(n)
					time.Sleep(restInterval / 2)
					synctest.Wait()
				}
				if got.Load() != int64(tt.want) {
					t.Errorf("releases of memory: got %d, want %d", got.Load(), tt.want)
				}
			})
		})
	}
}
