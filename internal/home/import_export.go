package home

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Export writes the store's state at one moment as a file of package export.
func (s *Store) Export(ctx context.Context, o export.Options, w io.Writer) (export.Exported, error) {
	o.Kinds = families.StoredKinds()
	return export.Export(ctx, s.db, s.sealer, o, w)
}

// Import reads such a file into a store. After an error, nothing of it is in the store. If
// there is no store yet, Import makes one with a master key, as a server's first start would.
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

// openOrMake is Open for a store that may not exist yet. While it makes one in the data
// directory, no server can start there.
func openOrMake(ctx context.Context, d Database) (*Store, error) {
	if err := makeDir(d.DataDir); err != nil {
		return nil, err
	}
	db, name, err := d.connect(ctx, 0, nil)
	if err != nil {
		return nil, err
	}
	s := newStore(db, nil)
	have, _, err := db.Versions(ctx)
	switch {
	case err != nil:
	case have > 0:
		s.sealer, err = d.unlockCurrent(ctx, db, name)
	default:
		s.sealer, err = d.makeStore(ctx, db, name)
	}
	return s, closeAfter(err, db)
}

// makeStore makes the schema of a fresh store and returns a sealer with its master key.
func (d Database) makeStore(ctx context.Context, db *store.DB, name string) (sealer *seal.Sealer, err error) {
	if !store.IsPostgres(d.Store) {
		dir, err := LockDir(d.DataDir)
		if err != nil {
			return nil, err
		}
		defer func() { _ = dir.Close() }()
	}
	if sealer, err = d.unlock(ctx, db, name); err != nil {
		return nil, err
	}
	return sealer, migrate(ctx, db, sealer, slog.New(slog.DiscardHandler))
}
