package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// lease does one thing to a lease in a transaction of its own.
func lease(t *testing.T, db *store.DB, fn func(*store.Tx) error) error {
	t.Helper()
	err := db.Update(t.Context(), fn)
	if err != nil && !errors.Is(err, store.ErrNoLease) {
		t.Fatal(err)
	}
	return err
}

func TestAcquireLease_byOneHolderAtATime(t *testing.T) {
	db := fresh(t)
	acquire := func(holder string, length time.Duration) error {
		return lease(t, db, func(tx *store.Tx) error { return tx.AcquireLease("mails", holder, length) })
	}
	check := func(holder string) error {
		return lease(t, db, func(tx *store.Tx) error { return tx.CheckLease("mails", holder) })
	}
	release := func(holder string) error {
		return lease(t, db, func(tx *store.Tx) error { return tx.ReleaseLease("mails", holder) })
	}
	for _, step := range []struct {
		name string
		got  error
		held bool
	}{
		{"check of a lease that nobody acquired", check("a"), false},
		{"acquire", acquire("a", time.Hour), true},
		{"check", check("a"), true},
		{"renew", acquire("a", time.Hour), true},
		{"acquire by another holder", acquire("b", time.Hour), false},
		{"check by another holder", check("b"), false},
		{"release by another holder", release("b"), false},
		{"release", release("a"), true},
		{"check after the release", check("a"), false},
		{"acquire by another holder after the release", acquire("b", 0), true},
		{"check after the lease ran out", check("b"), false},
		{"acquire after the lease ran out", acquire("a", time.Hour), true},
		{"renew by a holder whose lease ran out and was acquired", acquire("b", time.Hour), false},
	} {
		if held := step.got == nil; held != step.held {
			t.Errorf("%s: got %v, want success: %t", step.name, step.got, step.held)
		}
	}
	if err := lease(t, db, func(tx *store.Tx) error { return tx.AcquireLease("other", "b", time.Hour) }); err != nil {
		t.Errorf("acquire a lease of another name: %v", err)
	}
}

// TestCheckLease_keepsOthersOut lets a holder's lease run out within a transaction that has
// checked it: another holder acquires it only after that transaction.
func TestCheckLease_keepsOthersOut(t *testing.T) {
	dsn := newDSN(t)
	first, second := open(t, dsn), open(t, dsn)
	if err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const length = 2 * time.Second
	if err := lease(t, first, func(tx *store.Tx) error { return tx.AcquireLease("mails", "a", length) }); err != nil {
		t.Fatal(err)
	}
	acquired := make(chan error)
	err := lease(t, first, func(tx *store.Tx) error {
		if err := tx.CheckLease("mails", "a"); err != nil {
			return err
		}
		time.Sleep(length)
		go func() {
			acquired <- second.Update(t.Context(), func(tx *store.Tx) error { return tx.AcquireLease("mails", "b", time.Hour) })
		}()
		select {
		case err := <-acquired:
			t.Errorf("acquire while the first holder works: got %v, want it to wait", err)
		case <-time.After(length / 4):
		}
		return tx.SetMeta("work", []byte("done"))
	})
	if err != nil {
		t.Errorf("work after a check: %v", err)
	}
	if err := <-acquired; err != nil {
		t.Errorf("acquire after the work: %v", err)
	}
}
