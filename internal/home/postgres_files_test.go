//go:build unix

package home_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// TestPostgresFiles_mustBeThisUsers: the driver itself reads files of any mode.
func TestPostgresFiles_mustBeThisUsers(t *testing.T) {
	for _, tc := range []struct {
		parameter, variable string
		mode                os.FileMode
		want                string
	}{
		{"sslkey", "PGSSLKEY", 0o644, "can be read by other users (mode 0644)"},
		{"passfile", "PGPASSFILE", 0o604, "can be read by other users (mode 0604)"},
		{"sslcert", "PGSSLCERT", 0o622, "can be changed by other users (mode 0622)"},
		{"sslrootcert", "PGSSLROOTCERT", 0o666, "can be changed by other users (mode 0666)"},
	} {
		path := filepath.Join(t.TempDir(), tc.parameter)
		if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tc.mode); err != nil {
			t.Fatal(err)
		}
		want := tc.parameter + " of the PostgreSQL URL: " + path + " " + tc.want
		o := servertest.Options(filepath.Join(t.TempDir(), "data"))
		const address = "postgres://lanyard@127.0.0.1:1/lanyard?sslmode=disable"
		o.Store = address + "&" + tc.parameter + "=" + url.QueryEscape(path)
		_, err := server.New(t.Context(), o)
		wantRefused(t, "New with the parameter "+tc.parameter, err, want)
		t.Setenv(tc.variable, path)
		o.Store = address
		_, err = server.New(t.Context(), o)
		wantRefused(t, "New with "+tc.variable, err, want)
		t.Setenv(tc.variable, "")
	}
}
