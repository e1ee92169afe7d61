package server_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
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

// TestNew_refusesToStart: each start fails with a line that says what to do, and leaves
// the data directory as it was.
func TestNew_refusesToStart(t *testing.T) {
	const secret = "a-secret-of-some-length"
	for _, tc := range []struct {
		name string
		// spoil changes a good data directory or the options.
		spoil func(t *testing.T, o *server.Options)
		want  string
	}{
		{"another account", func(_ *testing.T, o *server.Options) { o.Root.AccountID = "999988887777" }, "leave the setting out, or give another --data-dir"},
		{"another access key", func(_ *testing.T, o *server.Options) { o.Root.AccessKeyID = "OTHERKEY" }, "root access key is ROOTKEY, not OTHERKEY"},
		{"another secret", func(_ *testing.T, o *server.Options) { o.Root.SecretAccessKey = "another-secret" }, "does not have the given secret"},
		{"a malformed account", func(_ *testing.T, o *server.Options) { o.Root.AccountID = "12" }, "12 digits"},
		{"an open address without TLS", func(_ *testing.T, o *server.Options) { o.Listen = "0.0.0.0:0" }, "--insecure-listen"},
		{"a certificate without its key", func(_ *testing.T, o *server.Options) { o.TLSCert = "x" }, "--tls-key"},
		{"a missing certificate", func(_ *testing.T, o *server.Options) { o.TLSCert, o.TLSKey = "x", "y" }, "cannot load the TLS certificate"},
		{"no connections to the store", func(_ *testing.T, o *server.Options) { o.Connections = -1 }, "--store-connections: must be 1 or more"},
		{"a master key given twice", func(_ *testing.T, o *server.Options) {
			o.MasterKey = home.MasterKey{Text: "x", File: "y"}
		}, "give one of them"},
		{"an invalid given master key", func(_ *testing.T, o *server.Options) { o.MasterKey.Text = "hello" }, "LANYARD_MASTER_KEY: not a master key"},
		{"a PostgreSQL that does not answer", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u:" + secret + "@127.0.0.1:1/x?password=" + secret
		}, "cannot open the database postgres://u@127.0.0.1:1/x: failed to connect"},
		{"a malformed PostgreSQL URL", func(_ *testing.T, o *server.Options) { o.Store = "postgres://u:" + secret + "/x@h" }, "is malformed"},
		{"a PostgreSQL URL with & in its password", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u@127.0.0.1:1/x?sslmode=disable&password=ab&" + secret
		}, "is malformed"},
		{"a PostgreSQL URL with a password of odd characters", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u:#" + secret + "@127.0.0.1:1/x?sslmode=disable&sslpassword=;" + secret
		}, "postgres://u@127.0.0.1:1/x: failed"},
		{"an invalid PostgreSQL parameter", func(_ *testing.T, o *server.Options) { o.Store = "postgres://u@h/x?sslmode=bogus" }, "sslmode is invalid"},
		{"a missing root certificate", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u@h/x?sslmode=verify-full&sslrootcert=/none"
		}, "open /none: no such file"},
		{"an unknown store", func(_ *testing.T, o *server.Options) { o.Store = "mysql:x" }, "unknown store"},
		{"a page size out of bounds", func(_ *testing.T, o *server.Options) { o.PageSize = 201 }, "between 1 and 200"},
		{"a taken port", func(t *testing.T, o *server.Options) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			o.Listen = l.Addr().String()
		}, "give another --listen"},
		{"a second server", func(t *testing.T, o *server.Options) { servertest.Start(t, *o) }, "another server runs on the data directory"},
		{"a missing master key", func(t *testing.T, o *server.Options) { remove(t, o, "master.key") }, "restore it from your backup"},
		{"another master key", func(t *testing.T, o *server.Options) {
			write(t, o, "master.key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
		}, "the master key is not the one"},
		{"an invalid master key", func(t *testing.T, o *server.Options) { write(t, o, "master.key", "hello") }, "not a master key"},
		{"an emptied database", func(t *testing.T, o *server.Options) { write(t, o, "lanyard.db", "") }, "missing or empty"},
		{"a missing database", func(t *testing.T, o *server.Options) { remove(t, o, "lanyard.db") }, "missing or empty"},
		{"a damaged database", func(t *testing.T, o *server.Options) {
			write(t, o, "lanyard.db", strings.Repeat("not a database ", 100))
		}, "restore it from your backup"},
		{"a data directory that is a file", func(t *testing.T, o *server.Options) {
			o.DataDir = filepath.Join(t.TempDir(), "file")
			write(t, &server.Options{Database: home.Database{DataDir: filepath.Dir(o.DataDir)}}, "file", "")
		}, "cannot create the data directory"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := servertest.Options(t.TempDir())
			o.Root = home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: secret}
			_, stop := servertest.Start(t, o)
			stop()
			tc.spoil(t, &o)
			before := hashTree(t, o.DataDir)
			_, err := server.New(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("New: got %v, want an error with %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), secret) {
				t.Errorf("error of New: got %v, want one line without secrets", err)
			}
			if after := hashTree(t, o.DataDir); after != before {
				t.Errorf("data directory after a refused start:\ngot  %s\nwant %s", after, before)
			}
		})
	}
}

// TestNew_endsWithItsContext: a start that waits for a database that never answers ends when its context does.
func TestNew_endsWithItsContext(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	o := servertest.Options(t.TempDir())
	o.Store = "postgres://u@" + mute.Addr().String() + "/x?sslmode=disable"
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		if conn, err := mute.Accept(); err == nil {
			stop()
			defer func() { _ = conn.Close() }()
			_, _ = io.Copy(io.Discard, conn) // until the server closes the connection
		}
	}()
	if _, err := server.New(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("New: got %v, want context.Canceled", err)
	}
}

func write(t *testing.T, o *server.Options, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(o.DataDir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, o *server.Options, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(o.DataDir, name)); err != nil {
		t.Fatal(err)
	}
}

// hashTree returns the hashes of a directory's files. SQLite's shared-memory file is left
// out: it is an index that any reader may rebuild.
func hashTree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if len(text) > 0 { // an empty write-ahead log has no data
			fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
