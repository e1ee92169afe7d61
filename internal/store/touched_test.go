package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func instance(name string) *resource.Resource {
	r := keyPair(name)
	r.Kind = resource.Instance
	return r
}

func TestUpdateTouched_listsWhatTheLastRunTouched(t *testing.T) {
	db := fresh(t)
	web, deploy := instance("web"), keyPair("deploy")
	first := &resource.Entry{Owner: web.ID, Class: deployments.Name, Seq: 1}
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(web) })
	failed := errors.New("no")
	for _, tc := range []struct {
		name string
		fn   func(*store.Tx) error
		want store.Touched
		err  error
	}{
		{"nothing", func(*store.Tx) error { return nil }, store.Touched{}, nil},
		{"a read", func(tx *store.Tx) error {
			_, err := tx.ResourceByID(web.ID)
			return err
		}, store.Touched{}, nil},
		{"an insert and an update", func(tx *store.Tx) error {
			return errors.Join(tx.InsertResource(deploy), tx.UpdateResource(web), tx.UpdateResource(deploy))
		}, store.Touched{Resources: []store.TouchedResource{{ID: deploy.ID, Kind: resource.KeyPair}, {ID: web.ID, Kind: resource.Instance}}}, nil},
		{"an address", func(tx *store.Tx) error {
			_, err := tx.TakeAddress(store.Address{Pool: "port", Number: 1, Owner: web.ID})
			return err
		}, store.Touched{Resources: []store.TouchedResource{{ID: web.ID}}}, nil},
		{"entries", func(tx *store.Tx) error {
			_, err := tx.AppendEntry(web.ID, deployments, noon, nil)
			return errors.Join(err, tx.UpdateEntry(first), tx.DeleteEntry(first))
		}, store.Touched{Resources: []store.TouchedResource{{ID: web.ID}}}, nil},
		{"an address and a deletion", func(tx *store.Tx) error {
			return errors.Join(tx.ReleaseAddresses(web.ID), tx.DeleteResource(web))
		}, store.Touched{Resources: []store.TouchedResource{{ID: web.ID, Kind: resource.Instance}}}, nil},
		{"a failure", func(tx *store.Tx) error {
			return errors.Join(tx.InsertResource(instance("other")), failed)
		}, store.Touched{Resources: []store.TouchedResource{{ID: "id-other", Kind: resource.Instance}}}, failed},
		{"an import", func(tx *store.Tx) error {
			return tx.InsertResources([]*resource.Resource{instance("mail")})
		}, store.Touched{Everything: true}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := db.UpdateTouched(t.Context(), tc.fn)
			if !errors.Is(err, tc.err) {
				t.Errorf("error: got %v, want %v", err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("touched (-want +got):\n%s", diff)
			}
		})
	}
}
