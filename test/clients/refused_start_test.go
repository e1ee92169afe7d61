//go:build clients

package clients

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // makes a database of a version to come

	"github.com/lanyard-cloud/lanyard/test/process"
)

// embedded makes a server use the database in its data directory, whatever store the tests are run with: these tests
// are about the directory's files.
const embedded = "--store="

// stoppedServer makes a data directory that has been in use.
func stoppedServer(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	server := process.Start(t, dir, embedded)
	importKey(t, connect(server.Endpoint, "us-east-1"), "laptop")
	server.Stop(t)
	return dir
}

// TestServe_refusals starts a server where something is wrong. It says what to do in one line, fails, and changes
// nothing.
func TestServe_refusals(t *testing.T) {
	used := stoppedServer(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()

	for _, tt := range []struct {
		name string
		harm func(t *testing.T, dir string) // what happened to the data directory
		args []string
		want string
	}{
		{"taken port", nil, []string{"--listen", taken.Addr().String()}, `address already in use.*--listen`},
		{"newer database", makeNewer, nil, `made by a newer version.*use that version`},
		{"damaged database", overwrite("lanyard.db", "not a database"), nil, `damaged.*restore it from your backup`},
		{"cut database", cutInHalf("lanyard.db"), nil, `damaged.*restore it from your backup`},
		{"missing master key", remove("master.key"), nil, `master key .* is missing.*restore it from your backup`},
		{"wrong master key", takeFrom(stoppedServer(t), "master.key"), nil, `master key is not the one.*restore the right`},
		{"damaged master key", overwrite("master.key", "x"), nil, `master key`},
		{"master key that others can read", expose("master.key"), nil, `master key.*chmod (600|o-rwx)`},
		{"other account", nil, []string{"--account-id", "444455556666"}, `belongs to the account 111122223333, not 444455556666: leave the setting out, or give another --data-dir`},
		{"other access key", nil, []string{"--access-key-id", "AKIAOTHER"}, `root access key is AKIAIOSFODNN7EXAMPLE, not AKIAOTHER: leave the setting out, or give another --data-dir`},
		{"other secret", nil, []string{"--secret-access-key", "another-secret"}, `does not have the given secret: leave the setting out, or give another --data-dir`},
		{"invalid account id", nil, []string{"--account-id", "12"}, `account id "12" does not have 12 digits`},
		{"every address without TLS", nil, []string{"--listen", "0.0.0.0:0"}, `--tls-cert and --tls-key, or --insecure-listen`},
		{"no host without TLS", nil, []string{"--listen", ":0"}, `--tls-cert and --tls-key, or --insecure-listen`},
		{"certificate without key", nil, []string{"--tls-cert", "cert.pem"}, `--tls-cert and --tls-key`},
		{"missing certificate", nil, []string{"--tls-cert", "cert.pem", "--tls-key", "key.pem"}, `cert\.pem`},
		{"unknown store", nil, []string{"--store", "mysql://db"}, `unknown store .*sqlite:PATH`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := copyOf(t, used)
			if tt.harm != nil {
				tt.harm(t, dir)
			}
			before := tree(t, dir)
			ended := process.Run(t, dir, append([]string{"serve", "--listen", "127.0.0.1:0", embedded}, tt.args...)...)
			wantRefusal(t, ended, tt.want)
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("the data directory changed: -before +after\n%s", diff)
			}
		})
	}
}

// wantRefusal wants one line on standard error, which ends with what to do.
func wantRefusal(t *testing.T, ended process.Ended, want string) {
	t.Helper()
	line := strings.TrimSuffix(ended.Stderr, "\n")
	if ended.Code == 0 || ended.Stdout != "" || strings.Contains(line, "\n") || !regexp.MustCompile("^lanyard: .*"+want).MatchString(line) {
		t.Errorf("exit code %d, stdout %q, stderr %q, want one line that matches %s", ended.Code, ended.Stdout, ended.Stderr, want)
	}
	if strings.Contains(ended.Stderr, process.SecretAccessKey) || strings.Contains(ended.Stderr, "another-secret") {
		t.Errorf("stderr shows a secret: %s", ended.Stderr)
	}
}

// TestServe_secondServer starts a second server on a data directory that is in use.
func TestServe_secondServer(t *testing.T) {
	dir := t.TempDir()
	first := process.Start(t, dir, embedded)
	importKey(t, connect(first.Endpoint, "us-east-1"), "laptop")
	before := tree(t, dir)
	ended := process.Run(t, dir, "serve", "--listen", "127.0.0.1:0", embedded)
	wantRefusal(t, ended, `another server runs on the data directory .*: stop it or give another --data-dir`)
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("the data directory changed: -before +after\n%s", diff)
	}
	wantPair(t, getKey(t, connect(first.Endpoint, "us-east-1"), "laptop"), "us-east-1", "laptop")
	if got := process.Run(t, dir, "healthcheck"); got.Code != 0 {
		t.Errorf("the first server is not well: %s", got.Stderr)
	}
}

// TestServe_unusableDataDirectory gives data directories that cannot be written: below a file, where not even root can make one.
func TestServe_unusableDataDirectory(t *testing.T) {
	parent := t.TempDir()
	if err := os.WriteFile(filepath.Join(parent, "file"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := tree(t, parent)
	for _, dir := range []string{"file", "file/data"} {
		ended := process.Run(t, filepath.Join(parent, dir), "serve", "--listen", "127.0.0.1:0")
		wantRefusal(t, ended, `data directory: .*give another --data-dir`)
	}
	if diff := cmp.Diff(before, tree(t, parent)); diff != "" {
		t.Errorf("what was there changed: -before +after\n%s", diff)
	}
}

// A refusal that needs no data directory does not make one.
func TestServe_refusedStartMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	wantRefusal(t, process.Run(t, dir, "serve", "--listen", "0.0.0.0:0"), `--insecure-listen`)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the data directory was made: %v", err)
	}
}

// tree lists all files with their modes and contents, but for the lock, which is nothing but a lock.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == "lock" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var text []byte
		if !d.IsDir() {
			if text, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		files[strings.TrimPrefix(path, dir)] = fmt.Sprintf("%v %d bytes %x", info.Mode(), len(text), sha256.Sum256(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// copyOf copies a data directory, which has no directories in it, with the modes that a server gives.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(into, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		write(t, filepath.Join(into, f.Name()), read(t, filepath.Join(dir, f.Name())))
	}
	return into
}

func expose(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func overwrite(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		write(t, filepath.Join(dir, name), bytes.Repeat([]byte(text), 1000))
	}
}

func cutInHalf(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		text := read(t, filepath.Join(dir, name))
		write(t, filepath.Join(dir, name), text[:len(text)/2])
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func takeFrom(other, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		write(t, filepath.Join(dir, name), read(t, filepath.Join(other, name)))
	}
}

// makeNewer does to the database what a later version's migration does.
func makeNewer(t *testing.T, dir string) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
