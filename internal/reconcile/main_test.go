//go:build !postgres

package reconcile_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a goroutine is left after all tests. It is the main function of a process
// that a test starts, too.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(holderVariable); dsn != "" {
		os.Exit(hold(dsn))
	}
	goleak.VerifyTestMain(m)
}
