package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

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

// TestResourcesByID reads more of them than one statement looks up, and none that is unknown or gone.
func TestResourcesByID(t *testing.T) {
	db := fresh(t)
	ids, want := []string{"other"}, map[string]*resource.Resource{}
	var all []*resource.Resource
	for n := range 120 {
		r := instance(fmt.Sprint("web-", n))
		all, ids, want[r.ID] = append(all, r), append(ids, r.ID), r
	}
	update(t, db, func(tx *store.Tx) error { return tx.InsertResources(all) })
	gone := instance("gone")
	letGo(t, db, gone)
	ids = append(ids, gone.ID)
	at(t, db, end, func(tx *store.Tx) error {
		got, err := tx.ResourcesByID(ids)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
			t.Errorf("resources (-want +got):\n%s", diff)
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

// TestObserve_storesNewsOfThePresentPlan wants equal observations and those of an old plan to change nothing.
func TestObserve_storesNewsOfThePresentPlan(t *testing.T) {
	db := fresh(t)
	web := instance("web")
	web.Begin()
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(web) })
	at := time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)
	running := resource.Observation{Generation: 1, At: at, State: "running"}
	later, failed, old := running, running, running
	later.At = at.Add(time.Hour)
	failed.State, failed.Reason, failed.Details = "failed", "NoSpace", "The disk is full."
	old.Generation = 0
	for _, step := range []struct {
		name        string
		observation resource.Observation
		changed     bool
		want        *resource.Observation
	}{
		{"an old plan's", old, false, nil},
		{"the first", running, true, &running},
		{"an equal one", later, false, &running},
		{"another one", failed, true, &failed},
		{"one of a plan that is not stored", resource.Observation{Generation: 2, State: "running"}, false, &failed},
	} {
		update(t, db, func(tx *store.Tx) error {
			changed, err := tx.Observe(web.ID, step.observation)
			if changed != step.changed {
				t.Errorf("observation, %s: got changed %t, want %t", step.name, changed, step.changed)
			}
			return err
		})
		view(t, db, func(tx *store.Tx) error {
			r, err := tx.Resource(account, region, "web")
			if err == nil {
				if diff := cmp.Diff(step.want, r.Observed); diff != "" || r.Generation != 1 {
					t.Errorf("observed after %s, at generation %d (-want +got):\n%s", step.name, r.Generation, diff)
				}
			}
			return err
		})
	}
	web.Begin()
	update(t, db, func(tx *store.Tx) error { return tx.UpdateResource(web) })
	update(t, db, func(tx *store.Tx) error {
		changed, err := tx.Observe(web.ID, running)
		if changed {
			t.Error("a late observation of the plan before changed the resource")
		}
		return err
	})
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Observe("deleted", running)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("observation of a deleted resource: got %v, want ErrNotFound", err)
	}
}
