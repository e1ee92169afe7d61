package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// DefaultRegion is the region that clients are pointed at when they have none.
const DefaultRegion = "us-east-1"

// Store is a server's store as commands open it, beside the running server or without
// one: they take no lock and migrate nothing.
type Store struct {
	db     *store.DB
	sealer *seal.Sealer
}

// OpenStore opens the store that a server made. It changes nothing.
func OpenStore(ctx context.Context, d Database) (*Store, error) {
	dsn, _, err := databaseOf(d.DataDir, d.Store)
	if err != nil {
		return nil, err
	}
	if !store.IsPostgres(dsn) && isEmptyFile(dsn) {
		return nil, noServer(d.DataDir)
	}
	db, name, err := connect(ctx, d, nil)
	if err != nil {
		return nil, err
	}
	sealer, err := unlockCurrent(ctx, db, d, name)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db, sealer}, nil
}

func unlockCurrent(ctx context.Context, db *store.DB, d Database, name string) (*seal.Sealer, error) {
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
		current = !slices.Contains(pending, store.SealUserData)
	}
	if !current {
		return nil, fmt.Errorf("%s was made by an older version of lanyard: start the server once, it brings the database up to date", name)
	}
	return unlock(ctx, db, d, name)
}

func noServer(dir string) error {
	return fmt.Errorf("no server has run on the data directory %s: start one with lanyard serve", dir)
}

func isEmptyFile(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Size() == 0
}

// Sealer seals and opens the store's secrets.
func (s *Store) Sealer() *seal.Sealer { return s.sealer }

// View runs fn in a read transaction.
func (s *Store) View(ctx context.Context, fn func(*identity.Accounts) error) error {
	return s.db.View(ctx, func(tx *store.Tx) error { return fn(s.accounts(tx)) })
}

// Update runs fn in a write transaction. A running server sees what it did from the
// next request on. fn may run more than once.
func (s *Store) Update(ctx context.Context, fn func(*identity.Accounts) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error { return fn(s.accounts(tx)) })
}

func (s *Store) accounts(tx *store.Tx) *identity.Accounts {
	return &identity.Accounts{Tx: tx, Sealer: s.sealer, Now: time.Now()}
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

// Connection returns what a client needs to reach the server of a data directory as
// its root. It reads the store of a running or stopped server and changes nothing.
func Connection(ctx context.Context, d Database) (c awsenv.Connection, err error) {
	if c, err = Endpoint(d.DataDir); err != nil {
		return c, err
	}
	s, err := OpenStore(ctx, d)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.View(ctx, func(accounts *identity.Accounts) error {
		root, err := readRoot(accounts, "")
		if err != nil {
			return fmt.Errorf("read the root identity: %w", err)
		}
		if root.AccessKeyID == "" {
			return fmt.Errorf("the root of account %s has no active access key: make one with lanyard access-key create", root.AccountID)
		}
		c.AccessKeyID, c.SecretAccessKey = root.AccessKeyID, root.SecretAccessKey
		return nil
	})
	return c, err
}
