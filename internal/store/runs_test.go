package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestResourceByID(t *testing.T) {
	db := fresh(t)
	want := keyPair("deploy")
	want.Tags = []types.Tag{tag("team", "web")}
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(want) })
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.ResourceByID(want.ID)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
			t.Errorf("resource (-want +got):\n%s", diff)
		}
		if _, err := tx.ResourceByID("other"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("resource of an unknown id: got %v, want ErrNotFound", err)
		}
		return err
	})
}

// TestRevisions_changeWithEachWrite lists the instances, and no other kind.
func TestRevisions_changeWithEachWrite(t *testing.T) {
	db := fresh(t)
	web := instance("web")
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(web), tx.InsertResource(keyPair("deploy")), tx.InsertResources([]*resource.Resource{instance("mail")}))
	})
	first := revisions(t, db, "id-mail", "id-web")
	update(t, db, func(tx *store.Tx) error { return tx.UpdateResource(web) })
	second := revisions(t, db, "id-mail", "id-web")
	if first[0] != second[0] || first[1] == second[1] {
		t.Errorf("revisions after a write to the second instance: got %v and %v, want only its to differ", first, second)
	}
	view(t, db, func(tx *store.Tx) error {
		r, err := tx.ResourceByID(web.ID)
		if err == nil && r.Revision != second[1] {
			t.Errorf("revision of the instance: got %d, want %d", r.Revision, second[1])
		}
		return err
	})
	update(t, db, func(tx *store.Tx) error { return tx.DeleteResource(web) })
	revisions(t, db, "id-mail")
}

// revisions lists the instances, and wants them to have these ids.
func revisions(t *testing.T, db *store.DB, ids ...string) (list []int64) {
	t.Helper()
	var got []string
	view(t, db, func(tx *store.Tx) error {
		all, err := tx.Revisions(resource.Instance)
		for _, r := range all {
			got, list = append(got, r.ID), append(list, r.Revision)
		}
		return err
	})
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Fatalf("instances (-want +got):\n%s", diff)
	}
	return list
}
