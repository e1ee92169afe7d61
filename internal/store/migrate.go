package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

func (db *DB) migrations() (*goose.Provider, error) {
	dir, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db.writerDB, dir)
}

// Migrate brings the schema to what this version needs.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.migrations()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", classify(err))
	}
	return nil
}

// checkVersion refuses a schema from the future.
func (db *DB) checkVersion(ctx context.Context) error {
	have, want, err := db.Versions(ctx)
	if err == nil && have > want {
		err = fmt.Errorf("%w (its schema is %d, this one knows %d)", ErrNewer, have, want)
	}
	return err
}

// Versions returns the schema's version (0 in a fresh database) and the one that
// Migrate makes.
func (db *DB) Versions(ctx context.Context) (have, want int64, err error) {
	sources, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	want = int64(len(sources))
	err = db.View(ctx, func(tx *Tx) error {
		n, err := one(tx, "tables", scanInt, `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`)
		if err != nil || n == 0 {
			return err
		}
		have, err = one(tx, "schema version", scanInt, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
		return err
	})
	return have, want, err
}

func scanInt(scan func(...any) error) (n int64, err error) {
	return n, scan(&n)
}
