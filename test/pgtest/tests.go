package pgtest

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests while a server of their own is there, and returns what the
// test binary has to exit with.
func Main(run func(*Server) int) int {
	s, err := New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := run(s)
	_ = s.Close() // its tests have ended
	return code
}

// MainWithoutLeaks is Main, and fails if a goroutine is left when all tests have ended.
func MainWithoutLeaks(run func(*Server) int) int {
	code := Main(run)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Run is MainWithoutLeaks for a package whose tests need no more than databases: newDSN names them.
func Run(m *testing.M, newDSN *func(testing.TB) string) int {
	return MainWithoutLeaks(func(s *Server) int {
		*newDSN = s.TestDatabase
		return m.Run()
	})
}

// TestDatabase is NewDatabase for a test, which fails if there is none.
func (s *Server) TestDatabase(t testing.TB) string {
	t.Helper()
	dsn, err := s.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}
