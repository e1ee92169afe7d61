//go:build postgres

package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestUpdate_lengthy reads after the time is over that other updates have: they fail then.
func TestUpdate_lengthy(t *testing.T) {
	_, dsn := freshAt(t)
	const timeout = 500 * time.Millisecond
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	late := func(ctx context.Context) error {
		return db.Update(ctx, func(tx *store.Tx) error {
			time.Sleep(2 * timeout)
			_, err := tx.Accounts()
			return err
		})
	}
	if err := late(store.Lengthy(t.Context())); err != nil {
		t.Errorf("lengthy Update: got %v, want no error", err)
	}
	if err := late(t.Context()); err == nil {
		t.Error("Update that takes longer than the timeout: got no error, want one")
	}
}
