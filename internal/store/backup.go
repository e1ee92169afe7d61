package store

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// ErrNoBackup says that the database is not one that Backup can copy.
var ErrNoBackup = errors.New("only SQLite databases can be backed up this way")

// Backup writes a copy of an SQLite database as it is at one moment into an existing
// empty file. Other connections and processes read and write meanwhile; all that
// they had committed before is in the copy. The file is on disk when it returns.
//
// Other databases have tools of their own: ErrNoBackup.
func (db *DB) Backup(ctx context.Context, path string) error {
	e, ok := db.engine.(*sqliteEngine)
	if !ok {
		return ErrNoBackup
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() { _ = conn.Close() }()
	// The copy is made by reading one snapshot; SQLite does not sync what it writes there.
	if _, err := conn.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("back up: %w", classify(err))
	}
	return syncFile(path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
