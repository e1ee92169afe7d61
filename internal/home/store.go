package home

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Store is an open store with its master key.
type Store struct {
	db     *store.DB
	sealer *seal.Sealer
	now    func() time.Time
}

// Open opens the store that a server has made. It takes no lock and migrates nothing, so
// the server may be running.
func Open(ctx context.Context, d Database) (*Store, error) {
	dsn, _, err := d.target()
	if err != nil {
		return nil, err
	}
	if !store.IsPostgres(dsn) && isEmptyFile(dsn) {
		return nil, noServer(d.DataDir)
	}
	db, name, err := d.connect(ctx, 0, nil)
	if err != nil {
		return nil, err
	}
	sealer, err := d.unlockCurrent(ctx, db, name)
	if err != nil {
		return nil, closeAfter(err, db)
	}
	return newStore(db, sealer), nil
}

func newStore(db *store.DB, sealer *seal.Sealer) *Store { return &Store{db, sealer, time.Now} }

// unlockCurrent is unlock for a store that is up to date. For any other one it returns an error.
func (d Database) unlockCurrent(ctx context.Context, db *store.DB, name string) (*seal.Sealer, error) {
	have, want, err := db.Versions(ctx)
	if err == nil && have == 0 {
		err = noServer(d.DataDir)
	}
	if err != nil {
		return nil, err
	}
	current := have >= want
	if current {
		pending, err := pendingSteps(ctx, db)
		if err != nil {
			return nil, err
		}
		current = !slices.ContainsFunc(pending, func(name string) bool { return slices.Contains(stepsOfServers, name) })
	}
	if !current {
		return nil, fmt.Errorf("%s was made by an older version of lanyard: start the server once to bring the database up to date", name)
	}
	return d.unlock(ctx, db, name)
}

func noServer(dir string) error {
	return fmt.Errorf("no server has run on the data directory %s: start one with lanyard serve", dir)
}

func isEmptyFile(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Size() == 0
}

// DB is the store's database.
func (s *Store) DB() *store.DB { return s.db }

// Sealer seals and opens the store's secrets.
func (s *Store) Sealer() *seal.Sealer { return s.sealer }

// View runs fn in a read transaction.
func (s *Store) View(ctx context.Context, fn func(*identity.Accounts) error) error {
	return s.db.View(ctx, func(tx *store.Tx) error { return fn(s.accounts(tx)) })
}

// Update runs fn in a write transaction. A running server reads the result from its next
// request on. fn may run more than once.
func (s *Store) Update(ctx context.Context, fn func(*identity.Accounts) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error { return fn(s.accounts(tx)) })
}

func (s *Store) accounts(tx *store.Tx) *identity.Accounts {
	return &identity.Accounts{Tx: tx, Sealer: s.sealer, Now: s.now()}
}

// Check reads a value that every store has, and returns an error if the database does
// not answer.
func (s *Store) Check(ctx context.Context) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		_, err := tx.Meta(keyCheck)
		return err
	})
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }
