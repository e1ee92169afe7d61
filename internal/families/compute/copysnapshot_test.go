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

// in is the same lab seen from another region.
func (l *lab) in(region string) *lightsail.Client { return l.Server.Client(region) }

func TestCopySnapshot_toAnotherRegion(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	l.run("web")
	do(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{
		InstanceSnapshotName: new("snap"), InstanceName: new("web"), Tags: []types.Tag{familytest.Tag("team", "web")},
	})
	l.Pass(2 * time.Minute)
	source, west := l.getInstanceSnapshot("snap"), l.in("us-west-2")
	out := do(l, west.CopySnapshot, &lightsail.CopySnapshotInput{
		SourceRegion: region, SourceSnapshotName: new("snap"), TargetSnapshotName: new("copy"),
	})
	l.WantOperations(out.Operations, "CopySnapshot InstanceSnapshot copy us-east-1:snap Started")

	show := func() *types.InstanceSnapshot {
		return do(l, west.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: new("copy")}).InstanceSnapshot
	}
	got := show()
	now := l.Now()
	want := *source
	want.Name, want.Arn, want.SupportCode, want.CreatedAt, want.State = new("copy"), got.Arn, got.SupportCode, &now, types.InstanceSnapshotStatePending
	want.Location, want.Tags = &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-west-2"}, []types.Tag{}
	if diff := cmp.Diff(&want, got, familytest.Plain); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-west-2:111122223333:InstanceSnapshot/[0-9a-f-]{36}$`)
	if *got.SupportCode == *source.SupportCode {
		t.Errorf("the copy has the support code of its source: %s", *got.SupportCode)
	}
	drop := &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: new("snap")}
	familytest.WantFailed(t, fails(l, l.DeleteInstanceSnapshot, drop),
		`Sorry, a copy or export is in progress for InstanceSnapshot "snap". Please wait for it to complete before trying again.`)
	l.Server.Restart(t)
	l.Pass(180 * time.Second)
	if got := show().State; got != types.InstanceSnapshotStateAvailable {
		t.Errorf("after three minutes the copy is %s", got)
	}
	do(l, l.DeleteInstanceSnapshot, drop)
	show()
}

func TestCopySnapshot_withinARegion(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.diskSnapshot("snap", "data")
	out := do(l, l.CopySnapshot, &lightsail.CopySnapshotInput{SourceRegion: region, SourceSnapshotName: new("snap"), TargetSnapshotName: new("copy")})
	l.WantOperations(out.Operations, "CopySnapshot DiskSnapshot copy us-east-1:snap Started")
	l.WantSucceeds(out.Operations[0], 180*time.Second)
	got := l.getDiskSnapshot("copy")
	if got.State != types.DiskSnapshotStateCompleted || *got.FromDiskName != "data" || *got.SizeInGb != 8 || *got.IsFromAutoSnapshot {
		t.Errorf("the copy is %s, of %s, %d GB", got.State, *got.FromDiskName, *got.SizeInGb)
	}
}

func TestCopySnapshot_keepsAnAutomaticOne(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.snapshotDaily("data", 1)
	l.snapshotDaily("web", 2)
	west := l.in("us-west-2")
	out := do(l, west.CopySnapshot, &lightsail.CopySnapshotInput{
		SourceRegion: region, SourceResourceName: new("web"), RestoreDate: new("2026-11-23"), TargetSnapshotName: new("web-kept"),
	})
	l.WantOperations(out.Operations, "CopySnapshot InstanceSnapshot web-kept us-east-1:web Started")
	of := do(l, west.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: new("web-kept")}).InstanceSnapshot
	if !*of.IsFromAutoSnapshot || *of.FromInstanceName != "web" || *of.FromInstanceArn != *l.get("web").Arn || *of.SizeInGb != 20 {
		t.Errorf("kept: from auto %t, of %s", *of.IsFromAutoSnapshot, *of.FromInstanceName)
	}
	out = do(l, l.CopySnapshot, &lightsail.CopySnapshotInput{
		SourceRegion: region, SourceResourceName: new("data"), UseLatestRestorableAutoSnapshot: new(true), TargetSnapshotName: new("data-kept"),
	})
	l.WantOperations(out.Operations, "CopySnapshot DiskSnapshot data-kept us-east-1:data Started")
	if got := l.getDiskSnapshot("data-kept"); !*got.IsFromAutoSnapshot || *got.FromDiskName != "data" {
		t.Errorf("kept: from auto %t, of %s", *got.IsFromAutoSnapshot, *got.FromDiskName)
	}
}

func TestCopySnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")})
	manual := func() *lightsail.CopySnapshotInput {
		return &lightsail.CopySnapshotInput{SourceRegion: region, SourceSnapshotName: new("snap"), TargetSnapshotName: new("copy")}
	}
	familytest.WantFailed(t, fails(l, l.CopySnapshot, manual()), "You can't copy this snapshot right now. The state of this snapshot is: pending")
	l.Pass(time.Minute)
	in := manual()
	in.TargetSnapshotName = new("snap")
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "NameExists", "Some names are already in use: snap")
	in = manual()
	in.SourceRegion = "us-west-2"
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The resource does not exist: snap")
	in = manual()
	in.SourceSnapshotName = new("data")
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The resource does not exist: data")
	in = manual()
	in.SourceRegion = "mars-1"
	if err := fails(l, l.CopySnapshot, in); err == nil {
		t.Error("an unknown region was taken")
	}
	in = manual()
	in.SourceResourceName = new("data")
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "InvalidParams", "You must specify either sourceSnapshotName or sourceResourceName, not both.")
	in.SourceSnapshotName, in.SourceResourceName = nil, nil
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "InvalidParams", "These parameters are required: sourceSnapshotName or sourceResourceName")
	in = manual()
	in.RestoreDate = new("2026-11-22")
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "InvalidParams", "You must specify restoreDate and useLatestRestorableAutoSnapshot only with sourceResourceName.")

	auto := func() *lightsail.CopySnapshotInput {
		return &lightsail.CopySnapshotInput{SourceRegion: region, SourceResourceName: new("data"), TargetSnapshotName: new("copy")}
	}
	in = auto()
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "InvalidParams", "These parameters are required: restoreDate or useLatestRestorableAutoSnapshot")
	in.RestoreDate, in.UseLatestRestorableAutoSnapshot = new("2026-11-22"), new(true)
	familytest.WantInvalid(t, fails(l, l.CopySnapshot, in), "InvalidParams", "You must specify either restoreDate or useLatestRestorableAutoSnapshot, not both.")
	in.UseLatestRestorableAutoSnapshot = new(false)
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The AutoSnapshot does not exist: 2026-11-22")
	in.SourceResourceName = new("snap")
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The resource does not exist: snap")
	in = auto()
	in.UseLatestRestorableAutoSnapshot = new(true)
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The AutoSnapshot does not exist: data")
	l.startAutoSnapshot("data")
	familytest.WantNotFound(t, fails(l, l.CopySnapshot, in), "The AutoSnapshot does not exist: data")
	in.UseLatestRestorableAutoSnapshot, in.RestoreDate = nil, new("2026-11-22")
	familytest.WantFailed(t, fails(l, l.CopySnapshot, in), "You can't use this automatic snapshot right now. The state of this automatic snapshot is: InProgress")
}
