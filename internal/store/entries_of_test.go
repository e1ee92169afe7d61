package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestEntriesOf reads more entries than one query does, of several resources, and leaves out those that are
// not there or of another class.
func TestEntriesOf(t *testing.T) {
	db := withResources(t, "a", "b")
	var keys []store.EntryKey
	want := map[string]bool{}
	for _, owner := range []string{"a", "b"} {
		for _, n := range add(t, db, owner, deployments, slices.Repeat([]int{1}, 70)...) {
			keys = append(keys, store.EntryKey{Owner: "id-" + owner, Seq: n})
			want[fmt.Sprint("id-", owner, n)] = true
		}
		add(t, db, owner, few, 1)
	}
	keys = append(keys, store.EntryKey{Owner: "id-a", Seq: 71}, store.EntryKey{Owner: "id-none", Seq: 1})
	got := map[string]bool{}
	view(t, db, func(tx *store.Tx) error {
		all, err := tx.EntriesOf(deployments, keys)
		for _, e := range all {
			if got[fmt.Sprint(e.Owner, e.Seq)] = true; e.Class != deployments.Name {
				t.Errorf("the entry %s %d is of the class %s", e.Owner, e.Seq, e.Class)
			}
		}
		if none, err := tx.EntriesOf(deployments, nil); err != nil || len(none) > 0 {
			t.Errorf("without keys: %d entries, %v", len(none), err)
		}
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}
