//go:build postgres

package pgtest

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestStart_afterAKill kills a server amid a query that does not end by itself. Its processes are gone without
// having cleaned up, and it starts again with all that was committed.
func TestStart_afterAKill(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.exec("CREATE TABLE kept AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	busy, ended := s.occupy(t)
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	err = <-ended
	if _, answered := errors.AsType[*pgconn.PgError](err); err == nil || answered {
		t.Errorf("the query ended with an answer (%v), want a broken connection", err)
	}
	if !statOf(busy).ended {
		t.Error("a process of the server is still there")
	}
	if _, err := os.Stat(filepath.Join(s.dir, "postmaster.pid")); err != nil {
		t.Errorf("the server has put its things in order, which one that is killed does not: %v", err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if err := s.exec("INSERT INTO kept VALUES (2)"); err != nil {
		t.Errorf("what was committed: %v", err)
	}
}

// occupy runs a query that takes a minute and never looks whether its server is there. It returns the id of the process
// that runs it, and how it ends.
func (s *Server) occupy(t *testing.T) (pid int, ended <-chan error) {
	t.Helper()
	db, err := sql.Open("pgx", s.DSN("postgres")+"&statement_timeout=60s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() {
		_, err := conn.ExecContext(t.Context(), "DO $$ BEGIN LOOP NULL; END LOOP; END $$")
		end <- err
	}()
	running := "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%LOOP NULL%'" +
		" AND pid <> pg_backend_pid()) THEN RAISE 'not yet'; END IF; END $$"
	for deadline := time.Now().Add(startTime); s.exec(running) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the query does not run")
		}
	}
	return pid, end
}

func TestNewest_comparesVersions(t *testing.T) {
	paths := []string{"/usr/lib/postgresql/15/bin/initdb", "/usr/lib/postgresql/9.6/bin/initdb", "/usr/lib/postgresql/13/bin/initdb"}
	if got := newest(paths); got != paths[0] {
		t.Errorf("newest of %q = %s, want %s", paths, got, paths[0])
	}
}
