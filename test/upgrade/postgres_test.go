//go:build postgres

package upgrade

import (
	"database/sql"
	"fmt"
	"os"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

var pg *pgtest.Server

func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(func(s *pgtest.Server) int {
		pg = s
		return m.Run()
	}))
}

// oldDatabase loads the dump of the store into a new database.
func oldDatabase(t *testing.T) home.Database {
	t.Helper()
	dsn := pg.TestDatabase(t)
	if err := pg.Load(dsn, contents(t, fixture+"lanyard.sql")); err != nil {
		t.Fatal(err)
	}
	return home.Database{DataDir: t.TempDir(), Store: dsn, MasterKey: home.MasterKey{File: oldData(t) + "/master.key"}}
}

// TestUpgrade_postgres opens the same store in PostgreSQL.
func TestUpgrade_postgres(t *testing.T) {
	d := oldDatabase(t)
	if n := inTheOpen(t, d.Store); n != 3 {
		t.Fatalf("%d instances of the old store have user data in the open, want 3", n)
	}
	wantUpgraded(t, d)
	if n := inTheOpen(t, d.Store); n != 0 {
		t.Errorf("%d instances of the upgraded store have user data in the open", n)
	}
}

// TestUpgrade_severalServersAtOnce starts servers on one old database at the same moment.
func TestUpgrade_severalServersAtOnce(t *testing.T) {
	d := oldDatabase(t)
	golden := goldenAnswers(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			own := d
			own.DataDir = fmt.Sprint(d.DataDir, "/", i)
			var s *server.Server
			if s, errs[i] = server.New(t.Context(), server.Options{Listen: "127.0.0.1:0", Database: own, KeyPool: -1}); errs[i] == nil {
				errs[i] = s.Close()
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("server %d: %v", i, err)
		}
	}
	if n := inTheOpen(t, d.Store); n != 0 {
		t.Errorf("%d instances have user data in the open", n)
	}
	s, _ := serve(t, d, golden.Now)
	wantLogin(t, s, golden.Keys)
}

// inTheOpen counts the rows that have user data in the open.
func inTheOpen(t *testing.T, dsn string) (n int) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	query := `SELECT count(*) FROM resources WHERE position(convert_to($1, 'UTF8') IN priv) > 0`
	if err := db.QueryRowContext(t.Context(), query, secretText).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
