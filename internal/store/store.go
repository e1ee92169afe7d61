// Package store keeps Lanyard's state: resources, the records of operations, and
// identities, in transactions over one SQL database, SQLite or PostgreSQL.
//
// A DB is concrete: one query set serves both databases, and only how a
// transaction begins, ends and is retried differs. It knows nothing of actions;
// what a document means is its owner's business.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
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
	// ErrUnknownOutcome: an Update may have been committed, or may be committed still; what
	// it wrote is stored as a whole or not at all, and only the database can say which. It
	// must not be run again as if it had failed, and nothing that it may have stored belongs
	// to its caller alone any more.
	ErrUnknownOutcome = errors.New("it is not known whether the transaction was committed")
	// ErrClosed: the DB is closed or closing.
	ErrClosed = errors.New("store is closed")
)

// Options say which database to open.
type Options struct {
	// DSN names the database: a path of an SQLite file, which is created (0600) when
	// missing, or a postgres:// URL.
	DSN string
	// Connections bounds the connections to PostgreSQL; DefaultConnections when zero.
	Connections int
	// Timeout bounds each transaction on PostgreSQL, its repetitions included, and once
	// more the COMMIT at its end; nothing does when zero. Lengthy makes exceptions.
	Timeout time.Duration
	// Observe is told how long each transaction took; kind is "view" or "update".
	// Nil is fine.
	Observe func(kind string, took time.Duration)
}

// DefaultConnections is the usual size of the pool of PostgreSQL connections.
const DefaultConnections = 16

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine
	observe func(kind string, took time.Duration)
	closing sync.Once
}

// engine is what differs between the databases.
type engine interface {
	view(ctx context.Context, fn func(*Tx) error) error
	update(ctx context.Context, fn func(*Tx) error) error
	// admin is the connection pool that migrations run on.
	admin() *sql.DB
	dialect() dialect
	close() error
}

// IsPostgres reports whether a DSN names a PostgreSQL database.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Open opens the database and checks that this version of Lanyard understands
// it: ErrNewer, ErrDamaged. It changes nothing in an existing database; the caller
// decides about Migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Observe == nil {
		o.Observe = func(string, time.Duration) {}
	}
	open := openSQLite
	if IsPostgres(o.DSN) {
		open = openPostgres
	}
	e, err := open(ctx, o)
	if err != nil {
		return nil, classify(err)
	}
	db := &DB{engine: e, observe: o.Observe}
	have, want, err := db.Versions(ctx)
	if err == nil && have > want {
		err = fmt.Errorf("%w (its schema is %d, this one knows %d)", ErrNewer, have, want)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// View runs fn in a read transaction: it sees one state of the database. fn must
// not keep the Tx.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	start := time.Now()
	defer func() { db.observe("view", time.Since(start)) }()
	return classify(db.view(ctx, fn))
}

// Update runs fn in a write transaction and returns after what it wrote is on
// disk. After an error nothing of it stays, unless the error is ErrUnknownOutcome. The
// context can prevent a commit but not interrupt one. fn may run more than once, must
// not keep the Tx, and must not wait for anything else.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	start := time.Now()
	defer func() { db.observe("update", time.Since(start)) }()
	return classify(db.update(ctx, fn))
}

// Close waits for running transactions and closes the database.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() { err = db.close() })
	return err
}
