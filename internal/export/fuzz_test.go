package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// FuzzImport reads files as an import does. What is accepted has one meaning, and the
// store takes it or refuses it without harm.
func FuzzImport(f *testing.F) {
	good, err := os.ReadFile("testdata/version1.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	linked, err := os.ReadFile("testdata/version3.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	buckets, err := os.ReadFile("testdata/version3-buckets.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	containers, err := os.ReadFile("testdata/version3-containers.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, open := range [][]byte{withoutSecrets(good), withoutSecrets(linked), withoutSecrets(buckets), withoutSecrets(containers)} {
		f.Add(open)
		for _, line := range bytes.SplitAfter(open, []byte("\n")) { // one record of each type is quick to change
			f.Add(append(bytes.Clone(bytes.SplitAfterN(open, []byte("\n"), 2)[0]), line...))
		}
	}
	f.Add(withEntries(withoutSecrets(good)))
	kinds := fuzzedKinds()
	db, sealer := throwAwayStore(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := newReader(bytes.NewReader(file), kinds)
		for err == nil {
			var next record
			if next, err = r.next(); err == nil {
				wantSame(t, r.header, next)
			}
		}
		if !errors.Is(err, io.EOF) || r.header.Secrets != nil {
			return
		}
		wantHarmless(t, db, sealer, kinds, file, r.counts)
	})
}

// withoutSecrets turns a file into one that leaves secrets out.
func withoutSecrets(file []byte) []byte {
	file = regexp.MustCompile(`"secrets":\{"firstSecret[^}]*\}`).ReplaceAll(file, []byte(`"secretLeftOut":true`))
	file = regexp.MustCompile(`,"secrets":\{[^}]*\}`).ReplaceAll(file, nil)
	return regexp.MustCompile(`"secret":"[^"]*"`).ReplaceAll(file, []byte(`"secretLeftOut":true`))
}

// withEntries adds two entries of a key pair to a file without any.
func withEntries(file []byte) []byte {
	entry := `{"record":"entry","account":"111122223333","owner":"` + firstID(file) + `","class":"use","seq":1,"at":"2026-11-22T21:02:20.362Z","doc":{"n":1}}` + "\n"
	entries := entry + strings.Replace(entry, `"seq":1`, `"seq":2`, 1)
	file = bytes.Replace(file, []byte(`"version":1`), []byte(`"version":3`), 1)
	file = bytes.Replace(file, []byte(`{"record":"operation"`), []byte(entries+`{"record":"operation"`), 1)
	return bytes.Replace(file, []byte(`"operations":`), []byte(`"entries":2,"operations":`), 1)
}

// firstID is the id of the first resource of a file.
func firstID(file []byte) string {
	return string(regexp.MustCompile(`(?m)^\{"record":"resource".*?"id":"([^"]*)"`).FindSubmatch(file)[1])
}

// fuzzedKinds are the kinds of this version, of which key pairs have entries.
func fuzzedKinds() resource.StoredKinds {
	kinds := families.StoredKinds()
	pairs := kinds[resource.KeyPair]
	pairs.Classes = []resource.Class{{Name: "use", Exported: true, Check: func(*resource.Entry) error { return nil }}}
	kinds[resource.KeyPair] = pairs
	return kinds
}

func throwAwayStore(f *testing.F) (*store.DB, *seal.Sealer) {
	f.Helper()
	db, err := store.Open(f.Context(), store.Options{DSN: filepath.Join(f.TempDir(), "lanyard.db")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		f.Fatal(err)
	}
	return db, sealer
}

// wantSame wants that a record, written and read again, is the same.
func wantSame(t *testing.T, h *header, r record) {
	t.Helper()
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("%+v cannot be written: %v", r, err)
	}
	again, _ := reflect.TypeAssert[record](reflect.New(reflect.TypeOf(r).Elem()))
	if err := decodeStrict(line, again); err != nil {
		t.Fatalf("%s cannot be read again: %v", line, err)
	}
	if err := again.check(h); err != nil {
		t.Fatalf("%s is refused: %v", line, err)
	}
	twice, err := json.Marshal(again)
	if err != nil || !bytes.Equal(line, twice) {
		t.Fatalf("%s\nbecame %s (%v)", line, twice, err)
	}
}

// wantHarmless imports a file and undoes it.
func wantHarmless(t *testing.T, db *store.DB, sealer *seal.Sealer, kinds resource.StoredKinds, file []byte, counts Counts) {
	t.Helper()
	errUndo := errors.New("undo")
	var done Imported
	err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
		if done, err = Import(t.Context(), tx, sealer, ImportOptions{Kinds: kinds}, bytes.NewReader(file)); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		return
	}
	done.AccessKeys += done.KeysLeftOut
	done.Resources += done.ResourcesLeftOut
	if done.ResourcesLeftOut > 0 { // perhaps with entries
		done.Entries = counts.Entries
	}
	if done.Counts != counts {
		t.Fatalf("imported %+v of %+v", done.Counts, counts)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		accounts, err := tx.Accounts()
		if len(accounts) != 0 {
			t.Fatal("something is left of an import that was undone")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
