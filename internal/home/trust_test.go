//go:build unix

package home_test

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// madeDir returns a data directory in which a server has run.
func madeDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	_, stop := servertest.Start(t, servertest.Options(dir))
	stop()
	return dir
}

// TestDir_refusesPlantedFiles spoils a good data directory in one way at a time. Then the
// server does not start, and the commands that read the directory fail, too.
func TestDir_refusesPlantedFiles(t *testing.T) {
	chmod := func(name string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	linked := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			path := filepath.Join(dir, name)
			if err := os.Rename(path, elsewhere); err != nil { // SQLite removes its files when it ends
				if err := os.WriteFile(elsewhere, []byte("another file"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(elsewhere, path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name    string
		spoil   func(*testing.T, string)
		want    string
		running bool // only a start reads it
	}{
		{"all users may write", chmod("", 0o777), "other users can write in ", false},
		{"all users may write, sticky", chmod("", 0o777|fs.ModeSticky), "other users can write in ", false},
		{"users outside of the group may write", chmod("", 0o702), "run chmod go-w on it", false},
		{"all users may write in the parent", chmod("..", 0o777), "all users can replace what is in ", false},
		{"the master key can be read", chmod("master.key", 0o644), "master.key can be read by other users (mode 0644)", false},
		{"the master key can be changed", chmod("master.key", 0o602), "master.key can be changed by other users (mode 0602)", false},
		{"the lock is a link", linked("lock"), "lock is not a regular file: remove it", true},
		{"the database is a link", linked("lanyard.db"), "lanyard.db is not a regular file", false},
		{"the write-ahead log is a link", linked("lanyard.db-wal"), "lanyard.db-wal is not a regular file", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := madeDir(t)
			tc.spoil(t, dir)
			d := home.Database{DataDir: dir}
			_, err := server.New(t.Context(), servertest.Options(dir))
			wantRefused(t, "New", err, tc.want)
			if tc.running {
				return
			}
			_, err = home.Connection(t.Context(), d)
			wantRefused(t, "Connection", err, tc.want)
			if strings.HasPrefix(tc.name, "the master key") {
				return // a backup does not read it
			}
			_, err = home.Backup(t.Context(), d, filepath.Join(t.TempDir(), "copy.db"))
			wantRefused(t, "Backup", err, tc.want)
		})
	}
}

func wantRefused(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error of %s: got %v, want %q", what, err, want)
	}
}

// TestDir_tightensModeOfEmptyDirectory starts a server in a directory that was made with the umask 002.
func TestDir_tightensModeOfEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o775); err != nil {
		t.Fatal(err)
	}
	servertest.Start(t, servertest.Options(dir))
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the data directory: got %v, %v, want 0700", info.Mode(), err)
	}
}

// TestWriteEndpoint_followsNoLink plants links at the paths that the server writes to.
func TestWriteEndpoint_followsNoLink(t *testing.T) {
	dir := madeDir(t)
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"endpoint.json", "endpoint.json.new"} {
		path := filepath.Join(dir, name)
		_ = os.Remove(path)
		if err := os.Symlink(victim, path); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := servertest.Start(t, servertest.Options(dir))
	if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
		t.Errorf("target of the planted links: got %q, %v, want it untouched", text, err)
	}
	if c, err := home.RunningEndpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("RunningEndpoint: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
}

// TestRunningEndpoint_requiresServerThatListens: the endpoint of an earlier server does not
// count, even while another server holds the lock and does not listen yet.
func TestRunningEndpoint_requiresServerThatListens(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, stop := servertest.Start(t, servertest.Options(dir))
	if c, err := home.RunningEndpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("RunningEndpoint of a running server: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
	stop()
	_, err := home.RunningEndpoint(dir)
	wantRefused(t, "RunningEndpoint of a stopped server", err, "no server runs on the data directory "+dir)
	_, err = home.CheckHealth(t.Context(), dir, "")
	wantRefused(t, "CheckHealth of a stopped server", err, "no server runs on the data directory "+dir)

	// A start that waits for its database already has the lock.
	waiting, giveUp := startThatWaits(t, dir)
	_, err = home.RunningEndpoint(dir)
	wantRefused(t, "RunningEndpoint of a server that starts", err, "no server runs on the data directory "+dir)
	giveUp()
	if err := <-waiting; err == nil {
		t.Error("New of the start that was cancelled: got no error, want one")
	}
	if c, err := home.Endpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("Endpoint after a start that failed: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
}

// startThatWaits starts a server whose database accepts connections and never answers. It
// returns when the server waits for the database, and so has the lock.
func startThatWaits(t *testing.T, dir string) (ended <-chan error, giveUp context.CancelFunc) {
	t.Helper()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	o := servertest.Options(dir)
	o.Store = "postgres://lanyard@" + mute.Addr().String() + "/lanyard?sslmode=disable"
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan error, 1)
	go func() {
		_, err := server.New(ctx, o)
		started <- err
	}()
	conn, err := mute.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return started, cancel
}

func TestEndpoint_refusesMalformedFile(t *testing.T) {
	for _, text := range []string{
		`{"url":"http://127.0.0.1:2016/$(id)"}`, `{"url":"http://user:x@127.0.0.1:2016"}`, `{"url":"file:///etc/passwd"}`, `{"url":"http://a b:1"}`,
		`{"url":"http://127.0.0.1"}`, `{"url":"http://127.0.0.1:0"}`, `{"url":"http://127.0.0.1:2016","caBundle":"ca.pem"}`, `{"url":"http://x\u001b[31m:1"}`, `{}`, ``,
	} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "endpoint.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := home.Endpoint(dir); err == nil || c.Endpoint != "" {
			t.Errorf("Endpoint of %s: got %q, %v, want an error", text, c.Endpoint, err)
		}
	}
}
