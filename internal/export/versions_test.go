package export_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestImport_version1 reads a file that a server wrote which knew key pairs only, in version 1 of the format: what was
// exported once can be imported for ever.
func TestImport_version1(t *testing.T) {
	file, err := os.ReadFile("testdata/version1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, newDSN(t))
	done, err := s.load(export.ImportOptions{Passphrase: passphrase}, string(file))
	if err != nil {
		t.Fatal(err)
	}
	if want := (export.Counts{Accounts: 3, RegionSetups: 1, Identities: 8, AccessKeys: 5, Resources: 4, Operations: 6}); done.Counts != want {
		t.Errorf("imported %+v, want %+v", done.Counts, want)
	}
	all := strings.Join(s.contents(), "\n")
	for _, text := range []string{"access key " + secret, "RSA PRIVATE KEY"} {
		if !strings.Contains(all, text) {
			t.Errorf("%q is not in the store", text)
		}
	}
	s.view(func(tx *store.Tx) error {
		key, err := tx.AccessKey(rootKey)
		if err == nil && key.Active {
			t.Error("the access key that was switched off is active")
		}
		return err
	})
}

// TestImport_version3 reads a file with every kind of resource in version 3 of the format, which is what this version writes:
// an export of what it gave is the same file but for the header and what is sealed.
func TestImport_version3(t *testing.T) {
	file, err := os.ReadFile("testdata/version3.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, newDSN(t))
	done, err := s.load(export.ImportOptions{Passphrase: passphrase}, string(file))
	if err != nil {
		t.Fatal(err)
	}
	want := export.Counts{Accounts: 2, RegionSetups: 1, Identities: 4, AccessKeys: 3, Resources: 25, Links: 3, Addresses: 18, QuotaUses: 1, Operations: 42}
	if done.Counts != want {
		t.Errorf("imported %+v, want %+v", done.Counts, want)
	}
	again, _ := s.export(export.Options{Passphrase: passphrase})
	if diff := cmp.Diff(unsealed(string(file)), unsealed(again)); diff != "" {
		t.Errorf("exported again (-file +export):\n%s", diff)
	}
}

// unsealed are the lines of a file after the header, without the secrets in them.
func unsealed(file string) []string {
	return strings.Split(replaceRegexp(file, `"secret":"[^"]*"`, `"secret":""`), "\n")[1:]
}
