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
)

// TestRefusedStarts: each start fails with a line that says what to do, and leaves
// the data directory as it was.
func TestRefusedStarts(t *testing.T) {
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
		{"a certificate that is not there", func(_ *testing.T, o *server.Options) { o.TLSCert, o.TLSKey = "x", "y" }, "cannot load the TLS certificate"},
		{"no connections to the store", func(_ *testing.T, o *server.Options) { o.Connections = -1 }, "--store-connections of 1 or more"},
		{"a master key given twice", func(_ *testing.T, o *server.Options) {
			o.MasterKey = home.MasterKey{Text: "x", File: "y"}
		}, "give one of them"},
		{"a given master key that is none", func(_ *testing.T, o *server.Options) { o.MasterKey.Text = "hello" }, "LANYARD_MASTER_KEY: not a master key"},
		{"a PostgreSQL that is not there", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u:" + secret + "@127.0.0.1:1/x?password=" + secret
		}, "cannot open the database postgres://u@127.0.0.1:1/x: failed to connect"},
		{"a PostgreSQL URL that is none", func(_ *testing.T, o *server.Options) { o.Store = "postgres://u:" + secret + "/x@h" }, "is malformed"},
		{"a PostgreSQL URL whose password cuts it up", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u@127.0.0.1:1/x?sslmode=disable&password=ab&" + secret
		}, "is malformed"},
		{"a PostgreSQL URL with a password of odd characters", func(_ *testing.T, o *server.Options) {
			o.Store = "postgres://u:#" + secret + "@127.0.0.1:1/x?sslmode=disable&sslpassword=;" + secret
		}, "postgres://u@127.0.0.1:1/x: failed"},
		{"a parameter that PostgreSQL does not have", func(_ *testing.T, o *server.Options) { o.Store = "postgres://u@h/x?sslmode=bogus" }, "sslmode is invalid"},
		{"a root certificate that is not there", func(_ *testing.T, o *server.Options) {
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
		{"a second server", func(t *testing.T, o *server.Options) { serve(t, *o) }, "another server runs on the data directory"},
		{"a missing master key", func(t *testing.T, o *server.Options) { remove(t, o, "master.key") }, "restore it from your backup"},
		{"another master key", func(t *testing.T, o *server.Options) {
			write(t, o, "master.key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
		}, "the master key is not the one"},
		{"a master key that is none", func(t *testing.T, o *server.Options) { write(t, o, "master.key", "hello") }, "not a master key"},
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
			o := options(t.TempDir())
			o.Root = home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: secret}
			_, stop := serve(t, o)
			stop()
			tc.spoil(t, &o)
			before := hashTree(t, o.DataDir)
			_, err := server.New(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("New = %v, want %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), secret) {
				t.Errorf("the message is not one line without secrets: %v", err)
			}
			if after := hashTree(t, o.DataDir); after != before {
				t.Errorf("the data directory was changed:\n%s\n%s", before, after)
			}
		})
	}
}

// TestAStartCanBeGivenUp: a server that waits for a database that never answers stops when it is told to.
func TestAStartCanBeGivenUp(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	o := options(t.TempDir())
	o.Store = "postgres://u@" + mute.Addr().String() + "/x?sslmode=disable"
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		if conn, err := mute.Accept(); err == nil {
			stop()
			defer func() { _ = conn.Close() }()
			_, _ = io.Copy(io.Discard, conn) // until the server hangs up
		}
	}()
	if _, err := server.New(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("New = %v, want that it was cancelled", err)
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

// hashTree describes what a directory durably holds. SQLite's shared-memory file is
// an index that any reader may rebuild.
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
		if len(text) > 0 { // an empty write-ahead log says nothing
			fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
