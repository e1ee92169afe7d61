package home

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// MasterKey says where the master key comes from. The zero value is the file in the data
// directory. Servers that share a database share one key, given in another way.
type MasterKey struct {
	// Text is the key itself in base64. File names a file that holds it.
	Text, File string
}

// read returns the key. If the file is missing, a fresh database gets a new key, in that
// file; for any other database that is an error.
func (m MasterKey) read(dir, database string, fresh bool) ([]byte, error) {
	if m.Text != "" {
		return m.parse()
	}
	path := m.path(dir)
	key, err := seal.ReadMasterKeyFile(path)
	switch {
	case err == nil:
		return key, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot read the master key: %w", err)
	case !fresh:
		return nil, fmt.Errorf("the master key %s is missing, and without it the secrets in %s cannot be read: "+
			"restore it from your backup, or give --master-key-file", path, database)
	}
	key, err = seal.CreateMasterKeyFile(path)
	if errors.Is(err, fs.ErrExist) { // another server with the same file has just made it
		return seal.ReadMasterKeyFile(path)
	}
	return key, err
}

// parse reads the key that is given as text.
func (m MasterKey) parse() ([]byte, error) {
	if m.File != "" {
		return nil, errors.New("the master key is given twice, as LANYARD_MASTER_KEY and by --master-key-file: give one of them")
	}
	key, err := seal.ParseMasterKey(m.Text)
	if err != nil {
		return nil, fmt.Errorf("LANYARD_MASTER_KEY: %w", err)
	}
	return key, nil
}

// path is the file of the key.
func (m MasterKey) path(dir string) string {
	if m.File != "" {
		return m.File
	}
	return filepath.Join(dir, masterKeyFile)
}

// place says where the key is kept, for messages.
func (m MasterKey) place(dir string) (string, error) {
	if m.Text != "" {
		_, err := m.parse()
		return "the value of LANYARD_MASTER_KEY", err
	}
	return m.path(dir), nil
}

// unlock reads the master key and checks that it is the store's. A fresh store, whose
// database has no schema yet, gets a new key.
func (d Database) unlock(ctx context.Context, db *store.DB, name string) (*seal.Sealer, error) {
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

// keyCheck is the name of the value that only the right master key opens.
const keyCheck = "master key check"

// checkKey returns an error if the secrets of the database are sealed under another key.
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

// plantKeyCheck makes the value that only this master key opens. If several servers start
// on one fresh database, the key of the first one counts.
func plantKeyCheck(tx *store.Tx, sealer *seal.Sealer) error {
	sealed, err := tx.Meta(keyCheck)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return tx.SetMeta(keyCheck, sealer.Seal(seal.MasterKeyCheck, nil))
	case err != nil:
		return err
	}
	if _, err := sealer.Open(seal.MasterKeyCheck, sealed); err != nil {
		return errors.New("another server has just made the database with another master key: " +
			"give all servers the same key with --master-key-file or LANYARD_MASTER_KEY")
	}
	return nil
}
