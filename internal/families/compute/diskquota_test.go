package compute_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// AWS's refusals of more disks (Lightsail user guide, troubleshooting disks).
const (
	tooManyGB    = "You've reached the maximum size limit of all disks in this account."
	tooManyDisks = "You've reached the limit of disks in this account."
)

func sized(name string, gb int32) *lightsail.CreateDiskInput {
	in := newDisk(name)
	in.SizeInGb = &gb
	return in
}

// TestDiskQuota_isForAllDisksOfARegion holds AWS's 20,000 GB: attached or not, in all
// zones, without system disks, for each region and account.
func TestDiskQuota_isForAllDisksOfARegion(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	do(l, l.CreateDisk, sized("large", 16384))
	l.run("web") // 20 GB that do not count
	elsewhere := sized("elsewhere", 3617)
	elsewhere.AvailabilityZone = new("us-east-1b")
	familytest.WantInvalid(t, fails(l, l.CreateDisk, elsewhere), "LimitExceeded", tooManyGB)
	elsewhere.SizeInGb = new(int32(3616))
	do(l, l.CreateDisk, elsewhere)
	l.attach("large", "web", "/dev/xvdf")
	familytest.WantInvalid(t, fails(l, l.CreateDisk, sized("more", 8)), "LimitExceeded", tooManyGB)

	there := &lab{&familytest.Lab{T: t, Server: l.Server, Client: l.Server.Client("us-east-2")}}
	in := sized("large", 16384)
	in.AvailabilityZone = new("us-east-2a")
	do(there, there.CreateDisk, in)

	l.halt("web")
	do(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("large")})
	l.Pass(time.Minute)
	familytest.WantInvalid(t, fails(l, l.CreateDisk, sized("more", 8)), "LimitExceeded", tooManyGB)
	do(l, l.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: new("large")})
	do(l, l.CreateDisk, sized("more", 16384))
}

func TestDiskQuota_countsDisksFromSnapshots(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"disk-gb=40", "instances=100"}})
	l.disk("data") // 8 GB
	l.diskSnapshot("data-snap", "data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.instanceSnapshot("web-snap", "web")

	in := diskFrom("data-snap")
	in.SizeInGb = new(int32(33))
	familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, in), "LimitExceeded", tooManyGB)
	five := restore("web-snap", "a1", "a2", "a3", "a4", "a5")
	five.AttachedDiskMapping = map[string][]types.DiskMap{"a1": {{OriginalDiskPath: new("/dev/xvdf"), NewDiskName: new("mapped")}}}
	familytest.WantInvalid(t, fails(l, l.CreateInstancesFromSnapshot, five), "LimitExceeded", tooManyGB)
	five.InstanceNames = five.InstanceNames[:4]
	do(l, l.CreateInstancesFromSnapshot, five)
	if disks := do(l, l.GetDisks, &lightsail.GetDisksInput{}).Disks; len(disks) != 5 {
		t.Errorf("%d disks are there, want 5", len(disks))
	}
	familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, diskFrom("data-snap")), "LimitExceeded", tooManyGB)
	// A copied snapshot is no disk.
	do(l, l.CopySnapshot, &lightsail.CopySnapshotInput{
		SourceRegion: region, SourceSnapshotName: new("data-snap"), TargetSnapshotName: new("copy"),
	})
}

func TestDiskQuota_countsDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"disks=3", "disks-per-instance=1", "instances=100"}})
	l.disk("one")
	l.disk("two")
	l.diskSnapshot("one-snap", "one")
	l.run("web")
	l.attach("one", "web", "/dev/xvdf")
	l.instanceSnapshot("web-snap", "web")
	familytest.WantInvalid(t, fails(l, l.CreateInstancesFromSnapshot, restore("web-snap", "a1", "a2")), "LimitExceeded", tooManyDisks)
	do(l, l.CreateInstancesFromSnapshot, restore("web-snap", "a1"))
	familytest.WantInvalid(t, fails(l, l.CreateDisk, newDisk("three")), "LimitExceeded", tooManyDisks)
	familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, diskFrom("one-snap")), "LimitExceeded", tooManyDisks)
}
