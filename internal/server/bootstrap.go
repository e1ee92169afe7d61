package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// keyCheck is the name of the value that only the right master key opens.
const keyCheck = "master key check"

// openStore opens the database with its master key and brings it up to date. All
// that may be wrong is found before the first change.
func (s *Server) openStore(ctx context.Context) (*seal.Sealer, error) {
	path, err := databasePath(s.o.DataDir, s.o.Store)
	if err != nil {
		return nil, err
	}
	fresh := isEmptyFile(path)
	key, err := masterKey(s.dir.file(masterKeyFile), path, fresh)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.New(key)
	if err != nil {
		return nil, err
	}
	if s.store, err = openDatabase(ctx, path, s.metrics.observeStore); err != nil {
		return nil, err
	}
	if !fresh {
		if err := checkKey(ctx, s.store, sealer, path); err != nil {
			return nil, err
		}
	}
	if err := s.store.Migrate(ctx); err != nil {
		return nil, err
	}
	return sealer, s.store.Update(ctx, func(tx *store.Tx) error {
		if err := plantKeyCheck(tx, sealer); err != nil {
			return err
		}
		s.root, err = ensureRoot(tx, sealer, s.o.Root, s.o.Clock())
		return err
	})
}

// openDatabase opens the store with errors that say what to do.
func openDatabase(ctx context.Context, path string, observe func(string, time.Duration)) (*store.DB, error) {
	db, err := store.Open(ctx, store.Options{Path: path, Observe: observe})
	switch {
	case errors.Is(err, store.ErrNewer):
		return nil, fmt.Errorf("cannot open %s: %w: use that version", path, err)
	case errors.Is(err, store.ErrDamaged):
		return nil, fmt.Errorf("cannot open %s: %w: restore it from your backup", path, err)
	case err != nil:
		return nil, fmt.Errorf("cannot open the database %s: %w", path, err)
	}
	return db, nil
}

func isEmptyFile(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Size() == 0
}

// checkKey refuses a master key that is not the one that the database's secrets are
// sealed under.
func checkKey(ctx context.Context, db *store.DB, sealer *seal.Sealer, path string) error {
	have, _, err := db.Versions(ctx)
	if err != nil || have == 0 {
		return err
	}
	err = db.View(ctx, func(tx *store.Tx) error {
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
		return fmt.Errorf("the master key is not the one that %s was made with: restore the right %s from your backup", path, masterKeyFile)
	}
	return err
}

func plantKeyCheck(tx *store.Tx, sealer *seal.Sealer) error {
	_, err := tx.Meta(keyCheck)
	if errors.Is(err, store.ErrNotFound) {
		return tx.SetMeta(keyCheck, sealer.Seal(seal.MasterKeyCheck, nil))
	}
	return err
}
