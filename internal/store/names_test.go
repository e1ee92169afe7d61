package store_test

import (
	"fmt"
	"slices"
	"testing"

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
			got, err := tx.NamesTaken(r.Account, r.Region, names)
			if slices.Sort(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("NamesTaken of %d names = %v, %v, want %v", len(names), got, err, want)
			}
			if got, err := tx.NamesTaken(r.Account, "another", names); err != nil || len(got) > 0 {
				t.Errorf("NamesTaken in another region = %v, %v, want none", got, err)
			}
			return nil
		})
	}
}
