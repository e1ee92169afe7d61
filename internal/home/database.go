package home

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Database says which store to open with which key.
type Database struct {
	// DataDir is the data directory. It is created if it is missing.
	DataDir string
	// Store is "" for an SQLite file in the data directory, "sqlite:PATH" for one
	// elsewhere, or a postgres:// URL.
	Store string
	// MasterKey is the key that secrets are sealed with.
	MasterKey MasterKey
	// Connections bounds the connections to PostgreSQL; store.DefaultConnections when zero.
	Connections int
}

// observer measures a transaction of a kind.
type observer func(kind string, took time.Duration)

// target returns the DSN of the store, and a name for messages, which has no password in it.
func (d Database) target() (dsn, name string, err error) {
	if d.Store == "" {
		path := filepath.Join(d.DataDir, databaseFile)
		return path, path, nil
	}
	if store.IsPostgres(d.Store) {
		if err := checkPostgresFiles(d.Store); err != nil {
			return "", "", err
		}
		name, err := store.PostgresName(d.Store)
		return d.Store, name, err
	}
	path, ok := strings.CutPrefix(d.Store, "sqlite:")
	if !ok || path == "" {
		return "", "", fmt.Errorf("unknown store %q: give sqlite:PATH or a postgres:// URL", d.Store)
	}
	return path, path, nil
}

// connect opens the database and returns its name for messages. A timeout of zero means no timeout.
func (d Database) connect(ctx context.Context, timeout time.Duration, observe observer) (db *store.DB, name string, err error) {
	dsn, name, err := d.target()
	if err != nil {
		return nil, "", err
	}
	if d.Store == "" && isLost(d.DataDir, dsn) {
		return nil, "", fmt.Errorf("the database %s is missing or empty, although a server ran on it: restore it from your backup, "+
			"or remove %s beside it to start with an empty store", name, endpointFile)
	}
	if !store.IsPostgres(dsn) {
		if err := checkSQLiteFiles(dsn); err != nil {
			return nil, "", err
		}
	}
	db, err = store.Open(ctx, store.Options{DSN: dsn, Connections: d.Connections, Timeout: timeout, Observe: observe})
	switch {
	case errors.Is(err, store.ErrNewer):
		return nil, "", fmt.Errorf("cannot open %s: %w: use that version", name, err)
	case errors.Is(err, store.ErrDamaged):
		return nil, "", fmt.Errorf("cannot open %s: %w: restore it from your backup", name, err)
	case err != nil:
		return nil, "", fmt.Errorf("cannot open the database %s: %w", name, err)
	}
	return db, name, nil
}

// isLost reports whether a data directory has lost its database: the endpoint of a server
// is there, but the database is missing or empty.
func isLost(dir, database string) bool {
	if _, err := os.Stat(filepath.Join(dir, endpointFile)); err != nil {
		return false
	}
	info, err := os.Stat(database)
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// checkSQLiteFiles returns an error if another user could have planted the file of an SQLite
// database or one of those that SQLite makes beside it. Missing files are no error.
func checkSQLiteFiles(path string) error {
	err := safefile.Directory(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err == nil {
			err = safefile.Regular(path + suffix)
		}
	}
	if err != nil {
		return fmt.Errorf("the database cannot be trusted: %w", err)
	}
	return nil
}

// closeAfter closes a database if err is not nil.
func closeAfter(err error, db *store.DB) error {
	if err == nil {
		return nil
	}
	return errors.Join(err, db.Close())
}
