package store_test

import (
	"errors"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestAddResourceKey_idsOfAllKeys wants an id to be free for one key, be it of a resource or of an identity.
func TestAddResourceKey_idsOfAllKeys(t *testing.T) {
	db := fresh(t)
	first, second := thing(resource.Bucket, "first"), thing(resource.Bucket, "second")
	ofIdentity := func(id string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			return tx.InsertAccessKey(&store.AccessKey{ID: id, Account: account, Secret: []byte("x"), Active: true})
		}
	}
	of := func(owner *resource.Resource, id string) func(*store.Tx) error {
		return func(tx *store.Tx) error { return tx.AddResourceKey(store.ResourceKey{ID: id, Owner: owner.ID}) }
	}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(first), tx.InsertResource(second), ofIdentity("IDENTITY")(tx), of(first, "FIRST")(tx), of(first, "OTHER")(tx))
	})
	for what, add := range map[string]func(*store.Tx) error{
		"a resource's id for the same one": of(first, "FIRST"), "a resource's id for another": of(second, "FIRST"),
		"a resource's id for an identity": ofIdentity("FIRST"), "an identity's id for a resource": of(first, "IDENTITY"),
		"an identity's id for another": ofIdentity("IDENTITY"),
	} {
		if err := db.Update(t.Context(), add); !errors.Is(err, store.ErrExists) {
			t.Errorf("%s: error %v, want ErrExists", what, err)
		}
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.RemoveResourceKey("NONE") }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removal of a key that is not there: error %v, want ErrNotFound", err)
	}
	update(t, db, func(tx *store.Tx) error { return tx.RemoveResourceKey("OTHER") })
	update(t, db, of(second, "OTHER"))
	update(t, db, func(tx *store.Tx) error { return tx.DeleteResource(first) })
	update(t, db, ofIdentity("FIRST"))
	update(t, db, func(tx *store.Tx) error { return tx.DeleteAccount(account) })
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertAccount(&store.Account{ID: account}), tx.InsertResource(first), of(first, "OTHER")(tx), of(first, "FIRST")(tx))
	})
}

// TestAddResourceKey_atOnce lets a resource and an identity get keys of one id at the same time.
func TestAddResourceKey_atOnce(t *testing.T) {
	db := fresh(t)
	bucket := thing(resource.Bucket, "photos")
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(bucket) })
	for n := range 20 {
		id, errs := string(rune('A'+n)), make(chan error, 2)
		for _, add := range []func(*store.Tx) error{
			func(tx *store.Tx) error { return tx.AddResourceKey(store.ResourceKey{ID: id, Owner: bucket.ID}) },
			func(tx *store.Tx) error {
				return tx.InsertAccessKey(&store.AccessKey{ID: id, Account: account, Secret: []byte("x"), Active: true})
			},
		} {
			go func() { errs <- db.Update(t.Context(), add) }()
		}
		one, other := <-errs, <-errs
		if (one == nil) == (other == nil) || !errors.Is(errors.Join(one, other), store.ErrExists) {
			t.Fatalf("two keys of the id %s at once: errors %v and %v, want one of them to be ErrExists", id, one, other)
		}
	}
}
