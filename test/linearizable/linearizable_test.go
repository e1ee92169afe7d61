//go:build linearizable

package linearizable

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
	"github.com/lanyard-cloud/lanyard/test/process"
)

var (
	onSQLite   = flag.Duration("sqlite", 10*time.Second, "how long the clients work on SQLite")
	onPostgres = flag.Duration("postgres", 10*time.Second, "how long the clients work on PostgreSQL")
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(process.Main(m))
}

// TestSQLite has one server.
func TestSQLite(t *testing.T) {
	dir := t.TempDir()
	wantLinearizable(t, *onSQLite, start(t, dir, "--store", "sqlite:"+filepath.Join(dir, "lanyard.db")))
}

// TestReplicas has two servers on one PostgreSQL database. Half of the clients work on each, all on the same names.
func TestReplicas(t *testing.T) {
	pg, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Close() })
	dsn := pg.TestDatabase(t)
	key := filepath.Join(t.TempDir(), "master.key")
	if _, err := seal.CreateMasterKeyFile(key); err != nil {
		t.Fatal(err)
	}
	shared := []string{"--store", dsn, "--master-key-file", key}
	wantLinearizable(t, *onPostgres, start(t, t.TempDir(), shared...), start(t, t.TempDir(), shared...))
}

// start starts a server without a pool, so that a create takes long and much happens meanwhile.
func start(t *testing.T, dir string, args ...string) *process.Server {
	t.Helper()
	server := process.Start(t, dir, append([]string{"--key-pool", "0"}, args...)...)
	t.Cleanup(func() {
		for line := range strings.Lines(server.Stderr.String()) {
			if t.Failed() && strings.Contains(line, "level=ERROR") {
				t.Log(line)
			}
		}
	})
	return server
}

// wantLinearizable lets the clients work for a time, and wants that what they saw is linearizable for each name. It
// also wants that there was something to see: each action was done and refused, and some calls were broken off.
func wantLinearizable(t *testing.T, d time.Duration, servers ...*process.Server) {
	t.Helper()
	calls := work(t, d, servers)
	counts := map[string]map[outcome]int{}
	brokenOff := 0
	for _, o := range calls {
		action, known := o.Input.(call).action, o.Output.(answer).outcome
		if counts[action] == nil {
			counts[action] = map[outcome]int{}
		}
		counts[action][known]++
	}
	for _, action := range []string{create, imported, get, remove, tag, untag} {
		n := counts[action]
		t.Logf("%-13s %5d done, %5d refused, %3d unknown", action, n[done], n[refused], n[unknown])
		if n[done] == 0 || n[refused] == 0 {
			t.Errorf("%s was not both done and refused", action)
		}
		brokenOff += n[unknown]
	}
	if brokenOff == 0 {
		t.Error("no call was broken off")
	}
	began, histories := time.Now(), byName(calls)
	bad := check(histories)
	t.Logf("%d calls on %d names in %s were checked in %s", len(calls), len(histories), d, time.Since(began).Round(time.Millisecond))
	for _, v := range bad {
		page, err := draw(histories[v.name])
		t.Errorf("%s: see %s (%v)", v, page, err)
	}
}
