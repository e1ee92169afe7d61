package compute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func diskFrom(snapshot string) *lightsail.CreateDiskFromSnapshotInput {
	return &lightsail.CreateDiskFromSnapshotInput{
		DiskName: new("copy"), AvailabilityZone: new("us-east-1b"), SizeInGb: new(int32(8)), DiskSnapshotName: &snapshot,
	}
}

func TestCreateDiskFromSnapshot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.diskSnapshot("snap", "data")
	in := diskFrom("snap")
	in.SizeInGb, in.Tags, in.AddOns = new(int32(16)), []types.Tag{familytest.Tag("team", "web")}, []types.AddOnRequest{autoSnapshot("")}
	out := do(l, l.CreateDiskFromSnapshot, in)
	l.WantOperations(out.Operations, "CreateDiskFromSnapshot Disk copy - Started")
	if zone := *out.Operations[0].Location.AvailabilityZone; zone != "us-east-1b" {
		t.Errorf("the operation is in %s", zone)
	}
	got := l.getDisk("copy")
	if *got.SizeInGb != 16 || *got.Location.AvailabilityZone != "us-east-1b" || got.State != types.DiskStatePending || len(got.AddOns) != 1 {
		t.Errorf("the disk has %d GB in %s, is %s, has the add-ons %v", *got.SizeInGb, *got.Location.AvailabilityZone, got.State, got.AddOns)
	}
	if diff := cmp.Diff(in.Tags, got.Tags, familytest.Plain); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	l.WantSucceeds(out.Operations[0], 5*time.Second)
}

func TestCreateDiskFromSnapshot_ofASystemDisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), InstanceName: new("web")})
	l.Pass(time.Minute)
	in := diskFrom("snap")
	familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, in), "InvalidParams", "The size of a block storage disk must be between 20 and 16384 GB.")
	in.SizeInGb = new(int32(20))
	do(l, l.CreateDiskFromSnapshot, in)
}

func TestCreateDiskFromSnapshot_automatic(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.snapshotDaily("data", 2)
	in := diskFrom("")
	in.DiskSnapshotName, in.SourceDiskName, in.RestoreDate = nil, new("data"), new("2026-11-22")
	do(l, l.CreateDiskFromSnapshot, in)
	in.DiskName, in.RestoreDate, in.UseLatestRestorableAutoSnapshot = new("latest"), nil, new(true)
	do(l, l.CreateDiskFromSnapshot, in)
	if got := *l.getDisk("latest").SizeInGb; got != 8 {
		t.Errorf("the disk has %d GB", got)
	}
	in.DiskName, in.SizeInGb = new("more"), new(int32(7))
	familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, in), "InvalidParams", "The size of a block storage disk must be between 8 and 16384 GB.")
}

func TestCreateDiskFromSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")})
	familytest.WantFailed(t, fails(l, l.CreateDiskFromSnapshot, diskFrom("snap")), "You can't use this snapshot right now. The state of this snapshot is: pending")
	l.Pass(time.Minute)
	familytest.WantNotFound(t, fails(l, l.CreateDiskFromSnapshot, diskFrom("none")), "The DiskSnapshot does not exist: none")
	familytest.WantNotFound(t, fails(l, l.CreateDiskFromSnapshot, diskFrom("data")), "The DiskSnapshot does not exist: data")
	for _, tc := range []struct {
		name, code, message string
		change              func(*lightsail.CreateDiskFromSnapshotInput)
	}{
		{"a taken name", "NameExists", "Some names are already in use: data", func(in *lightsail.CreateDiskFromSnapshotInput) { in.DiskName = new("data") }},
		{
			"no source", "InvalidParams", "These parameters are required: diskSnapshotName or sourceDiskName",
			func(in *lightsail.CreateDiskFromSnapshotInput) { in.DiskSnapshotName = nil },
		},
		{
			"two sources", "InvalidParams", "You must specify either diskSnapshotName or sourceDiskName, not both.",
			func(in *lightsail.CreateDiskFromSnapshotInput) { in.SourceDiskName = new("data") },
		},
		{
			"a date of a manual snapshot", "InvalidParams", "You must specify restoreDate and useLatestRestorableAutoSnapshot only with sourceDiskName.",
			func(in *lightsail.CreateDiskFromSnapshotInput) { in.RestoreDate = new("2026-11-22") },
		},
		{
			"no date", "InvalidParams", "These parameters are required: restoreDate or useLatestRestorableAutoSnapshot",
			func(in *lightsail.CreateDiskFromSnapshotInput) {
				in.DiskSnapshotName, in.SourceDiskName = nil, new("data")
			},
		},
		{
			"a zone of another region", "InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *lightsail.CreateDiskFromSnapshotInput) { in.AvailabilityZone = new("eu-west-1a") },
		},
		{
			"a disk that is too large", "InvalidParams", "The size of a block storage disk must be between 8 and 16384 GB.",
			func(in *lightsail.CreateDiskFromSnapshotInput) { in.SizeInGb = new(int32(20000)) },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := diskFrom("snap")
			tc.change(in)
			familytest.WantInvalid(t, fails(l, l.CreateDiskFromSnapshot, in), tc.code, tc.message)
		})
	}
	in := diskFrom("")
	in.DiskSnapshotName, in.SourceDiskName, in.RestoreDate = nil, new("none"), new("2026-11-22")
	familytest.WantNotFound(t, fails(l, l.CreateDiskFromSnapshot, in), "The Disk does not exist: none")
	in.SourceDiskName = new("data")
	familytest.WantNotFound(t, fails(l, l.CreateDiskFromSnapshot, in), "The AutoSnapshot does not exist: 2026-11-22")
}

func restore(snapshot string, names ...string) *lightsail.CreateInstancesFromSnapshotInput {
	return &lightsail.CreateInstancesFromSnapshotInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1b"), BundleId: new("micro_3_0"), InstanceSnapshotName: &snapshot, KeyPairName: new("deploy"),
	}
}

func TestCreateInstancesFromSnapshot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.BlueprintId = new("ubuntu_24_04")
	l.create(in)
	l.Pass(time.Minute)
	l.instanceSnapshot("snap", "web")
	again := restore("snap", "one", "two")
	again.Tags, again.AddOns, again.UserData = []types.Tag{familytest.Tag("team", "web")}, []types.AddOnRequest{autoSnapshot("")}, new("echo hello")
	again.IpAddressType = types.IpAddressTypeIpv4
	out := do(l, l.CreateInstancesFromSnapshot, again)
	l.WantOperations(out.Operations, "CreateInstancesFromSnapshot Instance one - Started", "CreateInstancesFromSnapshot Instance two - Started")
	for _, name := range again.InstanceNames {
		got := l.get(name)
		if *got.BlueprintId != "ubuntu_24_04" || *got.Username != "ubuntu" || *got.BundleId != "micro_3_0" || *got.SshKeyName != "deploy" ||
			*got.Location.AvailabilityZone != "us-east-1b" || got.IpAddressType != types.IpAddressTypeIpv4 || len(got.AddOns) != 1 {
			t.Errorf("%s: %s %s %s %s %s, add-ons %v", name, *got.BlueprintId, *got.BundleId, *got.SshKeyName, *got.Location.AvailabilityZone,
				got.IpAddressType, got.AddOns)
		}
		if diff := cmp.Diff(again.Tags, got.Tags, familytest.Plain); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
		l.wantState(name, "pending", 0)
	}
	l.WantSucceeds(out.Operations[1], 20*time.Second)
	l.wantState("one", "running", 16)
}

func TestCreateInstancesFromSnapshot_ownDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.disk("logs")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.attach("logs", "web", "/dev/xvdg")
	l.instanceSnapshot("snap", "web")
	in := restore("snap", "one", "two")
	in.AttachedDiskMapping = map[string][]types.DiskMap{
		"one": {{OriginalDiskPath: new("/dev/xvdf"), NewDiskName: new("data-1")}, {OriginalDiskPath: new("/dev/xvdg"), NewDiskName: new("logs-1")}},
		"two": {{OriginalDiskPath: new("/dev/xvdf"), NewDiskName: new("data-2")}},
	}
	do(l, l.CreateInstancesFromSnapshot, in)
	l.Pass(5 * time.Second)
	for instance, want := range map[string][]string{
		"web": {"data /dev/xvdf", "logs /dev/xvdg"},
		"one": {"data-1 /dev/xvdf", "logs-1 /dev/xvdg"},
		"two": {"data-2 /dev/xvdf", "two-xvdg /dev/xvdg"},
	} {
		var got []string
		for _, d := range l.get(instance).Hardware.Disks[1:] {
			got = append(got, *d.Name+" "+*d.Path)
			if own := l.getDisk(*d.Name); *own.AttachedTo != instance || own.State != types.DiskStateInUse || *own.SizeInGb != 8 || *own.Arn != *d.Arn {
				t.Errorf("%s: attached to %s, %s", *d.Name, *own.AttachedTo, own.State)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("disks of %s (-want +got):\n%s", instance, diff)
		}
	}
	if zone := *l.getDisk("data-1").Location.AvailabilityZone; zone != "us-east-1b" {
		t.Errorf("the new disk is in %s", zone)
	}
}

func TestCreateInstancesFromSnapshot_namesOfDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.instanceSnapshot("snap", "web")
	longest := strings.Repeat("w", 255)
	_, err := l.CreateInstancesFromSnapshot(t.Context(), restore("snap", longest))
	familytest.WantInvalid(t, err, "InvalidResourceName", longest+"-xvdf"+resource.NameRule)
	in := restore("snap", longest)
	in.AttachedDiskMapping = mapped(longest, "/dev/xvdf", "copy")
	do(l, l.CreateInstancesFromSnapshot, in)
}

func TestCreateInstancesFromSnapshot_automatic(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.snapshotDaily("web", 2)
	in := restore("", "old")
	in.InstanceSnapshotName, in.SourceInstanceName, in.RestoreDate = nil, new("web"), new("2026-11-22")
	l.WantOperations(do(l, l.CreateInstancesFromSnapshot, in).Operations, "CreateInstancesFromSnapshot Instance old - Started")
	in.InstanceNames, in.RestoreDate, in.UseLatestRestorableAutoSnapshot = []string{"latest"}, nil, new(true)
	do(l, l.CreateInstancesFromSnapshot, in)
	for _, name := range []string{"old", "latest"} {
		if disks := l.get(name).Hardware.Disks; len(disks) != 2 || *disks[1].Name != name+"-xvdf" {
			t.Errorf("%s has %d disks", name, len(disks))
		}
	}
}

func TestCreateInstancesFromSnapshot_copyInAnotherRegion(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.instanceSnapshot("snap", "web")
	mumbai := l.in("ap-south-1")
	do(l, mumbai.CopySnapshot, &lightsail.CopySnapshotInput{SourceRegion: region, SourceSnapshotName: new("snap"), TargetSnapshotName: new("snap")})
	l.Pass(3 * time.Minute)
	familytest.ImportKey(t, mumbai, "deploy")
	in := restore("snap", "web") // the name is free in this region
	in.AvailabilityZone, in.BundleId = new("ap-south-1a"), new("nano_3_1")
	do(l, mumbai.CreateInstancesFromSnapshot, in)
	got := do(l, mumbai.GetInstance, &lightsail.GetInstanceInput{InstanceName: new("web")}).Instance
	if *got.BundleId != "nano_3_1" || *got.BlueprintId != "debian_12" {
		t.Errorf("made with %s and %s", *got.BundleId, *got.BlueprintId)
	}
}

func TestCreateInstancesFromSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances=2"}})
	l.disk("data")
	in := l.input("web")
	in.BundleId = new("micro_3_0")
	l.create(in)
	l.Pass(time.Minute)
	l.attach("data", "web", "/dev/xvdf")
	do(l, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceSnapshotName: new("snap"), InstanceName: new("web")})
	familytest.WantFailed(t, fails(l, l.CreateInstancesFromSnapshot, restore("snap", "one")), "You can't use this snapshot right now. The state of this snapshot is: pending")
	l.Pass(2 * time.Minute)
	familytest.WantNotFound(t, fails(l, l.CreateInstancesFromSnapshot, restore("none", "one")), "The InstanceSnapshot does not exist: none")

	const mapping = "Each attachedDiskMapping must have the originalDiskPath of another disk in the snapshot and a newDiskName."
	const retry = " If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support."
	type input = lightsail.CreateInstancesFromSnapshotInput
	for _, tc := range []struct {
		name, code, message string
		change              func(*input)
	}{
		{"a taken name", "NameExists", "Some names are already in use: data", func(in *input) { in.InstanceNames = []string{"data"} }},
		{"no source", "InvalidParams", "These parameters are required: instanceSnapshotName or sourceInstanceName", func(in *input) { in.InstanceSnapshotName = nil }},
		{"two sources", "InvalidParams", "You must specify either instanceSnapshotName or sourceInstanceName, not both.", func(in *input) { in.SourceInstanceName = new("web") }},
		{
			"the latest of a manual snapshot", "InvalidParams", "You must specify restoreDate and useLatestRestorableAutoSnapshot only with sourceInstanceName.",
			func(in *input) { in.UseLatestRestorableAutoSnapshot = new(true) },
		},
		{
			"no date", "InvalidParams", "These parameters are required: restoreDate or useLatestRestorableAutoSnapshot",
			func(in *input) { in.InstanceSnapshotName, in.SourceInstanceName = nil, new("web") },
		},
		{
			"a smaller bundle", "InvalidParams", "The bundle nano_3_0 is smaller than the bundle micro_3_0 of the snapshot: it has 0.5 GB of memory instead of 1, a disk of 20 GB instead of 40.",
			func(in *input) { in.BundleId = new("nano_3_0") },
		},
		{"an unknown bundle", "InvalidParams", "The specified bundle does not exist in this region: huge", func(in *input) { in.BundleId = new("huge") }},
		{
			"another platform", "InvalidParams", "The blueprint debian_12 is for the platform LINUX_UNIX, the bundle large_win_3_0 for WINDOWS.",
			func(in *input) { in.BundleId = new("large_win_3_0") },
		},
		{
			"a zone of another region", "InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *input) { in.AvailabilityZone = new("eu-west-1a") },
		},
		{
			"more than the quota", "LimitExceeded", "Sorry, you've reached your maximum limit of Lightsail Instances : 2." + retry,
			func(in *input) { in.InstanceNames = []string{"two", "three"} },
		},
		{
			"a mapping for another instance", "InvalidParams", "The attachedDiskMapping names other, which is not one of the new instances.",
			func(in *input) { in.AttachedDiskMapping = mapped("other", "/dev/xvdf", "free") },
		},
		{"a mapping of no disk", "InvalidParams", mapping, func(in *input) { in.AttachedDiskMapping = mapped("one", "/dev/xvdg", "free") }},
		{
			"a mapping without a name", "InvalidParams", mapping,
			func(in *input) {
				in.AttachedDiskMapping = map[string][]types.DiskMap{"one": {{OriginalDiskPath: new("/dev/xvdf")}}}
			},
		},
		{"a disk twice", "InvalidParams", mapping, func(in *input) {
			in.AttachedDiskMapping = mapped("one", "/dev/xvdf", "free")
			in.AttachedDiskMapping["one"] = append(in.AttachedDiskMapping["one"], in.AttachedDiskMapping["one"][0])
		}},
		{"a disk with a taken name", "NameExists", "Some names are already in use: data", func(in *input) { in.AttachedDiskMapping = mapped("one", "/dev/xvdf", "data") }},
		{"a disk with its instance's name", "NameExists", "Some names are already in use: one", func(in *input) { in.AttachedDiskMapping = mapped("one", "/dev/xvdf", "one") }},
		{
			"a default key pair's name for a disk", "NameExists", "Some names are already in use: LightsailDefaultKeyPair",
			func(in *input) { in.AttachedDiskMapping = mapped("one", "/dev/xvdf", "LightsailDefaultKeyPair") },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := restore("snap", "one")
			tc.change(in)
			familytest.WantInvalid(t, fails(l, l.CreateInstancesFromSnapshot, in), tc.code, tc.message)
		})
	}
	missing := restore("", "one")
	missing.InstanceSnapshotName, missing.SourceInstanceName, missing.RestoreDate = nil, new("none"), new("2026-11-22")
	familytest.WantNotFound(t, fails(l, l.CreateInstancesFromSnapshot, missing), "The Instance does not exist: none")
	missing.SourceInstanceName = new("web")
	familytest.WantNotFound(t, fails(l, l.CreateInstancesFromSnapshot, missing), "The AutoSnapshot does not exist: 2026-11-22")
	names := do(l, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	slices.Sort(names)
	if got := fmt.Sprint(names); got != "[data deploy snap web]" {
		t.Errorf("names after refused calls: %s", got)
	}
}

func mapped(instance, path, name string) map[string][]types.DiskMap {
	return map[string][]types.DiskMap{instance: {{OriginalDiskPath: &path, NewDiskName: &name}}}
}
