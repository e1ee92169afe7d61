package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Export writes one state of the store as a file of package transfer.
func (s *Store) Export(ctx context.Context, o export.Options, w io.Writer) (export.Exported, error) {
	return export.Export(ctx, s.db, s.sealer, o, w)
}

// Import reads such a file into a store, all of it or nothing. A store that is not
// there yet is made, with its master key, as a first start of the server would.
func Import(ctx context.Context, d Database, o export.ImportOptions, file io.ReadSeeker) (done export.Imported, err error) {
	s, err := openOrMake(ctx, d)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o.Kinds = families.StoredKinds()
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := plantKeyCheck(tx, s.sealer); err != nil {
			return err
		}
		done, err = export.Import(ctx, tx, s.sealer, o, file)
		return err
	})
	return done, err
}

// openOrMake is OpenStore for a store that may not be there. While it is made in the data
// directory, no server can start there.
func openOrMake(ctx context.Context, d Database) (*Store, error) {
	if d.DataDir == "" {
		return nil, errors.New("no data directory: give --data-dir")
	}
	if err := os.MkdirAll(d.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create the data directory: %w: give another --data-dir", err)
	}
	db, name, err := connect(ctx, d, nil)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db}
	if have, _, err := db.Versions(ctx); err != nil || have > 0 {
		if err == nil {
			s.sealer, err = unlockCurrent(ctx, db, d, name)
		}
		return s, closeAfter(err, db)
	}
	if !store.IsPostgres(d.Store) {
		dir, err := openDataDir(d.DataDir)
		if err != nil {
			return nil, closeAfter(err, db)
		}
		defer func() { _ = dir.close() }()
	}
	if s.sealer, err = unlock(ctx, db, d, name); err == nil {
		err = migrate(ctx, db, s.sealer, slog.New(slog.DiscardHandler))
	}
	return s, closeAfter(err, db)
}

// closeAfter closes a database that something went wrong with.
func closeAfter(err error, db *store.DB) error {
	if err == nil {
		return nil
	}
	return errors.Join(err, db.Close())
}

// BackedUp tells where a backup came from.
type BackedUp struct {
	// Store is the store's name for messages, MasterKey says where its key is: the
	// backup does not have it.
	Store, MasterKey string
}

// Backup copies the SQLite store of a running or stopped server into a new file. All
// that was acknowledged before is in the copy. The master key is not, and not needed
// for it.
func Backup(ctx context.Context, d Database, path string) (b BackedUp, err error) {
	dsn, name, err := databaseOf(d.DataDir, d.Store)
	if err != nil {
		return b, err
	}
	if store.IsPostgres(dsn) {
		return b, fmt.Errorf("lanyard backup copies SQLite stores, and this one is in PostgreSQL: "+
			"run pg_dump --format=custom --file=%s '%s', and keep a copy of the master key in another place", path, name)
	}
	if isEmptyFile(dsn) {
		return b, noServer(d.DataDir)
	}
	if path, err = filepath.Abs(path); err != nil {
		return b, err
	}
	db, name, err := connect(ctx, d, nil)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b.Store = name
	if b.MasterKey, err = d.MasterKey.place(d.DataDir); err != nil {
		return b, err
	}
	return b, newfile.Write(path, func(f *os.File) error { return db.Backup(ctx, f.Name()) })
}

// place says where the key is kept.
func (m MasterKey) place(dir string) (string, error) {
	switch {
	case m.Text != "":
		_, err := m.parse()
		return "what LANYARD_MASTER_KEY holds", err
	case m.File != "":
		return m.File, nil
	}
	return filepath.Join(dir, masterKeyFile), nil
}
