package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// thing is a resource of a kind, with its name for an id.
func thing(kind resource.Kind, name string) *resource.Resource {
	r := keyPair(name)
	r.ID, r.Kind, r.Doc = name+"-id", kind, fmt.Appendf(nil, `{"name":%q}`, name)
	return r
}

// linksOf are the links of a resource by name, as the store has them.
func linksOf(t *testing.T, db *store.DB, name string) (links []string) {
	t.Helper()
	view(t, db, func(tx *store.Tx) error {
		r, err := tx.Resource(account, region, name)
		if err != nil {
			return err
		}
		for _, l := range r.Links {
			links = append(links, fmt.Sprintf("%s %s %s %s %s", l.Role, l.Other.Kind, l.Other.Name, l.Doc, l.Other.Doc))
		}
		return nil
	})
	return links
}

// TestInsertLink_bothWays reads links from both ends, by each of the ways that lead to a resource.
func TestInsertLink_bothWays(t *testing.T) {
	db := fresh(t)
	web, other := thing(resource.Instance, "web"), thing(resource.Instance, "other")
	disks := []*resource.Resource{thing(resource.Disk, "second"), thing(resource.Disk, "first")}
	ip := thing(resource.StaticIP, "front")
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(web), tx.InsertResource(other), tx.InsertResource(disks[0]), tx.InsertResource(disks[1]), tx.InsertResource(ip),
			tx.InsertLink(disks[1], resource.AttachedDisk, web, []byte(`{"path":"a"}`)),
			tx.InsertLink(disks[0], resource.AttachedDisk, web, []byte(`{"path":"b"}`)),
			tx.InsertLink(ip, resource.AttachedStaticIP, web, []byte("{}")))
	})
	want := []string{
		`attachedDisk Disk first {"path":"a"} {"name":"first"}`, `attachedDisk Disk second {"path":"b"} {"name":"second"}`,
		`attachedStaticIp StaticIp front {} {"name":"front"}`,
	}
	if diff := cmp.Diff(want, linksOf(t, db, "web")); diff != "" {
		t.Errorf("links of an instance (-want +got):\n%s", diff)
	}
	if got := linksOf(t, db, "front"); !slices.Equal(got, []string{"attachedStaticIp Instance web {} "}) {
		t.Errorf("links of the static IP: got %q, want one to web", got)
	}
	if got := linksOf(t, db, "other"); len(got) > 0 {
		t.Errorf("links of another instance: got %q, want none", got)
	}
	view(t, db, func(tx *store.Tx) error {
		byID, err := tx.ResourceByID(web.ID)
		all, failed := tx.AllOf(resource.Instance)
		page, unread := tx.Resources(account, region, resource.Instance, "", 9)
		if err := errors.Join(err, failed, unread); err != nil {
			return err
		}
		for what, r := range map[string]*resource.Resource{"by id": byID, "of all": all[1], "of a page": page[1]} {
			if len(r.Links) != 3 {
				t.Errorf("the instance %s has %d links, want 3", what, len(r.Links))
			}
		}
		return nil
	})
	if len(web.Links) != 3 || len(ip.Links) != 1 {
		t.Errorf("in memory the instance has %d links and the static IP %d, want 3 and 1", len(web.Links), len(ip.Links))
	}
}

// TestInsertLink_manyToMany gives two instances access to two buckets, and takes some of it back.
func TestInsertLink_manyToMany(t *testing.T) {
	db := fresh(t)
	all := map[string]*resource.Resource{}
	for name, kind := range map[string]resource.Kind{"photos": resource.Bucket, "videos": resource.Bucket, "web": resource.Instance, "db": resource.Instance} {
		all[name] = thing(kind, name)
		update(t, db, func(tx *store.Tx) error { return tx.InsertResource(all[name]) })
	}
	link := func(tx *store.Tx, bucket, to string) error {
		return tx.InsertLink(all[bucket], resource.BucketAccess, all[to], []byte("{}"))
	}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(link(tx, "photos", "web"), link(tx, "photos", "db"), link(tx, "videos", "db"))
	})
	want := func(name string, others ...string) {
		t.Helper()
		var got []string
		for _, l := range linksOf(t, db, name) {
			got = append(got, strings.Fields(l)[2])
		}
		if !slices.Equal(got, others) {
			t.Errorf("links of %s: got %q, want %q", name, got, others)
		}
	}
	want("photos", "web", "db")
	want("videos", "db")
	if got := linksOf(t, db, "web"); !slices.Equal(got, []string{"bucketAccess Bucket photos {} "}) {
		t.Errorf("links of the instance: %q, want one without the document of the bucket", got)
	}
	want("db", "photos", "videos")
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return link(tx, "photos", "db") }); !errors.Is(err, store.ErrExists) {
		t.Errorf("access twice: error %v, want ErrExists", err)
	}
	update(t, db, func(tx *store.Tx) error {
		r, err := tx.Resource(account, region, "photos")
		if err != nil {
			return err
		}
		return tx.DeleteLink(r, r.LinkedTo(resource.BucketAccess, all["db"].ID))
	})
	want("photos", "web")
	want("db", "videos")
	want("web", "photos")
}

// TestInsertLink_ofAPage reads the links of more resources than one statement takes.
func TestInsertLink_ofAPage(t *testing.T) {
	db := fresh(t)
	const n = 111
	update(t, db, func(tx *store.Tx) error {
		web := thing(resource.Instance, "web")
		err := tx.InsertResource(web)
		for i := range n {
			d := thing(resource.Disk, fmt.Sprintf("disk%03d", i))
			err = errors.Join(err, tx.InsertResource(d), tx.InsertLink(d, resource.AttachedDisk, web, []byte("{}")))
		}
		return err
	})
	view(t, db, func(tx *store.Tx) error {
		page, err := tx.Resources(account, region, resource.Disk, "", n)
		for _, r := range page {
			if len(r.Links) != 1 || r.Links[0].Other.Name != "web" {
				t.Errorf("links of %s: %v, want one to web", r.Name, r.Links)
			}
		}
		return err
	})
	if got := linksOf(t, db, "web"); len(got) != n {
		t.Errorf("the instance has %d links, want %d", len(got), n)
	}
}

// TestDeleteLink ends links from either end.
func TestDeleteLink(t *testing.T) {
	db := fresh(t)
	web, disk, ip := thing(resource.Instance, "web"), thing(resource.Disk, "data"), thing(resource.StaticIP, "front")
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(web), tx.InsertResource(disk), tx.InsertResource(ip),
			tx.InsertLink(disk, resource.AttachedDisk, web, []byte("{}")), tx.InsertLink(ip, resource.AttachedStaticIP, web, []byte("{}")))
	})
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertLink(disk, resource.AttachedDisk, web, []byte("{}")) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a link twice: %v, want ErrExists", err)
	}
	for _, r := range []*resource.Resource{web, disk} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteResource(r) }); err == nil {
			t.Errorf("%s was deleted with its links", r.Name)
		}
	}
	update(t, db, func(tx *store.Tx) error {
		w, err := tx.Resource(account, region, "web")
		if err != nil {
			return err
		}
		d, err := tx.Resource(account, region, "data")
		if err != nil {
			return err
		}
		return errors.Join(tx.DeleteLink(d, d.Linked(resource.AttachedDisk)), tx.DeleteLink(w, w.Linked(resource.AttachedStaticIP)))
	})
	for _, name := range []string{"web", "data", "front"} {
		if got := linksOf(t, db, name); len(got) > 0 {
			t.Errorf("links of %s: %q, want none", name, got)
		}
	}
	update(t, db, func(tx *store.Tx) error { return errors.Join(tx.DeleteResource(web), tx.DeleteResource(disk)) })
}

// TestInsertLink_changesTheRevision wants what runs for an instance to learn that its links have changed.
func TestInsertLink_changesTheRevision(t *testing.T) {
	db := fresh(t)
	web, ip := thing(resource.Instance, "web"), thing(resource.StaticIP, "front")
	update(t, db, func(tx *store.Tx) error { return errors.Join(tx.InsertResource(web), tx.InsertResource(ip)) })
	revision := func() (n int64) {
		view(t, db, func(tx *store.Tx) error {
			r, err := tx.ResourceByID(web.ID)
			n = r.Revision
			return err
		})
		return n
	}
	before := revision()
	touched, err := db.UpdateTouched(t.Context(), func(tx *store.Tx) error {
		return tx.InsertLink(ip, resource.AttachedStaticIP, web, []byte("{}"))
	})
	if err != nil {
		t.Fatal(err)
	}
	linked := revision()
	want := []store.TouchedResource{{ID: ip.ID, Kind: resource.StaticIP}, {ID: web.ID, Kind: resource.Instance}}
	if linked == before || !slices.Equal(touched.Resources, want) {
		t.Errorf("revision %d after %d, touched %v, want another revision, and both ends touched", linked, before, touched.Resources)
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteLink(ip, ip.Linked(resource.AttachedStaticIP)) })
	if revision() == linked {
		t.Error("the revision is the same after the end of the link")
	}
}

// TestDeleteAccount_withLinks removes an account whose resources are linked.
func TestDeleteAccount_withLinks(t *testing.T) {
	db := fresh(t)
	web, disk := thing(resource.Instance, "web"), thing(resource.Disk, "data")
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(web), tx.InsertResource(disk), tx.InsertLink(disk, resource.AttachedDisk, web, []byte("{}")))
	})
	update(t, db, func(tx *store.Tx) error { return tx.DeleteAccount(account) })
	view(t, db, func(tx *store.Tx) error {
		return tx.EachLink("", func(l store.StoredLink) error {
			t.Errorf("the link %+v is left", l)
			return nil
		})
	})
}
