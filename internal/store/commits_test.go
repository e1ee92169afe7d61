package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// openFile returns a migrated SQLite store and the path of its file.
func openFile(t *testing.T) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "lanyard.db")
	db, err := Open(t.Context(), Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, path
}

// TestCommitsOutliveALossOfPower: each commit is on disk when it returns. SQLite makes that so with synchronous at FULL
// (2), which it does not keep in the file: each connection that writes has to ask for it. Killing a process shows no
// difference, since the system still writes what it was given.
func TestCommitsOutliveALossOfPower(t *testing.T) {
	db, _ := openFile(t)
	const full, wal = 2, "wal"
	err := db.Update(t.Context(), func(tx *Tx) error {
		level, err := one(tx, "synchronous", scanInt, `PRAGMA synchronous`)
		if err != nil || level != full {
			t.Errorf("the writer: synchronous = %d, %v, want %d", level, err, full)
		}
		mode, err := one(tx, "journal mode", func(scan func(...any) error) (s string, err error) { return s, scan(&s) }, `PRAGMA journal_mode`)
		if err != nil || mode != wal {
			t.Errorf("the writer: journal_mode = %q, %v, want %s", mode, err, wal)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestConcurrentUpdatesShareCommits lets Updates come while another one runs: all of them are one commit with it, up to
// the number that bounds how long the first of them waits.
func TestConcurrentUpdatesShareCommits(t *testing.T) {
	for name, tc := range map[string]struct{ behind, commits int }{
		"a hundred":               {100, 1},
		"one more than may be":    {maxBatch, 2},
		"nobody but the first":    {0, 1},
		"one behind the first":    {1, 1},
		"as many as there may be": {maxBatch - 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, path := openFile(t)
			w := db.engine.(*sqliteEngine).writer                            //nolint:forcetypeassert // the DSN says so
			if err := w.s.run("PRAGMA wal_autocheckpoint = 0"); err != nil { // the log is to keep all commits
				t.Fatal(err)
			}
			updates := make([]func(*Tx) error, 1+tc.behind)
			for i := range updates {
				updates[i] = func(tx *Tx) error { return tx.SetMeta(fmt.Sprint("n", i), []byte("x")) }
			}
			before := commits(t, path)
			inTurn(t, db, w, updates...)
			if got := commits(t, path) - before; got != tc.commits {
				t.Errorf("%d updates behind another one took %d commits, want %d", tc.behind, got, tc.commits)
			}
		})
	}
}

// inTurn runs Updates in this order. The first does nothing before the others wait behind it, as far as the writer lets
// them queue.
func inTurn(t *testing.T, db *DB, w *writer, fns ...func(*Tx) error) {
	t.Helper()
	var wg sync.WaitGroup
	runs, all := make(chan struct{}), make(chan struct{})
	first := fns[0]
	fns[0] = func(tx *Tx) error {
		close(runs)
		<-all
		return first(tx)
	}
	for i, fn := range fns {
		wg.Go(func() {
			if err := db.Update(t.Context(), fn); err != nil {
				t.Error(err)
			}
		})
		<-runs
		for len(w.jobs) < min(i, cap(w.jobs)) { // nothing tells that they wait
			time.Sleep(time.Millisecond)
		}
	}
	close(all)
	wg.Wait()
}

// TestABatchKnowsOfAChangeOfIdentities: what the functions of a transaction share is of no use to one that comes behind a
// change of identities.
func TestABatchKnowsOfAChangeOfIdentities(t *testing.T) {
	db, _ := openFile(t)
	w := db.engine.(*sqliteEngine).writer //nolint:forcetypeassert // the DSN says so
	var before, after string
	inTurn(t, db, w,
		func(tx *Tx) (err error) {
			before, err = tx.IdentityVersion()
			return err
		},
		func(tx *Tx) error { return tx.InsertAccount(&Account{ID: "111122223333"}) },
		func(tx *Tx) (err error) {
			after, err = tx.IdentityVersion()
			return err
		})
	if before == "" || after == "" || before == after {
		t.Errorf("the version is %q, and then %q", before, after)
	}
}

// commits counts the commits in a database's write-ahead log. The last frame of each says how large the database is
// after it, where the others say 0; frames with other salts than the log's are left over from before
// (https://www.sqlite.org/fileformat2.html, section 4.1).
func commits(t *testing.T, path string) (n int) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const logHeader, frameHeader = 32, 24
	if len(log) < logHeader {
		return 0
	}
	page := int(binary.BigEndian.Uint32(log[8:]))
	for rest := log[logHeader:]; len(rest) >= frameHeader+page; rest = rest[frameHeader+page:] {
		if bytes.Equal(rest[8:16], log[16:24]) && binary.BigEndian.Uint32(rest[4:]) > 0 {
			n++
		}
	}
	return n
}
