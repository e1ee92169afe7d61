package home

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// BackedUp says where a backup came from.
type BackedUp struct {
	// Store is the store's name for messages. MasterKey says where its key is: the backup
	// does not have it.
	Store, MasterKey string
}

// Backup copies the SQLite store of a running or stopped server into a new file. The copy
// has every write that was acknowledged before. It has no master key, and Backup needs none.
func Backup(ctx context.Context, d Database, path string) (b BackedUp, err error) {
	dsn, name, err := d.target()
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
	db, name, err := d.connect(ctx, 0, nil)
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
