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

// instanceSnapshot takes a snapshot of an instance and waits until it is complete.
func (l *lab) instanceSnapshot(name, of string) {
	l.T.Helper()
	do(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceSnapshotName: &name, InstanceName: &of})
	l.Pass(2 * time.Minute)
}

func (l *lab) getInstanceSnapshot(name string) *types.InstanceSnapshot {
	l.T.Helper()
	return do(l, l.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: &name}).InstanceSnapshot
}

func TestCreateInstanceSnapshot_holdsTheInstanceAndItsDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	out := do(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{
		InstanceSnapshotName: new("snap"), InstanceName: new("web"), Tags: []types.Tag{familytest.Tag("team", "web")},
	})
	l.WantOperations(out.Operations, "CreateInstanceSnapshot InstanceSnapshot snap web Started", "CreateInstanceSnapshot Instance web snap Started")

	got, d := l.getInstanceSnapshot("snap"), l.getDisk("data")
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:InstanceSnapshot/[0-9a-f-]{36}$`)
	wantMatch(t, *got.SupportCode, `^[0-9]{12}/ami-[0-9a-f]{17}$`)
	d.State, d.AddOns, d.Tags = "", nil, nil
	now := l.Now()
	want := &types.InstanceSnapshot{
		Name: new("snap"), Arn: got.Arn, SupportCode: got.SupportCode, CreatedAt: &now, ResourceType: types.ResourceTypeInstanceSnapshot,
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: region}, Tags: []types.Tag{familytest.Tag("team", "web")},
		FromInstanceName: new("web"), FromInstanceArn: l.get("web").Arn, FromBlueprintId: new("debian_12"), FromBundleId: new("nano_3_0"),
		FromAttachedDisks: []types.Disk{*d}, IsFromAutoSnapshot: new(false), SizeInGb: new(int32(28)), State: types.InstanceSnapshotStatePending,
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("GetInstanceSnapshot (-want +got):\n%s", diff)
	}
	l.Server.Restart(t)
	l.WantSucceeds(out.Operations[1], 120*time.Second)
	if got := l.getInstanceSnapshot("snap"); got.State != types.InstanceSnapshotStateAvailable || got.Progress != nil {
		t.Errorf("in the end: %s, progress %v", got.State, got.Progress)
	}
}

func TestCreateInstanceSnapshot_withoutDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.halt("web") // a stopped instance will do
	l.instanceSnapshot("snap", "web")
	if got := l.getInstanceSnapshot("snap"); got.FromAttachedDisks == nil || len(got.FromAttachedDisks) != 0 || *got.SizeInGb != 20 {
		t.Errorf("disks %v, %d GB", got.FromAttachedDisks, *got.SizeInGb)
	}
}

func TestCreateInstanceSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.input("web"))
	in := &lightsail.CreateInstanceSnapshotInput{InstanceSnapshotName: new("snap"), InstanceName: new("web")}
	familytest.WantFailed(t, fails(l, l.CreateInstanceSnapshot, in), "You can't create a snapshot of this instance right now. The state of this instance is: pending")
	l.Pass(time.Minute)
	do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	familytest.WantFailed(t, fails(l, l.CreateInstanceSnapshot, in), "You can't create a snapshot of this instance right now. The state of this instance is: stopping")
	in.Tags = []types.Tag{familytest.Tag("aws:x", "")}
	familytest.WantInvalid(t, fails(l, l.CreateInstanceSnapshot, in), "InvalidParams", `The tag key "aws:x" starts with aws:, which is reserved.`)
	in.InstanceSnapshotName = new("web")
	familytest.WantInvalid(t, fails(l, l.CreateInstanceSnapshot, in), "NameExists", "Some names are already in use: web")
	in.InstanceSnapshotName, in.InstanceName = new("snap"), new("deploy")
	familytest.WantNotFound(t, fails(l, l.CreateInstanceSnapshot, in), "The Instance does not exist: deploy")
}

func TestDeleteInstanceSnapshot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	do(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceSnapshotName: new("snap"), InstanceName: new("web")})
	drop := &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: new("snap")}
	familytest.WantFailed(t, fails(l, l.DeleteInstanceSnapshot, drop), "You can't delete this snapshot right now. The state of this snapshot is: pending")
	do(l, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")}) // the snapshot outlives its instance
	l.Pass(2 * time.Minute)
	if got := l.getInstanceSnapshot("snap").State; got != types.InstanceSnapshotStateAvailable {
		t.Errorf("the snapshot of a deleted instance is %s", got)
	}
	l.WantOperations(do(l, l.DeleteInstanceSnapshot, drop).Operations, "DeleteInstanceSnapshot InstanceSnapshot snap - Succeeded")
	familytest.WantNotFound(t, fails(l, l.DeleteInstanceSnapshot, drop), "The InstanceSnapshot does not exist: snap")
	familytest.WantNotFound(t, fails(l, l.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: new("snap")}),
		"The InstanceSnapshot does not exist: snap")
}

func TestGetInstanceSnapshots_pagesByName(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	l.run("web")
	for _, name := range []string{"s3", "s1", "s2"} {
		l.instanceSnapshot(name, "web")
	}
	first := do(l, l.GetInstanceSnapshots, &lightsail.GetInstanceSnapshotsInput{})
	second := do(l, l.GetInstanceSnapshots, &lightsail.GetInstanceSnapshotsInput{PageToken: first.NextPageToken})
	var names []string
	for _, s := range append(first.InstanceSnapshots, second.InstanceSnapshots...) {
		names = append(names, *s.Name)
	}
	if diff := cmp.Diff([]string{"s1", "s2", "s3"}, names); diff != "" || second.NextPageToken != nil {
		t.Errorf("pages (-want +got), next %v:\n%s", second.NextPageToken, diff)
	}
	familytest.WantInvalid(t, fails(l, l.GetInstanceSnapshots, &lightsail.GetInstanceSnapshotsInput{PageToken: new("x")}), "InvalidParams", "The page token is not valid.")
}
