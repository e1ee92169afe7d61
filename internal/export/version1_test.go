package export_test

import (
	"os"
	"strings"
	"testing"

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
