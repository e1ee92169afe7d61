//go:build postgres

package alarm_test

import (
	"os"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs all tests of the package on PostgreSQL. It fails if a goroutine is left when all tests have ended.
func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &newDSN)) }
