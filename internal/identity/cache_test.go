package identity_test

import (
	"errors"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestRecognize_isValidInItsTransaction: a resolver that knows a key sees what the
// transaction that it is asked in did to it, and keeps nothing of what is then undone.
func TestRecognize_isValidInItsTransaction(t *testing.T) {
	w := newWorld(t)
	var key *identity.AccessKey
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Create(identity.User, "alice", identity.Doc{}); err != nil {
			return err
		}
		var err error
		key, err = d.CreateAccessKey("alice")
		return err
	})
	allowed := func(p *identity.Principal) bool {
		return p.Evaluate(&identity.Request{Action: "lightsail:GetKeyPairs", Resource: "*"}).Allowed
	}
	if _, p, err := w.principal(key.ID); err != nil || allowed(p) {
		t.Fatalf("%+v, %v; want a key that may do nothing", p, err)
	}

	boom := errors.New("boom")
	err := w.db.Update(t.Context(), func(tx *store.Tx) error {
		d, err := (&identity.Accounts{Tx: tx, Sealer: w.sealer, Now: w.now}).Directory(ours)
		if err != nil {
			return err
		}
		if _, err := d.PutInline(identity.User, "alice", "all", allowAll); err != nil {
			return err
		}
		if _, p, err := w.resolver.Find(tx, key.ID, "", "us-east-1"); err != nil || !allowed(p) {
			t.Errorf("%+v, %v; want what the transaction allowed", p, err)
		}
		if err := d.SetAccessKeyActive(key.ID, false); err != nil {
			return err
		}
		if _, _, err := w.resolver.Find(tx, key.ID, "", "us-east-1"); !errors.Is(err, identity.ErrUnknownKey) {
			t.Errorf("a key that the transaction switched off: %v", err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if _, p, err := w.principal(key.ID); err != nil || allowed(p) {
		t.Errorf("after the change was undone: %+v, %v; want a key that may do nothing", p, err)
	}
}

// TestAnOlderSnapshotKeepsItsView: a read transaction that began before a change continues
// with what was true then, whatever others have asked meanwhile.
func TestAnOlderSnapshotKeepsItsView(t *testing.T) {
	w := newWorld(t)
	var key *identity.AccessKey
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Create(identity.User, "alice", identity.Doc{}); err != nil {
			return err
		}
		var err error
		key, err = d.CreateAccessKey("alice")
		return err
	})
	w.must(w.db.View(t.Context(), func(tx *store.Tx) error {
		if _, _, err := w.resolver.Find(tx, key.ID, "", "us-east-1"); err != nil {
			t.Errorf("before: %v", err)
		}
		w.ours(func(d *identity.Directory) error { return d.SetAccessKeyActive(key.ID, false) })
		if _, _, err := w.principal(key.ID); !errors.Is(err, identity.ErrUnknownKey) {
			t.Errorf("a new transaction: %v, want an unknown key", err)
		}
		if _, _, err := w.resolver.Find(tx, key.ID, "", "us-east-1"); err != nil {
			t.Errorf("the old transaction: %v", err)
		}
		return nil
	}))
	if _, _, err := w.principal(key.ID); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("afterwards: %v, want an unknown key", err)
	}
}
