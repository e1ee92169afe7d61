package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// dialect is what differs in the migrations.
type dialect struct {
	goose goose.Dialect
	// text is the type of texts.
	text string
	// hasVersions counts the tables that keep the schema's version: 0 in a fresh
	// database.
	hasVersions string
	// locked makes servers that migrate at the same moment do so in turn.
	locked bool
}

// Both databases compare texts byte by byte: pages of a list are cut by name, and
// must be cut alike everywhere.
var (
	sqliteDialect = dialect{
		goose: goose.DialectSQLite3, text: "TEXT",
		hasVersions: `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`,
	}
	postgresDialect = dialect{
		goose: goose.DialectPostgres, text: `TEXT COLLATE "C"`, locked: true,
		hasVersions: `SELECT count(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')`,
	}
)

// migrations returns the migrations in a dialect.
func (d dialect) migrations() (fs.FS, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		translated := strings.NewReplacer(" TEXT ", " "+d.text+" ", gooseUp, gooseUp+gooseBegin, gooseDown, gooseEnd+gooseDown+gooseBegin).Replace(string(text))
		files[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: []byte(translated + gooseEnd)}
	}
	return files, nil
}

// Marks in migrations. Both databases run all statements of a migration at once: goose, which would
// look for where each of them ends with 4 MB of memory for each line, need not.
const (
	gooseUp    = "-- +goose Up\n"
	gooseDown  = "-- +goose Down\n"
	gooseBegin = "-- +goose StatementBegin\n"
	gooseEnd   = "-- +goose StatementEnd\n"
)

// lockTries is how many seconds a server waits for another one that migrates.
const lockTries = 300

// Migrate brings the schema to what this version needs.
func (db *DB) Migrate(ctx context.Context) error {
	if have, want, err := db.Versions(ctx); err != nil || have == want {
		return err
	}
	d := db.dialect()
	files, err := d.migrations()
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true)} // see Versions
	if d.locked {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockTries))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.goose, db.admin(), files, options...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", classify(err))
	}
	return nil
}

// Versions returns the schema's version (0 in a fresh database) and the one that
// Migrate makes. Migrations were not always added in the order of their numbers, so that a schema can
// lack one and have the next: its version is lower by one for each.
func (db *DB) Versions(ctx context.Context) (have, want int64, err error) {
	sources, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	if want, err = goose.NumericComponent(sources[len(sources)-1]); err != nil {
		return 0, 0, err
	}
	err = db.View(ctx, func(tx *Tx) error {
		n, err := one(tx, "tables", scanInt, db.dialect().hasVersions)
		if err != nil || n == 0 {
			return err
		}
		have, err = one(tx, "schema version", scanInt, `SELECT CASE WHEN max(version_id) > $1 THEN max(version_id) ELSE count(*) END
			FROM goose_db_version WHERE is_applied AND version_id > 0`, want)
		return err
	})
	return have, want, err
}

func scanInt(scan func(...any) error) (n int64, err error) {
	return n, scan(&n)
}
