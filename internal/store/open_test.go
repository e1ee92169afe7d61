package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestClosedStore(t *testing.T) {
	db := fresh(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	none := func(*store.Tx) error { return nil }
	if err := db.Update(t.Context(), none); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update after Close: %v", err)
	}
	if err := db.View(t.Context(), none); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View after Close: %v", err)
	}
}

func TestReopenedStoreHasEverything(t *testing.T) {
	file := newDSN(t)
	db := open(t, file)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertAccount(&store.Account{ID: account}), tx.InsertResource(keyPair("kept")), tx.SetMeta("m", []byte{1, 0, 2}))
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, file)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx *store.Tx) error {
		_, err := tx.Resource(account, region, "kept")
		m, metaErr := tx.Meta("m")
		if string(m) != "\x01\x00\x02" {
			t.Errorf("meta = %q", m)
		}
		return errors.Join(err, metaErr)
	})
}

func TestDatabaseFilesAreTheOwnersAlone(t *testing.T) {
	file := path(t)
	db := open(t, file)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(file + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files: %v, %v; want the database and its log", files, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f, info.Mode(), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	whole := func(t *testing.T) string {
		file := path(t)
		db := open(t, file)
		if err := errors.Join(db.Migrate(t.Context()), db.Close()); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, tc := range []struct {
		name string
		make func(t *testing.T) string
		want error
	}{
		{"a file that is no database", func(t *testing.T) string {
			file := path(t)
			writeFile(t, file, []byte("this is not a database, it is only a text of some length, long enough for a header of one hundred bytes"))
			return file
		}, store.ErrDamaged},
		{"a database cut short", func(t *testing.T) string {
			file := whole(t)
			if err := os.Truncate(file, 8192); err != nil {
				t.Fatal(err)
			}
			return file
		}, store.ErrDamaged},
		{"a schema from the future", func(t *testing.T) string {
			file := whole(t)
			raw, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = raw.Close() }()
			if _, err := raw.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
				t.Fatal(err)
			}
			return file
		}, store.ErrNewer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := tc.make(t)
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Open(t.Context(), store.Options{DSN: file}); !errors.Is(err, tc.want) {
				t.Fatalf("Open = %v, want %v", err, tc.want)
			}
			after, err := os.ReadFile(file)
			if err != nil || !slices.Equal(before, after) {
				t.Errorf("the refused file was changed (%v)", err)
			}
		})
	}
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
