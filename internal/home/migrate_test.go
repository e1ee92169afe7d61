package home_test

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestMigrate_sealsUserDataBesideADamagedRecord takes the step that follows an upgrade on a store in which the record of one
// instance is damaged. The server starts, and logs the instance.
func TestMigrate_sealsUserDataBesideADamagedRecord(t *testing.T) {
	dir := t.TempDir()
	s, stop := servertest.Start(t, servertest.Options(dir))
	account := s.Root().AccountID
	stop()
	damage(t, dir, &resource.Resource{
		ID: "00000000-0000-4000-8000-000000000001", Account: account, Region: "us-east-1", Zone: "us-east-1a", Name: "damaged", Kind: resource.Instance,
		CreatedAt: time.UnixMilli(1), Doc: []byte(`{"username":{}}`), Priv: []byte(`{"userData":"x"}`),
	})
	o, log := servertest.Options(dir), &bytes.Buffer{}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	s, stop = servertest.Start(t, o)
	if _, err := servertest.Client(s, s.Endpoint()).GetDisks(t.Context(), &lightsail.GetDisksInput{}); err != nil {
		t.Errorf("GetDisks beside a damaged instance: %v", err)
	}
	stop()
	if !strings.Contains(log.String(), "is not sealed") || !strings.Contains(log.String(), "instance=damaged") {
		t.Errorf("log: got %s, want the name of the damaged instance", log)
	}
}

// damage adds a resource to a stopped server's store, so that the next start takes the step of the upgrade again.
func damage(t *testing.T, dir string, r *resource.Resource) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(r), tx.AddPendingStep(store.SealUserData))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
