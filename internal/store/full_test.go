package store

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

// TestAFullDatabaseHurtsNobodyElse lets some of many concurrent updates write more than
// there is room for. SQLite then ends the transaction that they share with others by
// itself, and what comes behind would be written outside of it.
func TestAFullDatabaseHurtsNobodyElse(t *testing.T) {
	db, err := Open(t.Context(), Options{DSN: filepath.Join(t.TempDir(), "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	room := db.engine.(*sqliteEngine).writer.s //nolint:forcetypeassert // the DSN says so
	if err := room.run("PRAGMA max_page_count = 300"); err != nil {
		t.Fatal(err)
	}
	const updates = 300
	large := func(i int) bool { return i%10 == 3 }
	results := make([]error, updates)
	var wg sync.WaitGroup
	for i := range updates {
		wg.Go(func() {
			results[i] = db.Update(t.Context(), func(tx *Tx) error {
				if err := tx.SetMeta(fmt.Sprint("n", i), []byte("x")); err != nil || !large(i) {
					return err
				}
				_ = tx.SetMeta("large", make([]byte, 2<<20)) // who overlooks the failure is not acknowledged either
				return tx.SetMeta(fmt.Sprint("late", i), []byte("x"))
			})
		})
	}
	wg.Wait()

	err = db.View(t.Context(), func(tx *Tx) error {
		for i, result := range results {
			if failed := result != nil; failed != large(i) {
				t.Errorf("update %d returned %v", i, result)
			}
			for _, name := range []string{"n", "late"} {
				_, err := tx.Meta(fmt.Sprint(name, i))
				if want := !large(i) && name == "n"; want != (err == nil) {
					t.Errorf("%s%d: %v, want it stored: %t", name, i, err, want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
