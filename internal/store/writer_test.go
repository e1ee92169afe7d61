package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestUpdatesThatEndInManyWaysShareCommits runs many Updates at once that succeed, fail
// before or after they wrote something, overlook a refused row, or panic. What is stored
// is what each was told.
func TestUpdatesThatEndInManyWaysShareCommits(t *testing.T) {
	db := fresh(t)
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(keyPair("taken")) })
	boom := errors.New("boom")
	ends := []struct {
		stored bool
		run    func(tx *store.Tx, name string) error
	}{
		{true, func(tx *store.Tx, name string) error { return tx.InsertResource(keyPair(name)) }},
		{false, func(*store.Tx, string) error { return boom }},
		{false, func(tx *store.Tx, name string) error { return errors.Join(tx.InsertResource(keyPair(name)), boom) }},
		{false, func(tx *store.Tx, name string) error {
			if err := tx.InsertResource(keyPair(name)); err != nil {
				return err
			}
			panic(boom)
		}},
	}
	told := make([]any, 50*len(ends))
	var wg sync.WaitGroup
	for i := range told {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					told[i] = v
				}
			}()
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				return ends[i%len(ends)].run(tx, fmt.Sprint("n", i))
			})
			if err != nil {
				told[i] = err
			}
		})
	}
	wg.Wait()
	view(t, db, func(tx *store.Tx) error {
		for i := range told {
			want := ends[i%len(ends)].stored
			if got := told[i] == nil; got != want {
				t.Errorf("update %d: was told %v, want success: %t", i, told[i], want)
			}
			_, err := tx.Resource(account, region, fmt.Sprint("n", i))
			if got := err == nil; got != want {
				t.Errorf("update %d: %v, want it stored: %t", i, err, want)
			}
		}
		return nil
	})
}

// TestUpdatesDuringClose: each ends, and what was acknowledged is there afterwards.
func TestUpdatesDuringClose(t *testing.T) {
	file := newDSN(t)
	db := open(t, file)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	results := make([]error, 200)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			results[i] = db.Update(t.Context(), func(tx *store.Tx) error { return tx.SetMeta(fmt.Sprint("n", i), []byte("x")) })
		})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	db = open(t, file)
	view(t, db, func(tx *store.Tx) error {
		for i, result := range results {
			_, err := tx.Meta(fmt.Sprint("n", i))
			if (err == nil) != (result == nil) {
				t.Errorf("update %d returned %v, and then it was stored: %t", i, result, err == nil)
			}
		}
		return nil
	})
}
