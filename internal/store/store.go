// Package store keeps Lanyard's state: resources, the records of operations, and
// identities, in transactions over one SQL database.
//
// A DB is concrete: one implementation, one query set. It knows nothing of
// actions; what a document means is its owner's business.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers tell apart.
var (
	// ErrNotFound: there is no such row.
	ErrNotFound = errors.New("not found")
	// ErrNameTaken: a resource of that name exists in the account and region.
	ErrNameTaken = errors.New("name is taken")
	// ErrExists: the row to insert is there already.
	ErrExists = errors.New("exists already")
	// ErrNewer: the database was made by a newer version of Lanyard.
	ErrNewer = errors.New("database was made by a newer version")
	// ErrDamaged: the file is not a database, or is one no more.
	ErrDamaged = errors.New("database is damaged")
	// ErrClosed: the DB is closed or closing.
	ErrClosed = errors.New("store is closed")
)

// Options say which database to open.
type Options struct {
	// Path is the SQLite database's file. It is created (0600) when missing.
	Path string
	// Observe is told how long each transaction took; kind is "view" or "update".
	// Nil is fine.
	Observe func(kind string, took time.Duration)
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	readers  chan *session
	readerDB *sql.DB
	writer   *writer
	writerDB *sql.DB
	observe  func(kind string, took time.Duration)
	closing  sync.Once
}

// readerCount bounds the concurrent View transactions. They are short and bound
// by the CPU, so more connections than this only cost memory.
const readerCount = 8

// Open opens the database and checks that this version of Lanyard understands
// it: ErrNewer, ErrDamaged. It changes nothing in an existing database; the caller
// decides about Migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if err := prepareFile(o.Path); err != nil {
		return nil, err
	}
	db := &DB{observe: o.Observe}
	if db.observe == nil {
		db.observe = func(string, time.Duration) {}
	}
	if err := db.openSQLite(ctx, o.Path); err != nil {
		_ = db.closeConns()
		return nil, classify(err)
	}
	if err := db.checkVersion(ctx); err != nil {
		_ = db.Close()
		return nil, classify(err)
	}
	return db, nil
}

// prepareFile creates a missing database file so that only its owner can read it;
// SQLite gives the files beside it the same mode. A file shorter than its own
// header says is damaged.
func prepareFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return err
	}
	return f.Close()
}

func (db *DB) openSQLite(ctx context.Context, path string) error {
	var err error
	if db.writerDB, err = sql.Open("sqlite", dsn(path, "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)")); err != nil {
		return err
	}
	s, err := newSession(ctx, db.writerDB)
	if err != nil {
		return err
	}
	db.writer = startWriter(s)
	if db.readerDB, err = sql.Open("sqlite", dsn(path, "busy_timeout(10000)", "query_only(1)")); err != nil {
		return err
	}
	db.readerDB.SetMaxIdleConns(readerCount)
	db.readers = make(chan *session, readerCount)
	for range readerCount {
		db.readers <- &session{db: db.readerDB}
	}
	return nil
}

// View runs fn in a read transaction: it sees one state of the database. fn must
// not keep the Tx.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	start := time.Now()
	defer func() { db.observe("view", time.Since(start)) }()
	var s *session
	select {
	case s = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s == nil {
		return ErrClosed
	}
	defer func() { db.readers <- s }()
	return classify(s.view(fn))
}

// Update runs fn in a write transaction and returns after what it wrote is on
// disk. When fn fails, nothing of it stays. fn may run more than once, must not
// keep the Tx, and must not wait for anything else.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	start := time.Now()
	defer func() { db.observe("update", time.Since(start)) }()
	return classify(db.writer.do(ctx, fn))
}

// Close waits for running transactions and closes the database.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() {
		db.writer.stop()
		for range readerCount {
			err = errors.Join(err, (<-db.readers).close())
		}
		close(db.readers)
		err = errors.Join(err, db.writer.s.close(), db.closeConns())
	})
	return err
}

func (db *DB) closeConns() error {
	var err error
	for _, d := range []*sql.DB{db.readerDB, db.writerDB} {
		if d != nil {
			err = errors.Join(err, d.Close())
		}
	}
	return err
}

// classify names the database's errors that callers tell apart.
func classify(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// isUnique tells whether a write failed because a row with that key is there.
func isUnique(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) &&
		(se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
