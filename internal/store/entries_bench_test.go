package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// benchmarked is a store in a file with an account.
func benchmarked(b *testing.B) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), store.Options{DSN: filepath.Join(b.TempDir(), "lanyard.db")})
	if err == nil {
		b.Cleanup(func() { _ = db.Close() })
		err = db.Migrate(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	inOne(b, db, func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: account, CreatedAt: noon}) })
	return db
}

// inOne runs fn in one transaction: a commit costs far more than what is measured here.
func inOne(b *testing.B, db *store.DB, fn func(*store.Tx) error) {
	b.Helper()
	if err := db.Update(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAppendEntry adds to a list that is as long as its limit, and as old as its age.
func BenchmarkAppendEntry(b *testing.B) {
	for name, c := range map[string]resource.Class{
		"for ever": {Name: "a"},
		"limit":    {Name: "b", Limit: 1000},
		"age":      {Name: "c", Age: 1000 * time.Second},
	} {
		b.Run(name, func(b *testing.B) {
			db, doc := benchmarked(b), make([]byte, 200)
			inOne(b, db, func(tx *store.Tx) error {
				if err := tx.InsertResource(keyPair("web")); err != nil {
					return err
				}
				for n := 0; n < 1100 || b.Loop(); n++ {
					if _, err := tx.AppendEntry("id-web", c, noon.Add(time.Duration(n)*time.Second), doc); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkDeleteResource deletes resources that have no entries, while another one has many.
func BenchmarkDeleteResource(b *testing.B) {
	db := benchmarked(b)
	inOne(b, db, func(tx *store.Tx) error {
		if err := tx.InsertResource(keyPair("web")); err != nil {
			return err
		}
		for n := range 1000 {
			if _, err := tx.AppendEntry("id-web", resource.Class{Name: "deployment"}, noon, nil); err != nil {
				return err
			}
			if err := tx.InsertResource(keyPair(fmt.Sprint("other", n))); err != nil {
				return err
			}
		}
		r := keyPair("gone")
		for b.Loop() {
			b.StopTimer()
			err := tx.InsertResource(r)
			b.StartTimer()
			if err == nil {
				err = tx.DeleteResource(r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
