package export_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// loadVersion imports a file of a version of the format into a new store.
func loadVersion(t *testing.T, version int) (s *site, done export.Imported, file string) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("testdata/version%d.jsonl", version))
	if err != nil {
		t.Fatal(err)
	}
	s = newSite(t, newDSN(t))
	if done, err = s.load(export.ImportOptions{Passphrase: passphrase}, string(text)); err != nil {
		t.Fatal(err)
	}
	return s, done, string(text)
}

// TestImport_version1 reads a file that a server wrote which knew key pairs only, in version 1 of the format: what was
// exported once can be imported for ever.
func TestImport_version1(t *testing.T) {
	s, done, _ := loadVersion(t, 1)
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
// an export of what it gave is the same file but for the header and what is sealed: a password of Windows is since the file was made.
func TestImport_version3(t *testing.T) {
	s, done, file := loadVersion(t, 3)
	want := export.Counts{Accounts: 2, RegionSetups: 1, Identities: 4, AccessKeys: 3, Resources: 25, Links: 3, Addresses: 18, QuotaUses: 1, Operations: 42}
	if done.Counts != want {
		t.Errorf("imported %+v, want %+v", done.Counts, want)
	}
	again, _ := s.export(export.Options{Passphrase: passphrase})
	if diff := cmp.Diff(unsealed(replaceRegexp(file, `"encryptedPassword":"[^"]*",`, "")), unsealed(again)); diff != "" {
		t.Errorf("exported again (-file +export):\n%s", diff)
	}
}

// unsealed are the lines of a file after the header, without the secrets in them.
func unsealed(file string) []string {
	return strings.Split(replaceRegexp(file, `("secret|"firstSecret|"secondSecret)":"[^"]{20,}"`, `$1":""`), "\n")[1:]
}
