//go:build postgres

package reconcile_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs all tests of the package on PostgreSQL.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(holderVariable); dsn != "" {
		os.Exit(hold(dsn))
	}
	code := pgtest.Main(func(s *pgtest.Server) int {
		newDSN = func(t *testing.T) string {
			t.Helper()
			dsn, err := s.NewDatabase()
			if err != nil {
				t.Fatal(err)
			}
			return dsn
		}
		return m.Run()
	})
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
