//go:build postgres

package api_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestMain runs the tests of what servers have to agree on with two of them on PostgreSQL. It fails if a goroutine is left when all tests have ended.
func TestMain(m *testing.M) {
	servers = 2
	code := pgtest.Main(func(s *pgtest.Server) int {
		newDSN = func(t testing.TB) string {
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
