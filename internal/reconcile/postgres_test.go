//go:build postgres

package reconcile_test

import (
	"os"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs all tests of the package on PostgreSQL.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(holderVariable); dsn != "" {
		os.Exit(hold(dsn))
	}
	os.Exit(pgtest.Run(m, &newDSN))
}
