package store_test

import (
	"fmt"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// BenchmarkInsertResource inserts without a commit for each.
func BenchmarkInsertResource(b *testing.B) {
	db := benchmarked(b)
	const atOnce = 500
	name := 0
	for b.Loop() {
		inOne(b, db, func(tx *store.Tx) error {
			for range atOnce {
				name++
				if err := tx.InsertResource(keyPair(fmt.Sprint("name-", name))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*atOnce), "µs/resource")
}

// BenchmarkCount counts 20,000 instances with documents of a usual size.
func BenchmarkCount(b *testing.B) {
	db := benchmarked(b)
	var all []*resource.Resource
	for i := range 20_000 {
		r := instance(fmt.Sprint("name-", i))
		r.Doc, r.Priv = make([]byte, 1500), make([]byte, 3000)
		all = append(all, r)
	}
	inOne(b, db, func(tx *store.Tx) error { return tx.InsertResources(all) })
	for b.Loop() {
		inOne(b, db, func(tx *store.Tx) error {
			n, err := tx.Count(account, resource.Instance, region)
			if n != len(all) {
				b.Errorf("count = %d, want %d", n, len(all))
			}
			return err
		})
	}
}
