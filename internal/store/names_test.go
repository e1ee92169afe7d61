package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestNamesTaken asks for lists of names that fill one statement, and several.
func TestNamesTaken(t *testing.T) {
	db := fresh(t)
	update(t, db, func(tx *store.Tx) error {
		for i := range 5 {
			if err := tx.InsertResource(keyPair(fmt.Sprint("taken", i))); err != nil {
				return err
			}
		}
		return nil
	})
	r := keyPair("")
	for _, free := range []int{0, 1, 4, 5, 6, 95, 96, 250} {
		var names, want []string
		for i := range free {
			names = append(names, fmt.Sprint("free", i))
		}
		for i := range 5 {
			want = append(want, fmt.Sprint("taken", i))
		}
		names = append(names, want...)
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.NamesTaken(r.Account, r.Region, "", names)
			if slices.Sort(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("NamesTaken of %d names = %v, %v, want %v", len(names), got, err, want)
			}
			if got, err := tx.NamesTaken(r.Account, "another", "", names); err != nil || len(got) > 0 {
				t.Errorf("NamesTaken in another region = %v, %v, want none", got, err)
			}
			return nil
		})
	}
}

// TestResourceIn_keepsNamespacesApart gives one name to resources of two namespaces.
func TestResourceIn_keepsNamespacesApart(t *testing.T) {
	db := fresh(t)
	pair, method := keyPair("Email"), keyPair("Email")
	method.ID, method.Kind = "another-id", resource.ContactMethod
	update(t, db, func(tx *store.Tx) error { return errors.Join(tx.InsertResource(pair), tx.InsertResource(method)) })
	again := keyPair("Email")
	again.ID, again.Kind = "a-third-id", resource.ContactMethod
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertResource(again) }); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("a second contact method of the name: error %v, want ErrNameTaken", err)
	}
	view(t, db, func(tx *store.Tx) error {
		shared, err := tx.Resource(account, region, "Email")
		own, failed := tx.ResourceIn(account, region, resource.ContactMethod.Space(), "Email")
		if errors.Join(err, failed) != nil || shared.ID != pair.ID || own.ID != method.ID {
			t.Errorf("resources named Email: %v and %v, want %s and %s", shared, own, pair.ID, method.ID)
		}
		names, err := tx.Names(account, region, "", 9)
		taken, failed := tx.NamesTaken(account, region, resource.ContactMethod.Space(), []string{"Email", "SMS"})
		if !slices.Equal(names, []string{"Email"}) || !slices.Equal(taken, []string{"Email"}) {
			t.Errorf("names are %v, taken in the other namespace are %v, want Email once in each", names, taken)
		}
		return errors.Join(err, failed)
	})
}
