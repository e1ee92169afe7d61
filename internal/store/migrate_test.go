package store_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestMigrate_addsMigrationsThatAreMissingBetween opens a store that has later migrations than the one of links, which came
// after them, and no links.
func TestMigrate_addsMigrationsThatAreMissingBetween(t *testing.T) {
	db, dsn := freshAt(t)
	_, want, err := db.Versions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	takeBack(t, dsn, "00011_links.sql", 11)
	if have, _, err := db.Versions(t.Context()); have != want-1 || err != nil {
		t.Errorf("Versions without one migration: got %d, %v, want %d", have, err, want-1)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if have, _, err := db.Versions(t.Context()); have != want || err != nil {
		t.Errorf("Versions after Migrate: got %d, %v, want %d", have, err, want)
	}
	view(t, db, func(tx *store.Tx) error { return tx.EachLink("", func(store.StoredLink) error { return nil }) })
}

// freshAt is a new migrated store, and its DSN.
func freshAt(t *testing.T) (*store.DB, string) {
	t.Helper()
	dsn := newDSN(t)
	db := open(t, dsn)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, dsn
}

// takeBack undoes a migration as if it had never been there.
func takeBack(t *testing.T, dsn, file string, version int) {
	t.Helper()
	text, err := os.ReadFile("migrations/" + file)
	if err != nil {
		t.Fatal(err)
	}
	driver := "sqlite"
	if store.IsPostgres(dsn) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, down, _ := strings.Cut(string(text), "-- +goose Down")
	for statement := range strings.SplitSeq(down, ";") {
		if _, err := db.ExecContext(t.Context(), statement); err != nil && strings.TrimSpace(statement) != "" {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = $1", version); err != nil {
		t.Fatal(err)
	}
}
