package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func identityVersion(t *testing.T, db *store.DB) (version string) {
	t.Helper()
	view(t, db, func(tx *store.Tx) (err error) {
		version, err = tx.IdentityVersion()
		return err
	})
	return version
}

// TestIdentityVersion: each write that bears on who may do what makes a new version, and
// those that every call makes do not.
func TestIdentityVersion(t *testing.T) {
	const other = "444455556666"
	alice := &store.Identity{ID: "AIDA1", Account: account, Kind: "user", Name: "alice", Doc: []byte("{}")}
	key := &store.AccessKey{ID: "AKIA1", Account: account, Owner: "AIDA1", Secret: []byte{1}, Active: true}
	pair := keyPair("pair")
	steps := []struct {
		name    string
		changes bool
		write   func(tx *store.Tx) error
	}{
		{"an account", true, func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: other}) }},
		{"an account closed", true, func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: other, Closed: true}) }},
		{"a region", true, func(tx *store.Tx) error { return tx.SetRegionSetup(other, region, time.UnixMilli(5)) }},
		{"an imported region", true, func(tx *store.Tx) error {
			return tx.InsertRegionSetup(store.AccountRegionSetup{Account: account, RegionSetup: store.RegionSetup{Region: region}})
		}},
		{"an account deleted", true, func(tx *store.Tx) error { return tx.DeleteAccount(other) }},
		{"a user", true, func(tx *store.Tx) error { return tx.InsertIdentity(alice) }},
		{"a user's policies", true, func(tx *store.Tx) error { return tx.UpdateIdentity(alice) }},
		{"an access key", true, func(tx *store.Tx) error { return tx.InsertAccessKey(key) }},
		{"an access key switched off", true, func(tx *store.Tx) error { return tx.SetAccessKeyActive(key.ID, false) }},
		{"an access key deleted", true, func(tx *store.Tx) error { return tx.DeleteAccessKey(key.ID) }},
		{"a user deleted", true, func(tx *store.Tx) error { return tx.DeleteIdentity(alice) }},
		{"a resource", false, func(tx *store.Tx) error { return tx.InsertResource(pair) }},
		{"resources", false, func(tx *store.Tx) error { return tx.InsertResources([]*resource.Resource{keyPair("another")}) }},
		{"a resource's tags", false, func(tx *store.Tx) error { return tx.UpdateResource(pair) }},
		{"an operation", false, func(tx *store.Tx) error {
			return tx.InsertOperation(&store.Operation{ID: "o", Account: account, Region: region, Resource: "pair", Doc: []byte("{}")})
		}},
		{"a resource deleted", false, func(tx *store.Tx) error { return tx.DeleteResource(pair) }},
		{"meta", false, func(tx *store.Tx) error { return tx.SetMeta("m", []byte("x")) }},
	}
	db := fresh(t)
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			before := identityVersion(t, db)
			update(t, db, step.write)
			if after := identityVersion(t, db); (before != after) != step.changes {
				t.Errorf("version %q became %q, want a change: %t", before, after, step.changes)
			}
		})
	}
}

// TestIdentityVersionInsideOfAChange: what a transaction that changes identities sees is
// no other code's to keep, and when it is undone the old version is back.
func TestIdentityVersionInsideOfAChange(t *testing.T) {
	db := fresh(t)
	before := identityVersion(t, db)
	boom := errors.New("boom")
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.InsertAccount(&store.Account{ID: "444455556666"}); err != nil {
			return err
		}
		version, err := tx.IdentityVersion()
		if version != "" {
			t.Errorf("the changing transaction is at version %q, want none", version)
		}
		return errors.Join(err, boom)
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if after := identityVersion(t, db); after != before {
		t.Errorf("version %q became %q after an undone change", before, after)
	}
}
