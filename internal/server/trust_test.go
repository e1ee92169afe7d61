//go:build unix

package server_test

import (
	"context"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// madeDir is a data directory in which a server has run.
func madeDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	_, stop := serve(t, options(dir))
	stop()
	return dir
}

// TestNew_refusesWhatOthersCanPlant spoils a good data directory in one way at a time. The
// server does not start, and the commands that read the directory refuse it as well.
func TestNew_refusesWhatOthersCanPlant(t *testing.T) {
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
			if err := os.Rename(path, elsewhere); err != nil { // the files of SQLite go when it ends
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
		running bool // only a start looks at it
	}{
		{"all may write", chmod("", 0o777), "other users can write in ", false},
		{"all may write, sticky", chmod("", 0o777|fs.ModeSticky), "other users can write in ", false},
		{"others of no group may write", chmod("", 0o702), "run chmod go-w on it", false},
		{"all may write above", chmod("..", 0o777), "all users can replace what is in ", false},
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
			_, err := server.New(t.Context(), options(dir))
			wantRefused(t, "New", err, tc.want)
			if tc.running {
				return
			}
			_, err = home.Connection(t.Context(), d)
			wantRefused(t, "Connection", err, tc.want)
			if strings.HasPrefix(tc.name, "the master key") {
				return // a copy of the store has no need of it
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

// TestNew_makesAnEmptyDirectoryItsOwn starts in one that was made under the umask 002.
func TestNew_makesAnEmptyDirectoryItsOwn(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o775); err != nil {
		t.Fatal(err)
	}
	serve(t, options(dir))
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the data directory: got %v, %v, want 0700", info.Mode(), err)
	}
}

// TestNew_followsNoLinkWhenItWritesTheEndpoint plants links where the server writes.
func TestNew_followsNoLinkWhenItWritesTheEndpoint(t *testing.T) {
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
	s, _ := serve(t, options(dir))
	if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
		t.Errorf("the file that the links lead to: got %q, %v", text, err)
	}
	if c, err := home.RunningEndpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("RunningEndpoint: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
}

// TestRunningEndpoint_believesOnlyTheLocksHolder: what an earlier server left counts for
// nothing, even while another process holds the lock and does not listen yet.
func TestRunningEndpoint_believesOnlyTheLocksHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, stop := serve(t, options(dir))
	if c, err := home.RunningEndpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("of a running server: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
	stop()
	_, err := home.RunningEndpoint(dir)
	wantRefused(t, "RunningEndpoint of a stopped server", err, "no server runs on the data directory "+dir)
	_, err = home.CheckHealth(t.Context(), dir, "")
	wantRefused(t, "CheckHealth of a stopped server", err, "no server runs on the data directory "+dir)

	// A start that waits for its database has the lock already.
	waiting, giveUp := startThatWaits(t, dir)
	_, err = home.RunningEndpoint(dir)
	wantRefused(t, "RunningEndpoint of a server that starts", err, "no server runs on the data directory "+dir)
	giveUp()
	if err := <-waiting; err == nil {
		t.Error("the start that waited succeeded")
	}
	if c, err := home.Endpoint(dir); err != nil || c.Endpoint != s.Endpoint() {
		t.Errorf("Endpoint after a start that failed: got %s, %v, want %s", c.Endpoint, err, s.Endpoint())
	}
}

// startThatWaits starts a server whose database accepts connections and says nothing. It
// returns when the server waits for that, and with that has the lock.
func startThatWaits(t *testing.T, dir string) (ended <-chan error, giveUp context.CancelFunc) {
	t.Helper()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	o := options(dir)
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

func TestEndpoint_refusesWhatNoServerWrote(t *testing.T) {
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
			t.Errorf("Endpoint of %s: got %q, %v", text, c.Endpoint, err)
		}
	}
}

// TestMetrics_answerToTheServersOwnNamesOnly asks as a page does that has its own name
// resolved to a loopback address. What every client may see has any name: a proxy on the
// server's machine passes on the one that its client called.
func TestMetrics_answerToTheServersOwnNamesOnly(t *testing.T) {
	s, _ := serve(t, options(filepath.Join(t.TempDir(), "data")))
	public := options(filepath.Join(t.TempDir(), "data"))
	public.PublicMetrics = true
	open, _ := serve(t, public)
	port := s.Endpoint()[strings.LastIndex(s.Endpoint(), ":"):]
	for host, want := range map[string]int{
		"127.0.0.1" + port: http.StatusOK, "localhost" + port: http.StatusOK, "LOCALHOST." + port: http.StatusOK, "localhost": http.StatusOK,
		"[::1]" + port: http.StatusOK, "127.9.9.9": http.StatusOK,
		"evil.example" + port: http.StatusMisdirectedRequest, "evil.example": http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest, "127.0.0.1.nip.io" + port: http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
			want := want
			if path != "/metrics" {
				want = http.StatusOK
			}
			if got := getAs(t, s.Endpoint()+path, host); got != want {
				t.Errorf("GET %s of the host %s: got %d, want %d", path, host, got, want)
			}
			if got := getAs(t, open.Endpoint()+path, host); got != http.StatusOK {
				t.Errorf("GET %s of the host %s with public metrics: got %d, want 200", path, host, got)
			}
		}
	}
}

func getAs(t *testing.T, url, host string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
