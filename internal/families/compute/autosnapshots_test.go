package compute_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// snapshotDaily has automatic snapshots taken of a resource at 10:00, an hour after
// the lab's start, and passes to 11:00 of the day on which there are n.
func (l *lab) snapshotDaily(name string, n int) {
	l.T.Helper()
	must(l.T)(l.enable(name, "10:00"))
	l.passTo(familytest.Start.Add(2*time.Hour + time.Duration(n-1)*24*time.Hour))
}

func (l *lab) passTo(at time.Time) { l.Pass(at.Sub(l.Now())) }

func (l *lab) autoSnapshots(of string) *lightsail.GetAutoSnapshotsOutput {
	l.T.Helper()
	return do(l, l.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: &of})
}

func (l *lab) wantAutoSnapshots(of string, dates ...string) {
	l.T.Helper()
	got := []string{}
	for _, s := range l.autoSnapshots(of).AutoSnapshots {
		got = append(got, *s.Date)
	}
	if diff := cmp.Diff(append([]string{}, dates...), got); diff != "" {
		l.T.Errorf("automatic snapshots (-want +got):\n%s", diff)
	}
}

// startAutoSnapshot has an automatic snapshot taken of a resource and stops the clock
// while that is in progress.
func (l *lab) startAutoSnapshot(name string) {
	l.T.Helper()
	l.snapshotDaily(name, 1)
	l.passTo(*l.autoSnapshots(name).AutoSnapshots[0].CreatedAt)
}

func TestGetAutoSnapshots_newestFirst(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.wantAutoSnapshots("web")
	l.snapshotDaily("web", 2)
	l.Server.Restart(t)

	got := l.autoSnapshots("web")
	if *got.ResourceName != "web" || got.ResourceType != types.ResourceTypeInstance {
		t.Errorf("of %s %s", got.ResourceType, *got.ResourceName)
	}
	want := []types.AutoSnapshotDetails{{
		Date: new("2026-11-23"), Status: types.AutoSnapshotStatusSuccess,
		FromAttachedDisks: []types.AttachedDisk{{Path: new("/dev/xvdf"), SizeInGb: new(int32(8))}},
	}, {
		Date: new("2026-11-22"), Status: types.AutoSnapshotStatusSuccess,
		FromAttachedDisks: []types.AttachedDisk{{Path: new("/dev/xvdf"), SizeInGb: new(int32(8))}},
	}}
	for i, s := range got.AutoSnapshots {
		want[i].CreatedAt = s.CreatedAt
		if late := s.CreatedAt.Sub(familytest.Start.Add(time.Hour + time.Duration(1-i)*24*time.Hour)); late < 0 || late > 45*time.Minute {
			t.Errorf("taken at %s, %s after the hour", s.CreatedAt, late)
		}
	}
	if diff := cmp.Diff(want, got.AutoSnapshots, familytest.Plain); diff != "" {
		t.Errorf("GetAutoSnapshots (-want +got):\n%s", diff)
	}
}

func TestGetAutoSnapshots_latestOfADiskAreKept(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"auto-snapshots=3"}})
	l.disk("data")
	l.snapshotDaily("data", 5)
	l.wantAutoSnapshots("data", "2026-11-26", "2026-11-25", "2026-11-24")
	got := l.autoSnapshots("data")
	if got.ResourceType != types.ResourceTypeDisk || len(got.AutoSnapshots[0].FromAttachedDisks) != 0 {
		t.Errorf("of a %s with %v", got.ResourceType, got.AutoSnapshots[0].FromAttachedDisks)
	}
}

func TestDeleteAutoSnapshot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	must(t)(l.enable("web", "10:00"))
	l.snapshotDaily("data", 3)
	for _, name := range []string{"web", "data"} {
		kind := l.autoSnapshots(name).ResourceType
		drop := &lightsail.DeleteAutoSnapshotInput{ResourceName: &name, Date: new("2026-11-23")}
		ops := do(l, l.DeleteAutoSnapshot, drop).Operations
		l.WantOperations(ops, "DeleteAutoSnapshot "+string(kind)+" "+name+" DeleteAutoSnapshot-2026-11-23 Succeeded")
		if ops[0].StatusChangedAt != nil || *ops[0].Location.AvailabilityZone != region {
			t.Errorf("the operation changed at %v in %s, want never in %s", ops[0].StatusChangedAt, *ops[0].Location.AvailabilityZone, region)
		}
		l.wantAutoSnapshots(name, "2026-11-24", "2026-11-22")
		familytest.WantNotFound(t, fails(l, l.DeleteAutoSnapshot, drop), "The AutoSnapshot does not exist: 2026-11-23")
	}
}

func TestDeleteAutoSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	drop := &lightsail.DeleteAutoSnapshotInput{ResourceName: new("data"), Date: new("2026-11-22")}
	familytest.WantNotFound(t, fails(l, l.DeleteAutoSnapshot, drop), "The AutoSnapshot does not exist: 2026-11-22")
	l.startAutoSnapshot("data")
	familytest.WantFailed(t, fails(l, l.DeleteAutoSnapshot, drop), "You can't delete this automatic snapshot right now. The state of this automatic snapshot is: InProgress")
	drop.ResourceName = new("deploy")
	familytest.WantNotFound(t, fails(l, l.DeleteAutoSnapshot, drop), "The resource does not exist: deploy")
	familytest.WantNotFound(t, fails(l, l.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: new("none")}), "The resource does not exist: none")
	drop.Date = new("yesterday")
	if err := fails(l, l.DeleteAutoSnapshot, drop); err == nil {
		t.Error("a date in another format was taken")
	}
}

func TestCreateDiskSnapshot_notDuringAnAutomaticOne(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.startAutoSnapshot("data")
	if got := l.autoSnapshots("data").AutoSnapshots[0].Status; got != types.AutoSnapshotStatusInProgress {
		t.Errorf("the automatic snapshot is %s", got)
	}
	const message = `Sorry, an automatic snapshot is in progress for %s. Please wait for it to complete before trying again.`
	ofDisk := &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")}
	familytest.WantFailed(t, fails(l, l.CreateDiskSnapshot, ofDisk), fmt.Sprintf(message, `Disk "data"`))
	l.Pass(5 * time.Minute)
	do(l, l.CreateDiskSnapshot, ofDisk)

	l.passTo(familytest.Start.Add(24 * time.Hour))
	must(t)(l.enable("web", "10:00"))
	l.Pass(2 * time.Hour)
	l.passTo(*l.autoSnapshots("web").AutoSnapshots[0].CreatedAt)
	familytest.WantFailed(t, fails(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceSnapshotName: new("isnap"), InstanceName: new("web")}),
		fmt.Sprintf(message, `Instance "web"`))
	familytest.WantFailed(t, fails(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("dsnap"), InstanceName: new("web")}),
		fmt.Sprintf(message, `Instance "web"`))
}

func TestDeleteDisk_deletesAutoSnapshots(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.snapshotDaily("data", 2)
	do(l, l.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: new("data"), ForceDeleteAddOns: new(true)})
	l.disk("data")
	l.wantAutoSnapshots("data")
}
