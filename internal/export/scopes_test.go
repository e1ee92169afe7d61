package export_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillBuckets adds a bucket of each of two accounts.
func (s *site) fillBuckets() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		ours, theirs := newResource(60, root, "our-photos", resource.Bucket), newResource(61, other, "their-photos", resource.Bucket)
		for _, r := range []*resource.Resource{ours, theirs} {
			r.Zone = "all"
			b := bucket.New(r, "small_1_0", false)
			b.Fill(b.SupportSuffix())
			if err := errors.Join(b.Pack(), tx.InsertResource(r)); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// wantRefused wants an import to end with an error that ends with a text.
func wantRefused(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("import of %s: error %v, want %q", what, err, want)
	}
}

// TestImport_worldwideNames gives a bucket of a file a name that another account has, in the
// file or in the store.
func TestImport_worldwideNames(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillBuckets(), newSite(t, newDSN(t))
	good, _ := from.export(export.Options{})
	twice := strings.ReplaceAll(good, "their-photos", "our-photos")
	_, err := newSite(t, newDSN(t)).load(export.ImportOptions{}, twice)
	wantRefused(t, "two buckets of one name", err, "Bucket our-photos: the file has two resources of that name, "+
		"which is unique over all accounts and regions: delete one of them before the export")

	ours, _ := from.export(export.Options{Account: root})
	if _, err := to.load(export.ImportOptions{}, ours); err != nil {
		t.Fatal(err)
	}
	_, err = to.load(export.ImportOptions{Account: other}, twice)
	wantRefused(t, "a bucket whose name the store has", err, "Bucket our-photos: the store has a resource of that name, "+
		"which is unique over all accounts and regions: delete one of them, or import into another store")
	if _, err = to.load(export.ImportOptions{Account: other}, good); err != nil {
		t.Errorf("import of a bucket with a name of its own: %v", err)
	}
	err = to.db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.InsertResource(newResource(62, root, "their-photos", resource.Bucket))
	})
	if !errors.Is(err, store.ErrNameTaken) {
		t.Errorf("a new bucket that has the name of an imported one: error %v, want ErrNameTaken", err)
	}
}

// TestImport_quotaUses moves what counts for quotas though it is deleted: the certificates of
// a year.
func TestImport_quotaUses(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill(), newSite(t, newDSN(t))
	from.update(func(tx *store.Tx) error {
		for n, account := range []string{root, root, other} {
			r := newResource(70+n, account, "certificate", resource.Certificate)
			r.CreatedAt = now.Add(-time.Duration(n) * time.Hour)
			if err := firstOf(tx.InsertResource(r), tx.DeleteResource(r)); err != nil {
				return err
			}
		}
		return nil
	})
	file, exported := from.export(export.Options{})
	if exported.QuotaUses != 3 {
		t.Errorf("exported %d quota uses, want 3", exported.QuotaUses)
	}
	sealed, _ := from.export(export.Options{Passphrase: passphrase})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, sealed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	to.view(func(tx *store.Tx) error {
		n, err := tx.CountUses(root, resource.Certificate, now.Add(-time.Hour), region)
		if n != 1 {
			t.Errorf("%d certificates count after the import, want the 1 of the last hour", n)
		}
		return err
	})
	for what, change := range map[string][3]string{
		"a kind without such a quota": {`"kind":"Certificate"`, `"kind":"Disk"`, `no quota counts what was created of the kind "Disk"`},
		"an unknown region":           {`"region":"us-east-1","kind":"Certificate"`, `"region":"mars-1","kind":"Certificate"`, `unknown region "mars-1"`},
		"no time":                     {`"at":"2019-10-16T`, `"at":"1919-10-16T`, "at is before 1970"},
		"an id that is not one":       {`000000000070"`, `00000000007"`, "is not a lower-case UUID"},
		"times that are not in order": {`"at":"2019-10-16T18`, `"at":"2029-10-16T18`, "the record is not in order, or there twice: 111122223333"},
	} {
		_, err := newSite(t, newDSN(t)).load(export.ImportOptions{}, strings.ReplaceAll(file, change[0], change[1]))
		if err == nil || !strings.Contains(err.Error(), change[2]) {
			t.Errorf("import of %s: error %v, want %q", what, err, change[2])
		}
	}
}
