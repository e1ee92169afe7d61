package familytest

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/driver/container/sim"
	databasesim "github.com/lanyard-cloud/lanyard/internal/driver/database/sim"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Pipeline is a pipeline with all actions over a new store, for tests that need what a whole
// server hides: the store itself, its keys, and all options.
type Pipeline struct {
	*api.Pipeline

	DB     *store.DB
	Sealer *seal.Sealer
	// Endpoint is the URL of an HTTP server that has the pipeline as its handler.
	Endpoint string
}

// PipelineOptions changes a Pipeline. Zero values mean the defaults, except for Clock.
type PipelineOptions struct {
	// Clock is the lifecycle clock.
	Clock func() time.Time
	// DSN names the database of the store, which may be another pipeline's, too. "" means an
	// SQLite file in a temporary directory.
	DSN string
	// ObserveStore, if not nil, measures the store's transactions.
	ObserveStore func(kind string, took time.Duration)
	// Network is where addresses come from. Nil means compute.DefaultNetwork.
	Network *compute.Network
	// Change, if not nil, changes the options of the pipeline.
	Change func(*api.Options)
}

// NewPipeline makes a pipeline that ends with the test. Its store has no accounts.
func NewPipeline(t testing.TB, o PipelineOptions) *Pipeline {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{
		DSN: cmp.Or(o.DSN, filepath.Join(t.TempDir(), "lanyard.db")), Observe: o.ObserveStore,
	})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatalf("make a master key: %v", err)
	}
	keys := sshkey.NewPool(0, slog.New(slog.DiscardHandler))
	all := families.All(families.Deps{
		Keys: keys, Sealer: sealer, Network: *cmp.Or(o.Network, &compute.DefaultNetwork), Rand: rand.Reader, Containers: sim.Driver{}, Databases: databasesim.Driver{},
	})
	options := api.Options{
		Actions: all.Actions, Roles: all.Roles, Metrics: all.Metrics,
		Store: db, Sealer: sealer, Rand: rand.Reader, Clock: o.Clock, Log: slog.New(slog.DiscardHandler),
		PageSize: 100, Quotas: quota.Default(), Running: limit.NewGate(100),
	}
	if o.Change != nil {
		o.Change(&options)
	}
	p := &Pipeline{Pipeline: api.NewPipeline(options), DB: db, Sealer: sealer}
	server := httptest.NewServer(p)
	p.Endpoint = server.URL
	t.Cleanup(func() {
		server.Close()
		keys.Close()
		_ = db.Close()
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("make the schema: %v", err)
	}
	return p
}
