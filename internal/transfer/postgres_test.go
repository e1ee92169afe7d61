//go:build postgres

package transfer_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/transfer"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs all tests of the package on PostgreSQL.
func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(func(pg *pgtest.Server) int {
		newDSN = func(t testing.TB) string {
			t.Helper()
			dsn, err := pg.NewDatabase()
			if err != nil {
				t.Fatal(err)
			}
			return dsn
		}
		return m.Run()
	}))
}

// TestThereAndBack moves everything from SQLite to PostgreSQL and from there to
// another SQLite store.
func TestThereAndBack(t *testing.T) {
	first := newSite(t, sqliteDSN(t)).fill().fillInstances().fillStorage()
	from := first
	for _, to := range []*site{newSite(t, newDSN(t)), newSite(t, sqliteDSN(t))} {
		file, _ := from.export(transfer.ExportOptions{Passphrase: passphrase})
		if _, err := to.load(transfer.ImportOptions{Passphrase: passphrase}, file); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.contents(), to.contents()); diff != "" {
			t.Errorf("contents (-first +to):\n%s", diff)
		}
		to.wantHoldings()
		before, _ := from.export(transfer.ExportOptions{})
		after, _ := to.export(transfer.ExportOptions{})
		if before != after {
			t.Error("the stores give different files")
		}
		from = to
	}
}
