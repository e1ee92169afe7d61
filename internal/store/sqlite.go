package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine has one writing connection and several reading ones, which a
// write-ahead log lets work side by side.
type sqliteEngine struct {
	readers *readers
	writer  *writer
	// db is for what database/sql is needed for: backups and migrations. Its commits do not wait for the
	// disk, which would be most of a first start: the log has one order, so they are on it
	// at the latest with the first commit of the writer, which waits.
	db *sql.DB
}

func openSQLite(_ context.Context, o Options) (engine, error) {
	if err := prepareFile(o.DSN); err != nil {
		return nil, err
	}
	e := &sqliteEngine{}
	if err := e.open(o.DSN); err != nil {
		return nil, err
	}
	return e, nil
}

// prepareFile creates a missing database file so that only its owner can read it;
// SQLite gives the files beside it the same mode.
func prepareFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return err
	}
	return f.Close()
}

func (e *sqliteEngine) open(path string) error {
	common := []string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)"}
	writing := dsn(path, append(common, "synchronous(FULL)")...)
	migrating := dsn(path, append(common, "synchronous(NORMAL)")...)
	reading := dsn(path, "busy_timeout(10000)", "query_only(1)")
	var err error
	if e.db, err = sql.Open("sqlite", migrating); err != nil {
		return err
	}
	s := &session{driver: e.db.Driver(), dsn: writing}
	if err := s.connect(); err != nil {
		return errors.Join(err, e.db.Close())
	}
	e.writer = startWriter(s)
	e.readers = newReaders(func() *session { return &session{driver: e.db.Driver(), dsn: reading} })
	return nil
}

func (e *sqliteEngine) view(ctx context.Context, fn func(*Tx) error) error {
	s, err := e.readers.take(ctx)
	if err != nil {
		return err
	}
	defer e.readers.put(s)
	return s.view(fn)
}

func (e *sqliteEngine) update(ctx context.Context, fn func(*Tx) error) error {
	return e.writer.do(ctx, fn)
}

func (e *sqliteEngine) admin() *sql.DB { return e.db }

func (e *sqliteEngine) dialect() dialect { return sqliteDialect }

func (e *sqliteEngine) close() error {
	e.writer.stop()
	return errors.Join(e.readers.close(), e.writer.s.close(), e.db.Close())
}

// classify names the database's errors that callers tell apart.
func classify(err error) error {
	se, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// isBusy reports whether another process holds the write lock: nothing is broken.
func isBusy(err error) bool {
	se, ok := errors.AsType[*sqlite.Error](err)
	return ok && se.Code()&0xff == sqlite3.SQLITE_BUSY
}

// commitError is an error of COMMIT.
type commitError struct{ error }

// Error says that it is.
func (e *commitError) Error() string { return "commit: " + e.error.Error() }

// Unwrap is SQLite's error.
func (e *commitError) Unwrap() error { return e.error }

// unknown reports whether the transaction may come back. After an I/O error, as of the
// sync that ends a commit, the transaction is gone for this process, but its pages may be
// in the write-ahead log as a whole: after a crash they would be read from there.
func (e *commitError) unknown() bool {
	se, ok := errors.AsType[*sqlite.Error](e.error)
	if !ok {
		return true
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CONSTRAINT:
		return false
	}
	return true
}

// isConstraint reports whether SQLite refused a statement for what it would write. Only
// that statement is undone then, and the transaction continues.
func isConstraint(err error) bool {
	se, ok := errors.AsType[*sqlite.Error](err)
	return ok && se.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}

// isUnique reports whether a write failed because a row with that key is there.
func isUnique(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return pgCode(err) == pgUniqueViolation
}

// isForeignKey reports whether a write failed because a row that it refers to is not there.
func isForeignKey(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	return pgCode(err) == pgForeignKeyViolation
}
