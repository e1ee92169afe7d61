package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// keyCheck is the name of the value that only the right master key opens.
const keyCheck = "master key check"

// openStore opens the database with its master key, brings it up to date, and makes
// the identities file be in force, if there is one. All that may be wrong is found
// before the first change.
func (s *Server) openStore(ctx context.Context, file *identity.File) (*seal.Sealer, error) {
	var err error
	d := s.o.Database
	d.timeout = requestTime
	if s.store, s.sealer, err = openDatabase(ctx, d, s.metrics.observeStore); err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.store, s.sealer, s.o.Log); err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		if err := plantKeyCheck(tx, s.sealer); err != nil {
			return err
		}
		return s.plantIdentities(s.accounts(tx), file)
	})
	if err != nil {
		return nil, err
	}
	s.logIdentities(file)
	return s.sealer, nil
}

// plantIdentities makes what a first start needs, and what the file declares.
func (s *Server) plantIdentities(accounts *identity.Accounts, file *identity.File) (err error) {
	if s.root, err = ensureRoot(accounts, s.o.Root, file); err != nil || file == nil {
		return err
	}
	if err := file.Apply(accounts); err != nil {
		return err
	}
	s.root, err = readRoot(accounts, "")
	return err
}

// Database says which store to open with which key.
type Database struct {
	// DataDir is the data directory. It is created when missing.
	DataDir string
	// Store is "" for an SQLite file in the data directory, "sqlite:PATH" for one
	// elsewhere, or a postgres:// URL.
	Store string
	// MasterKey is the key that secrets are sealed with.
	MasterKey MasterKey
	// Connections bounds the connections to PostgreSQL; store.DefaultConnections when zero.
	Connections int

	// timeout bounds the transactions of requests; commands take their time.
	timeout time.Duration
}

// requestTime is how long a request waits for a PostgreSQL that does not answer. The
// clients' own limits are a minute and more, and they try again.
const requestTime = 15 * time.Second

// openDatabase opens the store and reads its master key, making one for a fresh
// store. Its errors say what to do.
func openDatabase(ctx context.Context, d Database, observe func(string, time.Duration)) (*store.DB, *seal.Sealer, error) {
	db, name, err := connect(ctx, d, observe)
	if err != nil {
		return nil, nil, err
	}
	sealer, err := unlock(ctx, db, d, name)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, sealer, nil
}

// connect opens the store and tells its name for messages.
func connect(ctx context.Context, d Database, observe func(string, time.Duration)) (db *store.DB, name string, err error) {
	dsn, name, err := databaseOf(d.DataDir, d.Store)
	if err != nil {
		return nil, "", err
	}
	if d.Store == "" && isGone(d.DataDir, dsn) {
		return nil, "", fmt.Errorf("the database %s is gone or empty, though a server ran on it: restore it from your backup, "+
			"or remove %s beside it to start anew", name, endpointFile)
	}
	if !store.IsPostgres(dsn) {
		if err := checkDatabase(dsn); err != nil {
			return nil, "", err
		}
	}
	db, err = store.Open(ctx, store.Options{DSN: dsn, Connections: d.Connections, Timeout: d.timeout, Observe: observe})
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

// unlock reads the master key and checks that it is the store's.
func unlock(ctx context.Context, db *store.DB, d Database, name string) (*seal.Sealer, error) {
	schema, _, err := db.Versions(ctx)
	if err != nil {
		return nil, err
	}
	key, err := d.MasterKey.read(d.DataDir, name, schema == 0)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.New(key)
	if err != nil || schema == 0 {
		return sealer, err
	}
	return sealer, checkKey(ctx, db, sealer, name)
}

// checkKey refuses a master key that is not the one that the database's secrets are
// sealed under.
func checkKey(ctx context.Context, db *store.DB, sealer *seal.Sealer, name string) error {
	err := db.View(ctx, func(tx *store.Tx) error {
		sealed, err := tx.Meta(keyCheck)
		if errors.Is(err, store.ErrNotFound) {
			return nil // a first start that was cut short
		}
		if err != nil {
			return err
		}
		_, err = sealer.Open(seal.MasterKeyCheck, sealed)
		return err
	})
	if errors.Is(err, seal.ErrOpen) {
		return fmt.Errorf("the master key is not the one that %s was made with: "+
			"restore the right one from your backup, or give it with --master-key-file or LANYARD_MASTER_KEY", name)
	}
	return err
}

// plantKeyCheck makes the value that only this master key opens. Where several
// servers start on one fresh database, the first one's key counts.
func plantKeyCheck(tx *store.Tx, sealer *seal.Sealer) error {
	sealed, err := tx.Meta(keyCheck)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return tx.SetMeta(keyCheck, sealer.Seal(seal.MasterKeyCheck, nil))
	case err != nil:
		return err
	}
	if _, err := sealer.Open(seal.MasterKeyCheck, sealed); err != nil {
		return errors.New("another server has made the database with another master key just now: " +
			"give all of them one with --master-key-file or LANYARD_MASTER_KEY")
	}
	return nil
}
