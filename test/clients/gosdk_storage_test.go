//go:build clients

package clients

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func testDisks(t *testing.T, c *lightsail.Client) {
	u, data := newUser(t, c), new("data")
	made := do(u, u.CreateDisk, &lightsail.CreateDiskInput{
		DiskName: data, AvailabilityZone: new(u.zone()), SizeInGb: new(int32(64)), Tags: []types.Tag{tag("team", "web")},
	})
	u.wantStarted(made.Operations, u.onDisk("CreateDisk", "data"))
	free := u.disk("data")
	want := &types.Disk{
		Name: data, ResourceType: types.ResourceTypeDisk, Location: &types.ResourceLocation{AvailabilityZone: new(u.zone()), RegionName: types.RegionName(u.region)},
		Tags: []types.Tag{tag("team", "web")}, AddOns: []types.AddOn{}, SizeInGb: new(int32(64)), Iops: new(int32(192)), IsSystemDisk: new(false),
		State: types.DiskStateAvailable, IsAttached: new(false), AttachmentState: new("detached"), //nolint:staticcheck // clients still read it
	}
	if diff := cmp.Diff(want, free, ignoreUnexported, cmpopts.IgnoreFields(types.Disk{}, "Arn", "SupportCode", "CreatedAt")); diff != "" {
		t.Errorf("disk: -want +got\n%s", diff)
	}
	wantRecent(t, free.CreatedAt)

	u.run("web")
	attach := &lightsail.AttachDiskInput{DiskName: data, InstanceName: new("web"), DiskPath: new("/dev/xvdf")}
	attached := do(u, u.AttachDisk, attach)
	u.wantStarted(attached.Operations, u.onDisk("AttachDisk", "data", "web"), u.onInstance("AttachDisk", "web", "data"))
	if d := u.disk("data"); d.State != types.DiskStateInUse || !*d.IsAttached || *d.AttachedTo != "web" || *d.Path != "/dev/xvdf" {
		t.Errorf("an attached disk: %+v", d)
	}
	refused(u, u.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: data}, notNow("You can't perform this operation because the disk is still attached to a Lightsail instance: web"))
	refused(u, u.AttachDisk, attach, notNow("You can't attach this disk right now. The state of this disk is: in-use"))
	refused(u, u.DetachDisk, &lightsail.DetachDiskInput{DiskName: data}, notNow("You can't detach this disk right now. The state of this disk is: in-use"))
	u.stop("web")
	detached := do(u, u.DetachDisk, &lightsail.DetachDiskInput{DiskName: data})
	u.wantStarted(detached.Operations, u.onDisk("DetachDisk", "data", "web"), u.onInstance("DetachDisk", "web", "data"))
	if diff := cmp.Diff(free, u.disk("data"), ignoreUnexported); diff != "" {
		t.Errorf("-before +after its attachment\n%s", diff)
	}

	// An instance that is deleted lets go of its disks.
	do(u, u.AttachDisk, attach)
	deleted := do(u, u.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	u.wantStarted(deleted.Operations[:2], u.onDisk("DetachDisk", "data", "web"), u.onInstance("DetachDisk", "web", "data"))
	u.wantDone(deleted.Operations[2:], u.onInstance("DeleteInstance", "web"))
	u.wantDone(do(u, u.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: data}).Operations, u.onDisk("DeleteDisk", "data"))
	refused(u, u.GetDisk, &lightsail.GetDiskInput{DiskName: data}, missing("The Disk does not exist: data"))
}

// onSnapshot is the record of an operation on a snapshot, or on another thing of the whole region.
func onSnapshot(action string, kind types.ResourceType, name string, details ...string) record {
	return withDetails(record{action: action, kind: kind, name: name}, details)
}

func testDiskSnapshots(t *testing.T, c *lightsail.Client) {
	u, backup := newUser(t, c), new("backup")
	data := u.createDisk("data", 64)
	made := do(u, u.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskName: new("data"), DiskSnapshotName: backup})
	u.wantStarted(made.Operations,
		onSnapshot("CreateDiskSnapshot", types.ResourceTypeDiskSnapshot, "backup", "data"), u.onDisk("CreateDiskSnapshot", "data", "backup"))
	got := do(u, u.GetDiskSnapshot, &lightsail.GetDiskSnapshotInput{DiskSnapshotName: backup}).DiskSnapshot
	want := &types.DiskSnapshot{
		Name: backup, ResourceType: types.ResourceTypeDiskSnapshot, Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(u.region)},
		Tags: []types.Tag{}, SizeInGb: new(int32(64)), State: types.DiskSnapshotStateCompleted, Progress: new("100%"),
		FromDiskName: data.Name, FromDiskArn: data.Arn, IsFromAutoSnapshot: new(false),
	}
	if diff := cmp.Diff(want, got, ignoreUnexported, cmpopts.IgnoreFields(types.DiskSnapshot{}, "Arn", "SupportCode", "CreatedAt")); diff != "" {
		t.Errorf("snapshot: -want +got\n%s", diff)
	}
	restore := &lightsail.CreateDiskFromSnapshotInput{
		DiskName: new("copy"), DiskSnapshotName: backup, AvailabilityZone: new(u.zone()), SizeInGb: new(int32(63)),
	}
	refused(u, u.CreateDiskFromSnapshot, restore, invalid("InvalidParams", "The size of a block storage disk must be between 64 and 16384 GB."))
	restore.SizeInGb = new(int32(64))
	u.wantStarted(do(u, u.CreateDiskFromSnapshot, restore).Operations, u.onDisk("CreateDiskFromSnapshot", "copy"))
	both := &lightsail.CreateDiskSnapshotInput{DiskName: new("data"), InstanceName: new("web"), DiskSnapshotName: new("two")}
	_, err := u.CreateDiskSnapshot(t.Context(), both)
	wantError(t, err, missing("The Instance does not exist: web"))
	deleted := do(u, u.DeleteDiskSnapshot, &lightsail.DeleteDiskSnapshotInput{DiskSnapshotName: backup})
	u.wantDone(deleted.Operations, onSnapshot("DeleteDiskSnapshot", types.ResourceTypeDiskSnapshot, "backup"))
	refused(u, u.GetDiskSnapshot, &lightsail.GetDiskSnapshotInput{DiskSnapshotName: backup}, missing("The DiskSnapshot does not exist: backup"))
}

// snapshotInstance takes a snapshot of an instance and waits until it is available.
func (u *user) snapshotInstance(name, snapshot string) *types.InstanceSnapshot {
	u.t.Helper()
	made := do(u, u.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceName: &name, InstanceSnapshotName: &snapshot})
	u.wantStarted(made.Operations,
		onSnapshot("CreateInstanceSnapshot", types.ResourceTypeInstanceSnapshot, snapshot, name), u.onInstance("CreateInstanceSnapshot", name, snapshot))
	return do(u, u.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: &snapshot}).InstanceSnapshot
}

func testInstanceSnapshots(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	u.run("web")
	u.createDisk("data", 8)
	do(u, u.AttachDisk, &lightsail.AttachDiskInput{DiskName: new("data"), InstanceName: new("web"), DiskPath: new("/dev/xvdf")})
	golden := u.snapshotInstance("web", "golden")
	if golden.State != types.InstanceSnapshotStateAvailable || *golden.SizeInGb != 28 || len(golden.FromAttachedDisks) != 1 || *golden.IsFromAutoSnapshot ||
		*golden.FromInstanceName != "web" || *golden.FromBundleId != nano(u.region) || golden.Progress != nil {
		t.Errorf("snapshot = %+v", golden)
	}
	restore := &lightsail.CreateInstancesFromSnapshotInput{
		InstanceNames: []string{"one", "two"}, InstanceSnapshotName: new("golden"), AvailabilityZone: new(u.zone()), BundleId: new(nano(u.region)),
		AttachedDiskMapping: map[string][]types.DiskMap{"one": {{OriginalDiskPath: new("/dev/xvdf"), NewDiskName: new("one-data")}}},
	}
	made := do(u, u.CreateInstancesFromSnapshot, restore)
	u.wantStarted(made.Operations, u.onInstance("CreateInstancesFromSnapshot", "one"), u.onInstance("CreateInstancesFromSnapshot", "two"))
	if one := u.instance("one"); *one.State.Name != "running" || len(one.Hardware.Disks) != 2 || *one.Hardware.Disks[1].Name != "one-data" {
		t.Errorf("an instance from a snapshot: %s with %d disks", *one.State.Name, len(one.Hardware.Disks))
	}
	if d := u.disk("one-data"); d.State != types.DiskStateInUse || *d.AttachedTo != "one" {
		t.Errorf("a disk from a snapshot: %+v", d)
	}

	abroad := newUser(t, lightsail.New(c.Options(), func(o *lightsail.Options) { o.Region = "sa-east-1" }))
	copying := &lightsail.CopySnapshotInput{SourceRegion: types.RegionName(u.region), SourceSnapshotName: new("golden"), TargetSnapshotName: new("copied")}
	copied := do(abroad, abroad.CopySnapshot, copying)
	abroad.wantStarted(copied.Operations, onSnapshot("CopySnapshot", types.ResourceTypeInstanceSnapshot, "copied", u.region+":golden"))
	refused(abroad, abroad.CopySnapshot, copying, invalid("NameExists", "Some names are already in use: copied"))
	deleted := do(u, u.DeleteInstanceSnapshot, &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: new("golden")})
	u.wantDone(deleted.Operations, onSnapshot("DeleteInstanceSnapshot", types.ResourceTypeInstanceSnapshot, "golden"))
	restore.InstanceNames, restore.AttachedDiskMapping = []string{"three"}, nil
	refused(u, u.CreateInstancesFromSnapshot, restore, missing("The InstanceSnapshot does not exist: golden"))
}

func testExports(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	u.run("web")
	u.snapshotInstance("web", "golden")
	exported := do(u, u.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: new("golden")})
	name := *exported.Operations[0].ResourceName
	u.wantStarted(exported.Operations, onSnapshot("ExportSnapshot", types.ResourceTypeExportSnapshotRecord, name))
	records := do(u, u.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{}).ExportSnapshotRecords
	if len(records) != 1 || *records[0].Name != name || records[0].State != types.RecordStateSucceeded || !strings.HasPrefix(*records[0].DestinationInfo.Id, "ami-") {
		t.Fatalf("records = %+v", records)
	}
	want := &types.InstanceSnapshotInfo{
		FromBlueprintId: new("debian_12"), FromBundleId: new(nano(u.region)),
		FromDiskInfo: []types.DiskInfo{{IsSystemDisk: new(true), Path: new("/dev/xvda"), SizeInGb: new(int32(20))}},
	}
	if diff := cmp.Diff(want, records[0].SourceInfo.InstanceSnapshotInfo, ignoreUnexported); diff != "" {
		t.Errorf("source: -want +got\n%s", diff)
	}
	entry := types.InstanceEntry{SourceName: &name, InstanceType: new("t3.micro"), PortInfoSource: types.PortInfoSourceTypeDefault, AvailabilityZone: new(u.zone())}
	made := do(u, u.CreateCloudFormationStack, &lightsail.CreateCloudFormationStackInput{Instances: []types.InstanceEntry{entry}})
	stack := *made.Operations[0].ResourceName
	u.wantStarted(made.Operations, onSnapshot("CreateCloudFormationStack", types.ResourceTypeCloudFormationStackRecord, stack))
	stacks := do(u, u.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{}).CloudFormationStackRecords
	if len(stacks) != 1 || *stacks[0].Name != stack || stacks[0].State != types.RecordStateSucceeded || *stacks[0].SourceInfo[0].Name != name {
		t.Errorf("records of stacks = %+v", stacks)
	}
	refused(u, u.CreateCloudFormationStack, &lightsail.CreateCloudFormationStackInput{Instances: []types.InstanceEntry{entry, entry}},
		invalid("InvalidParams", "You must specify exactly one instance entry."))
}

// testLists walks through the pages of all lists.
func testLists(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	u.run("cc", "aa", "bb")
	for _, name := range []string{"disk-2", "disk-1", "disk-3"} {
		u.createDisk(name, 8)
	}
	for _, name := range []string{"ip-2", "ip-1", "ip-3"} {
		do(u, u.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: &name})
	}
	u.snapshotInstance("aa", "golden")
	do(u, u.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskName: new("disk-1"), DiskSnapshotName: new("backup")})
	for list, tt := range map[string]struct {
		page func(token *string) ([]string, *string, error)
		want [][]string
	}{
		"instances": {func(token *string) ([]string, *string, error) {
			out, err := c.GetInstances(t.Context(), &lightsail.GetInstancesInput{PageToken: token})
			return namesOf(out.Instances, func(i types.Instance) *string { return i.Name }), out.NextPageToken, err
		}, [][]string{{"aa", "bb"}, {"cc"}}},
		"disks": {func(token *string) ([]string, *string, error) {
			out, err := c.GetDisks(t.Context(), &lightsail.GetDisksInput{PageToken: token})
			return namesOf(out.Disks, func(d types.Disk) *string { return d.Name }), out.NextPageToken, err
		}, [][]string{{"disk-1", "disk-2"}, {"disk-3"}}},
		"static IPs": {func(token *string) ([]string, *string, error) {
			out, err := c.GetStaticIps(t.Context(), &lightsail.GetStaticIpsInput{PageToken: token})
			return namesOf(out.StaticIps, func(ip types.StaticIp) *string { return ip.Name }), out.NextPageToken, err
		}, [][]string{{"ip-1", "ip-2"}, {"ip-3"}}},
		"instance snapshots": {func(token *string) ([]string, *string, error) {
			out, err := c.GetInstanceSnapshots(t.Context(), &lightsail.GetInstanceSnapshotsInput{PageToken: token})
			return namesOf(out.InstanceSnapshots, func(s types.InstanceSnapshot) *string { return s.Name }), out.NextPageToken, err
		}, [][]string{{"golden"}}},
		"disk snapshots": {func(token *string) ([]string, *string, error) {
			out, err := c.GetDiskSnapshots(t.Context(), &lightsail.GetDiskSnapshotsInput{PageToken: token})
			return namesOf(out.DiskSnapshots, func(s types.DiskSnapshot) *string { return s.Name }), out.NextPageToken, err
		}, [][]string{{"backup"}}},
	} {
		t.Run(list, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, pagesOf(t, tt.page)); diff != "" {
				t.Errorf("pages: -want +got\n%s", diff)
			}
		})
	}
	t.Run("catalogue", func(t *testing.T) { wantCatalogue(t, c) })
}

func namesOf[T any](list []T, name func(T) *string) (names []string) {
	for _, v := range list {
		names = append(names, *name(v))
	}
	return names
}
