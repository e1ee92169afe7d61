package database_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/internal/driver/database/sim"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/runtime/database"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestMain fails if a goroutine is left after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestReconcile_removesWhatIsGone has one database that is gone, one that goes at once, and one that stays.
func TestReconcile_removesWhatIsGone(t *testing.T) {
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: "111122223333", CreatedAt: now}) }); err != nil {
		t.Fatal(err)
	}
	insert := func(id string, gone time.Time) {
		r := &resource.Resource{
			ID: id, Account: "111122223333", Region: "us-east-1", Name: id, Kind: resource.RelationalDatabase, Zone: "us-east-1a", CreatedAt: now,
			Doc: []byte("{}"), Priv: []byte("{}"),
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.InsertResource(r); err != nil || gone.IsZero() {
				return err
			}
			return tx.LetGo(r, gone)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	insert("gone", now.Add(-time.Hour))
	insert("going", now.Add(200*time.Millisecond))
	insert("there", time.Time{})
	r := database.New(database.Options{Store: db, Driver: sim.Driver{}, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(t.Context())
	defer r.Close()
	defer stop()
	go r.Run(ctx)
	for deadline := now.Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var left []store.Revision
		err := db.View(t.Context(), func(tx *store.Tx) (err error) {
			left, err = tx.Revisions(resource.RelationalDatabase)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 1 && left[0].ID == "there" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after a minute there are the rows %v, want that of the database that stays", left)
		}
	}
}
