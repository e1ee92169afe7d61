package export_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// storagePriv is what the store has of disks and snapshots beside what the API shows.
type storagePriv struct {
	Plan         resource.Plan          `json:"plan"`
	AutoSnapshot *instance.AutoSnapshot `json:"autoSnapshot,omitempty"`
}

// fillStorage adds a disk that is attached to an instance of fillInstances, a snapshot of the disk, and one of the other
// instance.
func (s *site) fillStorage() *site {
	s.t.Helper()
	disk, ofDisk, ofInstance := newResource(40, root, "data", resource.Disk), newResource(41, root, "data-snapshot", resource.DiskSnapshot),
		newResource(42, other, "mail-snapshot", resource.InstanceSnapshot)
	ofDisk.Zone, ofInstance.Zone = "all", "all"
	key, value := "team", "wéb"
	disk.Tags = []types.Tag{{Key: &key, Value: &value}}
	auto := &instance.AutoSnapshot{}
	auto.Enable(now, 6)
	s.update(func(tx *store.Tx) error {
		return firstOf(
			pack(disk, diskDoc(disk), storagePriv{resource.Plan{}.Then(now, "in-use"), auto}),
			pack(ofDisk, diskSnapshotDoc(ofDisk, disk.ARN()), storagePriv{Plan: plan("completed")}),
			pack(ofInstance, instanceSnapshotDoc(ofInstance), storagePriv{Plan: plan("available")}),
			tx.InsertResource(disk), s.attach(tx, disk), tx.InsertResource(ofDisk), tx.InsertResource(ofInstance))
	})
	return s
}

// pack writes documents into a row.
func pack(r *resource.Resource, doc smithy.Serializable, priv storagePriv) (err error) {
	r.Doc = codec.Encode(doc)
	r.Priv, err = json.Marshal(priv)
	return err
}

// plan is that of a snapshot.
func plan(last string) resource.Plan {
	return resource.Plan{}.Then(now, "pending").Then(now.Add(time.Minute), last)
}

// attach links a disk to an instance of fillInstances.
func (s *site) attach(tx *store.Tx, disk *resource.Resource) error {
	r, err := tx.Resource(root, region, "site")
	if err != nil {
		return err
	}
	return tx.InsertLink(disk, resource.AttachedDisk, r, instance.Attachment{Path: "/dev/xvdf"}.Doc())
}

func diskDoc(r *resource.Resource) *types.Disk {
	arn, code := r.ARN(), r.SupportCode("vol-"+ec2ID(r.ID))
	return &types.Disk{
		Arn: &arn, Name: &r.Name, CreatedAt: &r.CreatedAt, Location: r.Location(), SupportCode: &code, ResourceType: types.ResourceTypeDisk,
		SizeInGb: new(int32(32)), Iops: new(int32(100)), IsSystemDisk: new(false),
	}
}

func diskSnapshotDoc(r *resource.Resource, disk string) *types.DiskSnapshot {
	arn, code := r.ARN(), r.SupportCode("snap-"+ec2ID(r.ID))
	return &types.DiskSnapshot{
		Arn: &arn, Name: &r.Name, CreatedAt: &r.CreatedAt, Location: r.Location(), SupportCode: &code, ResourceType: types.ResourceTypeDiskSnapshot,
		SizeInGb: new(int32(32)), IsFromAutoSnapshot: new(false), FromDiskArn: &disk, FromDiskName: new("data"),
	}
}

func instanceSnapshotDoc(r *resource.Resource) *types.InstanceSnapshot {
	arn, code := r.ARN(), r.SupportCode("ami-"+ec2ID(r.ID))
	from := resource.ARN(resource.Instance, r.Account, r.Region, "00000000-0000-4000-8000-000000000021")
	return &types.InstanceSnapshot{
		Arn: &arn, Name: &r.Name, CreatedAt: &r.CreatedAt, Location: r.Location(), SupportCode: &code, ResourceType: types.ResourceTypeInstanceSnapshot,
		SizeInGb: new(int32(52)), IsFromAutoSnapshot: new(false), FromInstanceArn: &from, FromInstanceName: new("mail"),
		FromBlueprintId: new("debian_12"), FromBundleId: new("nano_3_0"),
		FromAttachedDisks: []types.Disk{{Name: new("spool"), Path: new("/dev/xvdf"), SizeInGb: new(int32(32)), IsSystemDisk: new(false)}},
	}
}

// TestImport_disksAndSnapshots with their instances, whole, and with what the API does not show of them.
func TestImport_disksAndSnapshots(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillStorage(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Passphrase: passphrase})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	to.wantHoldings()
}

// wantHoldings wants, by kind, all that the fill functions put into a store: that two stores are equal says nothing of
// what neither has.
func (s *site) wantHoldings() {
	s.t.Helper()
	want := map[string]int{
		"attachedDisk": 1, "KeyPair": 4, "Instance": 2, "StaticIp": 1, "Disk": 1, "DiskSnapshot": 1, "InstanceSnapshot": 1,
		instance.PortPool: 2, instance.PublicPool: 3, instance.PrivatePool(root, region): 1, instance.PrivatePool(other, region): 1,
	}
	got := map[string]int{}
	s.view(func(tx *store.Tx) error {
		return firstOf(
			tx.EachResource("", func(r *resource.Resource) error {
				got[string(r.Kind)]++
				return nil
			}),
			tx.EachLink("", func(l store.StoredLink) error {
				got[string(l.Role)]++
				return nil
			}),
			tx.EachAddress("", func(a store.AccountAddress) error {
				got[a.Pool]++
				return nil
			}))
	})
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("resources by kind and addresses by pool (-want +got):\n%s", diff)
	}
}
