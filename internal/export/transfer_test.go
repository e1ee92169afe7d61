package export_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestImport_everything(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	want := export.Counts{Accounts: 3, RegionSetups: 2, Identities: 10, AccessKeys: 3, Resources: 4, Operations: 5}
	if exported.Counts != want || imported.Counts != want || exported.LeftOut+imported.KeysLeftOut+imported.ResourcesLeftOut != 0 {
		t.Errorf("exported %+v, imported %+v, want %+v", exported, imported, want)
	}
}

// TestExport_equalStoresGiveEqualFiles compares files of two stores: only what is sealed, and
// sealed anew each time, may differ.
func TestExport_equalStoresGiveEqualFiles(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Passphrase: passphrase})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	before, _ := from.export(export.Options{})
	after, _ := to.export(export.Options{})
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("files (-from +to):\n%s", diff)
	}
}

func TestExport_leavesOutSecretsWithoutPassphrase(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{})
	if exported.LeftOut != 4 {
		t.Errorf("%d secrets were left out, want those of 3 access keys and of a default key pair", exported.LeftOut)
	}
	wantNoSecret(t, file, from)
	imported, err := to.load(export.ImportOptions{}, file)
	if err != nil {
		t.Fatal(err)
	}
	if imported.KeysLeftOut != 3 || imported.ResourcesLeftOut != 1 || imported.AccessKeys != 0 || imported.Resources != 3 {
		t.Errorf("imported %+v", imported)
	}
	to.view(func(tx *store.Tx) error {
		keys, err := tx.AccessKeys(root, "")
		if len(keys) != 0 {
			t.Errorf("there are %d access keys that nobody has the secret of", len(keys))
		}
		return err
	})
}

func TestExport_noSecretInTheOpen(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	file, _ := from.export(export.Options{Passphrase: passphrase})
	wantNoSecret(t, file, from)
}

// wantNoSecret wants neither plain secrets in a file nor what the store has sealed.
func wantNoSecret(t *testing.T, file string, s *site) {
	t.Helper()
	hidden := []string{secret, "PRIVATE KEY", "hunter2", string(passphrase)}
	s.view(func(tx *store.Tx) error {
		return tx.EachAccessKey("", func(k *store.AccessKey) error {
			hidden = append(hidden, base64.StdEncoding.EncodeToString(k.Secret))
			return nil
		})
	})
	for _, text := range hidden {
		if strings.Contains(file, text) {
			t.Errorf("the file holds %q", text)
		}
	}
	if strings.Contains(file, `"sealed"`) {
		t.Error("the file holds a value that is sealed under the master key")
	}
}

func TestImport_oneAccountBesideOthers(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	whole, _ := from.export(export.Options{Passphrase: passphrase})
	single, exported := from.export(export.Options{Passphrase: passphrase, Account: other})
	if want := (export.Counts{Accounts: 1, RegionSetups: 2, Identities: 5, AccessKeys: 1, Resources: 1, Operations: 1}); exported.Counts != want {
		t.Errorf("exported %+v, want %+v", exported.Counts, want)
	}
	if strings.Contains(single, root) {
		t.Error("the file about one account names another")
	}
	for name, file := range map[string]string{"from a file of its own": single, "out of a whole file": whole} {
		t.Run(name, func(t *testing.T) {
			to := newSite(t, newDSN(t))
			to.update(func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: root, CreatedAt: now}) })
			before := to.contents()
			imported, err := to.load(export.ImportOptions{Passphrase: passphrase, Account: other}, file)
			if err != nil {
				t.Fatal(err)
			}
			if imported.Counts != exported.Counts {
				t.Errorf("imported %+v, want %+v", imported.Counts, exported.Counts)
			}
			after, _ := to.export(export.Options{Account: other})
			want, _ := from.export(export.Options{Account: other})
			// What another server's identities file declared is everybody's to change here.
			if diff := cmp.Diff(strings.ReplaceAll(want, `,"managed":true`, ""), after); diff != "" {
				t.Errorf("the account (-from +to):\n%s", diff)
			}
			wantRest(t, before, to.contents())
		})
	}
}

// wantRest wants all that was there before.
func wantRest(t *testing.T, before, after []string) {
	t.Helper()
	text := strings.Join(after, "\n")
	for _, line := range before {
		if !strings.Contains(text, line) {
			t.Errorf("%s is gone", line)
		}
	}
}

func TestImport_fileOfOneAccount(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Account: other})
	if _, err := to.load(export.ImportOptions{}, file); err != nil {
		t.Fatal(err)
	}
	if got := to.contents(); got[0] != `root "`+other+`"` {
		t.Errorf("%s, want the file's account as the root account", got[0])
	}
}

// TestExport_oneState exports while every write adds a key pair with its operation.
func TestExport_oneState(t *testing.T) {
	s := newSite(t, newDSN(t)).fill()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				number, name := 1000+w*100000+n, fmt.Sprintf("late-%d-%d", w, n)
				s.update(func(tx *store.Tx) error {
					return firstOf(
						tx.InsertResource(s.keyPair(number, root, region, name)),
						tx.InsertOperations([]*store.Operation{operation(number, root, region, name, int64(number))}))
				})
			}
		})
	}
	for range 10 {
		_, done := s.export(export.Options{})
		if done.Resources+1 != done.Operations {
			t.Errorf("the export has %d resources and %d operations, want one more", done.Resources, done.Operations)
		}
	}
	close(stop)
	wg.Wait()
}

// TestImport_manyRecords crosses all sizes at which records are written together.
func TestImport_manyRecords(t *testing.T) {
	from, to := newSite(t, newDSN(t)), newSite(t, newDSN(t))
	const many = 1234
	from.update(func(tx *store.Tx) error {
		if err := tx.InsertAccount(&store.Account{ID: root, CreatedAt: now}); err != nil {
			return err
		}
		var pairs []*resource.Resource
		var operations []*store.Operation
		for n := range many {
			name := fmt.Sprintf("pair-%05d", n)
			pairs = append(pairs, from.keyPair(n, root, region, name))
			operations = append(operations, operation(n, root, region, name, int64(n+1)))
		}
		return firstOf(tx.InsertResources(pairs), tx.InsertOperations(operations))
	})
	file, exported := from.export(export.Options{})
	if _, err := to.load(export.ImportOptions{}, file); err != nil {
		t.Fatal(err)
	}
	if exported.Resources != many || exported.Operations != many {
		t.Errorf("exported %+v, want %d of both", exported.Counts, many)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
}
