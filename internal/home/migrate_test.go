package home_test

import (
	"bytes"
	"errors"
	"fmt"
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
	damage(t, dir, store.SealUserData, func(tx *store.Tx) error {
		return tx.InsertResource(&resource.Resource{
			ID: "00000000-0000-4000-8000-000000000001", Account: account, Region: "us-east-1", Zone: "us-east-1a", Name: "damaged", Kind: resource.Instance,
			CreatedAt: time.UnixMilli(1), Doc: []byte(`{"username":{}}`), Priv: []byte(`{"userData":"x"}`),
		})
	})
	o, log := servertest.Options(dir), &bytes.Buffer{}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	s, stop = servertest.Start(t, o)
	if _, err := servertest.Client(s, s.Endpoint()).GetDisks(t.Context(), &lightsail.GetDisksInput{}); err != nil {
		t.Errorf("GetDisks beside a damaged instance: %v", err)
	}
	stop()
	if !strings.Contains(log.String(), "are not sealed") || !strings.Contains(log.String(), "instance=damaged") {
		t.Errorf("log: got %s, want the name of the damaged instance", log)
	}
}

// TestMigrate_linksAttachmentsBesideDamagedRecords takes the step on a store in which a disk cannot be read, and another one
// is attached by the document of the instance alone. Neither keeps the instance from being read.
func TestMigrate_linksAttachmentsBesideDamagedRecords(t *testing.T) {
	dir := t.TempDir()
	s, stop := servertest.Start(t, servertest.Options(dir))
	c := servertest.Client(s, s.Endpoint())
	if _, err := c.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	}); err != nil {
		t.Fatal(err)
	}
	account := s.Root().AccountID
	stop()
	resources := 0
	damaged := func(name, doc string) *resource.Resource {
		resources++
		return &resource.Resource{
			ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", resources), Account: account, Region: "us-east-1", Zone: "us-east-1a", Name: name,
			Kind: resource.Disk, CreatedAt: time.UnixMilli(1), Doc: []byte(doc), Priv: []byte(`{}`),
		}
	}
	damage(t, dir, store.LinkAttachments, func(tx *store.Tx) error {
		web, err := tx.Resource(account, "us-east-1", "web")
		if err != nil {
			return err
		}
		web.Doc = bytes.Replace(web.Doc, []byte(`"disks":[`), []byte(`"disks":[{"name":"absent","path":"/dev/xvdf","isSystemDisk":false,"sizeInGb":8},`+
			`{"name":"damaged","path":"/dev/xvdg","isSystemDisk":false,"sizeInGb":8},`), 1)
		return errors.Join(tx.UpdateResource(web), tx.InsertResource(damaged("damaged", `{"sizeInGb":"x"}`)),
			tx.InsertResource(damaged("halved", `{"isAttached":true}`)))
	})
	o, log := servertest.Options(dir), &bytes.Buffer{}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	s, stop = servertest.Start(t, o)
	got, err := servertest.Client(s, s.Endpoint()).GetInstance(t.Context(), &lightsail.GetInstanceInput{InstanceName: new("web")})
	if err != nil || len(got.Instance.Hardware.Disks) != 1 {
		t.Errorf("GetInstance: %+v, %v, want the system disk alone", got, err)
	}
	stop()
	for _, name := range []string{"name=damaged", "name=halved", "name=absent"} {
		if !strings.Contains(log.String(), name) {
			t.Errorf("log: got %s, want %s in it", log, name)
		}
	}
}

// damage changes a stopped server's store, and has the next start take a step of the upgrade again.
func damage(t *testing.T, dir, step string, change func(*store.Tx) error) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(change(tx), tx.AddPendingStep(step))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
