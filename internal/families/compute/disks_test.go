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

// disk creates a disk of 8 GB and waits until it is available.
func (l *lab) disk(name string) {
	l.T.Helper()
	do(l, l.CreateDisk, newDisk(name))
	l.Pass(time.Minute)
}

func newDisk(name string) *lightsail.CreateDiskInput {
	return &lightsail.CreateDiskInput{DiskName: &name, AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8))}
}

func (l *lab) getDisk(name string) *types.Disk {
	l.T.Helper()
	return do(l, l.GetDisk, &lightsail.GetDiskInput{DiskName: &name}).Disk
}

func (l *lab) attach(disk, to, path string) []types.Operation {
	l.T.Helper()
	return do(l, l.AttachDisk, attachment(disk, to, path)).Operations
}

func attachment(disk, to, path string) *lightsail.AttachDiskInput {
	return &lightsail.AttachDiskInput{DiskName: &disk, InstanceName: &to, DiskPath: &path}
}

// halt stops an instance and waits until it is stopped.
func (l *lab) halt(name string) {
	l.T.Helper()
	do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: &name})
	l.Pass(10 * time.Minute)
}

func TestCreateDisk_becomesAvailable(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	in := newDisk("data")
	in.SizeInGb, in.Tags, in.AddOns = new(int32(64)), []types.Tag{familytest.Tag("team", "web")}, []types.AddOnRequest{autoSnapshot("18:00")}
	out := do(l, l.CreateDisk, in)
	l.WantOperations(out.Operations, "CreateDisk Disk data - Started")
	if zone := *out.Operations[0].Location.AvailabilityZone; zone != "us-east-1a" {
		t.Errorf("the operation is in %s", zone)
	}

	got := l.getDisk("data")
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:Disk/[0-9a-f-]{36}$`)
	wantMatch(t, *got.SupportCode, `^[0-9]{12}/vol-[0-9a-f]{17}$`)
	now := l.Now()
	want := &types.Disk{
		Name: new("data"), Arn: got.Arn, SupportCode: got.SupportCode, CreatedAt: &now, ResourceType: types.ResourceTypeDisk,
		Location: &types.ResourceLocation{AvailabilityZone: new("us-east-1a"), RegionName: region}, Tags: in.Tags,
		AddOns:   []types.AddOn{{Name: new("AutoSnapshot"), Status: new("Enabled"), SnapshotTimeOfDay: new("18:00")}},
		SizeInGb: new(int32(64)), Iops: new(int32(192)), IsSystemDisk: new(false), IsAttached: new(false),
		AttachmentState: new("detached"), //nolint:staticcheck // still in outputs
		State:           types.DiskStatePending,
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("GetDisk (-want +got):\n%s", diff)
	}
	l.WantSucceeds(out.Operations[0], 5*time.Second)
	if got := l.getDisk("data"); got.State != types.DiskStateAvailable {
		t.Errorf("the disk is %s, want available", got.State)
	}
	if small := newDisk("small"); *do(l, l.CreateDisk, small).Operations[0].ResourceName != "small" || *l.getDisk("small").Iops != 100 {
		t.Errorf("a small disk has %d IOPS, want 100", *l.getDisk("small").Iops)
	}
}

func TestCreateDisk_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for _, tc := range []struct {
		name, code, message string
		change              func(*lightsail.CreateDiskInput)
	}{
		{"a taken name", "NameExists", "Some names are already in use: deploy", func(in *lightsail.CreateDiskInput) { in.DiskName = new("deploy") }},
		{
			"a bad name", "InvalidResourceName",
			"a b is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .",
			func(in *lightsail.CreateDiskInput) { in.DiskName = new("a b") },
		},
		{
			"a zone of another region", "InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *lightsail.CreateDiskInput) { in.AvailabilityZone = new("us-east-2a") },
		},
		{
			"a disk that is too small", "InvalidParams", "The size of a block storage disk must be between 8 and 16384 GB.",
			func(in *lightsail.CreateDiskInput) { in.SizeInGb = new(int32(7)) },
		},
		{
			"a disk that is too large", "InvalidParams", "The size of a block storage disk must be between 8 and 16384 GB.",
			func(in *lightsail.CreateDiskInput) { in.SizeInGb = new(int32(16385)) },
		},
		{
			"a bad tag", "InvalidParams", `The tag key "aws:x" starts with aws:, which is reserved.`,
			func(in *lightsail.CreateDiskInput) { in.Tags = []types.Tag{familytest.Tag("aws:x", "")} },
		},
		{
			"a bad time of day", "InvalidParams", "The snapshot time of day must be in HH:00 format: 06:30",
			func(in *lightsail.CreateDiskInput) { in.AddOns = []types.AddOnRequest{autoSnapshot("06:30")} },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := newDisk("new")
			tc.change(in)
			familytest.WantInvalid(t, fails(l, l.CreateDisk, in), tc.code, tc.message)
		})
	}
	if disks := do(l, l.GetDisks, &lightsail.GetDisksInput{}).Disks; len(disks) != 0 {
		t.Errorf("%d disks are there, want none: a refused call makes none", len(disks))
	}
}

func TestGetDisks_pagesByName(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	for _, name := range []string{"d3", "d1", "d2"} {
		l.disk(name)
	}
	first := do(l, l.GetDisks, &lightsail.GetDisksInput{})
	second := do(l, l.GetDisks, &lightsail.GetDisksInput{PageToken: first.NextPageToken})
	var names []string
	for _, d := range append(first.Disks, second.Disks...) {
		names = append(names, *d.Name)
	}
	if diff := cmp.Diff([]string{"d1", "d2", "d3"}, names); diff != "" || second.NextPageToken != nil {
		t.Errorf("pages (-want +got), next %v:\n%s", second.NextPageToken, diff)
	}
	familytest.WantInvalid(t, fails(l, l.GetDisks, &lightsail.GetDisksInput{PageToken: new("x")}), "InvalidParams", "The page token is not valid.")
	familytest.WantNotFound(t, fails(l, l.GetDisk, &lightsail.GetDiskInput{DiskName: new("deploy")}), "The Disk does not exist: deploy")
}

func TestAttachDisk_thenDetachDisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	ops := l.attach("data", "web", "/dev/xvdf")
	l.WantOperations(ops, "AttachDisk Disk data web Started", "AttachDisk Instance web data Started")
	l.WantSucceeds(ops[1], 5*time.Second)

	d := l.getDisk("data")
	if d.State != types.DiskStateInUse || !*d.IsAttached || *d.AttachedTo != "web" || *d.Path != "/dev/xvdf" || *d.AttachmentState != "attached" { //nolint:staticcheck // still in outputs
		t.Errorf("attached: %s %t %v %v", d.State, *d.IsAttached, d.AttachedTo, d.Path)
	}
	attached := l.get("web").Hardware.Disks
	if len(attached) != 2 || !*attached[0].IsSystemDisk || *attached[1].Name != "data" || *attached[1].Path != "/dev/xvdf" ||
		*attached[1].SizeInGb != 8 || *attached[1].Arn != *d.Arn || *attached[1].AttachedTo != "web" || attached[1].State != types.DiskStateInUse {
		t.Errorf("the instance has %d disks, the last %+v", len(attached), attached[len(attached)-1])
	}

	l.Server.Restart(t)
	l.halt("web")
	ops = do(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("data")}).Operations
	l.WantOperations(ops, "DetachDisk Disk data web Started", "DetachDisk Instance web data Started")
	if d := l.getDisk("data"); d.State != types.DiskStateInUse || *d.IsAttached || d.AttachedTo != nil || d.Path != nil {
		t.Errorf("while it is detached: %s %t %v %v", d.State, *d.IsAttached, d.AttachedTo, d.Path)
	}
	if n := len(l.get("web").Hardware.Disks); n != 1 {
		t.Errorf("the instance has %d disks, want 1", n)
	}
	familytest.WantFailed(t, fails(l, l.AttachDisk, attachment("data", "web", "/dev/xvdf")), "You can't attach this disk right now. The state of this disk is: in-use")
	l.WantSucceeds(ops[0], 5*time.Second)
	l.attach("data", "web", "/dev/sdg") // to a stopped one
	if got := *l.getDisk("data").Path; got != "/dev/sdg" {
		t.Errorf("path = %s", got)
	}
}

func TestAttachDisk_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"disks-per-instance=2"}})
	for _, name := range []string{"one", "two", "three"} {
		l.disk(name)
	}
	elsewhere := newDisk("elsewhere")
	elsewhere.AvailabilityZone = new("us-east-1b")
	do(l, l.CreateDisk, elsewhere)
	l.run("web")
	l.attach("one", "web", "/dev/xvdf")
	do(l, l.CreateDisk, newDisk("young"))
	l.create(l.input("new"))

	familytest.WantNotFound(t, fails(l, l.AttachDisk, attachment("none", "web", "/dev/xvdg")), "The Disk does not exist: none")
	familytest.WantNotFound(t, fails(l, l.AttachDisk, attachment("two", "none", "/dev/xvdg")), "The Instance does not exist: none")
	familytest.WantInvalid(t, fails(l, l.AttachDisk, attachment("elsewhere", "web", "/dev/xvdg")), "InvalidParams",
		"The disk elsewhere is in the Availability Zone us-east-1b, the instance web in us-east-1a. They must be in the same Availability Zone.")
	familytest.WantFailed(t, fails(l, l.AttachDisk, attachment("one", "web", "/dev/xvdg")), "You can't attach this disk right now. The state of this disk is: in-use")
	familytest.WantFailed(t, fails(l, l.AttachDisk, attachment("young", "web", "/dev/xvdg")), "You can't attach this disk right now. The state of this disk is: pending")
	familytest.WantFailed(t, fails(l, l.AttachDisk, attachment("two", "new", "/dev/xvdg")),
		"You can't attach a disk to this instance right now. The state of this instance is: pending")
	for _, path := range []string{"/dev/xvda", "/dev/xvdF", "/dev/xvdff", "xvdf", "/dev/sda1", "/dev/nvme1n1", "D:", "/dev/xvdg\n"} {
		familytest.WantInvalid(t, fails(l, l.AttachDisk, attachment("two", "web", path)), "InvalidParams",
			"The disk path is invalid. You must specify a valid disk path.")
	}
	for _, path := range []string{"/dev/xvdf", "/dev/sdf"} {
		familytest.WantInvalid(t, fails(l, l.AttachDisk, attachment("two", "web", path)), "InvalidParams", "The disk path is already in use: "+path)
	}
	const retry = " If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support."
	l.attach("two", "web", "/dev/xvdg")
	familytest.WantInvalid(t, fails(l, l.AttachDisk, attachment("three", "web", "/dev/xvdh")), "LimitExceeded",
		"Sorry, you've reached your maximum limit of Lightsail Disks attached to an Instance : 2."+retry)
}

func TestDetachDisk_requiresStoppedInstance(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	detach := &lightsail.DetachDiskInput{DiskName: new("data")}
	familytest.WantFailed(t, fails(l, l.DetachDisk, detach), "You can't detach this disk right now. The state of this disk is: available")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	familytest.WantFailed(t, fails(l, l.DetachDisk, detach), "You can't detach this disk right now. The state of this disk is: in-use")
	familytest.WantNotFound(t, fails(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("none")}), "The Disk does not exist: none")
}

func TestDeleteDisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := newDisk("data")
	in.AddOns = []types.AddOnRequest{autoSnapshot("")}
	do(l, l.CreateDisk, in)
	drop := &lightsail.DeleteDiskInput{DiskName: new("data")}
	familytest.WantFailed(t, fails(l, l.DeleteDisk, drop), "You can't delete this disk right now. The state of this disk is: pending")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	familytest.WantFailed(t, fails(l, l.DeleteDisk, drop), "You can't perform this operation because the disk is still attached to a Lightsail instance: web")
	l.halt("web")
	do(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("data")})
	familytest.WantFailed(t, fails(l, l.DeleteDisk, drop), "You can't delete this disk right now. The state of this disk is: in-use")
	l.Pass(time.Minute)
	familytest.WantInvalid(t, fails(l, l.DeleteDisk, drop), "InvalidParams",
		"You cannot delete the Disk data with addons. Specify the forceDeleteAddons parameter to delete the Disk and its associated addons.")

	drop.ForceDeleteAddOns = new(true)
	l.WantOperations(do(l, l.DeleteDisk, drop).Operations, "DeleteDisk Disk data - Succeeded")
	familytest.WantNotFound(t, fails(l, l.DeleteDisk, drop), "The Disk does not exist: data")
	l.disk("data") // the name is free again
	do(l, l.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: new("data")})
}

func TestDeleteInstance_disksAreAvailableAgain(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	do(l, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	if d := l.getDisk("data"); d.State != types.DiskStateInUse || *d.IsAttached {
		t.Errorf("at once the disk is %s, attached %t", d.State, *d.IsAttached)
	}
	l.Pass(5 * time.Second)
	if d := l.getDisk("data"); d.State != types.DiskStateAvailable || d.AttachedTo != nil {
		t.Errorf("in the end the disk is %s, attached to %v", d.State, d.AttachedTo)
	}
}
