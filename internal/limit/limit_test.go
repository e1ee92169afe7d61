package limit_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/limit"
)

func TestGate_boundsCallers(t *testing.T) {
	g := limit.NewGate(2)
	for i, want := range []bool{true, true, false, false} {
		if got := g.Enter(); got != want {
			t.Errorf("%d. Enter = %t, want %t", i+1, got, want)
		}
	}
	g.Leave()
	if !g.Enter() || g.Enter() {
		t.Error("after one left, not exactly one was admitted")
	}
}

func TestGate_nilAdmitsAll(t *testing.T) {
	var g *limit.Gate
	for range 3 {
		if !g.Enter() {
			t.Error("Enter = false")
		}
	}
	g.Leave()
}

func TestGate_underContention(t *testing.T) {
	const places = 3
	g := limit.NewGate(places)
	var inside, most atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 1000 {
				if !g.Enter() {
					continue
				}
				n := inside.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				inside.Add(-1)
				g.Leave()
			}
		})
	}
	wg.Wait()
	if most.Load() > places {
		t.Errorf("%d were inside at once, want %d at most", most.Load(), places)
	}
	for range places {
		if !g.Enter() {
			t.Fatal("a place was lost")
		}
	}
}

func BenchmarkGate(b *testing.B) {
	g := limit.NewGate(512)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if g.Enter() {
				g.Leave()
			}
		}
	})
}
