//go:build postgres

package store_test

import (
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// withParameters sets parameters of a DSN, given as names and values in turn.
func withParameters(t *testing.T, dsn string, parameters ...string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for i := 0; i < len(parameters); i += 2 {
		q.Set(parameters[i], parameters[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// connect connects to a database beside the store.
func connect(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// connections counts the connections that PostgreSQL has from a program, and those of them that speak TLS.
func connections(t *testing.T, beside *sql.DB, program string) (all, encrypted int) {
	t.Helper()
	err := beside.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE ssl)
		FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name = $1`, program).Scan(&all, &encrypted)
	if err != nil {
		t.Fatal(err)
	}
	return all, encrypted
}

// TestConnectionsAreBounded keeps more transactions open than there may be connections: PostgreSQL sees no more than
// those, and the other transactions wait.
func TestConnectionsAreBounded(t *testing.T) {
	const views = 40
	for name, tc := range map[string]struct{ setting, want int }{
		"to those of the setting": {3, 3},
		"without a setting":       {0, store.DefaultConnections},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := newDSN(t)
			db, err := store.Open(t.Context(), store.Options{DSN: withParameters(t, dsn, "application_name", "bounded"), Connections: tc.setting})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			var inside, failed atomic.Int64
			var wg sync.WaitGroup
			end := make(chan struct{})
			for range views {
				wg.Go(func() {
					err := db.View(t.Context(), func(*store.Tx) error {
						inside.Add(1)
						<-end
						return nil
					})
					if err != nil {
						failed.Add(1)
						t.Error(err)
					}
				})
			}
			for inside.Load()+db.Waited()+failed.Load() < views { // nothing tells that all of them run or wait
				time.Sleep(time.Millisecond)
			}
			if all, _ := connections(t, connect(t, dsn), "bounded"); all != tc.want {
				t.Errorf("%d transactions have %d connections, want %d", views, all, tc.want)
			}
			close(end)
			wg.Wait()
		})
	}
}

// TestTLSIsAsTheURLSays: its parameters decide whether the connection is encrypted, and whose certificate is trusted.
func TestTLSIsAsTheURLSays(t *testing.T) {
	for mode, encrypted := range map[string]bool{"disable": false, "verify-full": true} {
		t.Run(mode, func(t *testing.T) {
			dsn := newDSN(t)
			db := open(t, withParameters(t, dsn, "sslmode", mode, "sslrootcert", pg.CAFile(), "application_name", mode))
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			update(t, db, func(tx *store.Tx) error { return tx.SetMeta("n", []byte("x")) })
			all, withTLS := connections(t, connect(t, dsn), mode)
			if all == 0 || encrypted != (withTLS == all) || !encrypted && withTLS > 0 {
				t.Errorf("%d of %d connections speak TLS, want it for all: %t", withTLS, all, encrypted)
			}
		})
	}
}

// TestAnotherAuthorityIsRefused trusts an authority that did not sign the server's certificate.
func TestAnotherAuthorityIsRefused(t *testing.T) {
	stranger := httptest.NewTLSServer(nil)
	defer stranger.Close()
	file := filepath.Join(t.TempDir(), "ca.crt")
	writeFile(t, file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw}))
	dsn := withParameters(t, newDSN(t), "sslmode", "verify-full", "sslrootcert", file)
	_, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("Open = %v, want that the authority is unknown", err)
	}
}
