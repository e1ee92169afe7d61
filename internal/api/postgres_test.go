//go:build postgres

package api_test

import (
	"os"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs the tests of what servers have to agree on with two of them on PostgreSQL. It fails if a goroutine is left when all tests have ended.
func TestMain(m *testing.M) {
	servers = 2
	os.Exit(pgtest.Run(m, &newDSN))
}
