package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// end is when resources of these tests are gone.
var end = time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)

// letGo inserts resources that are gone at the end.
func letGo(t *testing.T, db *store.DB, all ...*resource.Resource) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		for _, r := range all {
			if err := errors.Join(tx.InsertResource(r), tx.LetGo(r, end)); err != nil {
				return err
			}
		}
		return nil
	})
}

// at reads at a time of the lifecycle clock.
func at(t *testing.T, db *store.DB, now time.Time, fn func(*store.Tx) error) {
	t.Helper()
	view(t, db, func(tx *store.Tx) error {
		tx.SetNow(now)
		return fn(tx)
	})
}

func insertAt(t *testing.T, db *store.DB, now time.Time, r *resource.Resource) error {
	t.Helper()
	return db.Update(t.Context(), func(tx *store.Tx) error {
		tx.SetNow(now)
		return tx.InsertResource(r)
	})
}

// seen lists by which reads a key pair is found.
func seen(tx *store.Tx, name string) (by []string, err error) {
	note := func(how string, found bool, failed error) {
		if found {
			by = append(by, how)
		}
		if !errors.Is(failed, store.ErrNotFound) {
			err = errors.Join(err, failed)
		}
	}
	r, failed := tx.Resource(account, region, name)
	note("name", r != nil, failed)
	list, failed := tx.Resources(account, region, resource.KeyPair, "", 9)
	note("list", slices.ContainsFunc(list, func(r *resource.Resource) bool { return r.Name == name }), failed)
	names, failed := tx.Names(account, region, "", 9)
	note("names", slices.Contains(names, name), failed)
	taken, failed := tx.NamesTaken(account, region, "", []string{name})
	note("taken", len(taken) > 0, failed)
	n, failed := tx.Count(account, resource.KeyPair, region)
	note("count", n > 0, failed)
	r, failed = tx.ResourceByID("id-" + name)
	note("id", r != nil, failed)
	note("each", false, tx.EachResource(account, func(*resource.Resource) error {
		by = append(by, "each")
		return nil
	}))
	note("addresses", false, tx.EachAddress(account, func(store.AccountAddress) error {
		by = append(by, "addresses")
		return nil
	}))
	note("entries", false, tx.EachEntry(account, []string{deployments.Name}, func(*store.AccountEntry) error {
		by = append(by, "entries")
		return nil
	}))
	return by, err
}

// TestLetGo_isThereUntilThen sets the clock to moments before and after the end, and back.
func TestLetGo_isThereUntilThen(t *testing.T) {
	db := fresh(t)
	old := keyPair("old")
	letGo(t, db, old)
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.TakeAddress(store.Address{Pool: "port", Number: 22001, Owner: old.ID})
		_, failed := tx.AppendEntry(old.ID, deployments, end, nil)
		return errors.Join(err, failed)
	})
	all := []string{"name", "list", "names", "taken", "count", "id", "each", "addresses", "entries"}
	for _, tc := range []struct {
		now  time.Time
		want []string
	}{
		{end.Add(-time.Millisecond), all}, {end, nil}, {end.Add(time.Hour), nil}, {end.Add(-time.Hour), all},
	} {
		at(t, db, tc.now, func(tx *store.Tx) error {
			got, err := seen(tx, "old")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("reads that find the resource at %v (-want +got):\n%s", tc.now, diff)
			}
			return err
		})
	}
	err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.LetGo(keyPair("other"), end) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("LetGo of a missing resource: got %v, want ErrNotFound", err)
	}
}

// TestInsertResource_takesTheNameOfOneThatIsGone wants the name to be free at the end, and
// to belong to the new resource alone from then on, also if the clock is set back.
func TestInsertResource_takesTheNameOfOneThatIsGone(t *testing.T) {
	db := fresh(t)
	letGo(t, db, keyPair("web"))
	next := instance("web")
	next.ID = "next"
	if err := insertAt(t, db, end.Add(-time.Millisecond), next); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("insert before the end: got %v, want ErrNameTaken", err)
	}
	if err := insertAt(t, db, end, next); err != nil {
		t.Fatalf("insert at the end: %v", err)
	}
	third := keyPair("web")
	third.ID = "third"
	if err := insertAt(t, db, end, third); !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("insert of a third resource: got %v, want ErrNameTaken", err)
	}
	for _, now := range []time.Time{end, end.Add(-time.Hour)} {
		at(t, db, now, func(tx *store.Tx) error {
			r, err := tx.Resource(account, region, "web")
			names, failed := tx.Names(account, region, "", 9)
			pairs, counted := tx.Count(account, resource.KeyPair, region)
			if err := errors.Join(err, failed, counted); err != nil {
				return err
			}
			if r.ID != "next" || !slices.Equal(names, []string{"web"}) || pairs != 0 {
				t.Errorf("at %v: got the resource %s, the names %v and %d key pairs, want only the new instance", now, r.ID, names, pairs)
			}
			return nil
		})
	}
	update(t, db, func(tx *store.Tx) error { return tx.LetGo(next, end) })
	if err := insertAt(t, db, end, third); err != nil {
		t.Errorf("insert after the second resource is gone, too: %v", err)
	}
}

// TestInsertResource_takesAFreedNameOnce has many who want the name of a resource that is gone.
func TestInsertResource_takesAFreedNameOnce(t *testing.T) {
	db := fresh(t)
	letGo(t, db, keyPair("web"))
	const all = 12
	var wg sync.WaitGroup
	failed := make([]error, all)
	for i := range all {
		wg.Go(func() {
			r := keyPair("web")
			r.ID = fmt.Sprint("next-", i)
			failed[i] = insertAt(t, db, end, r)
		})
	}
	wg.Wait()
	taken := 0
	for _, err := range failed {
		switch {
		case errors.Is(err, store.ErrNameTaken):
			taken++
		case err != nil:
			t.Errorf("insert: %v", err)
		}
	}
	if taken != all-1 {
		t.Errorf("%d of %d inserts found the name taken, want all but one", taken, all)
	}
}

// TestResourceByID_ofWhatAnEngineMayHave lets resources of three kinds go: an engine has only databases.
func TestResourceByID_ofWhatAnEngineMayHave(t *testing.T) {
	db := fresh(t)
	database, web, pair := keyPair("db"), instance("web"), keyPair("deploy")
	database.Kind = resource.RelationalDatabase
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(database), tx.InsertResource(web), tx.InsertResource(pair))
	})
	before := revisionOf(t, db, database)
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.LetGo(database, end), tx.LetGo(web, end), tx.LetGo(pair, end))
	})
	if after := revisionOf(t, db, database); after == before {
		t.Errorf("revision %d is the same after LetGo, want another one", after)
	}
	for _, tc := range []struct {
		r     *resource.Resource
		there bool
	}{{database, true}, {web, false}, {pair, false}} {
		at(t, db, end, func(tx *store.Tx) error {
			got, err := tx.ResourceByID(tc.r.ID)
			if (err == nil) != tc.there || !tc.there && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a %s that is gone, by its id: got %v, want it to be found: %t", tc.r.Kind, err, tc.there)
			}
			if err == nil && (!got.Gone(end) || got.Gone(end.Add(-time.Millisecond)) || !got.GoneAt.Equal(end)) {
				t.Errorf("a %s that is gone is gone at %v, want %v", tc.r.Kind, got.GoneAt, end)
			}
			whole, err := tx.AllOf(tc.r.Kind)
			if (len(whole) == 1) != tc.there {
				t.Errorf("a %s that is gone is in %d resources, want it there: %t", tc.r.Kind, len(whole), tc.there)
			}
			list, failed := tx.Revisions(tc.r.Kind)
			for _, r := range list {
				if !r.GoneAt.Equal(end) {
					t.Errorf("a %s that is gone is gone at %v by its revision, want %v", tc.r.Kind, r.GoneAt, end)
				}
			}
			return errors.Join(err, failed)
		})
	}
}

// TestGoing_listsInOrder leaves out what an engine may have something of.
func TestGoing_listsInOrder(t *testing.T) {
	db := fresh(t)
	database := keyPair("db")
	database.Kind = resource.RelationalDatabase
	letGo(t, db, keyPair("second"), database)
	update(t, db, func(tx *store.Tx) error {
		first, third := instance("first"), keyPair("third")
		return errors.Join(tx.InsertResource(first), tx.InsertResource(third), tx.InsertResource(keyPair("stays")),
			tx.LetGo(first, end.Add(-time.Second)), tx.LetGo(third, end.Add(time.Second)))
	})
	view(t, db, func(tx *store.Tx) error {
		two, err := tx.Going(2)
		all, failed := tx.Going(9)
		want := []store.Going{{ID: "id-first", At: end.Add(-time.Second)}, {ID: "id-second", At: end}, {ID: "id-third", At: end.Add(time.Second)}}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Errorf("what goes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[:2], two); diff != "" {
			t.Errorf("the first two that go (-want +got):\n%s", diff)
		}
		return errors.Join(err, failed)
	})
}

func revisionOf(t *testing.T, db *store.DB, r *resource.Resource) (revision int64) {
	t.Helper()
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.ResourceByID(r.ID)
		if err == nil {
			revision = got.Revision
		}
		return err
	})
	return revision
}

// TestLetGo_endsLinks links a disk to an instance that is gone later, and removes the instance.
func TestLetGo_endsLinks(t *testing.T) {
	db := fresh(t)
	web, disk := instance("web"), keyPair("data")
	disk.Kind = resource.Disk
	letGo(t, db, web)
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(disk), tx.InsertLink(disk, resource.AttachedDisk, web, []byte("{}")))
	})
	linked := func(now time.Time) (links, each int) {
		at(t, db, now, func(tx *store.Tx) error {
			r, err := tx.Resource(account, region, "data")
			if err == nil {
				links = len(r.Links)
			}
			return errors.Join(err, tx.EachLink(account, func(store.StoredLink) error {
				each++
				return nil
			}))
		})
		return links, each
	}
	if links, each := linked(end.Add(-time.Millisecond)); links != 1 || each != 1 {
		t.Errorf("links before the end: the disk has %d, the account %d, want 1", links, each)
	}
	if links, each := linked(end); links+each > 0 {
		t.Errorf("links at the end: the disk has %d, the account %d, want none", links, each)
	}
	update(t, db, func(tx *store.Tx) error {
		tx.SetNow(end)
		return tx.RemoveGone(web.ID)
	})
	if links, each := linked(end.Add(-time.Millisecond)); links+each > 0 {
		t.Errorf("links after the removal: the disk has %d, the account %d, want none", links, each)
	}
}

// TestRemoveGone removes rows with their addresses, those alone that are gone, and none twice.
func TestRemoveGone(t *testing.T) {
	db := fresh(t)
	gone, stays := instance("gone"), instance("stays")
	letGo(t, db, gone)
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.TakeAddress(store.Address{Pool: "port", Number: 22001, Owner: gone.ID})
		_, failed := tx.TakeAddress(store.Address{Pool: "port", Number: 22002, Owner: stays.ID})
		return errors.Join(tx.InsertResource(stays), err, failed)
	})
	for _, tc := range []struct {
		now  time.Time
		want []string
	}{
		{end.Add(-time.Millisecond), []string{gone.ID, stays.ID}}, {end, []string{stays.ID}}, {end, []string{stays.ID}},
	} {
		update(t, db, func(tx *store.Tx) error {
			tx.SetNow(tc.now)
			return tx.RemoveGone(gone.ID, stays.ID, "never-there")
		})
		view(t, db, func(tx *store.Tx) error {
			addresses, err := tx.AddressesOf("port")
			var owners []string
			for _, a := range addresses {
				owners = append(owners, a.Owner)
			}
			if diff := cmp.Diff(tc.want, owners); diff != "" {
				t.Errorf("owners of addresses after a removal at %v (-want +got):\n%s", tc.now, diff)
			}
			return err
		})
	}
	update(t, db, func(tx *store.Tx) error {
		tx.SetNow(end.Add(-time.Hour))
		return tx.InsertResource(gone) // its row is not there
	})
}
