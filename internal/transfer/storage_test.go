package transfer_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/internal/transfer"
)

// storagePriv is what the store has of disks and snapshots beside what the API shows.
type storagePriv struct {
	Plan         resource.Plan          `json:"plan"`
	AutoSnapshot *resource.AutoSnapshot `json:"autoSnapshot,omitempty"`
}

// fillStorage adds a disk that is attached to an instance of fillInstances, a snapshot of the disk, and one of the other
// instance.
func (s *site) fillStorage() *site {
	s.t.Helper()
	disk, diskDoc := newResource(40, root, "data", resource.Disk), &types.Disk{SizeInGb: new(int32(32)), Path: new("/dev/xvdf"), AttachedTo: new("site")}
	ofDisk, ofDiskDoc := newResource(41, root, "data-snapshot", resource.DiskSnapshot), &types.DiskSnapshot{FromDiskName: new("data")}
	ofInstance := newResource(42, other, "mail-snapshot", resource.InstanceSnapshot)
	ofInstanceDoc := &types.InstanceSnapshot{FromInstanceName: new("mail"), FromAttachedDisks: []types.Disk{{Name: new("spool")}}}
	diskARN, ofDiskARN, ofInstanceARN := disk.ARN(), ofDisk.ARN(), ofInstance.ARN()
	diskDoc.Arn, diskDoc.Name = &diskARN, &disk.Name
	ofDiskDoc.Arn, ofDiskDoc.Name, ofDiskDoc.FromDiskArn = &ofDiskARN, &ofDisk.Name, &diskARN
	ofInstanceDoc.Arn, ofInstanceDoc.Name = &ofInstanceARN, &ofInstance.Name
	key, value := "team", "wéb"
	disk.Tags = []types.Tag{{Key: &key, Value: &value}}
	auto := &resource.AutoSnapshot{}
	auto.Enable(now, 6)
	plan := resource.Plan{}.Then(now, "pending").Then(now.Add(time.Minute), "available")
	s.update(func(tx *store.Tx) error {
		return firstOf(
			disk.Pack(diskDoc, storagePriv{plan, auto}), ofDisk.Pack(ofDiskDoc, storagePriv{Plan: plan}), ofInstance.Pack(ofInstanceDoc, storagePriv{Plan: plan}),
			tx.InsertResource(disk), tx.InsertResource(ofDisk), tx.InsertResource(ofInstance))
	})
	return s
}

// TestDisksAndSnapshotsMove with their instances, whole, and with what the API does not show of them.
func TestDisksAndSnapshotsMove(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillStorage(), newSite(t, newDSN(t))
	file, _ := from.export(transfer.ExportOptions{Passphrase: passphrase})
	if _, err := to.load(transfer.ImportOptions{Passphrase: passphrase}, file); err != nil {
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
		"KeyPair": 4, "Instance": 2, "StaticIp": 1, "Disk": 1, "DiskSnapshot": 1, "InstanceSnapshot": 1,
		instance.PortPool: 2, instance.PublicPool: 2, instance.PrivatePool(root, region): 1, instance.PrivatePool(other, region): 1,
	}
	got := map[string]int{}
	s.view(func(tx *store.Tx) error {
		return firstOf(
			tx.EachResource("", func(r *resource.Resource) error {
				got[string(r.Kind)]++
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
