package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

// TestATornBatchAcknowledgesNothing lets some of many concurrent updates end the
// transaction that they share, as SQLite does by itself when a disk is full. Exactly
// what was acknowledged is stored.
func TestATornBatchAcknowledgesNothing(t *testing.T) {
	db, err := Open(t.Context(), Options{DSN: filepath.Join(t.TempDir(), "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const updates = 300
	results := make([]error, updates)
	var wg sync.WaitGroup
	for i := range updates {
		wg.Go(func() {
			results[i] = db.Update(t.Context(), func(tx *Tx) error {
				if i%10 == 3 {
					_, err := tx.q.exec("ROLLBACK")
					return err
				}
				return tx.SetMeta(fmt.Sprint("n", i), []byte("x"))
			})
		})
	}
	wg.Wait()

	torn := 0
	err = db.View(t.Context(), func(tx *Tx) error {
		for i, result := range results {
			_, err := tx.Meta(fmt.Sprint("n", i))
			if stored := err == nil; stored != (result == nil) {
				t.Errorf("update %d returned %v, and stored is %t", i, result, stored)
			}
			if errors.Is(result, errTorn) {
				torn++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if torn < updates/10 {
		t.Errorf("%d updates were cut short, want at least those that did it", torn)
	}
}
