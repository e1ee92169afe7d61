package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const another = "444455556666"

// scopedStore is a store with two accounts.
func scopedStore(t *testing.T) *store.DB {
	t.Helper()
	db := fresh(t)
	update(t, db, func(tx *store.Tx) error {
		return tx.InsertAccount(&store.Account{ID: another, CreatedAt: time.UnixMilli(1)})
	})
	return db
}

// in makes a resource in an account and a region.
func in(account, region string, kind resource.Kind, name string) *resource.Resource {
	r := keyPair(name)
	r.ID, r.Account, r.Region, r.Kind = fmt.Sprint(account, region, kind, name), account, region, kind
	return r
}

// TestInsertResource_worldwideName gives a name to buckets of two accounts, one by one and in
// bulk, and to resources of other kinds.
func TestInsertResource_worldwideName(t *testing.T) {
	db := scopedStore(t)
	first, second := in(account, region, resource.Bucket, "photos"), in(another, "eu-west-1", resource.Bucket, "photos")
	insert := func(r *resource.Resource) error {
		return db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertResource(r) })
	}
	if err := errors.Join(insert(first), insert(in(another, "eu-west-1", resource.Disk, "photos"))); err != nil {
		t.Fatalf("insert a bucket and a disk of its name in another account: %v", err)
	}
	second.Name = "photos-2" // since a disk has the name there
	if err := insert(second); err != nil {
		t.Fatalf("insert a bucket of another name: %v", err)
	}
	for _, r := range []*resource.Resource{in(another, region, resource.Bucket, "photos"), in(account, "eu-west-1", resource.Bucket, "photos-2")} {
		err := insert(r)
		taken, ok := errors.AsType[*store.NameTakenError](err)
		if !ok || !errors.Is(err, store.ErrNameTaken) || taken.Kind != resource.Bucket || taken.Name != r.Name {
			t.Errorf("insert a second bucket %s: error %v, want a NameTakenError", r.Name, err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertResources([]*resource.Resource{r}) })
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("insert a second bucket %s in bulk: error %v, want ErrExists", r.Name, err)
		}
	}
	view(t, db, func(tx *store.Tx) error {
		names := []string{"photos-2", "free", "photos"}
		taken, err := tx.WorldwideNamesTaken(names)
		if slices.Sort(taken); !slices.Equal(taken, []string{"photos", "photos-2"}) {
			t.Errorf("taken of %v are %v, want the names of the buckets", names, taken)
		}
		return err
	})
	update(t, db, func(tx *store.Tx) error { return tx.DeleteResource(first) })
	if err := insert(in(another, region, resource.Bucket, "photos")); err != nil {
		t.Errorf("insert a bucket that has the name of a deleted one: %v", err)
	}
}

// TestCount counts in one region, in several, and in more than one statement names.
func TestCount(t *testing.T) {
	db := scopedStore(t)
	var regions []string
	update(t, db, func(tx *store.Tx) error {
		for n := range 103 {
			regions = append(regions, fmt.Sprint("region-", n))
			err := errors.Join(
				tx.InsertResource(in(account, regions[n], resource.Disk, "a")), tx.InsertResource(in(account, regions[n], resource.Disk, "b")),
				tx.InsertResource(in(account, regions[n], resource.KeyPair, "c")), tx.InsertResource(in(another, regions[n], resource.Disk, "a")))
			if err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(tx *store.Tx) error {
		for _, n := range []int{0, 1, 2, 9, 11, 103} {
			if got, err := tx.Count(account, resource.Disk, regions[:n]...); err != nil || got != 2*n {
				t.Errorf("Count in %d regions = %d, %v, want %d", n, got, err, 2*n)
			}
		}
		return nil
	})
}

// TestCountUses counts what was created after a moment, and keeps no more than the period of
// the quota.
func TestCountUses(t *testing.T) {
	db, now := scopedStore(t), time.UnixMilli(1571255026975)
	create := func(days int, region string, kind resource.Kind) {
		t.Helper()
		r := in(account, region, kind, fmt.Sprint("after-", days))
		r.CreatedAt = now.AddDate(0, 0, days)
		update(t, db, func(tx *store.Tx) error { return errors.Join(tx.InsertResource(r), tx.DeleteResource(r)) })
	}
	for days := range 3 {
		create(days, region, resource.Certificate)
		create(days, "eu-west-1", resource.Certificate)
		create(days, region, resource.Disk) // has no such quota
	}
	want := func(after time.Time, want int, regions ...string) {
		t.Helper()
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.CountUses(account, resource.Certificate, after, regions...)
			if got != want {
				t.Errorf("CountUses after %v in %v = %d, want %d", after, regions, got, want)
			}
			return err
		})
	}
	want(now.Add(-time.Millisecond), 3, region)
	want(now, 2, region)
	want(now, 4, region, "eu-west-1")
	create(366, region, resource.Certificate)
	want(time.UnixMilli(0), 2, region) // those of the first two days are dropped
	want(time.UnixMilli(0), 3, "eu-west-1")
	update(t, db, func(tx *store.Tx) error { return tx.DeleteAccount(account) })
	want(time.UnixMilli(0), 0, region, "eu-west-1")
}

// TestInsertResource_worldwideNameOfGone takes a name that a bucket of another account has until it
// is gone, one by one and in bulk.
func TestInsertResource_worldwideNameOfGone(t *testing.T) {
	for what, insert := range map[string]func(*store.Tx, *resource.Resource) error{
		"one":  (*store.Tx).InsertResource,
		"bulk": func(tx *store.Tx, r *resource.Resource) error { return tx.InsertResources([]*resource.Resource{r}) },
	} {
		db, gone := scopedStore(t), time.UnixMilli(1571255026975)
		first, second := in(account, region, resource.Bucket, "photos"), in(another, "eu-west-1", resource.Bucket, "photos")
		update(t, db, func(tx *store.Tx) error { return errors.Join(tx.InsertResource(first), tx.LetGo(first, gone)) })
		try := func(now time.Time, r *resource.Resource) (taken []string, err error) {
			err = db.Update(t.Context(), func(tx *store.Tx) (err error) {
				tx.SetNow(now)
				if taken, err = tx.WorldwideNamesTaken([]string{"photos"}); err != nil {
					return err
				}
				return insert(tx, r)
			})
			return taken, err
		}
		if taken, err := try(gone.Add(-time.Millisecond), second); err == nil || len(taken) != 1 {
			t.Errorf("%s: insert before the other bucket is gone: names taken %v, error %v, want the name taken", what, taken, err)
		}
		if taken, err := try(gone, second); err != nil || len(taken) != 0 {
			t.Errorf("%s: insert when the other bucket is gone: names taken %v, error %v, want none", what, taken, err)
		}
		if taken, err := try(gone.Add(-time.Hour), in(account, region, resource.Bucket, "photos-2")); err != nil || len(taken) != 1 {
			t.Errorf("%s: after the clock was set back: names taken %v, error %v, want the name taken by the new bucket", what, taken, err)
		}
		if taken, err := try(gone.Add(time.Hour), in(account, region, resource.Disk, "photos")); err != nil || len(taken) != 1 {
			t.Errorf("%s: insert a disk of the name of the bucket that is gone: names taken %v, error %v, want the name taken for buckets alone", what, taken, err)
		}
	}
}
