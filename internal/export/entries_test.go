package export_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Classes of entries that kinds have in these tests.
var (
	uses    = resource.Class{Name: "use", Exported: true, Check: checkUse}
	lookups = resource.Class{Name: "lookup"}
	// secretUses is not exported, and has the name of one that is.
	secretUses = resource.Class{Name: "use"}
)

// checkUse wants the number in the document to be the entry's.
func checkUse(e *resource.Entry) error {
	var doc struct{ N int64 }
	if err := json.Unmarshal(e.Doc, &doc); err != nil {
		return err
	}
	if doc.N != e.Seq {
		return errors.New("doc: n is not the number of the entry")
	}
	return nil
}

// withClasses gives kinds of the site classes of entries.
func (s *site) withClasses() *site {
	for kind, classes := range map[resource.Kind][]resource.Class{
		resource.KeyPair: {uses, lookups}, resource.Instance: {secretUses},
	} {
		known := s.kinds[kind]
		known.Classes = classes
		s.kinds[kind] = known
	}
	return s
}

// Ids of resources that have entries.
const (
	webPair     = "00000000-0000-4000-8000-000000000000"
	loginPair   = "00000000-0000-4000-8000-000000000001"
	otherPair   = "00000000-0000-4000-8000-000000000003"
	webInstance = "00000000-0000-4000-8000-000000000020"
)

// fillEntries adds entries of all classes, six of them exported, and deletes one in the middle.
func (s *site) fillEntries() *site {
	s.t.Helper()
	add := func(tx *store.Tx, owner string, c resource.Class, n int) error {
		for i := range n {
			if _, err := tx.AppendEntry(owner, c, now.Add(time.Duration(i)*time.Second), fmt.Appendf(nil, `{"n":%d,"text":"<&>"}`, i+1)); err != nil {
				return err
			}
		}
		return nil
	}
	s.update(func(tx *store.Tx) error {
		return firstOf(
			add(tx, webPair, uses, 4), tx.DeleteEntry(&resource.Entry{Owner: webPair, Class: uses.Name, Seq: 2}),
			add(tx, webPair, lookups, 2), add(tx, loginPair, uses, 1), add(tx, otherPair, uses, 2), add(tx, webInstance, secretUses, 2))
	})
	return s
}

func (s *site) withEntries() *site { return s.fill().fillInstances().withClasses().fillEntries() }

func TestImport_entries(t *testing.T) {
	from, to := newSite(t, newDSN(t)).withEntries(), newSite(t, newDSN(t)).withClasses()
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil {
		t.Fatal(err)
	}
	if exported.Entries != 6 || imported.Entries != 6 {
		t.Errorf("exported %d and imported %d entries, want 6", exported.Entries, imported.Entries)
	}
	want := slices.DeleteFunc(from.contents(), func(row string) bool { // a class of the name that is not exported
		return strings.HasPrefix(row, "entry") && strings.Contains(row, webInstance)
	})
	if diff := cmp.Diff(want, to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	to.update(func(tx *store.Tx) error {
		seq, err := tx.AppendEntry(webPair, uses, now, []byte(`{}`))
		if seq != 5 {
			t.Errorf("number of the first entry after the import = %d, want 5", seq)
		}
		for owner, c := range map[string]resource.Class{webPair: lookups, webInstance: secretUses} {
			if n, countErr := tx.CountEntries(owner, c); n != 0 || countErr != nil {
				t.Errorf("entries of the class %s, which is not exported: %d, %v, want none", c.Name, n, countErr)
			}
		}
		return err
	})
}

// TestImport_entriesOfOneAccount takes an account's entries from its own file and from one of all
// accounts, and leaves out those of a resource that is left out.
func TestImport_entriesOfOneAccount(t *testing.T) {
	from := newSite(t, newDSN(t)).withEntries()
	for account, want := range map[string]int{root: 3, other: 2} {
		single, _ := from.export(export.Options{Account: account})
		whole, _ := from.export(export.Options{})
		for _, file := range []string{single, whole} {
			done, err := newSite(t, newDSN(t)).withClasses().load(export.ImportOptions{Account: account}, file)
			if err != nil || done.Entries != want {
				t.Errorf("import of account %s without secrets: %d entries, %v, want %d", account, done.Entries, err, want)
			}
		}
	}
}

// TestImport_manyEntries crosses the sizes at which records are written together.
func TestImport_manyEntries(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().withClasses(), newSite(t, newDSN(t)).withClasses()
	from.update(func(tx *store.Tx) error {
		for _, owner := range []string{webPair, otherPair} {
			for n := range 170 {
				if _, err := tx.AppendEntry(owner, uses, now, fmt.Appendf(nil, `{"n":%d}`, n+1)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	file, _ := from.export(export.Options{Passphrase: passphrase})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	to.view(func(tx *store.Tx) error {
		n, err := tx.CountEntries(otherPair, uses)
		if n != 170 {
			t.Errorf("count of entries after the import = %d, want 170", n)
		}
		return err
	})
}

// TestImport_invalidEntries changes one thing in an entry.
func TestImport_invalidEntries(t *testing.T) {
	good, _ := newSite(t, newDSN(t)).withEntries().export(export.Options{})
	to := newSite(t, newDSN(t)).withClasses()
	const owner, third = `"owner":"` + webPair + `"`, `"seq":3,"at":"2019-10-16T19:43:48.975Z","doc":{"n":3`
	entry := `{"record":"entry","account":"111122223333",` + owner
	for _, tc := range []struct{ name, old, with, want string }{
		{"a class that is not exported", `"class":"use"`, `"class":"lookup"`, `KeyPair web: unknown class of entries "lookup"`},
		{"an unknown class", `"class":"use"`, `"class":"dream"`, `KeyPair web: unknown class of entries "dream"`},
		{"a class that is exported of another kind", owner, `"owner":"` + webInstance + `"`, `Instance site: unknown class of entries "use"`},
		{"a resource that is not there", owner, `"owner":"00000000-0000-4000-7000-000000000000"`, "the file has no resource 00000000-0000-4000-7000-000000000000 that could have an entry"},
		{"a resource of a kind without classes", owner, `"owner":"00000000-0000-4000-8000-000000000022"`, `StaticIp front: unknown class of entries "use"`},
		{"a resource of another account", entry, strings.Replace(entry, root, other, 1), "that could have an entry"},
		{"an owner that is not an id", owner, `"owner":"web"`, `the id "web" is not a lower-case UUID`},
		{"number 0", `"seq":1`, `"seq":0`, "the seq 0 is out of bounds"},
		{"a number without a next one", `"seq":4`, `"seq":9223372036854775807`, "the seq 9223372036854775807 is out of bounds"},
		{"a number twice", third, strings.ReplaceAll(third, "3,", "1,"), "the record is not in order, or there twice"},
		{"no time", `,"at":"2019-10-16T19:43:48.975Z"`, ``, "at is missing"},
		{"a time in microseconds", `"at":"2019-10-16T19:43:48.975Z"`, `"at":"2019-10-16T19:43:48.975001Z"`, "at is not a time in whole milliseconds"},
		{"a document that is a list", `"doc":{"n":3,"text":"<&>"}`, `"doc":[]`, "doc: not an object"},
		{"no document", `,"doc":{"n":3,"text":"<&>"}`, ``, "doc: not an object"},
		{"null for a document", `"doc":{"n":3,"text":"<&>"}`, `"doc":null`, "doc: not an object"},
		{"a member of the document twice", `"doc":{"n":3`, `"doc":{"n":3,"n":3`, `the member "n" is there twice`},
		{"a document that is too large", `"doc":{"n":3`, `"doc":{"x":"` + strings.Repeat("x", resource.MaxEntry) + `","n":3`, "the document of an entry has 10486"},
		{"a document that the class refuses", `"doc":{"n":3`, `"doc":{"n":4`, "KeyPair web: use 3: doc: n is not the number of the entry"},
		{"an unknown member", third, `"colour":"red",` + third, `unknown field "colour"`},
		{"too few entries", `"entries":6`, `"entries":5`, "the footer counts"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := strings.Replace(good, tc.old, tc.with, 1)
			if file == good {
				t.Fatal("the change met nothing")
			}
			_, err := to.load(export.ImportOptions{}, file)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
	if _, err := to.load(export.ImportOptions{}, good); err != nil {
		t.Errorf("the unchanged file: %v", err)
	}
}

func TestImport_noEntriesInEarlierVersions(t *testing.T) {
	from := newSite(t, newDSN(t)).fill().withClasses()
	from.update(func(tx *store.Tx) error {
		_, err := tx.AppendEntry(webPair, uses, now, []byte(`{"n":1}`))
		return err
	})
	good, _ := from.export(export.Options{})
	for _, version := range []string{"1", "2"} {
		file := strings.Replace(good, `"version":3`, `"version":`+version, 1)
		_, err := newSite(t, newDSN(t)).withClasses().load(export.ImportOptions{}, file)
		if want := "entries are not in files of version " + version; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error: %v\nwant: …%s", err, want)
		}
	}
}

// TestImport_entryLists moves the numbers of entries that are deleted: none is given twice.
func TestImport_entryLists(t *testing.T) {
	from, to := newSite(t, newDSN(t)).withEntries(), newSite(t, newDSN(t)).withClasses()
	from.update(func(tx *store.Tx) error {
		return firstOf(tx.DeleteEntry(&resource.Entry{Owner: webPair, Class: uses.Name, Seq: 4}), tx.DeleteEntry(&resource.Entry{Owner: loginPair, Class: uses.Name, Seq: 1}))
	})
	file, exported := from.export(export.Options{Passphrase: passphrase})
	for _, tc := range []struct{ old, with, want string }{
		{`"class":"use","last":4`, `"class":"lookup","last":4`, `KeyPair web: unknown class of entries "lookup"`},
		{`"class":"use","last":4`, `"class":"use","last":0`, "the last number 0 is out of bounds"},
		{`"class":"use","last":4`, `"class":"use","last":9223372036854775807`, "the last number 9223372036854775807 is out of bounds"},
		{`"entryLists":2`, `"entryLists":1`, "the footer counts"},
		{`"version":3`, `"version":2`, "are not in files of version 2"},
	} {
		if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, replace(file, tc.old, tc.with)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error: %v\nwant: …%s", err, tc.want)
		}
	}
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.EntryLists != 2 || imported.EntryLists != 2 {
		t.Fatalf("exported %d and imported %d lists, %v, want 2", exported.EntryLists, imported.EntryLists, err)
	}
	to.update(func(tx *store.Tx) error {
		for owner, want := range map[string]int64{webPair: 5, loginPair: 2, otherPair: 3} {
			if seq, err := tx.AppendEntry(owner, uses, now, []byte(`{}`)); seq != want || err != nil {
				t.Errorf("number of the first entry after the import = %d, %v, want %d", seq, err, want)
			}
		}
		return nil
	})
	single, _ := from.export(export.Options{Account: other})
	done, err := newSite(t, newDSN(t)).withClasses().load(export.ImportOptions{Account: other}, single)
	if err != nil || done.EntryLists != 0 {
		t.Errorf("import of another account: %d lists, %v, want none", done.EntryLists, err)
	}
}
