//go:build postgres

package subdomain_test

import (
	"os"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs the random walks on PostgreSQL. It fails if a goroutine is left when all tests have ended.
func TestMain(m *testing.M) {
	os.Exit(pgtest.Run(m, &newDSN))
}
