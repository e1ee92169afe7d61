//go:build postgres

package store_test

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

var pg *pgtest.Server

// TestMain runs all tests of the store on PostgreSQL. It fails where a goroutine is left when they have ended.
func TestMain(m *testing.M) {
	os.Exit(pgtest.MainWithoutLeaks(func(s *pgtest.Server) int {
		pg, newDSN = s, s.TestDatabase
		return m.Run()
	}))
}

// TestServersMigrateInTurn starts many servers on one fresh database.
func TestServersMigrateInTurn(t *testing.T) {
	dsn := newDSN(t)
	var wg sync.WaitGroup
	for range 6 {
		db := open(t, dsn)
		wg.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestCollidingUpdatesAllHappen lets two servers count in one row: each of their
// updates reads what the other may be changing.
func TestCollidingUpdatesAllHappen(t *testing.T) {
	dsn := newDSN(t)
	a, b := open(t, dsn), open(t, dsn)
	if err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(t, a, func(tx *store.Tx) error { return tx.SetMeta("n", []byte{0}) })
	const each = 50
	var wg sync.WaitGroup
	for _, db := range []*store.DB{a, a, b, b} {
		wg.Go(func() {
			for range each {
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					n, err := tx.Meta("n")
					return errors.Join(err, tx.SetMeta("n", []byte{n[0] + 1}))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	view(t, a, func(tx *store.Tx) error {
		n, err := tx.Meta("n")
		if n[0] != 4*each {
			t.Errorf("counted to %d, want %d", n[0], 4*each)
		}
		return err
	})
}

// TestPostgresComesAndGoes stops and kills the database under a store: calls fail
// meanwhile, nothing acknowledged is lost, and the store recovers by itself.
func TestPostgresComesAndGoes(t *testing.T) {
	own, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	dsn := own.TestDatabase(t)
	db := open(t, dsn)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(name string) error {
		return db.Update(t.Context(), func(tx *store.Tx) error { return tx.SetMeta(name, []byte(name)) })
	}
	for i, end := range []func() error{own.Stop, own.Kill} {
		if err := write(fmt.Sprint("kept", i)); err != nil {
			t.Fatal(err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := write("lost"); err == nil {
			t.Error("a write without a database was acknowledged")
		}
		if err := own.Start(); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(20 * time.Second)
		for write("again") != nil {
			if time.Now().After(deadline) {
				t.Fatal("the store does not recover")
			}
			time.Sleep(10 * time.Millisecond)
		}
		view(t, db, func(tx *store.Tx) error {
			_, err := tx.Meta(fmt.Sprint("kept", i))
			return err
		})
	}
}

func TestMalformedURLIsNotRepeated(t *testing.T) {
	_, err := store.Open(t.Context(), store.Options{DSN: "postgres://user:hunter2@host:port/db"})
	if err == nil || err.Error() != "the PostgreSQL URL is malformed, or one of its parameters is" {
		t.Errorf("Open = %v", err)
	}
}
