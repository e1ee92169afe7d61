//go:build postgres

package export_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs all tests of the package on PostgreSQL.
func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(func(pg *pgtest.Server) int {
		newDSN = pg.TestDatabase
		return m.Run()
	}))
}

// TestExport_thereAndBack moves everything from SQLite to PostgreSQL and from there to
// another SQLite store.
func TestExport_thereAndBack(t *testing.T) {
	first := newSite(t, sqliteDSN(t)).fill().fillInstances().fillStorage()
	from := first
	for _, to := range []*site{newSite(t, newDSN(t)), newSite(t, sqliteDSN(t))} {
		file, _ := from.export(export.Options{Passphrase: passphrase})
		if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.contents(), to.contents()); diff != "" {
			t.Errorf("contents (-first +to):\n%s", diff)
		}
		to.wantHoldings()
		before, _ := from.export(export.Options{})
		after, _ := to.export(export.Options{})
		if before != after {
			t.Error("the stores give different files")
		}
		from = to
	}
}
