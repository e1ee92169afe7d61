package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

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
