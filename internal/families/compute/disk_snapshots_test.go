package compute_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// diskSnapshot takes a snapshot of a disk and waits until it is complete.
func (l *lab) diskSnapshot(name, of string) {
	l.T.Helper()
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: &name, DiskName: &of})
	l.Pass(time.Minute)
}

func (l *lab) getDiskSnapshot(name string) *types.DiskSnapshot {
	l.T.Helper()
	return do(l, l.GetDiskSnapshot, &lightsail.GetDiskSnapshotInput{DiskSnapshotName: &name}).DiskSnapshot
}

func TestCreateDiskSnapshot_ofADisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	l.disk("data")
	out := do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{
		DiskSnapshotName: new("snap"), DiskName: new("data"), Tags: []types.Tag{familytest.Tag("team", "web")},
	})
	l.WantOperations(out.Operations, "CreateDiskSnapshot DiskSnapshot snap data Started", "CreateDiskSnapshot Disk data snap Started")
	if zone := *out.Operations[0].Location.AvailabilityZone; zone != "all" {
		t.Errorf("the snapshot's operation is in %s, want all", zone)
	}

	got := l.getDiskSnapshot("snap")
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:DiskSnapshot/[0-9a-f-]{36}$`)
	wantMatch(t, *got.SupportCode, `^[0-9]{12}/snap-[0-9a-f]{17}$`)
	now := l.Now()
	want := &types.DiskSnapshot{
		Name: new("snap"), Arn: got.Arn, SupportCode: got.SupportCode, CreatedAt: &now, ResourceType: types.ResourceTypeDiskSnapshot,
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: region}, Tags: []types.Tag{familytest.Tag("team", "web")},
		FromDiskName: new("data"), FromDiskArn: l.getDisk("data").Arn, IsFromAutoSnapshot: new(false),
		SizeInGb: new(int32(8)), State: types.DiskSnapshotStatePending, Progress: new("0%"),
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("GetDiskSnapshot (-want +got):\n%s", diff)
	}
	l.Pass(30 * time.Second)
	if got := *l.getDiskSnapshot("snap").Progress; got != "50%" {
		t.Errorf("half-way the progress is %s", got)
	}
	l.WantSucceeds(out.Operations[0], 30*time.Second)
	if got := l.getDiskSnapshot("snap"); got.State != types.DiskSnapshotStateCompleted || *got.Progress != "100%" {
		t.Errorf("in the end: %s %s", got.State, *got.Progress)
	}
}

func TestGetDiskSnapshot_progressAfterClockIsPutBack(t *testing.T) {
	for _, test := range []struct {
		name      string
		timeScale float64
	}{{"before its time", 1}, {"of a snapshot that took no time", 1e-9}} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, lanyardtest.Options{TimeScale: test.timeScale})
			l.disk("data")
			do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")})
			l.Pass(-time.Second)
			if got := l.getDiskSnapshot("snap"); got.State != types.DiskSnapshotStatePending || *got.Progress != "0%" {
				t.Errorf("state %s, progress %s", got.State, *got.Progress)
			}
		})
	}
}

func TestCreateDiskSnapshot_ofASystemDisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	out := do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), InstanceName: new("web")})
	l.WantOperations(out.Operations, "CreateDiskSnapshot DiskSnapshot snap web Started", "CreateDiskSnapshot Instance web snap Started")
	got := l.getDiskSnapshot("snap")
	if *got.FromInstanceName != "web" || *got.FromInstanceArn != *l.get("web").Arn || got.FromDiskName != nil || got.FromDiskArn != nil || *got.SizeInGb != 20 {
		t.Errorf("the snapshot is of %v %v, %d GB", got.FromInstanceName, got.FromDiskName, *got.SizeInGb)
	}
}

func TestCreateDiskSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	do(l, l.CreateDisk, newDisk("data"))
	l.create(l.input("web"))
	ofDisk := &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")}
	ofInstance := &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), InstanceName: new("web")}
	familytest.WantFailed(t, fails(l, l.CreateDiskSnapshot, ofDisk), "You can't create a snapshot of this disk right now. The state of this disk is: pending")
	familytest.WantFailed(t, fails(l, l.CreateDiskSnapshot, ofInstance), "You can't create a snapshot of this instance right now. The state of this instance is: pending")
	l.Pass(time.Minute)
	neither := &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap")}
	familytest.WantInvalid(t, fails(l, l.CreateDiskSnapshot, neither), "InvalidParams", "These parameters are required: diskName or instanceName")
	both := &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data"), InstanceName: new("web")}
	familytest.WantInvalid(t, fails(l, l.CreateDiskSnapshot, both), "InvalidParams", "You must specify either diskName or instanceName, not both.")
	ofDisk.Tags = []types.Tag{{}}
	if err := fails(l, l.CreateDiskSnapshot, ofDisk); err == nil {
		t.Error("a tag without a key was taken")
	}
	ofDisk.Tags, ofDisk.DiskSnapshotName = nil, new("data")
	familytest.WantInvalid(t, fails(l, l.CreateDiskSnapshot, ofDisk), "NameExists", "Some names are already in use: data")
	ofDisk.DiskSnapshotName, ofDisk.DiskName = new("snap"), new("web")
	familytest.WantNotFound(t, fails(l, l.CreateDiskSnapshot, ofDisk), "The Disk does not exist: web")
	ofInstance.InstanceName = new("data")
	familytest.WantNotFound(t, fails(l, l.CreateDiskSnapshot, ofInstance), "The Instance does not exist: data")
}

func TestDeleteDiskSnapshot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")})
	drop := &lightsail.DeleteDiskSnapshotInput{DiskSnapshotName: new("snap")}
	familytest.WantFailed(t, fails(l, l.DeleteDiskSnapshot, drop), "You can't delete this snapshot right now. The state of this snapshot is: pending")
	do(l, l.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: new("data")}) // the snapshot outlives its disk
	l.Pass(time.Minute)
	if got := l.getDiskSnapshot("snap"); got.State != types.DiskSnapshotStateCompleted || *got.FromDiskName != "data" {
		t.Errorf("the snapshot of a deleted disk is %s, of %s", got.State, *got.FromDiskName)
	}
	l.WantOperations(do(l, l.DeleteDiskSnapshot, drop).Operations, "DeleteDiskSnapshot DiskSnapshot snap - Succeeded")
	familytest.WantNotFound(t, fails(l, l.DeleteDiskSnapshot, drop), "The DiskSnapshot does not exist: snap")
	familytest.WantNotFound(t, fails(l, l.GetDiskSnapshot, &lightsail.GetDiskSnapshotInput{DiskSnapshotName: new("snap")}), "The DiskSnapshot does not exist: snap")
}

func TestGetDiskSnapshots_pagesByName(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	l.disk("data")
	for _, name := range []string{"s3", "s1", "s2"} {
		l.diskSnapshot(name, "data")
	}
	first := do(l, l.GetDiskSnapshots, &lightsail.GetDiskSnapshotsInput{})
	second := do(l, l.GetDiskSnapshots, &lightsail.GetDiskSnapshotsInput{PageToken: first.NextPageToken})
	var names []string
	for _, s := range append(first.DiskSnapshots, second.DiskSnapshots...) {
		names = append(names, *s.Name)
	}
	if diff := cmp.Diff([]string{"s1", "s2", "s3"}, names); diff != "" || second.NextPageToken != nil {
		t.Errorf("pages (-want +got), next %v:\n%s", second.NextPageToken, diff)
	}
	familytest.WantInvalid(t, fails(l, l.GetDiskSnapshots, &lightsail.GetDiskSnapshotsInput{PageToken: new("x")}), "InvalidParams", "The page token is not valid.")
}
